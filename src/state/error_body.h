// ErrorBody: what the body of an error says about itself, apart from what it repeats of the request.
//
//   const ErrorBody body(reply.body);
//   body.HasCode({"insufficient_quota"});          // the value of "code", "type", "reason", "status" or "error"
//   body.Begins({"your credit balance"});          // its "message", or the text itself where it is no JSON
//
// Upstreams repeat what clients sent: names of parameters, tools and models, prompts. So words count only as values of
// those members, whole, or at the beginning of the message; upper and lower case are alike.
//
// Thread safety: thread-safe once made. Cost: O(4096); allocates.
#ifndef POINTSMAN_SRC_STATE_ERROR_BODY_H_
#define POINTSMAN_SRC_STATE_ERROR_BODY_H_

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace pointsman::inline v0 {

class ErrorBody {
 public:
  static constexpr std::size_t kMostBytes = 4096;  // that are looked at

  explicit ErrorBody(std::string_view body);

  bool HasCode(std::initializer_list<std::string_view> codes) const;
  bool Begins(std::initializer_list<std::string_view> beginnings) const;
  // Anywhere in the message, for what is only ever read in a client's disfavour.
  bool Mentions(std::initializer_list<std::string_view> words) const;

 private:
  void ReadMembers(std::string_view json);

  std::vector<std::string> codes_;
  std::vector<std::string> messages_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_STATE_ERROR_BODY_H_
