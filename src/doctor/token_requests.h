// TokenRequests: which requests of a token have no route although the group that was meant serves the model.
//
// Thread safety: thread-compatible. Cost: each pair of groups is compared once; a token with model limits costs
// O(limits). Under a policy with plans or model rules every group costs a walk a model.
#ifndef POINTSMAN_SRC_DOCTOR_TOKEN_REQUESTS_H_
#define POINTSMAN_SRC_DOCTOR_TOKEN_REQUESTS_H_

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "doctor/evidence.h"

namespace pointsman::inline v0 {

// Whether the token may call the models of its list only.
bool IsLimited(const TokenRow& token);

class TokenRequests {
 public:
  explicit TokenRequests(const Evidence& evidence) : evidence_(evidence) {}

  // Null where no row is known.
  const UserRow* Owner(const TokenRow& token) const;
  // Empty where it is unknown.
  std::string_view OwnerGroup(const TokenRow& token) const;
  // Whether the owner's row is there, or may be, but could not be read: then nobody knows the group.
  bool OwnerIsUnread(const TokenRow& token) const;
  // What the gateways mean by an empty group: the owner's, else the default group. Empty where the owner is unread.
  std::string_view MeantGroup(const TokenRow& token) const;

  // Whether a gateway chooses a group for it by options of its own; a policy says itself what it stands for.
  bool IsLeftToTheGateway(std::string_view group) const;
  // Of groups that stand for its automatic one, instead of what the policy says. One that cannot be understood is such
  // a list too: it opens no group.
  static bool HasAListOfItsOwn(const TokenRow& token);
  // How its requests are looked up. Nothing where they are refused, or left to the gateway or the token's own list.
  std::optional<Asker> AskerOf(const TokenRow& token) const;
  // How many of the models that the token may call are served to `asker`.
  std::size_t CountServed(const TokenRow& token, const Asker& asker);

  // The names of models with which a request is served, in byte order, and whether there are any.
  std::span<const std::string_view> Models(const Asker& asker);
  bool ServesAny(const Asker& asker) { return !Models(asker).empty(); }

  // How many models the token may call are served in `meant` and not in `used` (nothing: no group is used). None if
  // the owner is disabled: then nothing is lost by the group.
  std::size_t CountLost(const TokenRow& token, std::string_view meant, std::optional<std::string_view> used);
  // The first of them in byte order.
  std::optional<std::string_view> FirstLost(const TokenRow& token, std::string_view meant,
                                            std::optional<std::string_view> used);

 private:
  // Both groups as the token's user asks for them.
  struct Groups {
    Asker meant;
    std::optional<Asker> used;
    friend auto operator<=>(const Groups&, const Groups&) = default;
  };
  Groups GroupsOf(const TokenRow& token, std::string_view meant, std::optional<std::string_view> used) const;
  bool IsLost(std::string_view model, const Groups& groups) const;
  std::size_t CountLostOfAll(const Groups& groups);

  const Evidence& evidence_;
  std::map<Asker, std::vector<std::string_view>> models_;
  std::map<Groups, std::size_t> counted_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_DOCTOR_TOKEN_REQUESTS_H_
