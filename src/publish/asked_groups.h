// AskedGroups: what handles of groups were asked for. A handle names one group; where that cannot serve, whatever the
// policy says of the names goes on.
//
//   const AskedGroup& asked = groups.Keep("vip", user_group);      // stays where it is as long as the AskedGroups live
//
// Thread safety: thread-safe; what was kept is immutable. Cost: only ever grows, by each pair once.
#ifndef POINTSMAN_SRC_PUBLISH_ASKED_GROUPS_H_
#define POINTSMAN_SRC_PUBLISH_ASKED_GROUPS_H_

#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "pointsman/request.h"

namespace pointsman::inline v0 {

struct AskedGroup {
  std::string group;  // as it was asked for: an alias, an automatic name, or blank
  std::string user_group;
};

class AskedGroups {
 public:
  const AskedGroup& Keep(std::string_view group, std::string_view user_group) {
    // A longer name is nobody's, and neither is an empty one.
    if (user_group.size() > kMaxNameBytes) user_group = {};
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(Names(group, user_group));
    if (found != kept_.end()) return *found;
    return *kept_.insert({.group = std::string(group), .user_group = std::string(user_group)}).first;
  }

  std::size_t memory_bytes() const {
    const std::lock_guard lock(mutex_);
    std::size_t bytes = 0;
    for (const AskedGroup& asked : kept_) {
      bytes += sizeof(asked) + kNodeBytes + asked.group.capacity() + asked.user_group.capacity();
    }
    return bytes;
  }

 private:
  static constexpr std::size_t kNodeBytes = 4 * sizeof(void*);
  using Names = std::tuple<std::string_view, std::string_view>;
  struct Before {
    using is_transparent = void;
    static Names Of(const AskedGroup& asked) { return {asked.group, asked.user_group}; }
    static Names Of(Names names) { return names; }
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
      return Of(a) < Of(b);
    }
  };

  mutable std::mutex mutex_;
  std::set<AskedGroup, Before> kept_;  // guarded
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_PUBLISH_ASKED_GROUPS_H_
