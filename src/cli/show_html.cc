#include "cli/show_html.h"

#include <algorithm>
#include <map>
#include <span>

#include "cli/html_page.h"

namespace pointsman::cli {
namespace {

constexpr std::size_t kGroupsLinked = 200;
constexpr std::size_t kGroupsShown = 100;
constexpr std::size_t kBlocksShown = 400;  // in all of the page
constexpr std::size_t kCandidatesShown = 30;
constexpr std::size_t kTiersShown = 10;

// Models of a group that are served alike. Never empty.
using Block = std::vector<const RouteInfo*>;

std::string KeyOf(const RouteInfo& route) {
  std::string key;
  for (const TierInfo& tier : route.tiers) {
    key += "/" + std::to_string(tier.priority);
    for (const CandidateInfo& c : tier.candidates) {
      key += " " + std::to_string(c.channel_id) + ":" + std::to_string(c.weight) +
             std::string(CandidateStatusName(c.status));
    }
  }
  return key;
}

std::vector<Block> BlocksOf(std::span<const RouteInfo> routes) {
  std::vector<Block> blocks;
  std::map<std::string, std::size_t> places;
  for (const RouteInfo& route : routes) {
    const auto [entry, added] = places.try_emplace(KeyOf(route), blocks.size());
    if (added) blocks.emplace_back();
    blocks[entry->second].push_back(&route);
  }
  return blocks;
}

std::string StatusText(CandidateStatus status) {
  switch (status) {
    case CandidateStatus::kEligible: return "eligible";
    case CandidateStatus::kZeroWeight: return "never drawn: weight 0";
    case CandidateStatus::kChannelDisabled: return "out: the channel is disabled";
    case CandidateStatus::kAbilityDisabled: return "out: the ability is disabled";
    case CandidateStatus::kNoPriority: return "never selected: its priority is NULL";
  }
  return "";
}

std::string CandidateRow(const CandidateInfo& c) {
  const bool eligible = c.status == CandidateStatus::kEligible;
  return "<tr><th scope=\"row\">" + std::to_string(c.channel_id) + " " + Html(c.channel_name) +
         "</th><td data-label=\"Weight\">" + std::to_string(c.weight) + "</td>" +
         (eligible ? ShareCell(c.share, "Share")
                   : "<td data-label=\"Share\" class=\"warn\">" + StatusText(c.status) + "</td>") +
         "</tr>\n";
}

std::string TierTable(const TierInfo& tier, std::size_t place) {
  std::string text = "<table><caption>" + std::string(place == 0 ? "Tried first" : "Then") + ": priority " +
                     std::to_string(tier.priority) +
                     "</caption><thead><tr><th scope=\"col\">Channel</th><th scope=\"col\">Weight</th><th "
                     "scope=\"col\">Share</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < tier.candidates.size() && i < kCandidatesShown; ++i)
    text += CandidateRow(tier.candidates[i]);
  text += "</tbody></table>\n";
  return text + LeftOut(tier.candidates.size() - std::min(tier.candidates.size(), kCandidatesShown), "candidates");
}

std::string BlockCard(const Block& block) {
  std::vector<std::string_view> models;
  for (const RouteInfo* route : block) models.push_back(route->model);
  std::string text = "<div class=\"card\"><h3>" + std::to_string(models.size()) +
                     (models.size() == 1 ? " model" : " models, served alike") + "</h3>" + Chips(models, models.size());
  if (block.front()->top() == nullptr) text += "<p class=\"bad\">✗ Nobody serves it.</p>";
  std::size_t serving = 0;
  const std::vector<TierInfo>& tiers = block.front()->tiers;
  for (std::size_t i = 0; i < tiers.size() && i < kTiersShown; ++i) {
    text += TierTable(tiers[i], serving);
    serving += tiers[i].serves() ? 1u : 0u;
  }
  return text + LeftOut(tiers.size() - std::min(tiers.size(), kTiersShown), "tiers") + "</div>\n";
}

std::vector<std::span<const RouteInfo>> ByGroup(const std::vector<RouteInfo>& routes) {
  std::vector<std::span<const RouteInfo>> groups;
  for (std::size_t begin = 0, end = 0; begin < routes.size(); begin = end) {
    while (end < routes.size() && routes[end].group == routes[begin].group) ++end;
    groups.push_back(std::span(routes).subspan(begin, end - begin));
  }
  return groups;
}

std::string Tile(std::size_t n, std::string_view what, bool bad = false) {
  return "<li><b" + std::string(bad && n > 0 ? " class=\"bad\"" : "") + ">" + std::to_string(n) + "</b>" +
         std::string(what) + "</li>\n";
}

void AddHead(const std::vector<std::span<const RouteInfo>>& groups, const std::vector<RouteInfo>& routes,
             const BuildReport& report, std::string& body) {
  const auto unserved = static_cast<std::size_t>(
      std::count_if(routes.begin(), routes.end(), [](const RouteInfo& r) { return r.top() == nullptr; }));
  body += "<h1>Who serves what</h1>\n<p class=\"soft\"><code>" + Html(report.source, 200) + "</code>, table <code>" +
          Html(report.content_hash) + "</code></p>\n<ul class=\"tiles\">\n" + Tile(groups.size(), "groups") +
          Tile(routes.size(), "routes") + Tile(unserved, "routes that nobody serves", true) +
          Tile(report.rejections.size(), "rows rejected", true) + "</ul>\n";
  if (groups.size() < 2) return;
  body += "<nav aria-label=\"Groups\"><ul>\n";
  for (std::size_t g = 0; g < groups.size() && g < kGroupsLinked; ++g) {
    const std::string name = "<code>" + Html(groups[g].front().group) + "</code>";
    body += "<li>" + (g < kGroupsShown ? "<a href=\"#g" + std::to_string(g) + "\">" + name + "</a>" : name) + "</li>\n";
  }
  body += "</ul></nav>\n" + LeftOut(groups.size() - std::min(groups.size(), kGroupsLinked), "groups");
}

}  // namespace

std::string ShowPage(const std::vector<RouteInfo>& routes, const BuildReport& report) {
  HtmlPage page("Who serves what");
  std::string& body = page.body();
  const std::vector<std::span<const RouteInfo>> groups = ByGroup(routes);
  AddHead(groups, routes, report, body);
  std::size_t room = kBlocksShown;
  for (std::size_t g = 0; g < groups.size() && g < kGroupsShown; ++g) {
    body += "<section>\n<h2 id=\"g" + std::to_string(g) + "\">Group <code>" + Html(groups[g].front().group) +
            "</code></h2>\n";
    const std::vector<Block> blocks = BlocksOf(groups[g]);
    // Each group that is shown gets its part of the room, so that the first one does not take it all.
    const std::size_t part = std::max<std::size_t>(1, room / (std::min(groups.size(), kGroupsShown) - g));
    std::size_t left = 0;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      if (b < part) {
        body += BlockCard(blocks[b]);
      } else {
        left += blocks[b].size();
      }
    }
    room -= std::min({room, part, blocks.size()});
    body += LeftOut(left, "models") + "</section>\n";
  }
  body += LeftOut(groups.size() - std::min(groups.size(), kGroupsShown), "groups");
  return page.Text();
}

}  // namespace pointsman::cli
