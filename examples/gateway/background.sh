# For demo.sh and measure.sh: programs in the background, which end with the script, and a folder $work that does too.
#
#   . "$here/background.sh"
#   start upstreams "$build/examples/gateway/fake_upstreams" 0      # waits until it listens; then $url is where
work=$(mktemp -d)
started=
finish() {
  trap - EXIT INT TERM
  for process in $started; do kill "$process" 2>/dev/null || true; done
  for process in $started; do wait "$process" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 0' INT TERM

# start NAME COMMAND…: its first line ends with the URL.
start() {
  name=$1
  shift
  "$@" >"$work/$name.out" &
  started="$started $!"
  tries=0
  until [ -s "$work/$name.out" ]; do
    kill -0 "$!" 2>/dev/null || exit 2
    tries=$((tries + 1))
    [ "$tries" -le 400 ] || { echo "$name does not start" >&2; exit 2; }
    sleep 0.05
  done
  url=$(sed 's/.* //' "$work/$name.out")
}
