#include "cli/html_page.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "cli/terminal.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<style>
:root { --page: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4; --bar: #2f6fde;
  --track: #e6eaef; --bad: #b42318; --good: #1a7f37; --warn: #8a5a00; --chip: #eef1f5; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0f1318; --card: #171c22; --ink: #e6e9ed; --soft: #9aa4af; --line: #2d343d; --bar: #6ea3ff;
    --track: #262d36; --bad: #ff8f85; --good: #5fd07c; --warn: #e6b450; --chip: #232a33; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 .7rem; overflow-wrap: anywhere; }
.card > h2:first-child { margin-top: 0; }
h3 { font-size: 1rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
p { margin: .3rem 0; overflow-wrap: anywhere; }
a { color: var(--bar); }
code { font: .88em ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: .92rem; }
.bad, .tiles .bad { color: var(--bad); } .good, .tiles .good { color: var(--good); }
.warn, .tiles .warn { color: var(--warn); }
.verdict { font-size: 1.1rem; font-weight: 600; margin: 1rem 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: .6rem; padding: 0;
  margin: 1rem 0; list-style: none; }
.tiles li, .card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
.tiles li { padding: .6rem .8rem; color: var(--soft); font-size: .92rem; }
.tiles b { display: block; font-size: 1.5rem; line-height: 1.25; color: var(--ink); }
.card { padding: .9rem 1rem; margin: 0 0 .8rem; }
.chips { display: flex; flex-wrap: wrap; gap: .3rem; list-style: none; padding: 0; margin: .3rem 0 .5rem; }
.chips li { background: var(--chip); border-radius: .3rem; padding: 0 .45rem; max-width: 100%; }
table { width: 100%; border-collapse: collapse; margin: .4rem 0 0; table-layout: fixed; }
caption { text-align: left; color: var(--soft); font-size: .92rem; padding: .4rem 0 .1rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-top: 1px solid var(--line);
  overflow-wrap: anywhere; font-weight: 400; }
thead th { color: var(--soft); font-size: .85rem; border-top: 0; }
.track { display: block; height: .55rem; background: var(--track); border-radius: .3rem; overflow: hidden;
  margin: .45rem 0 .1rem; }
.track i { display: block; height: 100%; background: var(--bar); border-radius: .3rem; }
.share { font-variant-numeric: tabular-nums; font-size: .92rem; }
nav ul { columns: 12rem; padding-left: 1.1rem; margin: .5rem 0; }
nav li { break-inside: avoid; }
@media (max-width: 40rem) {
  main { padding: 1rem .75rem 3rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, caption, tbody th, tbody td { display: block; }
  tr { border-top: 1px solid var(--line); padding: .45rem 0; }
  th, td { border: 0; padding: .1rem 0; }
  td[data-label]::before { content: attr(data-label) ": "; color: var(--soft); font-size: .85rem; } }
@media print { body { background: none; } .card { break-inside: avoid; } }
</style>
<title>)";

void Append(std::string& text, char c) {
  switch (c) {
    case '&': text += "&amp;"; break;
    case '<': text += "&lt;"; break;
    case '>': text += "&gt;"; break;
    case '"': text += "&quot;"; break;
    case '\'': text += "&#39;"; break;
    default: text += c;
  }
}

}  // namespace

std::string HtmlText(std::string_view printable) {
  std::string text;
  for (const char c : printable) Append(text, c);
  return text;
}

std::string Html(std::string_view name, std::size_t max_bytes) { return HtmlText(Printable(name, max_bytes)); }

std::string ShareCell(const Share& share, std::string_view label) {
  char width[32];
  std::snprintf(width, sizeof width, "%.2f%%", share.value() * 100.0);
  return "<td data-label=\"" + Html(label) + "\"><span class=\"share\">" + Percent(share.value()) +
         " <span class=\"soft\">" + share.Text() +
         "</span></span><span class=\"track\" aria-hidden=\"true\"><i style=\"width:" + width + "\"></i></span></td>";
}

std::string Chips(const std::vector<std::string_view>& names, std::size_t total, std::size_t most) {
  std::string text = "<ul class=\"chips\">";
  const std::size_t shown = std::min(names.size(), most);
  for (std::size_t i = 0; i < shown; ++i) text += "<li><code>" + Html(names[i]) + "</code></li>";
  if (total > shown) text += "<li>and " + std::to_string(total - shown) + " more</li>";
  return text + "</ul>";
}

std::string LeftOut(std::size_t n, std::string_view what) {
  if (n == 0) return "";
  return "<p class=\"soft\">And " + std::to_string(n) + " " + std::string(what) + " more, which are not shown.</p>\n";
}

std::string HtmlPage::Text() const {
  return std::string(kHead) + Html(title_) + "</title>\n</head>\n<body>\n<main>\n" + body_ +
         "</main>\n</body>\n</html>\n";
}

void WritePage(const std::string& file, const std::string& page) {
  std::ofstream out(file, std::ios::binary);
  if (!(out << page).flush())
    Fail(file + ": cannot be written; name a file in a folder that exists and may be written");
}

}  // namespace pointsman::cli
