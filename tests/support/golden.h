// GoldenFolder: whole texts kept in files, so that a reader reviews what a user reads.
//
//   GoldenFolder golden(POINTSMAN_GOLDEN_PATH);
//   golden.Compare("empty-group.txt", text);         // each text once
//   golden.ExpectNoOthers();                         // no file is left that no text was compared with
//
// With POINTSMAN_RENEW_GOLDEN=1 in the environment files are written instead of compared, and those that nobody uses
// are removed: look at the difference before you keep it.
#ifndef POINTSMAN_TESTS_SUPPORT_GOLDEN_H_
#define POINTSMAN_TESTS_SUPPORT_GOLDEN_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "support/files.h"

namespace pointsman::testing {

class GoldenFolder {
 public:
  explicit GoldenFolder(std::filesystem::path folder) : folder_(std::move(folder)) {
    const char* renew = std::getenv("POINTSMAN_RENEW_GOLDEN");
    renews_ = renew != nullptr && std::string_view(renew) == "1";
  }

  void Compare(const std::string& name, const std::string& text) {
    ASSERT_TRUE(compared_.insert(name).second) << name << " is compared twice";
    const std::filesystem::path path = folder_ / name;
    if (renews_) return WriteText(path.string(), text);
    ASSERT_TRUE(std::filesystem::exists(path)) << path << " is missing; " << kHowToRenew;
    EXPECT_EQ(text, ReadText(path.string())) << path << " says something else; " << kHowToRenew;
  }

  void ExpectNoOthers() const {
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (compared_.contains(entry.path().filename().string())) continue;
      if (renews_) {
        std::filesystem::remove(entry.path());
      } else {
        ADD_FAILURE() << entry.path() << " is compared with nothing; " << kHowToRenew;
      }
    }
  }

 private:
  static constexpr const char* kHowToRenew =
      "if the new texts are right, run this test with POINTSMAN_RENEW_GOLDEN=1 in the environment and review the "
      "difference";

  std::filesystem::path folder_;
  std::set<std::string> compared_;
  bool renews_ = false;
};

}  // namespace pointsman::testing

#endif  // POINTSMAN_TESTS_SUPPORT_GOLDEN_H_
