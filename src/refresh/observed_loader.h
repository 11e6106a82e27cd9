// ObservedLoader: another loader, with a list of the columns that its source had, and a way to end it early.
//
// Thread safety: thread-compatible; the flag may be set from any thread.
#ifndef POINTSMAN_SRC_REFRESH_OBSERVED_LOADER_H_
#define POINTSMAN_SRC_REFRESH_OBSERVED_LOADER_H_

#include <atomic>
#include <set>
#include <string>

#include "pointsman/loader.h"
#include "rows/passing_sink.h"

namespace pointsman::inline v0 {

// By name, such as "abilities.enabled".
using ColumnNames = std::set<std::string>;

class ObservedLoader final : public Loader {
 public:
  ObservedLoader(Loader& loader, const std::atomic<bool>& stop) : loader_(loader), stop_(stop) {}

  absl::Status Load(RowSink& sink, const Wanted& wanted) override {
    columns_.clear();
    Sink observing(sink, stop_, columns_);
    return loader_.Load(observing, wanted);
  }
  std::string source() const override { return loader_.source(); }

  const ColumnNames& columns() const { return columns_; }

 private:
  class Sink final : public PassingSink {
   public:
    Sink(RowSink& next, const std::atomic<bool>& stop, ColumnNames& columns)
        : PassingSink(next), stop_(stop), columns_(columns) {}
    void Describe(const ColumnFact& fact) override {
      if (fact.present) columns_.insert(std::string(TableName(fact.table)) + "." + std::string(fact.column));
      PassingSink::Describe(fact);
    }

   private:
    bool MayPass() override { return !stop_.load(std::memory_order_relaxed); }

    const std::atomic<bool>& stop_;
    ColumnNames& columns_;
  };

  Loader& loader_;
  const std::atomic<bool>& stop_;
  ColumnNames columns_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_REFRESH_OBSERVED_LOADER_H_
