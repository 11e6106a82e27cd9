// CompareTokens: which tokens may call other models than before and be served.
//
// Thread safety: thread-safe (a pure function).
// Cost: a walk for each model and each distinct pair of token group and user group, on both sides; a bit operation for
// each token and model.
#ifndef POINTSMAN_SRC_DIFF_TOKEN_MODELS_H_
#define POINTSMAN_SRC_DIFF_TOKEN_MODELS_H_

#include <vector>

#include "pointsman/diff.h"

namespace pointsman::inline v0 {

// REQUIRES: the options have the rows of both sides.
std::vector<TokenDiff> CompareTokens(const RouteTable& before, const RouteTable& after, const DiffOptions& options);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DIFF_TOKEN_MODELS_H_
