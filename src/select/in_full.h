// SelectInFull: a selection with everything that a request and a policy can ask for: plans, model rules, attempts, a
// filter, a pin. What select.h does is the same for requests and policies without all that, and faster.
//
//   Selection s = SelectInFull(published, request, &attempts, bits);
//
// Whatever leaves candidates out (tried before, switched off, filtered), the others keep their proportions exactly: a
// draw that meets one of them is repeated a few times, then one scan over all decides.
//
// Thread safety: as select.h; `attempts` is the caller's own. Nothing throws or allocates.
// Cost: O(candidates of the plan) at worst.
#ifndef POINTSMAN_SRC_SELECT_IN_FULL_H_
#define POINTSMAN_SRC_SELECT_IN_FULL_H_

#include "pointsman/attempts.h"
#include "pointsman/random.h"
#include "pointsman/request.h"
#include "pointsman/selection.h"
#include "publish/published.h"

namespace pointsman::inline v0 {

// `attempts` may be null: a selection on its own. One that serves is added to them.
[[gnu::noinline]] Selection SelectInFull(const Published& published, const Request& request, Attempts* attempts,
                                         RandomBits bits) noexcept;

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_IN_FULL_H_
