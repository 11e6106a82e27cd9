// The head of a request, judged byte by byte before the HTTP library reads it: that is lenient, decodes what it reads,
// and leaves out lines that it does not understand. A proxy before this server, or an upstream behind it, may read such
// a line in another way; then a part of one caller's body is the next one's request, or a path leads elsewhere.
//
//   std::size_t body_bytes = 0;
//   if (std::optional<Fault> fault = FaultOfHead(head, max_body_bytes, body_bytes)) Refuse(*fault);
//
// Thread safety: thread-safe (pure functions). Cost: one pass.
#ifndef GATEWAY_REQUEST_HEAD_H_
#define GATEWAY_REQUEST_HEAD_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gateway {

struct Fault {
  int status;
  std::string code;
  std::string message;
};

inline constexpr std::size_t kMaxHead = 32 << 10;   // of all lines together
inline constexpr std::size_t kMaxLine = 8 << 10;    // the HTTP library takes no longer one
inline constexpr std::size_t kMaxTarget = 1 << 10;  // it matches paths recursively

// What is wrong with a head, from its first byte to the empty line; nothing where it can be served, and then how long
// its body is.
std::optional<Fault> FaultOfHead(std::string_view head, std::size_t max_body_bytes, std::size_t& body_bytes);

// What is wrong with a path, as it came: it may climb, or be read in two ways.
std::optional<Fault> FaultOfPath(std::string_view path);

}  // namespace gateway

#endif  // GATEWAY_REQUEST_HEAD_H_
