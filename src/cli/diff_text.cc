#include <algorithm>
#include <iostream>

#include "cli/diff_output.h"
#include "cli/terminal.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

constexpr std::size_t kBlocksShown = 40;
constexpr std::size_t kNamesShown = 8;
constexpr std::size_t kMovesShown = 20;
constexpr std::size_t kTokensShown = 20;
constexpr std::size_t kNameBytes = 32;
constexpr int kBarWidth = 20;

// "a", "b" and 3 more.
template <class Names, class Get>
std::string Listed(const Names& names, std::size_t total, Get get) {
  std::string text;
  const std::size_t shown = std::min(names.size(), kNamesShown);
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + Quoted(get(names[i]), kNameBytes);
  return total > shown ? text + " and " + std::to_string(total - shown) + " more" : text;
}

std::string ModelsOf(const DiffBlock& block) {
  return Listed(block, block.size(), [](const RouteDiff* r) { return std::string_view(r->model); });
}
std::string NamesOf(const std::vector<std::string>& names, std::size_t total) {
  return Listed(names, total, [](const std::string& name) { return std::string_view(name); });
}

void PrintMoves(const RouteDiff& route, const ChannelNames& names) {
  std::size_t width = 0;
  for (const ShareMove& m : route.moved) width = std::max(width, Quoted(names.Of(m.channel_id), kNameBytes).size());
  for (std::size_t i = 0; i < route.moved.size() && i < kMovesShown; ++i) {
    const ShareMove& m = route.moved[i];
    std::cout << "    " << PadRight("channel " + std::to_string(m.channel_id), 12) << " "
              << PadRight(Quoted(names.Of(m.channel_id), kNameBytes), width) << PadLeft(Percent(m.before.value()), 9)
              << " " << Bar(m.before.value(), kBarWidth) << " -> " << PadLeft(Percent(m.after.value()), 9) << " "
              << Bar(m.after.value(), kBarWidth) << " " << m.before.Text() << " -> " << m.after.Text() << "\n";
  }
  if (route.moved.size() > kMovesShown)
    std::cout << "    and " << route.moved.size() - kMovesShown << " channels more\n";
}

template <class Print>
void PrintBlocks(const std::string& title, const std::vector<RouteDiff>& routes, Print print) {
  if (routes.empty()) return;
  std::cout << "\n" << title << "\n";
  const std::vector<DiffBlock> blocks = BlocksOf(routes);
  for (std::size_t i = 0; i < blocks.size() && i < kBlocksShown; ++i) {
    const RouteDiff& first = *blocks[i].front();
    std::cout << "  group " << Quoted(first.group, kNameBytes) << ": " << ModelsOf(blocks[i]) << "\n";
    print(first);
  }
  if (blocks.size() <= kBlocksShown) return;
  std::size_t left = 0;
  for (std::size_t i = kBlocksShown; i < blocks.size(); ++i) left += blocks[i].size();
  std::cout << "  and " << left << " routes more; --json lists all\n";
}

std::string Standing(const TokenDiff& token) {
  if (!token.was_there) return " (new)";
  if (!token.is_there) return " (gone)";
  if (token.before == token.after) return "";
  return " (" + std::string(CallerRefusalName(token.after == CallerRefusal::kNone ? token.before : token.after)) +
         (token.after == CallerRefusal::kNone ? " before)" : " now)");
}

void PrintTokens(const std::vector<TokenDiff>& tokens) {
  if (tokens.empty()) return;
  std::cout << "\ntokens that gain or lose models\n";
  for (std::size_t i = 0; i < tokens.size() && i < kTokensShown; ++i) {
    const TokenDiff& t = tokens[i];
    std::cout << "  token " << t.id << " " << Quoted(t.name, kNameBytes) << Standing(t) << ":";
    if (t.gained_total > 0) std::cout << " gains " << NamesOf(t.gained, t.gained_total);
    if (t.lost_total > 0) std::cout << (t.gained_total > 0 ? ";" : "") << " loses " << NamesOf(t.lost, t.lost_total);
    std::cout << "\n";
  }
  if (tokens.size() > kTokensShown) std::cout << "  and " << tokens.size() - kTokensShown << " tokens more\n";
}

}  // namespace

void PrintDiff(const DiffDocument& document) {
  const Diff& d = document.diff;
  std::cout << "before " << Printable(document.before) << ": " << d.served_before << " routes served\nafter  "
            << Printable(document.after) << ": " << d.served_after << " routes served\n"
            << d.Summary() << "\n";
  PrintBlocks("lost: served before, without an answer afterwards", d.lost, [](const RouteDiff& r) {
    std::cout << "    ✗ " << SideText(r.after) << "; before " << SideText(r.before) << "\n";
  });
  PrintBlocks("gained", d.gained, [](const RouteDiff& r) {
    std::cout << "    ✓ " << SideText(r.after) << "; before " << SideText(r.before) << "\n";
  });
  PrintBlocks("changed", d.changed, [&](const RouteDiff& r) {
    if (const std::string change = ChangeText(r); !change.empty()) std::cout << "    " << change << "\n";
    PrintMoves(r, document.names);
  });
  PrintTokens(d.tokens);
  if (!document.has_tokens) std::cout << "\ntokens are not compared: one side has none\n";
}

}  // namespace pointsman::cli
