// RowTexts: every field of every row as text, so that two loads can be compared and a difference can be read.
#ifndef POINTSMAN_TESTS_SUPPORT_ROW_TEXT_H_
#define POINTSMAN_TESTS_SUPPORT_ROW_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "pointsman/loader.h"
#include "pointsman/rows.h"

namespace pointsman {

inline std::string ValueText(std::int64_t value) { return std::to_string(value); }
inline std::string ValueText(std::string_view value) { return "'" + std::string(value) + "'"; }
template <class T>
std::string ValueText(const Field<T>& field) {
  if (field.is_absent()) return "absent";
  return field.is_null() ? "NULL" : ValueText(field.value());
}

template <class... Fields>
std::string Joined(const char* table, const Fields&... fields) {
  std::string text = table;
  ((text += " " + ValueText(fields)), ...);
  return text;
}

inline std::string KeysText(const ChannelKeys& keys) {
  std::string text = keys.malformed ? " malformed" : " " + std::to_string(keys.count) + " keys";
  for (const KeyStatus& key : keys.disabled) text += " " + std::to_string(key.index) + ":" + std::to_string(key.status);
  return text;
}

inline std::vector<std::string> RowTexts(const Rows& rows) {
  std::vector<std::string> texts;
  for (const ChannelRow& c : rows.channels()) {
    texts.push_back(Joined("channel", c.id, c.name, c.type, c.status, c.groups, c.models, c.priority, c.weight, c.tag,
                           c.model_mapping, c.channel_info, c.status_time) +
                    KeysText(c.keys));
  }
  for (const AbilityRow& a : rows.abilities()) {
    texts.push_back(Joined("ability", a.group, a.model, a.channel_id, a.enabled, a.priority, a.weight, a.tag));
  }
  for (const TokenRow& t : rows.tokens()) {
    texts.push_back(Joined("token", t.id, t.user_id, t.name, t.status, t.group, t.expired_time, t.model_limits_enabled,
                           t.model_limits, t.cross_group_retry, t.auto_groups));
  }
  for (const UserRow& u : rows.users()) texts.push_back(Joined("user", u.id, u.username, u.status, u.group));
  for (const OptionRow& o : rows.options()) texts.push_back(Joined("option", o.key, o.value));
  return texts;
}

}  // namespace pointsman

#endif  // POINTSMAN_TESTS_SUPPORT_ROW_TEXT_H_
