#!/bin/sh
# Has Spin check publish.pml: whole with both fences, and refute it with each thing broken that the model can break.
#   sh check.sh [FOLDER]                                      (needs spin and a C compiler; a few seconds)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
model=$here/publish.pml
for tool in spin cc; do
  command -v "$tool" >/dev/null 2>&1 || { echo "skipped: $tool is not installed"; exit 0; }
done
work=${1:-$(mktemp -d)}
mkdir -p "$work"
[ $# -gt 0 ] || trap 'rm -rf "$work"' EXIT
cd "$work"

# shellcheck disable=SC2086 # lists of defines are meant
# search DEFINES…: the checker's report. The whole space is searched: a search that was cut short proves nothing.
search() {
  rm -f pan pan.c report
  spin -a "$@" "$model" >spin.log 2>&1 && cc -O1 -w -DSAFETY -DCOLLAPSE -DMEMLIM=2048 -o pan pan.c && ./pan -m1000000 >report 2>&1 ||
    { cat spin.log report; echo "cannot check: $*"; exit 1; }
  if grep -qE 'max search depth too small|memory limit|out of memory' report; then cat report; exit 1; fi
}
holds() {
  search "$@"
  grep -q 'errors: 0' report || { cat report; echo "refuted: $*"; exit 1; }
  if grep -q 'Search not completed' report; then cat report; echo "not searched whole: $*"; exit 1; fi
  echo "holds: ${*:-portable}: $(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' report) states"
}
refuted() {
  search "$@"
  grep -q 'assertion violated' report || { cat report; echo "not refuted: $*"; exit 1; }
  echo "refuted: $*"
}

more="-DREADERS=2 -DREADS=1 -DPUBLISHERS=1"
holds
holds -DASYMMETRIC
holds $more
holds -DASYMMETRIC $more
for broken in SECOND_LOOK ANNOUNCE_ORDER LOOK_ORDER SCAN_ORDER SCAN_FIRST COMPLETE EMPTYING TAKE_ALL PUT_BACK LINKING; do
  refuted -DBREAK_$broken
done
for broken in MEMBARRIER COMPILER_BARRIER SECOND_LOOK SCAN_FIRST COMPLETE EMPTYING TAKE_ALL PUT_BACK; do
  refuted -DASYMMETRIC -DBREAK_$broken
done
# A break that nobody tries proves nothing.
for broken in $(grep -o 'defined(BREAK_[A-Z_]*' "$model" | sed 's/.*BREAK_//' | sort -u); do
  grep -q "$broken" "$here/check.sh" || { echo "nobody tries $broken"; exit 1; }
done
