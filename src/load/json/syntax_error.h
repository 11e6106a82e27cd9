// ExplainSyntaxError: what a JSON parser says about text that is not JSON, in words that name place and cure.
//
//   routes.json:41:17: unexpected ']'; remove the comma before it
//
// The parser's own message quotes what it read last, which may be a secret: nothing of the text is repeated here.
// Thread safety: thread-safe (a pure function). Cost: O(bytes before the place).
#ifndef POINTSMAN_SRC_LOAD_JSON_SYNTAX_ERROR_H_
#define POINTSMAN_SRC_LOAD_JSON_SYNTAX_ERROR_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace pointsman::inline v0 {

// `bytes_read` is how far the parser came, the offending byte included; `what` is its exception's message.
std::string ExplainSyntaxError(std::string_view name, std::string_view text, std::size_t bytes_read,
                               std::string_view what);

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_LOAD_JSON_SYNTAX_ERROR_H_
