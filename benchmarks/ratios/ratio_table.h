// RatioTable: the named figures of `./dev bench`, what each must be, and whether it is.
//
//   RatioTable table;
//   table.Set("select_vs_gateway_5", MeasurePaired(ours, gateway));
//   std::cout << table.Text();
//
// Names are fixed: people and scripts compare them over versions. Rows that nobody set are "not built".
//
// Thread safety: thread-compatible.
#ifndef POINTSMAN_BENCHMARKS_RATIOS_RATIO_TABLE_H_
#define POINTSMAN_BENCHMARKS_RATIOS_RATIO_TABLE_H_

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/paired.h"

namespace pointsman::bench {

// The closed range in which a figure must lie; without a bound, the figure is for information.
struct Gate {
  std::string_view name;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  bool Allows(double value) const { return low <= value && value <= high; }
  bool free() const { return std::isinf(low) && std::isinf(high); }
  std::string Text() const;  // ">= 7", "<= 300", "430..600", "-"
};

class RatioTable {
 public:
  // All rows, or those about instructions.
  enum class Rows { kAll, kInstructions };
  explicit RatioTable(Rows rows = Rows::kAll);

  // REQUIRES: `name` is a row. `remark` says what the figure does not, for instance both times.
  void Set(std::string_view name, double value, std::string remark = {});
  void Set(std::string_view name, const PairedResult& result, std::string_view more = {});

  // Whether a row was set and lies in its range.
  bool Holds(std::string_view name) const;

  std::string Text() const;
  // {"<name>": value or null, …, "details": {"<name>": {…}}, "conditions": {…}}
  std::string Json() const;

 private:
  struct Row {
    Gate gate;
    std::optional<double> value;
    std::string remark;
    std::optional<PairedResult> paired;
    std::string_view verdict() const;
  };
  Row& Find(std::string_view name);

  std::vector<Row> rows_;
};

// One line about machine, compiler and flags.
std::string Conditions();

}  // namespace pointsman::bench

#endif  // POINTSMAN_BENCHMARKS_RATIOS_RATIO_TABLE_H_
