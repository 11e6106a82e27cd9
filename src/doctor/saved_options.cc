#include "doctor/saved_options.h"

#include <algorithm>
#include <utility>

#include "rows/json_cell.h"
#include "rows/name_array.h"

namespace pointsman::inline v0 {
namespace {

using Names = SavedOptions::Names;

std::optional<Names> KeysOf(std::string_view text) {
  Names keys;
  JsonCell cell(text);
  const auto take = [&](const std::string& key) {
    keys.push_back(key);
    return cell.Skip();
  };
  return cell.ReadObject(take) && cell.AtEnd() ? std::optional(std::move(keys)) : std::nullopt;
}

std::map<std::string, Names> ReadSpecial(std::string_view text) {
  std::map<std::string, Names> special;
  JsonCell cell(text);
  const auto take = [&](const std::string& user_group) {
    Names& changes = special[user_group];
    return cell.ReadObject([&](const std::string& change) {
      changes.push_back(change);
      return cell.Skip();
    });
  };
  if (!cell.ReadObject(take) || !cell.AtEnd()) special.clear();
  return special;
}

bool Contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

SavedOptions SavedOptions::Read(const Rows& rows) {
  SavedOptions options;
  for (const OptionRow& row : rows.options()) {
    const std::string_view text = row.value.value_or({});
    if (row.key == "GroupRatio" && !options.group_ratio) options.group_ratio = KeysOf(text);
    if (row.key == "UserUsableGroups" && !options.usable_groups) options.usable_groups = KeysOf(text);
    if (row.key == "AutoGroups" && !options.auto_groups) options.auto_groups = ReadNameArray(text);
    if (row.key == "group_ratio_setting.group_special_usable_group" && options.special.empty()) {
      options.special = ReadSpecial(text);
    }
  }
  return options;
}

bool SavedOptions::MayUse(std::string_view user_group, std::string_view group) const {
  if (!usable_groups.has_value() || group == user_group) return true;
  bool may = Contains(*usable_groups, group);
  const auto changes = special.find(std::string(user_group));
  if (changes == special.end()) return may;
  for (const std::string_view change : changes->second) {
    const bool removes = change.starts_with("-:");
    const std::string_view named = removes || change.starts_with("+:") ? change.substr(2) : change;
    if (named == group) may = !removes;
  }
  return may;
}

}  // namespace pointsman::inline v0
