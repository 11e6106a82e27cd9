#include "table/route_rows.h"

#include <algorithm>
#include <bit>

namespace pointsman::inline v0 {

void RouteRows::Append(std::span<const ListedRoute> routes, std::uint32_t models) {
  models_ = models;
  const auto begin = static_cast<std::uint32_t>(words_.size());
  const std::size_t places = std::bit_ceil(routes.size() + routes.size() / 2 + 1);
  if (models <= 2 * places) {
    rows_.push_back({.begin = begin, .mask = kDense});
    words_.resize(words_.size() + models, kNotListed);
    for (const ListedRoute& route : routes) words_[begin + route.model] = route.first;
    return;
  }
  const Row row{.begin = begin, .mask = static_cast<std::uint32_t>(places - 1)};
  rows_.push_back(row);
  words_.resize(words_.size() + 2 * places, kNotListed);
  for (const ListedRoute& route : routes) InsertPair(row, route);
}

void RouteRows::Replace(std::uint32_t group, std::uint32_t model, TierRef first) {
  const Row row = rows_[group];
  if (row.mask == kDense) {
    words_[row.begin + model] = first;
    return;
  }
  std::uint32_t at = Spread(model) & row.mask;
  while (words_[row.begin + 2 * std::size_t{at}] != model) at = (at + 1) & row.mask;
  words_[row.begin + 2 * std::size_t{at} + 1] = first;
}

void RouteRows::Remove(std::uint32_t group, std::uint32_t model) {
  const Row row = rows_[group];
  if (row.mask == kDense) {
    words_[row.begin + model] = kNotListed;
    return;
  }
  const std::vector<ListedRoute> routes = RoutesOf(group);
  std::fill_n(words_.begin() + row.begin, 2 * (std::size_t{row.mask} + 1), kNotListed);
  for (const ListedRoute& route : routes) {
    if (route.model != model) InsertPair(row, route);
  }
}

void RouteRows::InsertPair(const Row& row, const ListedRoute& route) {
  std::uint32_t at = Spread(route.model) & row.mask;
  while (words_[row.begin + 2 * std::size_t{at} + 1] != kNotListed) at = (at + 1) & row.mask;
  words_[row.begin + 2 * std::size_t{at}] = route.model;
  words_[row.begin + 2 * std::size_t{at} + 1] = route.first;
}

std::vector<ListedRoute> RouteRows::RoutesOf(std::uint32_t group) const {
  const Row row = rows_[group];
  std::vector<ListedRoute> routes;
  if (row.mask == kDense) {
    for (std::uint32_t m = 0; m < models_; ++m) {
      if (words_[row.begin + m] != kNotListed) routes.push_back({.model = m, .first = words_[row.begin + m]});
    }
    return routes;
  }
  for (std::size_t at = 0; at <= row.mask; ++at) {
    const std::uint32_t* pair = &words_[row.begin + 2 * at];
    if (pair[1] != kNotListed) routes.push_back({.model = pair[0], .first = pair[1]});
  }
  std::sort(routes.begin(), routes.end(), [](const ListedRoute& a, const ListedRoute& b) { return a.model < b.model; });
  return routes;
}

void RouteRows::ShrinkToFit() {
  rows_.shrink_to_fit();
  words_.shrink_to_fit();
}

}  // namespace pointsman::inline v0
