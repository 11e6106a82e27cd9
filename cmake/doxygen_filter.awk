# Shows this project's comments to Doxygen: plain // and /* */ become documentation, indented lines become code.
#   awk -f doxygen_filter.awk router.h
# Of the Markdown, the README is the only page: what it points to elsewhere in the tree is named, and not linked.
FILENAME ~ /[.]md$/ {
  while (match($0, /\[[^]]*\]\((README|src|tests|benchmarks|examples|CHANGELOG)[^)]*\)/)) {
    link = substr($0, RSTART + 1, RLENGTH - 2)
    sub(/\]\(.*/, "", link)
    $0 = substr($0, 1, RSTART - 1) link substr($0, RSTART + RLENGTH)
  }
  print
  next
}
NR == 1 && /^\/\// { print "/// @file"; print "///" }
NR == 1 && /^\/\*/ { sub(/^\/\*/, "/** @file\n *\n *"); print; next }
/^ *\/\/   / { sub(/\/\/   /, "///     "); print; next }
/^ *\/\// { sub(/\/\//, "///"); print; next }
/^ *\/\*/ { sub(/\/\*/, "/**"); print; next }
/^ \*   / { sub(/^ \*   /, " *     "); print; next }
/;.*  \/\/ |[,{].*  \/\/ / { sub(/  \/\/ /, "  ///< "); print; next }
/[;,].* \/\* / { sub(/ \/\* /, " /**< "); print; next }
/^namespace pointsman::inline v0/ { sub(/::inline v0/, "") }  # of which Doxygen makes a namespace v0
{ print }
