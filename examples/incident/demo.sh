#!/bin/sh
# The incident from beginning to end. Usage: demo.sh BUILD_FOLDER
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
PATH=$build/bin:$build/examples:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"
cp "$here/exact.json" .

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi
say() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }

# Shows a command, runs it, and goes on whether the answer is yes (0) or no (1). Anything else ends the demo.
run() {
  printf '$ %s\n' "$*"
  status=0
  "$@" || status=$?
  [ "$status" -le 1 ] || exit "$status"
}

make_incident incident.db
cp incident.db untouched.db
token=$(sqlite3 incident.db "SELECT min(id) FROM tokens WHERE \"group\" IS NULL AND status = 1 AND deleted_at IS NULL")

say '1. A gateway moved to another database; since then requests for runway fail. It looks groups up exactly. Why?'
run pointsman explain --from incident.db --policy exact.json --token "$token" --model runway

say '2. How many tokens are in that state, and what else is wrong?'
run pointsman doctor --from incident.db

say '3. Cure it: one transaction, with an undo file written first.'
run pointsman doctor --from incident.db --apply --yes --undo undo.sql

say '4. The same request again, under the same rule.'
run pointsman select --from incident.db --policy exact.json --token "$token" --model runway

say '5. With the default policy it would have been served all along: an empty group means the owner'"'"'s.'
run pointsman select --from untouched.db --token "$token" --model runway

say '6. A weighted model with two tiers, selected 100,000 times: counts beside the exact shares of the upper tier.'
run pointsman select --from incident.db --group default --model gpt-4o -n 100000
