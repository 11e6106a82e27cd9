// Words that more than one part of an explanation says.
//
// Thread safety: thread-safe (pure functions).
#ifndef POINTSMAN_SRC_EXPLAIN_EXPLAIN_WORDS_H_
#define POINTSMAN_SRC_EXPLAIN_EXPLAIN_WORDS_H_

#include "pointsman/explain.h"

namespace pointsman::inline v0 {

// "switched off", "tried before": why a candidate cannot be drawn. Empty where it can.
Phrase WhyOut(const ExplainedCandidate& candidate);

// "does not list the model": why a group of the plan does not serve.
Phrase WhyNotServed(Reason reason);

// "it has expired": why a token may not call.
Phrase WhyRefused(CallerRefusal refusal);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_EXPLAIN_EXPLAIN_WORDS_H_
