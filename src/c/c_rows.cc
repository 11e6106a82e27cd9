#include <string>

#include "c/boundary.h"

namespace {

using pointsman::IntField;
using pointsman::TextField;
using pointsman::c_abi::Guarded;
using pointsman::c_abi::Readable;
using pointsman::c_abi::View;

TextField Field(pointsman_text text) {
  if (text.data != nullptr) return View(text);
  return text.size == SIZE_MAX ? TextField(nullptr) : TextField();
}

IntField Field(pointsman_integer number) {
  if (number.state == POINTSMAN_VALUE) return number.value;
  return number.state == POINTSMAN_NULL ? IntField(nullptr) : IntField();
}

template <class... Integer>
bool Known(const Integer&... integer) {
  return ((integer.state <= POINTSMAN_VALUE && integer.unused == 0) && ...);
}

template <class Row>
std::int32_t Add(pointsman_rows& rows, const Row& row) {
  return Guarded(nullptr,
                 [&] { return rows.rows.Add(row) ? absl::OkStatus() : absl::CancelledError("the rows take no more"); });
}

}  // namespace

std::int32_t pointsman_rows_new(pointsman_text source, pointsman_rows** rows) {
  if (rows == nullptr) return POINTSMAN_INVALID_ARGUMENT;
  *rows = nullptr;
  return Guarded(nullptr, [&] {
    const std::string_view name = View(source);
    *rows = new pointsman_rows{pointsman::Rows(name.empty() ? "rows" : std::string(name))};
    return absl::OkStatus();
  });
}

void pointsman_rows_free(pointsman_rows* rows) { delete rows; }

std::int32_t pointsman_rows_add_channel(pointsman_rows* rows, const pointsman_channel* channel) {
  if (rows == nullptr || !Readable(channel)) return POINTSMAN_INVALID_ARGUMENT;
  const pointsman_channel& c = *channel;
  if (!Known(c.type, c.status, c.priority, c.weight)) return POINTSMAN_INVALID_ARGUMENT;
  return Add(*rows, pointsman::ChannelRow{.id = c.id,
                                          .name = Field(c.name),
                                          .type = Field(c.type),
                                          .status = Field(c.status),
                                          .groups = Field(c.groups),
                                          .models = Field(c.models),
                                          .priority = Field(c.priority),
                                          .weight = Field(c.weight),
                                          .tag = Field(c.tag),
                                          .channel_info = Field(c.channel_info),
                                          .cookie = c.cookie});
}

std::int32_t pointsman_rows_add_ability(pointsman_rows* rows, const pointsman_ability* ability) {
  if (rows == nullptr || !Readable(ability)) return POINTSMAN_INVALID_ARGUMENT;
  const pointsman_ability& a = *ability;
  if (!Known(a.enabled, a.priority, a.weight)) return POINTSMAN_INVALID_ARGUMENT;
  return Add(*rows, pointsman::AbilityRow{.group = Field(a.group),
                                          .model = Field(a.model),
                                          .channel_id = a.channel_id,
                                          .enabled = Field(a.enabled),
                                          .priority = Field(a.priority),
                                          .weight = Field(a.weight),
                                          .tag = Field(a.tag)});
}
