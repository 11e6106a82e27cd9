// What tests of the C ABI share: a router with two tiers, a selection, a buffer for texts. Of c.h alone: the library
// is behind a wall of exported names.
#ifndef POINTSMAN_TESTS_SUPPORT_C_ABI_FIXTURE_H_
#define POINTSMAN_TESTS_SUPPORT_C_ABI_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "pointsman/c.h"

inline constexpr const char* kTwoTiers = R"({"channels": [
  {"id": 8, "group": "default,vip", "models": "gpt-4o", "priority": 10},
  {"id": 9, "group": "default", "models": "gpt-4o"}]})";

// A text of the library's, in a buffer of `capacity`.
struct Words {
  explicit Words(std::size_t capacity = 4096) : storage(capacity, '?') { buffer = {storage.data(), capacity, 0}; }
  std::string text() const { return storage.c_str(); }
  std::string storage;
  pointsman_buffer buffer;
};

class CAbi : public ::testing::Test {
 protected:
  void SetUp() override { Make(POINTSMAN_ROUTER_OPTIONS_INIT); }
  void TearDown() override {
    pointsman_release(&selection_);
    pointsman_router_free(router_);
  }
  void Make(const pointsman_router_options& options) {
    pointsman_router_free(router_);
    ASSERT_EQ(pointsman_router_new(&options, &router_, &words_.buffer), POINTSMAN_OK) << words_.text();
    ASSERT_EQ(pointsman_reload_json(router_, pointsman_string(kTwoTiers), nullptr, &words_.buffer), POINTSMAN_OK)
        << words_.text();
  }
  void MakeWithoutGuard() {
    pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
    options.max_lost_share = 1;
    Make(options);
  }
  static pointsman_request For(const char* group, const char* model = "gpt-4o") {
    pointsman_request request = POINTSMAN_REQUEST_INIT;
    request.group = pointsman_string(group);
    request.model = pointsman_string(model);
    return request;
  }
  std::int32_t Select(const pointsman_request& request, pointsman_walk* walk = nullptr) {
    return pointsman_select(router_, &request, walk, &selection_);
  }

  Words words_;
  pointsman_router* router_ = nullptr;
  pointsman_selection selection_ = POINTSMAN_SELECTION_INIT;
};

#endif  // POINTSMAN_TESTS_SUPPORT_C_ABI_FIXTURE_H_
