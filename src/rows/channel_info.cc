#include "rows/channel_info.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <system_error>

#include "pointsman/group_policy.h"
#include "rows/json_cell.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::int64_t kEnabled = 1;

struct Info {
  bool is_multi_key = false;
  std::int64_t size = 0;
};

std::optional<std::uint32_t> KeyIndex(const std::string& name) {
  std::uint32_t index = 0;
  const char* const end = name.data() + name.size();
  const auto [behind, error] = std::from_chars(name.data(), end, index);
  return error == std::errc() && behind == end ? std::optional(index) : std::nullopt;
}

// The last status of a key counts, as for whoever reads the object into a map.
bool ReadStatuses(JsonCell& cell, std::vector<KeyStatus>& statuses) {
  if (cell.TakeWord("null")) return true;
  return cell.ReadObject([&](const std::string& name) {
    const std::optional<std::uint32_t> index = KeyIndex(name);
    const std::optional<std::int64_t> status = cell.ReadInteger();
    if (!index.has_value() || !status.has_value()) return false;
    constexpr std::int64_t kHighest = std::numeric_limits<std::int32_t>::max();
    constexpr std::int64_t kLowest = std::numeric_limits<std::int32_t>::min();
    statuses.push_back({.index = *index, .status = static_cast<std::int32_t>(std::clamp(*status, kLowest, kHighest))});
    return true;
  });
}

bool ReadInfo(std::string_view text, Info& info, std::vector<KeyStatus>& statuses) {
  JsonCell cell(text);
  if (cell.TakeWord("null")) return cell.AtEnd();
  const auto read = [&](const std::string& name) {
    if (name == "multi_key_status_list") return ReadStatuses(cell, statuses);
    if (name == "is_multi_key") {
      const std::optional<bool> flag = cell.ReadFlag();
      info.is_multi_key = flag.value_or(false);
      return flag.has_value();
    }
    if (name != "multi_key_size") return cell.Skip();
    const std::optional<std::int64_t> size = cell.ReadInteger();
    info.size = size.value_or(0);
    return size.has_value();
  };
  return cell.ReadObject(read) && cell.AtEnd();
}

// By index, the last status of each; without those that are enabled or not there.
void KeepDisabled(std::uint32_t count, std::vector<KeyStatus>& statuses) {
  std::reverse(statuses.begin(), statuses.end());
  std::stable_sort(statuses.begin(), statuses.end(),
                   [](const KeyStatus& a, const KeyStatus& b) { return a.index < b.index; });
  const auto same_key = [](const KeyStatus& a, const KeyStatus& b) { return a.index == b.index; };
  statuses.erase(std::unique(statuses.begin(), statuses.end(), same_key), statuses.end());
  std::erase_if(statuses, [&](const KeyStatus& s) { return s.status == kEnabled || s.index >= count; });
}

}  // namespace

ChannelKeys ReadChannelInfo(std::string_view text, std::vector<KeyStatus>& disabled) {
  disabled.clear();
  if (IsBlank(text)) return {};
  Info info;
  if (!ReadInfo(text, info, disabled)) return {.malformed = true};
  return info.is_multi_key ? JudgeKeys(info.size, disabled) : ChannelKeys();
}

ChannelKeys JudgeKeys(std::int64_t count, std::vector<KeyStatus>& disabled) {
  if (count < 1 || count > ChannelKeys::kMost) return {.malformed = true};
  KeepDisabled(static_cast<std::uint32_t>(count), disabled);
  return {.count = static_cast<std::uint32_t>(count), .disabled = disabled};
}

IntField ReadStatusTime(std::string_view text) {
  IntField time;
  JsonCell cell(text);
  const bool good = cell.ReadObject([&](const std::string& name) {
    if (name != "status_time") return cell.Skip();
    const std::optional<std::int64_t> seconds = cell.ReadInteger();
    if (seconds.has_value()) time = *seconds;
    return seconds.has_value();
  });
  return good && cell.AtEnd() ? time : IntField();
}

std::string ChannelInfoText(const ChannelKeys& keys) {
  std::string statuses;
  for (const KeyStatus& key : keys.disabled) {
    statuses += (statuses.empty() ? "\"" : ",\"") + std::to_string(key.index) + "\":" + std::to_string(key.status);
  }
  return "{\"is_multi_key\":true,\"multi_key_size\":" + std::to_string(keys.count) + ",\"multi_key_status_list\":{" +
         statuses + "}}";
}

}  // namespace pointsman::inline v0
