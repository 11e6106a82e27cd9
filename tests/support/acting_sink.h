// A sink that counts rows, and does something while it is given the first of them.
#ifndef POINTSMAN_TESTS_SUPPORT_ACTING_SINK_H_
#define POINTSMAN_TESTS_SUPPORT_ACTING_SINK_H_

#include <functional>

#include "pointsman/loader.h"

namespace pointsman {

class ActingSink : public RowSink {
 public:
  bool Add(const ChannelRow&) override { return ++channels == 1 && on_first_channel ? on_first_channel() : true; }
  bool Add(const AbilityRow&) override { return ++abilities == 1 && on_first_ability ? on_first_ability() : true; }
  bool Add(const TokenRow&) override { return ++tokens != 0; }
  bool Add(const UserRow&) override { return ++users != 0; }
  bool Add(const OptionRow&) override { return ++options != 0; }
  void Reject(Rejection) override { ++rejections; }

  std::function<bool()> on_first_channel;
  std::function<bool()> on_first_ability;
  int channels = 0, abilities = 0, tokens = 0, users = 0, options = 0, rejections = 0;
};

}  // namespace pointsman

#endif  // POINTSMAN_TESTS_SUPPORT_ACTING_SINK_H_
