#!/bin/sh
# Demands that the ordering edges of publication are whole:
#   - every atomic operation in FOLDER states an edge, "(1) -> (2)" or "(2) <- (1)", or "no edge", with a reason;
#   - each end has its partner, and the list at the top of hazard.h has that edge, and no other;
#   - no operation that states an edge is relaxed, and none leaves its order to the default;
#   - the accesses that the portable fence consists of are sequentially consistent (steps b and c; model/ shows why);
#   - only hazard.h and hazard.cc have atomics.
# Then it breaks a copy in each of these ways, and demands that it notices.
#   sh ordering_edges.sh FOLDER                          (needs a POSIX awk)
set -eu
LC_ALL=C
export LC_ALL

check() {
  for file in "$1"/*.h "$1"/*.cc; do
    case "$file" in */hazard.h | */hazard.cc) continue ;; esac
    if grep -nE 'std::atomic|<atomic>' "$file"; then
      echo "$file: atomics belong in hazard.h and hazard.cc"
      return 1
    fi
  done
  awk '
    function complain(text) { printf "%s:%d: %s\n", FILENAME, FNR, text; bad = 1 }
    # Notes the edges in `text`: stated[kind, from, to]. Returns how many there were.
    # Both sides of the fence: exchange, scan, the walk over slots, and the announcement and look of the portable one.
    function is_of_the_fence(words) {
      if (words ~ /\(1\) -> \(2\)|\(4\) <- \(|\(6\) -> \(7\)|\(7\) <- \(6\)/) return 1
      return portable && words ~ /\(3\) -> \(4\)|\(2\) <- \(1\)/
    }
    function note(kind, text,    edge, ends, count, reversed) {
      while (match(text, /\([0-9]+\) (->|<-) \([0-9]+\)/)) {
        edge = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        reversed = edge ~ /<-/
        gsub(/[()]/, "", edge)
        split(edge, ends, / (->|<-) /)
        if (kind == "listed") at[ends[1], ends[2], "listed"] = 1
        else if (reversed) at[ends[2], ends[1], "end"] = 1
        else at[ends[1], ends[2], "start"] = 1
        if (reversed) edges[ends[2] SUBSEP ends[1]] = 1
        else edges[ends[1] SUBSEP ends[2]] = 1
        ++count
      }
      return count + 0
    }
    /^  [a-zA-Z].*\) const noexcept \{$/ { portable = /Portable\(/ }
    FNR == 1 { above = ""; essay = FILENAME ~ /hazard\.h$/ }
    /^#ifndef/ { essay = 0 }
    essay { note("listed", $0); next }
    /^[ \t]*\/\// { above = above $0; next }
    {
      code = $0
      words = above
      above = ""
      if (match(code, /\/\/.*/)) { words = words substr(code, RSTART); code = substr(code, 1, RSTART - 1) }
      stated = note("code", words)
      operation = code ~ /(\.|->)(load|store|exchange|compare_exchange_(weak|strong)|fetch_[a-z]+|test_and_set|wait)\(/
      operation = operation || code ~ /atomic_(signal|thread)_fence\(|Membarrier\(kFence/
      if (!operation) { if (stated) complain("an edge without an operation"); next }
      ++operations
      if (code !~ /memory_order_|Membarrier/) complain("an operation without its order")
      if (code ~ /atomic_thread_fence/) complain("put the order on the operation: the thread sanitizer knows no fences")
      if (!stated && words !~ /no edge: [^ ]/) complain("an atomic operation that states no edge")
      split(code, orders, /memory_order_/)
      if (stated && is_of_the_fence(words)) { ++fenced; if (orders[2] !~ /^seq_cst/) complain("the fence needs more than that") }
      if (stated && orders[2] ~ /^relaxed/) complain("a relaxed operation cannot be the end of an edge")
    }
    END {
      for (edge in edges) {
        split(edge, ends, SUBSEP)
        name = "(" ends[1] ") -> (" ends[2] ")"
        if (!((ends[1], ends[2], "start") in at)) { print name ": no operation is its start"; bad = 1 }
        if (!((ends[1], ends[2], "end") in at)) { print name ": no operation is its end"; bad = 1 }
        if (!((ends[1], ends[2], "listed") in at)) { print name ": not in the list"; bad = 1 }
        ++count
      }
      if (fenced != 6) { print fenced + 0 " accesses of the fence instead of 6"; bad = 1 }
      if (operations < 10 || count < 5) { print operations + 0 " operations, " count + 0 " edges: too few"; bad = 1 }
      if (!bad) print count " edges, " operations " operations"
      exit bad
    }' "$1/hazard.h" "$1/hazard.cc"
}

check "$1"

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
broken=0
# must_notice WHAT FILE SED-SCRIPT
must_notice() {
  cp "$source"/*.h "$source"/*.cc "$copy"
  sed "$3" "$source/$2" >"$copy/$2"
  if cmp -s "$source/$2" "$copy/$2"; then
    echo "cannot break: $1"
    exit 1
  fi
  if check "$copy" >/dev/null; then
    echo "not noticed: $1"
    exit 1
  fi
  broken=$((broken + 1))
}
source=$1
edges=$(grep -ohE '\([0-9]+\) (->|<-) \([0-9]+\)' "$source/hazard.h" "$source/hazard.cc" | sort -u | tr ' ' '_')
for edge in $edges; do
  edge=$(echo "$edge" | tr '_' ' ')
  for file in hazard.h hazard.cc; do
    if grep -qF "$edge" "$source/$file"; then must_notice "$edge is gone from $file" "$file" "s/$edge/()/g"; fi
  done
done
must_notice 'a reason is gone' hazard.cc 's/no edge: .*//'
must_notice 'an end is relaxed' hazard.cc '/(8) -> (9)/s/memory_order_release/memory_order_relaxed/'
must_notice 'the exchange is released only' hazard.h 's/exchange(node, std::memory_order_seq_cst)/exchange(node, std::memory_order_acq_rel)/'
must_notice 'the announcement is released only' hazard.h 's/store(node, std::memory_order_seq_cst)/store(node, std::memory_order_release)/'
must_notice 'the portable look is acquired only' hazard.h 's/current_.load(std::memory_order_seq_cst)/current_.load(std::memory_order_acquire)/'
must_notice 'an order is left to the default' hazard.h 's/exchange(node, std::memory_order_seq_cst)/exchange(node)/'
must_notice 'an atomic elsewhere' published.h 's/#include <memory>/#include <atomic>/'
echo "$broken broken copies noticed"
