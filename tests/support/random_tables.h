// Small random tables of every kind: believed lists and abilities, all statuses, extreme numbers, no priorities, names
// of any bytes, patched ones. For round trips and replays.
#ifndef POINTSMAN_TESTS_SUPPORT_RANDOM_TABLES_H_
#define POINTSMAN_TESTS_SUPPORT_RANDOM_TABLES_H_

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "pointsman/compile.h"
#include "pointsman/patch.h"
#include "pointsman/rows.h"
#include "support/random_policy.h"

namespace pointsman::testing {

class RandomTables {
 public:
  explicit RandomTables(unsigned seed) : policies_(seed) {}

  std::size_t Below(std::size_t n) { return policies_.Below(n); }
  bool OneIn(std::size_t n) { return Below(n) == 0; }

  // Groups that policies talk of, and hostile ones.
  std::string Group() {
    static const std::vector<std::string> hostile = {"a\"b\\c\n",        "caf\xe9",   "\xff\xfe",
                                                     "\xf4\x8f\xbf\xbf", "x\xf4\x8f", "\x01\x7f"};
    return OneIn(3) ? hostile[Below(hostile.size())] : policies_.Name();
  }
  std::string Model() {
    static const std::vector<std::string> models = {
        "m1", "m2", "m*", "*", "gpt-4-gizmo-*", "default", "\xc0", "m\xe2\x80", "a long name of a model"};
    return models[Below(models.size())];
  }

  std::shared_ptr<const RouteTable> Next() {
    Rows rows("random");
    const std::int64_t channels = static_cast<std::int64_t>(Below(7));
    for (std::int64_t id = 1; id <= channels; ++id) AddChannel(rows, id);
    if (OneIn(2)) {
      for (std::size_t n = Below(25); n > 0; --n) AddAbility(rows, channels);
    }
    Policy policy = policies_.Next();
    if (OneIn(8)) policy.groups.groups["caf\xe9 of the policy"].aliases = {"\xff alias"};
    if (OneIn(8)) policy.models.aliases["\xfe"] = "m1";
    std::shared_ptr<const RouteTable> table = Compile(rows, policy).value().table;
    for (std::size_t n = Below(3); n > 0; --n) table = Patched(*table, channels);
    return table;
  }

 private:
  static constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

  std::int64_t Number() {
    static constexpr std::array kNumbers = {std::int64_t{0}, std::int64_t{1}, std::int64_t{-7}, kLeast, kMost};
    return kNumbers[Below(kNumbers.size())];
  }
  // NULL under either rule for it.
  IntField Priority() {
    if (OneIn(5)) return nullptr;
    return OneIn(3) ? Number() : 0;
  }
  std::int64_t Weight() {
    return OneIn(6) ? std::int64_t{4294967295} - static_cast<std::int64_t>(Below(3))
                    : static_cast<std::int64_t>(Below(4));
  }
  // Ids of both ends among them.
  std::int64_t Id(std::int64_t n) { return n == 3 ? kLeast : n == 4 ? kMost : n; }

  void AddChannel(Rows& rows, std::int64_t n) {
    std::string groups = Group();
    std::string models = Model();
    for (std::size_t more = Below(3); more > 0; --more) groups += "," + Group();
    for (std::size_t more = Below(3); more > 0; --more) models += "," + Model();
    const std::string name = OneIn(4) ? Group() : "channel";
    static constexpr std::array<KeyStatus, 2> kDisabled = {
        {{.index = 0, .status = 2}, {.index = ChannelKeys::kMost - 1, .status = std::numeric_limits<int>::min()}}};
    rows.Add(ChannelRow{.id = Id(n),
                        .name = name,
                        .type = Number(),
                        .status = OneIn(4) ? Number() : 1,
                        .groups = groups,
                        .models = OneIn(5) ? std::string() : models,
                        .priority = Priority(),
                        .weight = Weight(),
                        .tag = OneIn(4) ? name : std::string(),
                        .keys = OneIn(3)
                                    ? ChannelKeys{.count = OneIn(2) ? ChannelKeys::kMost : 2, .disabled = kDisabled}
                                    : ChannelKeys(),
                        .cookie = OneIn(2) ? std::numeric_limits<std::uint64_t>::max() - Below(2) : Below(5)});
  }
  void AddAbility(Rows& rows, std::int64_t channels) {
    const std::string group = OneIn(6) ? " not, a list item " : Group();
    const std::string model = Model();
    rows.Add(AbilityRow{.group = group,
                        .model = model,
                        .channel_id = Id(1 + static_cast<std::int64_t>(Below(static_cast<std::size_t>(channels) + 1))),
                        .enabled = OneIn(5) ? 0 : 1,
                        .priority = Priority(),
                        .weight = Weight()});
  }
  std::shared_ptr<const RouteTable> Patched(const RouteTable& table, std::int64_t channels) {
    std::vector<ChannelChange> changes;
    for (std::int64_t n = 1; n <= channels; ++n) {
      if (!OneIn(3) || !table.FindChannel(Id(n)).has_value()) continue;
      changes.push_back(OneIn(3) ? ChannelChange::Remove(Id(n))
                                 : ChannelChange::SetWeight(Id(n), static_cast<std::uint32_t>(Weight())));
    }
    return Patch(table, changes).value();
  }

  RandomPolicies policies_;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_RANDOM_TABLES_H_
