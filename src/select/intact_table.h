// IntactTable: a table asked what it does with a request while every channel is in order and nothing was tried yet.
//
//   IntactTable table(*compiled.table);
//   if (table.Serves({.group = "vip", .model = "gpt-4o"})) …
//   std::vector<RouteStop> stops;
//   const Reason reason = table.Follow(request, stops);      // kNone: stops.front() serves, the others are behind it
//
// What rows and policy alone decide, for those who compare and examine them.
//
// Thread safety: thread-safe (a view of an immutable table). Cost: a selection's walk without the draw.
#ifndef POINTSMAN_SRC_SELECT_INTACT_TABLE_H_
#define POINTSMAN_SRC_SELECT_INTACT_TABLE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "publish/published.h"
#include "select/model_match.h"

namespace pointsman::inline v0 {

// A route that a walk of attempts comes to.
struct RouteStop {
  std::uint32_t group = 0;
  ModelMatch match;
};

class IntactTable {
 public:
  // REQUIRES: the table outlives it.
  explicit IntactTable(const RouteTable& table);

  // Every route of the plan, in order, as if all attempts failed.
  Reason Follow(const Request& request, std::vector<RouteStop>& stops) const;
  // The first of them.
  std::optional<RouteStop> First(const Request& request) const;
  bool Serves(const Request& request) const { return First(request).has_value(); }

  const TableData& data() const { return *published_.data; }
  // Names that requests may give: groups with aliases and automatic names; models with patterns and aliases.
  void AddGroupNames(std::vector<std::string_view>& names) const;
  void AddModelNames(std::vector<std::string_view>& names) const;

 private:
  Published published_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_SELECT_INTACT_TABLE_H_
