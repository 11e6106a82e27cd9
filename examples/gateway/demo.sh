#!/bin/sh
# The gateway with the incident's data and fake upstreams. Usage: demo.sh BUILD_FOLDER [PORT [UPSTREAMS_PORT]]; 0: any.
# Ends with Ctrl-C, and takes everything that it started and wrote along.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
port=${2:-8080}
upstreams_port=${3:-8081}
. "$here/background.sh"

start upstreams "$build/examples/gateway/fake_upstreams" "$upstreams_port"
upstreams=$url
"$build/examples/make_incident" "$work/incident.db"
sqlite3 "$work/incident.db" \
  "UPDATE channels SET base_url = '$upstreams/c/' || id; UPDATE tokens SET key = 'demo-' || id;"
POINTSMAN_OPERATOR_TOKEN=${POINTSMAN_OPERATOR_TOKEN:-operator}
export POINTSMAN_OPERATOR_TOKEN
start gateway "$build/examples/gateway/gateway" --from "$work/incident.db" --policy "$here/../incident/exact.json" \
  --refresh-ms 500 --caller-cache-ms 0 --port "$port"

if [ -t 1 ]; then bold=$(printf '\033[1m') plain=$(printf '\033[0m'); else bold='' plain=''; fi
cat <<TEXT
${bold}A gateway on $url, as it stood in the incident: empty groups are looked up as they are.${plain}

${bold}Watch it:${plain} $url/#token=$POINTSMAN_OPERATOR_TOKEN

${bold}Try, in another terminal:${plain}
  curl $url/v1/chat/completions -H 'Authorization: Bearer sk-demo-1' -H 'X-Operator-Token: $POINTSMAN_OPERATOR_TOKEN' -i -d '{"model":"gpt-4o"}'
  curl $url/v1/chat/completions -H 'Authorization: Bearer sk-demo-1' -N -d '{"model":"gpt-4o","stream":true}'
  curl $url/v1/models -H 'Authorization: Bearer sk-demo-9'
  curl $url/runway/tasks -H 'Authorization: Bearer sk-demo-1' -d '{"model":"gen4_turbo"}'

${bold}The incident:${plain} a token without a group. It is explained, in the caller's language; then cured, and served.
  curl $url/runway/tasks -H 'Authorization: Bearer sk-demo-3' -d '{}'
  curl $url/runway/tasks -H 'Authorization: Bearer sk-demo-3' -d '{}' -H 'Accept-Language: zh'
  $build/bin/pointsman doctor --from $work/incident.db --apply --yes --undo $work/undo.sql
  curl $url/runway/tasks -H 'Authorization: Bearer sk-demo-3' -d '{}'

${bold}Break a channel, and let it heal:${plain} failing, slow, rate_limited, refusing, poor, picky, cut_off, fast.
  curl -d '' $upstreams/behave/1/failing
  for i in \$(seq 30); do curl -s -o /dev/null $url/v1/chat/completions -H 'Authorization: Bearer sk-demo-1' -d '{"model":"gpt-4o"}'; done
  curl -d '' $upstreams/behave/1/fast

${bold}Change the tables:${plain} routing follows within a second.
  sqlite3 -cmd '.timeout 2000' $work/incident.db 'UPDATE abilities SET weight = 10 WHERE channel_id = 1'

${bold}What is served, for the command line:${plain}
  curl -s $url/admin/dump -H 'Authorization: Bearer $POINTSMAN_OPERATOR_TOKEN' | $build/bin/pointsman explain --from dump:- --group default --model gpt-4o

Ctrl-C ends it.
TEXT
wait
