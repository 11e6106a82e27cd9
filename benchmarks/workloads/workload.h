// Workload: the tables and requests that every benchmark here shares. Made from formulas and fixed seeds: the same on
// every machine and in every run.
//
//   const Workload w(Typical(Sets::kShared));
//   Compile(w.rows(), {});
//   for (const Key& k : w.RandomKeys(100'000)) Select(w.group(k), w.model(k));
//
// A channel has its own weight and priority, which its ability rows repeat, as gateways write them; the rows come
// channel by channel, as gateways insert them, unless the shape says otherwise. Names of groups and models are 21 bytes
// long on average, like those of real models ("claude-sonnet-4-20250514").
//
// Thread safety: immutable once made.
#ifndef POINTSMAN_BENCHMARKS_WORKLOADS_WORKLOAD_H_
#define POINTSMAN_BENCHMARKS_WORKLOADS_WORKLOAD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/loader.h"

namespace pointsman::bench {

// Whether routes repeat each other's candidates. Real channels carry their vendor's whole list, so real routes do.
enum class Sets : std::uint8_t {
  kShared,    // at most Shape::shared_sets different ones
  kDistinct,  // every route has its own
};

// In which order the ability rows come.
enum class RowOrder : std::uint8_t {
  kByChannel,  // as gateways insert them
  kSorted,     // by group, model and channel, as a database hands out whose primary key is just that
};

// How long the names of groups and models are.
enum class Names : std::uint8_t {
  kUsual,  // 21 bytes on average
  kShort,  // as they are where few are needed: "default", "vip", "gpt-4o", "claude-3-opus"; at most 15 bytes
};

struct Shape {
  std::string_view name;
  std::uint32_t groups = 0;
  std::uint32_t models = 0;
  std::uint32_t candidates = 0;  // of each route
  std::uint32_t tiers = 0;       // that these candidates fall into
  std::uint32_t channels = 0;
  Sets sets = Sets::kShared;
  std::uint32_t shared_sets = 2000;
  std::uint64_t seed = 1;
  RowOrder order = RowOrder::kByChannel;
  Names names = Names::kUsual;

  std::size_t routes() const { return std::size_t{groups} * models; }
  std::size_t abilities() const { return routes() * candidates; }
};

// 90 abilities: a private gateway.
Shape Tiny();
// 1,000,000 abilities: 200 groups by 1,000 models by 5 candidates in 3 tiers, 1,500 channels.
Shape Typical(Sets sets, RowOrder order = RowOrder::kByChannel);
// Typical with a tenth of the groups and of the models: where the size of the table is not the question.
Shape Small();
// Small with short names.
Shape SmallShortNames();
// 5,000,000 abilities.
Shape Huge();
// `candidates` candidates in one tier for each of 100 routes.
Shape Wide(std::uint32_t candidates);

// A (group, model) pair by number. Model number Shape::models has a name and no route.
struct Key {
  std::uint32_t group = 0;
  std::uint32_t model = 0;
};

// A candidate as plain numbers, for strategies that know nothing of rows.
struct Candidate {
  std::int64_t channel_id = 0;
  std::uint32_t weight = 0;
  std::int64_t priority = 0;
};

class Workload {
 public:
  explicit Workload(const Shape& shape);

  const Shape& shape() const { return shape_; }
  const Rows& rows() const { return rows_; }
  std::string_view group(Key key) const { return groups_[key.group]; }
  std::string_view model(Key key) const { return models_[key.model]; }
  const std::vector<std::string>& groups() const { return groups_; }
  const std::vector<std::string>& models() const { return models_; }  // the last one is in no row
  double mean_name_bytes() const;

  // The candidates of a route, in order of channel id.
  std::vector<Candidate> CandidatesOf(Key key) const;

  // One pair whose names are both 21 bytes long; with short names "default" and "gpt-4o".
  Key hot_key() const { return hot_key_; }
  // Pairs that are served: uniformly random, or with few that are asked for often (Zipf, exponent 1, over all pairs).
  std::vector<Key> RandomKeys(std::size_t count) const;
  std::vector<Key> SkewedKeys(std::size_t count) const;
  // Pairs of the first few groups and models, uniformly random: names of changing length, all of them hot.
  std::vector<Key> FewKeys(std::size_t count) const;
  // Pairs of a known group and a model that nobody lists.
  std::vector<Key> MissingKeys(std::size_t count) const;

 private:
  void AddByChannel();
  void AddSorted();
  void Add(Key key, const Candidate& candidate);
  Candidate ChannelAt(std::uint64_t index) const;

  Shape shape_;
  std::vector<std::string> groups_;
  std::vector<std::string> models_;
  Key hot_key_;
  Rows rows_;
};

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_WORKLOADS_WORKLOAD_H_
