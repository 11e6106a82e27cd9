#include <iostream>

#include "cli/commands.h"
#include "cli/html_page.h"
#include "cli/json_output.h"
#include "cli/show_html.h"
#include "cli/terminal.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

void PrintCandidate(const CandidateInfo& c) {
  std::cout << "      " << (c.status == CandidateStatus::kEligible ? "  " : "✗ ") << "channel " << c.channel_id << " "
            << Quoted(c.channel_name) << "  weight " << c.weight;
  if (c.status == CandidateStatus::kEligible) {
    std::cout << "  share " << c.share.Text() << " (" << Percent(c.share.value()) << ")\n";
  } else {
    std::cout << "  " << CandidateStatusName(c.status) << "\n";
  }
}

void PrintTree(const std::vector<RouteInfo>& routes) {
  std::string_view group;
  for (const RouteInfo& route : routes) {
    if (&route == &routes.front() || route.group != group) std::cout << "group " << Quoted(route.group) << "\n";
    group = route.group;
    std::cout << "  model " << Quoted(route.model) << (route.top() == nullptr ? "  ✗ nobody serves it" : "") << "\n";
    for (const TierInfo& tier : route.tiers) {
      std::cout << "    priority " << tier.priority << "\n";
      for (const CandidateInfo& candidate : tier.candidates) PrintCandidate(candidate);
    }
  }
}

}  // namespace

int RunShow(const ShowOptions& options) {
  const Source source = OpenSource(options.common.from);
  const Policy policy = AskedPolicy(options.common, source).value_or(Policy{});
  const Rows rows = LoadRows(source, {});
  const Compiled compiled = CompileRows(rows, policy);

  std::vector<RouteInfo> routes;
  compiled.table->ForEachRoute([&](const RouteInfo& route) {
    if (options.group && route.group != *options.group) return;
    if (options.model && route.model != *options.model) return;
    routes.push_back(route);
  });
  if (!options.html_file.empty()) WritePage(options.html_file, ShowPage(routes, compiled.report));
  if (options.common.json) {
    PrintShowJson(routes, compiled.report);
  } else if (routes.empty()) {
    std::cout << "no route" << (options.group || options.model ? " matches" : "; the table is empty") << "\n";
  } else {
    PrintTree(routes);
    std::cout << Plain(compiled.report.Text(0));
  }
  return routes.empty() ? kAnswerIsNo : kFine;
}

}  // namespace pointsman::cli
