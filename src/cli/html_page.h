// Pages for a browser: one file each, without scripts and without anything from the network; light and dark as the
// reader's system is, for wide and narrow screens, and readable without colours.
//
//   HtmlPage page("Routes");
//   page.body() += "<h2>" + Html(name) + "</h2>";
//   WritePage("routes.html", page.Text());
#ifndef POINTSMAN_SRC_CLI_HTML_PAGE_H_
#define POINTSMAN_SRC_CLI_HTML_PAGE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pointsman/route_table.h"

namespace pointsman::cli {

// A name from strangers: printable, shortened, and without a meaning in HTML.
std::string Html(std::string_view name, std::size_t max_bytes = 80);

// The same for a text that is printable already.
std::string HtmlText(std::string_view printable);

// A share as a bar beside its numbers, for a table cell.
std::string ShareCell(const Share& share, std::string_view label);

// Names as a list of chips, at most `most` of them, and how many were left out.
std::string Chips(const std::vector<std::string_view>& names, std::size_t total, std::size_t most = 24);

// "and 12 routes more are not shown", as a paragraph; nothing for 0.
std::string LeftOut(std::size_t n, std::string_view what);

class HtmlPage {
 public:
  explicit HtmlPage(std::string_view title) : title_(title) {}
  std::string& body() { return body_; }
  std::string Text() const;

 private:
  std::string title_;
  std::string body_;
};

// Fails where the file cannot be written.
void WritePage(const std::string& file, const std::string& page);

}  // namespace pointsman::cli

#endif  // POINTSMAN_SRC_CLI_HTML_PAGE_H_
