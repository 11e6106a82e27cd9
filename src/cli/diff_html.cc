#include <algorithm>

#include "cli/diff_output.h"
#include "cli/html_page.h"

namespace pointsman::cli {
namespace {

constexpr std::size_t kBlocksShown = 200;
constexpr std::size_t kMovesShown = 40;
constexpr std::size_t kTokensShown = 200;
constexpr std::size_t kTokenModelsShown = 12;

std::vector<std::string_view> Views(const std::vector<std::string>& names) { return {names.begin(), names.end()}; }

std::string Models(const DiffBlock& block) {
  std::vector<std::string_view> names;
  for (const RouteDiff* route : block) names.push_back(route->model);
  return Chips(names, names.size());
}

std::string Tile(std::size_t n, std::string_view what, std::string_view kind = {}) {
  const std::string tone = n > 0 && !kind.empty() ? " class=\"" + std::string(kind) + "\"" : "";
  return "<li><b" + tone + ">" + std::to_string(n) + "</b>" + std::string(what) + "</li>\n";
}

void AddHead(const DiffDocument& document, std::string& body) {
  const Diff& d = document.diff;
  body += "<h1>What a change of routes does to traffic</h1>\n<p class=\"soft\">Before: <code>" +
          Html(document.before, 200) + "</code>, " + std::to_string(d.served_before) + " routes served, table <code>" +
          Html(d.before_hash) + "</code></p>\n<p class=\"soft\">After: <code>" + Html(document.after, 200) +
          "</code>, " + std::to_string(d.served_after) + " routes served, table <code>" + Html(d.after_hash) +
          "</code></p>\n";
  body += d.ok() ? "<p class=\"verdict good\">✓ No route is lost.</p>\n"
                 : "<p class=\"verdict bad\">✗ Requests that are served today will have no answer.</p>\n";
  body += "<ul class=\"tiles\">\n" + Tile(d.lost.size(), "routes lost", "bad") +
          Tile(d.gained.size(), "routes gained", "good") + Tile(d.changed.size(), "routes changed", "warn");
  if (document.has_tokens) body += Tile(d.tokens.size(), "tokens gain or lose models", "warn");
  body += "</ul>\n";
  if (d.later_only > 0) {
    body +=
        "<p class=\"soft\">" + std::to_string(d.later_only) + " more routes differ only in who is tried later.</p>\n";
  }
  if (!document.has_tokens) body += "<p class=\"soft\">Tokens are not compared: one side has none.</p>\n";
  if (d.empty()) body += "<p>Both sides answer every request alike.</p>\n";
}

std::string MovesTable(const RouteDiff& route, const ChannelNames& names) {
  if (route.moved.empty()) return "";
  std::string text =
      "<table><caption>Shares of the first attempt</caption><thead><tr><th scope=\"col\">Channel</th><th "
      "scope=\"col\">Before</th><th scope=\"col\">After</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < route.moved.size() && i < kMovesShown; ++i) {
    const ShareMove& m = route.moved[i];
    text += "<tr><th scope=\"row\">" + std::to_string(m.channel_id) + " " + Html(names.Of(m.channel_id)) + "</th>" +
            ShareCell(m.before, "Before") + ShareCell(m.after, "After") + "</tr>\n";
  }
  text += "</tbody></table>\n";
  return text + LeftOut(route.moved.size() - std::min(route.moved.size(), kMovesShown), "channels");
}

template <class Describe>
void AddRoutes(const std::string& title, const std::vector<RouteDiff>& routes, std::string& body, Describe describe) {
  if (routes.empty()) return;
  body += "<section>\n<h2>" + title + "</h2>\n";
  const std::vector<DiffBlock> blocks = BlocksOf(routes);
  std::size_t left = 0;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i >= kBlocksShown) {
      left += blocks[i].size();
      continue;
    }
    const RouteDiff& first = *blocks[i].front();
    body += "<div class=\"card\"><h3>Group <code>" + Html(first.group) + "</code></h3>" + Models(blocks[i]) +
            describe(first) + "</div>\n";
  }
  body += LeftOut(left, "routes") + "</section>\n";
}

std::string Sides(const RouteDiff& route, std::string_view kind) {
  return "<p class=\"soft\">Before: " + HtmlText(SideText(route.before)) + "</p><p class=\"" + std::string(kind) +
         "\">After: " + HtmlText(SideText(route.after)) + "</p>";
}

std::string NamesCell(const std::vector<std::string>& names, std::size_t total, std::string_view label) {
  if (total == 0) return "<td></td>";
  return "<td data-label=\"" + std::string(label) + "\">" + Chips(Views(names), total, kTokenModelsShown) + "</td>";
}

std::string Standing(const TokenDiff& token) {
  if (!token.was_there) return "new";
  if (!token.is_there) return "gone";
  if (token.before == token.after) return "";
  return std::string(CallerRefusalName(token.before)) + " before, " + std::string(CallerRefusalName(token.after)) +
         " now";
}

void AddTokens(const std::vector<TokenDiff>& tokens, std::string& body) {
  if (tokens.empty()) return;
  body +=
      "<section>\n<h2>Tokens that gain or lose models</h2>\n<div class=\"card\"><table><thead><tr><th "
      "scope=\"col\">Token</th><th scope=\"col\">Gains</th><th scope=\"col\">Loses</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < tokens.size() && i < kTokensShown; ++i) {
    const TokenDiff& t = tokens[i];
    body += "<tr><th scope=\"row\">" + std::to_string(t.id) + " " + Html(t.name) + " <span class=\"soft\">" +
            Standing(t) + "</span></th>" + NamesCell(t.gained, t.gained_total, "Gains") +
            NamesCell(t.lost, t.lost_total, "Loses") + "</tr>\n";
  }
  body += "</tbody></table></div>\n" + LeftOut(tokens.size() - std::min(tokens.size(), kTokensShown), "tokens") +
          "</section>\n";
}

}  // namespace

std::string DiffPage(const DiffDocument& document) {
  HtmlPage page("What a change of routes does to traffic");
  const Diff& d = document.diff;
  AddHead(document, page.body());
  AddRoutes("Lost: served before, without an answer afterwards", d.lost, page.body(),
            [](const RouteDiff& r) { return Sides(r, "bad"); });
  AddRoutes("Changed", d.changed, page.body(), [&](const RouteDiff& r) {
    const std::string change = ChangeText(r);
    return (change.empty() ? "" : "<p class=\"warn\">" + HtmlText(change) + "</p>") + MovesTable(r, document.names);
  });
  AddRoutes("Gained", d.gained, page.body(), [](const RouteDiff& r) { return Sides(r, "good"); });
  AddTokens(d.tokens, page.body());
  return page.Text();
}

}  // namespace pointsman::cli
