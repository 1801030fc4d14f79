#!/bin/bash
# Trains on two "machines", network namespaces that see each other through a cable of their own, and
# in one process, and compares their losses:
#
#     sudo scripts/two_machines.sh build/release/stl10
#
# Where namespaces can't be made it says so and ends with 77.
set -euo pipefail
program=$(realpath "${1:?name the program}")
work=$(mktemp -d)
id=stl10-$$
clean() {
  ip netns delete "$id-a" 2>/dev/null || true
  ip netns delete "$id-b" 2>/dev/null || true
  rm -rf "$work"
}
trap clean EXIT

machines() {
  ip netns add "$id-a" && ip netns add "$id-b" &&
    ip link add name stl10a netns "$id-a" type veth peer name stl10b netns "$id-b" &&
    ip -n "$id-a" address add 10.77.0.1/24 dev stl10a && ip -n "$id-a" link set stl10a up &&
    ip -n "$id-b" address add 10.77.0.2/24 dev stl10b && ip -n "$id-b" link set stl10b up &&
    ip -n "$id-a" link set lo up && ip -n "$id-b" link set lo up
}
if ! machines 2>"$work/why"; then
  echo "no network namespaces here: $(head -n 1 "$work/why")"
  exit 77
fi

cd "$work"
"$program" data toy --output toy --train 200 --test 100 --unlabeled 20 >/dev/null
train=(supervised --data-dir toy --epochs 2 --steps-per-epoch 10 --width 8 --encoder.batch-norm false
  --optimizer.kind sgd --learning-rate 0.02 --precision fp32 --threads 1 --quiet)
"$program" "${train[@]}" --output one >/dev/null
for machine in a b; do
  rank=$([ $machine = a ] && echo 0 || echo 1)
  ip netns exec "$id-$machine" env RANK="$rank" WORLD_SIZE=2 LOCAL_RANK=0 LOCAL_WORLD_SIZE=1 \
    MASTER_ADDR=10.77.0.1 MASTER_PORT=29500 GLOO_SOCKET_IFNAME=stl10$machine \
    "$program" "${train[@]}" --output two >/dev/null &
done
wait -n && wait -n
python3 - <<'PYTHON'
import json
one, two = (json.load(open(run + "/summary.json"))["train"]["loss"] for run in ("one", "two"))
print(f"train loss: {one:.7f} in one process, {two:.7f} on two machines")
assert abs(one - two) < 1e-5
PYTHON
