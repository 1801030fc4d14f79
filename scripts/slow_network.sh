#!/bin/bash
# Measures steps of two processes on two "machines", network namespaces joined by a cable with a delay
# and a rate, beside what scripts/step_model.py predicts of them:
#
#     sudo scripts/slow_network.sh build/release/stl10 build/release/bench/exchange_bench DATA
#
# Where namespaces or such cables can't be made it says so and ends with 77.
set -euo pipefail
program=$(realpath "${1:?name the program}")
bench=$(realpath "${2:?name exchange_bench}")
data=$(realpath "${3:?name the data}")
here=$(dirname "$(realpath "$0")")
images=256
method=simclr
work=$(mktemp -d)
id=stl10-$$
clean() {
  kill "${cable:-}" 2>/dev/null || true
  ip netns delete "$id-a" 2>/dev/null || true
  ip netns delete "$id-b" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT

# lay DELAY_MS RATE_MBIT
lay() {
  ip netns add "$id-a" && ip netns add "$id-b" || return
  python3 "$here/slow_cable.py" "$id-a" "$id-b" "$1" "$2" >"$work/ready" &
  cable=$!
  for _ in $(seq 100); do
    grep -q ready "$work/ready" && break
    kill -0 "$cable" || return
    sleep 0.05
  done
  for machine in a b; do
    ip netns exec "$id-$machine" sysctl -qw net.ipv4.tcp_slow_start_after_idle=0
  done
}
remove() {
  kill "$cable" && wait "$cable" 2>/dev/null || true
  ip netns delete "$id-a" && ip netns delete "$id-b"
}
if ! lay 1 1000 2>"$work/why"; then
  echo "no network namespaces with cables here: $(head -n 1 "$work/why")"
  exit 77
fi
remove

cd "$work"
"$bench" "$data" "$images" 2 >/dev/null &  # as the other one computes beside it, later
"$bench" "$data" "$images" 2 | grep "\"$method\"" >traffic.jsonl
wait
train=("$method-pretrain" --data-dir "$data" --epochs 3 --steps-per-epoch 8 --quiet --threads 1
  --batch-size $((images / 5)) --unlabeled-batch-size $((images - images / 5)) --validation none)
# begin RUN MACHINE
begin() {
  ip netns exec "$id-$2" env RANK="$([ "$2" = a ] && echo 0 || echo 1)" WORLD_SIZE=2 LOCAL_RANK=0 \
    LOCAL_WORLD_SIZE=1 MASTER_ADDR=10.77.0.1 MASTER_PORT=29500 GLOO_SOCKET_IFNAME=cable \
    "$program" "${train[@]}" --output "$1" >/dev/null &
  started+=($!)
}
for setup in "0.2 10000" "0.2 1000" "2 1000" "5 300" "0.2 100"; do
  read -r delay rate <<<"$setup"
  lay "$delay" "$rate"
  started=()
  begin "run-$delay-$rate" a
  begin "run-$delay-$rate" b
  wait "${started[@]}"
  python3 "$here/step_model.py" traffic.jsonl --processes 2 --delay-ms "$delay" --rate-mbit "$rate" \
    --run "run-$delay-$rate"
  remove
done
