#include <algorithm>
#include <iostream>
#include <map>

#include "cli/commands.h"
#include "cli/json_output.h"
#include "cli/served.h"
#include "cli/terminal.h"
#include "pointsman/router.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

constexpr int kBarWidth = 30;

// The tier that the first attempt is from. REQUIRES: the explanation is of a route.
const ExplainedTier& FirstTier(const Explanation& why) {
  return *std::find_if(why.tiers.begin(), why.tiers.end(), [&](const ExplainedTier& tier) {
    return tier.group == why.serving_group &&
           std::any_of(tier.candidates.begin(), tier.candidates.end(),
                       [](const ExplainedCandidate& c) { return c.share.numerator > 0; });
  });
}

// Draws `count` times, and sets beside it what each candidate of the tier should get.
SelectDocument Draw(const Router& router, const Request& request, const Explanation& why,
                    const SelectOptions& options) {
  const ExplainedTier& tier = FirstTier(why);
  SelectDocument document{
      .group = why.serving_group, .priority = tier.priority, .requested = options.count, .seed = options.seed};
  SplitMix64 bits(options.seed);
  std::map<std::int64_t, std::uint64_t> counts;
  for (std::uint64_t i = 0; i < options.count; ++i) ++counts[router.Select(request, RandomBits(bits)).channel_id()];
  for (const ExplainedCandidate& c : tier.candidates) {
    const std::uint64_t count = counts[c.channel_id];
    // A single draw is an answer, not a statistic: it shows the channel and nobody else.
    if (count == 0 && (options.count == 1 || c.share.numerator == 0)) continue;
    document.tallies.push_back({.channel_id = c.channel_id, .channel_name = c.name, .count = count, .exact = c.share});
  }
  std::stable_sort(document.tallies.begin(), document.tallies.end(),
                   [](const Tally& a, const Tally& b) { return a.count > b.count; });
  return document;
}

// One walk of up to that many attempts, every attempt taken to fail.
WalkDocument WalkThrough(const Router& router, const Request& request, const SelectOptions& options) {
  WalkDocument document{.seed = options.seed};
  SplitMix64 bits(options.seed);
  Attempts attempts;
  if (absl::Status room = attempts.Reserve(options.request.attempts); !room.ok()) Fail(room);
  for (std::uint64_t i = 0; i < options.request.attempts; ++i) {
    const Selection selection = router.Select(request, attempts, RandomBits(bits));
    if (!selection) {
      document.ended = selection.reason();
      break;
    }
    document.steps.push_back({.channel_id = selection.channel_id(),
                              .group = std::string(selection.group()),
                              .priority = selection.priority()});
  }
  return document;
}

void PrintWalk(const WalkDocument& d) {
  for (std::size_t i = 0; i < d.steps.size(); ++i) {
    std::cout << "attempt " << i + 1 << ": channel " << d.steps[i].channel_id << ", group " << Quoted(d.steps[i].group)
              << ", priority " << d.steps[i].priority << "\n";
  }
  if (d.ended != Reason::kNone) std::cout << "then " << ReasonName(d.ended) << "\n";
}

void PrintOne(const SelectDocument& d) {
  const Tally& t = d.tallies.front();
  std::cout << "channel " << t.channel_id << " " << Quoted(t.channel_name) << ", group " << Quoted(d.group)
            << ", priority " << d.priority << ", share " << t.exact.Text() << "\n";
}

void PrintMany(const SelectDocument& d) {
  std::size_t width = 0;
  for (const Tally& t : d.tallies) width = std::max(width, Quoted(t.channel_name, 24).size());
  std::cout << d.requested << " selections from group " << Quoted(d.group) << ", priority " << d.priority << ", seed "
            << d.seed << "\n";
  std::cout << "  " << PadLeft("channel", 8) << "  " << PadRight("name", width) << PadLeft("count", 10)
            << PadLeft("share", 10) << PadLeft("exact", 10) << "\n";
  for (const Tally& t : d.tallies) {
    const double share = static_cast<double>(t.count) / static_cast<double>(d.requested);
    std::cout << "  " << PadLeft(std::to_string(t.channel_id), 8) << "  " << PadRight(Quoted(t.channel_name, 24), width)
              << PadLeft(std::to_string(t.count), 10) << PadLeft(Percent(share), 10)
              << PadLeft(Percent(t.exact.value()), 10) << "  " << Bar(share, kBarWidth) << " " << t.exact.Text()
              << "\n";
  }
}

int NoRoute(const Explanation& why, const CommonOptions& common) {
  if (common.json) {
    PrintNoRouteJson(why, common.lang());
  } else {
    std::cout << why.Text(common.lang(), Audience::kOperator);
  }
  return kAnswerIsNo;
}

}  // namespace

int RunSelect(const SelectOptions& options) {
  const Source source = OpenSource(options.common.from);
  const Policy policy = AskedPolicy(options.common, source).value_or(Policy{});
  const Rows rows = LoadRows(source, WantedFor(options.request));
  const AskedRequest asked(options.request, rows);
  const Served served(source, policy, CompileRows(rows, policy).table);

  const Explanation why = served.Explain(asked.request(), Attempts(), asked.caller());
  if (!why.ok) return NoRoute(why, options.common);
  if (options.request.attempts > 0) {
    const WalkDocument walk = WalkThrough(served.router(), asked.request(), options);
    options.common.json ? PrintWalkJson(walk) : PrintWalk(walk);
    return kFine;
  }
  const SelectDocument document = Draw(served.router(), asked.request(), why, options);
  if (options.common.json) {
    PrintSelectJson(document);
  } else if (options.count == 1) {
    PrintOne(document);
  } else {
    PrintMany(document);
  }
  return kFine;
}

}  // namespace pointsman::cli
