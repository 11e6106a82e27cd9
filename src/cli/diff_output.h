// A Diff for people, for programs, and as a page.
#ifndef POINTSMAN_SRC_CLI_DIFF_OUTPUT_H_
#define POINTSMAN_SRC_CLI_DIFF_OUTPUT_H_

#include <string>

#include "cli/diff_blocks.h"
#include "pointsman/diff.h"

namespace pointsman::cli {

struct DiffDocument {
  const Diff& diff;
  ChannelNames names;
  std::string before;  // the sources, as the command line names them
  std::string after;
  bool has_tokens = true;  // both sides have tokens to compare
};

void PrintDiff(const DiffDocument& document);
void PrintDiffJson(const DiffDocument& document);
std::string DiffPage(const DiffDocument& document);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_DIFF_OUTPUT_H_
