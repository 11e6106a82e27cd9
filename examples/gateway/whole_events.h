// WholeEvents: of a stream of server-sent events, what may be passed on: events that have their end. Clients wait for
// that anyway; and where the stream is cut inside an event, no half of it was sent that the next one would complete.
//
//   WholeEvents events;
//   Send(events.Take(bytes));                          // again and again
//   if (events.is_between()) Send(an event of ours);   // whatever comes now stands by itself
//
// Thread safety: thread-compatible. Limits: an event of more than kMost bytes is passed on as it comes.
#ifndef GATEWAY_WHOLE_EVENTS_H_
#define GATEWAY_WHOLE_EVENTS_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace gateway {

class WholeEvents {
 public:
  static constexpr std::size_t kMost = 256 << 10;

  std::string Take(std::string_view bytes) {
    waiting_ += bytes;
    std::size_t end = EndOfWhole();
    if (end > 0) is_between_ = true;
    if (waiting_.size() - end > kMost) {
      end = waiting_.size();
      is_between_ = false;
    }
    std::string whole = waiting_.substr(0, end);
    waiting_.erase(0, end);
    return whole;
  }
  // What has no end yet.
  std::string TakeRest() { return std::exchange(waiting_, {}); }
  // Whether all that was taken is whole.
  bool is_between() const { return is_between_; }

 private:
  // Behind the last empty line, whichever way lines end.
  std::size_t EndOfWhole() const {
    std::size_t end = 0;
    for (const std::string_view mark : {"\n\n", "\n\r\n", "\r\r"}) {
      const std::size_t at = waiting_.rfind(mark);
      if (at != std::string::npos) end = std::max(end, at + mark.size());
    }
    return end;
  }

  std::string waiting_;
  bool is_between_ = true;
};

}  // namespace gateway

#endif  // GATEWAY_WHOLE_EVENTS_H_
