#include "cli/doctor_html.h"

#include <algorithm>
#include <cstddef>

#include "cli/html_page.h"
#include "cli/terminal.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

constexpr std::size_t kRowsShown = 50;
constexpr std::size_t kStatementsShown = 50;
constexpr std::size_t kNameBytes = 60;

// In words and a sign, for those who see no colours.
std::string SeverityLabel(Severity severity) {
  switch (severity) {
    case Severity::kError: return "<span class=\"bad\">✗ error</span>";
    case Severity::kWarning: return "<span class=\"warn\">! warning</span>";
    case Severity::kInfo: return "<span class=\"soft\">i info</span>";
  }
  return "";
}

std::string Paragraph(std::string_view label, std::string_view text) {
  if (text.empty()) return "";
  return "<p><span class=\"soft\">" + std::string(label) + "</span> " + HtmlText(text) + "</p>\n";
}

// On narrow screens a label stands before each cell, so cells with nothing in them have none.
std::string Cell(std::string_view label, const std::string& html) {
  return "<td" + (html.empty() ? std::string() : " data-label=\"" + std::string(label) + "\"") + ">" + html + "</td>";
}

std::string RowCells(const FindingRow& row) {
  const std::string said = !row.detail.empty() ? HtmlText(row.detail)
                           : row.value         ? "<code>" + HtmlText(Quoted(*row.value)) + "</code>"
                                               : std::string("NULL");
  const std::string column = row.column.empty() ? "" : "<code>" + Html(row.column) + "</code>";
  return "<tr><th scope=\"row\"><code>" + std::string(TableName(row.table)) + "</code> " + HtmlText(row.key) + "</th>" +
         Cell("Name", Html(row.name, kNameBytes)) + Cell("Column", column) + Cell("What", said) + "</tr>\n";
}

std::string RowTable(const Finding& f) {
  if (f.where.empty()) return "";
  std::string text =
      "<table><caption>Where</caption><thead><tr><th scope=\"col\">Row</th><th scope=\"col\">Name</th>"
      "<th scope=\"col\">Column</th><th scope=\"col\">What</th></tr></thead><tbody>\n";
  const std::size_t shown = std::min(f.where.size(), kRowsShown);
  for (std::size_t i = 0; i < shown; ++i) text += RowCells(f.where[i]);
  return text + "</tbody></table>\n" + LeftOut(f.count - std::min(f.count, shown), "rows");
}

std::string CureText(const Finding& f, Dialect dialect) {
  const std::size_t total = f.changes.size() + f.statements.size();
  if (total == 0) return "";
  std::string text = "<details><summary>Cure (" + std::string(CureClassName(f.cure)) + "), " + std::to_string(total) +
                     (total == 1 ? " statement" : " statements") + " for " + std::string(DialectName(dialect)) +
                     "</summary>\n";
  std::size_t shown = 0;
  const auto add = [&](const std::string& statement) {
    if (++shown <= kStatementsShown) text += "<p><code>" + HtmlText(statement) + "</code></p>\n";
  };
  for (const RowChange& change : f.changes) {
    const absl::StatusOr<std::string> sql = RenderSql(change, dialect);
    add(sql.ok() ? *sql + ";" : "-- cannot be written as SQL: " + MessageOf(sql.status()));
    if (shown > kStatementsShown) break;
  }
  for (const std::string& statement : f.statements) add(statement + ";");
  return text + LeftOut(total - std::min(total, kStatementsShown), "statements") + "</details>\n";
}

std::string FindingCard(const Finding& f, Dialect dialect, bool known) {
  return "<section class=\"card\">\n<h2>" + SeverityLabel(f.severity) + " <code>" + Html(f.code) + "</code> (" +
         std::to_string(f.count) + ")" + (known ? " <span class=\"soft\">known</span>" : "") + "</h2>\n<p>" +
         HtmlText(f.message) + "</p>\n" + Paragraph("Why it matters:", f.why) + Paragraph("Advice:", f.advice) +
         RowTable(f) + CureText(f, dialect) + "</section>\n";
}

std::string Tile(std::size_t n, std::string_view what, std::string_view kind = "") {
  return "<li><b" + (n > 0 && !kind.empty() ? " class=\"" + std::string(kind) + "\"" : std::string()) + ">" +
         std::to_string(n) + "</b>" + std::string(what) + "</li>\n";
}

std::size_t CountOf(const Examination& e, Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(e.findings.begin(), e.findings.end(), [&](const Finding& f) { return f.severity == severity; }));
}

}  // namespace

std::string DoctorPage(const Examination& e, const std::string& source, Dialect dialect, const Baseline& baseline) {
  HtmlPage page("What the doctor found");
  std::string& body = page.body();
  const ExaminationSummary& s = e.summary;
  body += "<h1>What the doctor found</h1>\n<p class=\"soft\"><code>" + HtmlText(source) + "</code></p>\n" +
          "<ul class=\"tiles\">\n" + Tile(CountOf(e, Severity::kError), "errors", "bad") +
          Tile(CountOf(e, Severity::kWarning), "warnings", "warn") + Tile(CountOf(e, Severity::kInfo), "infos") +
          Tile(s.tokens, "tokens in use") + Tile(s.empty_group_tokens, "of them without a group", "bad") +
          Tile(s.groups, "groups served") + Tile(s.models, "models served") + "</ul>\n";
  if (e.findings.empty()) body += "<p class=\"verdict good\">✓ Nothing to complain about.</p>\n";
  for (const Finding& finding : e.findings) body += FindingCard(finding, dialect, baseline.Knows(finding));
  return page.Text();
}

}  // namespace pointsman::cli
