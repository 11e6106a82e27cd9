// PassingSink: a sink that hands on to another one, and is asked before each row.
//
// Thread safety: thread-compatible. Limits: the other sink must outlive it.
#ifndef POINTSMAN_SRC_ROWS_PASSING_SINK_H_
#define POINTSMAN_SRC_ROWS_PASSING_SINK_H_

#include <string_view>
#include <utility>

#include "pointsman/loader.h"

namespace pointsman::inline v0 {

class PassingSink : public RowSink {
 public:
  explicit PassingSink(RowSink& next) : next_(next) {}

  bool Add(const ChannelRow& row) override { return MayPass() && next_.Add(row); }
  bool Add(const AbilityRow& row) override { return MayPass() && next_.Add(row); }
  bool Add(const TokenRow& row) override { return MayPass() && next_.Add(row); }
  bool Add(const UserRow& row) override { return MayPass() && next_.Add(row); }
  bool Add(const OptionRow& row) override { return MayPass() && next_.Add(row); }
  void Reject(Rejection rejection) override { next_.Reject(std::move(rejection)); }
  void Describe(const ColumnFact& fact) override { next_.Describe(fact); }
  void KnowGroup(std::string_view group) override { next_.KnowGroup(group); }
  void BelieveAbilities() override { next_.BelieveAbilities(); }

 private:
  // False cancels the load.
  virtual bool MayPass() = 0;

  RowSink& next_;
};

}  // namespace pointsman::inline v0

#endif  // POINTSMAN_SRC_ROWS_PASSING_SINK_H_
