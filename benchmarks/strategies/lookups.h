// Ways from two names to a number, under one interface:
//
//   Lookup table;
//   table.Add(group, model, number);             // the names outlive the table
//   std::uint32_t n = table.Find(group, model);  // kNone where there is none
//
// None of them makes a temporary string on the way, but for the one that says so.
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_BENCHMARKS_STRATEGIES_LOOKUPS_H_
#define POINTSMAN_BENCHMARKS_STRATEGIES_LOOKUPS_H_

#include <boost/version.hpp>
#if BOOST_VERSION >= 108100
#include <boost/unordered/unordered_flat_map.hpp>
#endif

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "opponents/string_keys.h"

namespace pointsman::bench {

inline constexpr std::uint32_t kNone = 0xffffffff;

// A map of maps.
template <class Outer>
class Nested {
 public:
  void Add(std::string_view group, std::string_view model, std::uint32_t number) {
    FindOrAdd(FindOrAdd(outer_, group), model) = number;
  }
  std::uint32_t Find(std::string_view group, std::string_view model) const {
    const auto inner = outer_.find(group);
    if (inner == outer_.end()) return kNone;
    const auto found = inner->second.find(model);
    return found == inner->second.end() ? kNone : found->second;
  }

 private:
  Outer outer_;
};

using NestedStdMap = Nested<std::map<std::string, std::map<std::string, std::uint32_t, std::less<>>, std::less<>>>;

template <class Value>
using StdHashMap = std::unordered_map<std::string, Value, StdStringHash, StringEqual>;
using NestedStdUnordered = Nested<StdHashMap<StdHashMap<std::uint32_t>>>;

template <class Value>
using AbseilMap = absl::flat_hash_map<std::string, Value, AbseilStringHash, StringEqual>;
using NestedAbseil = Nested<AbseilMap<AbseilMap<std::uint32_t>>>;

// As it was before C++20, and as many still write it: a std::string for each lookup.
class NestedStdTemporaries {
 public:
  void Add(std::string_view group, std::string_view model, std::uint32_t number) {
    outer_[std::string(group)][std::string(model)] = number;
  }
  std::uint32_t Find(std::string_view group, std::string_view model) const {
    const auto inner = outer_.find(std::string(group));
    if (inner == outer_.end()) return kNone;
    const auto found = inner->second.find(std::string(model));
    return found == inner->second.end() ? kNone : found->second;
  }

 private:
  std::unordered_map<std::string, std::unordered_map<std::string, std::uint32_t>> outer_;
};

using NamePair = std::pair<std::string_view, std::string_view>;

struct NamePairHash {
  std::size_t operator()(const NamePair& names) const { return absl::Hash<NamePair>()(names); }
};

// One map from pairs; the keys are views into names that somebody else keeps.
template <class Map>
class Flat {
 public:
  void Add(std::string_view group, std::string_view model, std::uint32_t number) { map_[{group, model}] = number; }
  std::uint32_t Find(std::string_view group, std::string_view model) const {
    const auto found = map_.find(NamePair(group, model));
    return found == map_.end() ? kNone : found->second;
  }

 private:
  Map map_;
};

using FlatAbseil = Flat<absl::flat_hash_map<NamePair, std::uint32_t, NamePairHash>>;
#if BOOST_VERSION >= 108100
using FlatBoost = Flat<boost::unordered_flat_map<NamePair, std::uint32_t, NamePairHash>>;
#endif

// Both names become small numbers, and the pair is a place in a matrix of groups by models.
class DenseMatrix {
 public:
  void Add(std::string_view group, std::string_view model, std::uint32_t number) {
    const std::uint32_t g = Intern(groups_, group);
    const std::uint32_t m = Intern(models_, model);
    if (g >= rows_.size()) rows_.resize(g + 1);
    if (m >= rows_[g].size()) rows_[g].resize(m + 1, kNone);
    rows_[g][m] = number;
  }
  std::uint32_t Find(std::string_view group, std::string_view model) const {
    const auto g = groups_.find(group);
    const auto m = models_.find(model);
    if (g == groups_.end() || m == models_.end()) return kNone;
    const std::vector<std::uint32_t>& row = rows_[g->second];
    return m->second < row.size() ? row[m->second] : kNone;
  }

 private:
  using Names = absl::flat_hash_map<std::string_view, std::uint32_t, AbseilStringHash, StringEqual>;
  static std::uint32_t Intern(Names& names, std::string_view name) {
    return names.try_emplace(name, static_cast<std::uint32_t>(names.size())).first->second;
  }
  Names groups_;
  Names models_;
  std::vector<std::vector<std::uint32_t>> rows_;
};

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_STRATEGIES_LOOKUPS_H_
