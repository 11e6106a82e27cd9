#!/bin/sh
# What routing costs a gateway: the same server with routing (token, policy, selection, report, journal) and without (a
# fixed upstream), A B A B in one run, by wrk. Usage: measure.sh BUILD_FOLDER [CONNECTIONS [SECONDS [ROUNDS]]]
# Prints the median latency of each round, and the ratio of their medians; 1 where that is above 1.5.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
connections=${2:-200}
seconds=${3:-8}
rounds=${4:-4}
. "$here/background.sh"

start upstreams "$build/examples/gateway/fake_upstreams" 0
upstreams=$url
"$build/examples/make_incident" "$work/incident.db"
sqlite3 "$work/incident.db" "UPDATE channels SET base_url = '$upstreams/c/' || id"
start routed "$build/examples/gateway/gateway" --from "$work/incident.db" --port 0 2>"$work/routed.log"
routed=$url
start fixed "$build/examples/gateway/gateway" --from "$work/incident.db" --port 0 --fixed-upstream "$upstreams/c/1" 2>"$work/fixed.log"
fixed=$url
cat >"$work/chat.lua" <<'LUA'
wrk.method = "POST"
wrk.body = '{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}],"temperature":0.7}'
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer sk-not-a-real-key-1"
LUA

# once URL SECONDS: "MEDIAN_MS REQUESTS_PER_SECOND ERRORS"
once() {
  wrk -t 2 -c "$connections" -d "$2s" --latency -s "$work/chat.lua" "$1/v1/chat/completions" | awk '
    $1 == "50%" { value = $2 + 0; unit = $2; sub(/^[0-9.]+/, "", unit)
                  median = unit == "us" ? value / 1000 : unit == "s" ? value * 1000 : value }
    $1 == "Requests/sec:" { rate = $2 }
    /Non-2xx/ { errors += $NF }
    /Socket errors/ { for (i = 4; i <= NF; i += 2) errors += $i + 0 }
    END { printf "%.3f %d %d\n", median, rate, errors }'
}
# The middle of the numbers in a file, one a line.
middle() { sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

once "$fixed" 2 >/dev/null
once "$routed" 2 >/dev/null
echo "$connections connections, $seconds s a round; median latency in ms, requests per second, errors"
round=0
while [ "$round" -lt "$rounds" ]; do
  round=$((round + 1))
  for server in fixed routed; do
    [ "$server" = fixed ] && target=$fixed || target=$routed
    line=$(once "$target" "$seconds")
    echo "  $server  $line"
    echo "$line" | cut -d' ' -f1 >>"$work/$server.ms"
    [ "${line##* }" = 0 ] || { echo "requests failed: no measurement" >&2; exit 2; }
  done
done
awk -v fixed="$(middle "$work/fixed.ms")" -v routed="$(middle "$work/routed.ms")" 'BEGIN {
  printf "median of medians: fixed %.2f ms, routed %.2f ms, ratio %.2f (at most 1.5)\n", fixed, routed, routed / fixed
  exit routed / fixed > 1.5 }'
