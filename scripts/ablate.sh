#!/usr/bin/env bash
# Usage: ablate.sh DATA_DIR [FOLDER]: the runs behind docs/the-reports-puzzle.md, in FOLDER (default
# runs/ablate), and their table. What is there is skipped, what was interrupted goes on.
# ablate.sh --toy [FOLDER]: some of the same on toy data with small networks, in a minute (default
# runs/ablate-toy).
# CELLS="grid report": only these, or those of a table below. SEEDS="0 1 2": default 0. TAPS="flat":
# probes there alone. PROGRAM, PRETRAIN and PROBE: another program, and more flags for
# simclr-pretrain and linear-probe ("--device cuda").
set -euo pipefail -f # words such as [1,1] are no patterns
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# name | epochs x steps | what differs from configs/report_simclr.json
readonly grid="
pooled-contrastive      | 13x22 |
pooled-contrastive-bn   | 13x22 | --encoder.batch-norm true
pooled-simclr           | 13x22 | --contrastive.preset simclr
pooled-simclr-bn        | 13x22 | --contrastive.preset simclr --encoder.batch-norm true
unpooled-contrastive    | 13x22 | --encoder.pools false
unpooled-contrastive-bn | 13x22 | --encoder.pools false --encoder.batch-norm true
unpooled-simclr         | 13x22 | --encoder.pools false --contrastive.preset simclr
unpooled-simclr-bn      | 13x22 | --encoder.pools false --contrastive.preset simclr --encoder.batch-norm true"
# Each differs from pooled-contrastive in this alone; `few` and `labeled` see as many views.
readonly causes="
classification          | 13x22 | --contrastive.preset classification
flips                   | 13x22 | --contrastive.preset none --contrastive.flip 0.5
same                    | 13x22 | --contrastive.preset none
first-plain             | 13x22 | --first-view plain
no-crop                 | 13x22 | --contrastive.crop-scale [1,1]
no-jitter               | 13x22 | --contrastive.brightness 0 --contrastive.contrast 0 --contrastive.saturation 0 --contrastive.hue 0
few                     | 13x231 | --unlabeled-batch-size 25
labeled                 | 13x462 | --unlabeled-batch-size 0
full                    | 13x22 | --nt-xent full
warm                    | 13x22 | --temperature 0.5
fast                    | 13x22 | --learning-rate 0.01
slow                    | 13x22 | --learning-rate 0.0001
head                    | 13x22 | --projection.hidden 1024 --projection.batch-norm true"
# New weights, which steps of no length leave as they are; batch norm estimates its statistics.
readonly untrained="
untrained-pooled        | 1x60 | --learning-rate 1e-30 --unlabeled-batch-size 25
untrained-pooled-bn     | 1x60 | --learning-rate 1e-30 --unlabeled-batch-size 25 --encoder.batch-norm true
untrained-unpooled      | 1x60 | --learning-rate 1e-30 --unlabeled-batch-size 25 --encoder.pools false
untrained-unpooled-bn   | 1x60 | --learning-rate 1e-30 --unlabeled-batch-size 25 --encoder.pools false --encoder.batch-norm true"
# The report's views; then what contrastive accuracy a run's weights have where the task is another.
readonly long="
report                  | 30x200 |
report-no-crop          | 30x200 | --contrastive.crop-scale [1,1]
report-flips            | 30x200 | --contrastive.preset none --contrastive.flip 0.5
report-no-jitter        | 30x200 | --contrastive.brightness 0 --contrastive.contrast 0 --contrastive.saturation 0 --contrastive.hue 0
report-classification   | 30x200 | --contrastive.preset classification"
readonly asked="
asked-again             | 1x20 | --checkpoint @report --learning-rate 1e-30
asked-few               | 1x200 | --checkpoint @report --learning-rate 1e-30 --unlabeled-batch-size 25
asked-labeled           | 1x400 | --checkpoint @report --learning-rate 1e-30 --unlabeled-batch-size 0
asked-flips             | 1x20 | --checkpoint @report --learning-rate 1e-30 --contrastive.preset none --contrastive.flip 0.5
asked-first-plain       | 1x20 | --checkpoint @report --learning-rate 1e-30 --first-view plain
asked-crops             | 1x20 | --checkpoint @report-no-crop --learning-rate 1e-30"
# A cell and the one that differs from it in one thing.
pairs="
pooled-contrastive unpooled-contrastive
pooled-contrastive-bn unpooled-contrastive-bn
pooled-simclr unpooled-simclr
pooled-simclr-bn unpooled-simclr-bn
pooled-contrastive pooled-simclr
pooled-contrastive-bn pooled-simclr-bn
unpooled-contrastive unpooled-simclr
unpooled-contrastive-bn unpooled-simclr-bn
pooled-contrastive pooled-contrastive-bn
pooled-simclr pooled-simclr-bn
unpooled-contrastive unpooled-contrastive-bn
unpooled-simclr unpooled-simclr-bn
$(awk -F '|' '$1 != "" { print "pooled-contrastive", $1 }' <<<"$causes")
untrained-pooled pooled-contrastive
untrained-unpooled unpooled-contrastive
pooled-contrastive report
no-crop report-no-crop
report report-no-crop
report report-flips
report report-no-jitter
report report-classification"

names_of() { awk -F '|' '{ gsub(/ /, "", $1); if ($1 != "") print $1 }' <<<"$1"; }

# The cells that CELLS names, or all.
chosen() {
  local word all
  all="$(names_of "$grid$causes$untrained$long$asked")"
  for word in ${CELLS:-$all}; do
    case "$word" in
      grid | causes | untrained | long | asked) names_of "${!word}" ;;
      *)
        grep -Fxq -e "$word" <<<"$all" || die "there is no cell $word; next: CELLS of ${all//$'\n'/ }"
        echo "$word"
        ;;
    esac
  done
}

finished() { [[ -f "$1/summary.json" ]] && grep -q '"status": "done"' "$1/summary.json"; }

# run FOLDER COMMAND WORD…: skips what is there; a pretraining run that was begun goes on.
run() {
  local folder="$1" command="$2"
  shift 2
  if finished "$folder"; then return; fi
  say "$folder"
  if [[ "$command" == simclr-pretrain && -f "$folder/last.safetensors" ]]; then
    "$program" simclr-pretrain --resume "$folder" --data-dir "$data" --quiet >/dev/null
  else
    "$program" "$command" "$@" --quiet --output "$folder" --overwrite >/dev/null
  fi
}

# probed FOLDER PRETRAINED WORD…
probed() {
  local folder="$1" pretrained="$2"
  shift 2
  # shellcheck disable=SC2086
  run "$folder" linear-probe --checkpoint "$pretrained" --data-dir "$data" "$@" $probe
}

# cell NAME EPOCHSxSTEPS SEED WORD…: pretrains, then probes inside the training labels at each tap.
cell() {
  local name="$1" steps="$2" seed="$3" folder="$out/$1-$3" tap without
  shift 3
  # shellcheck disable=SC2086
  run "$folder" simclr-pretrain --config "$root/configs/report_simclr.json" --data-dir "$data" \
    --seed "$seed" --epochs "${steps%x*}" --steps-per-epoch "${steps#*x}" "$@" $pretrain
  if [[ "$name" == asked-* ]]; then return; fi
  for tap in ${TAPS-dense flat pooled layers}; do
    without=true
    if [[ "$name-$tap" == report-dense ]]; then without=false; fi
    probed "$folder/probe-$tap" "$folder" --tap "$tap" --labels-per-class "$labels" --no-floors "$without"
  done
  if [[ "$name" == report && -d "$folder/probe-dense" ]]; then
    probed "$folder/naive" "$folder" --optimizer adam --no-floors
    run "$out/pairs/tuned-less-naive-$seed" eval "$folder/naive" "$folder/probe-dense"
  fi
}

# compared A B SEED: B less A, over the images that both probes held out.
compared() {
  local tap a b
  for tap in dense flat; do
    a="$out/$1-$3/probe-$tap" b="$out/$2-$3/probe-$tap"
    if ! finished "$a" || ! finished "$b"; then continue; fi
    run "$out/pairs/$2-less-$1-$3-$tap" eval "$a" "$b" --compared-images validation
  done
}

toy=
if [[ "${1:-}" == --toy ]]; then toy=1; else data="${1:-}"; fi
out="${2:-$root/runs/ablate${toy:+-toy}}" labels=320
program="${PROGRAM:-$root/build/release/stl10}"
pretrain="${PRETRAIN:-}" probe="${PROBE:-}"
[[ -x "$program" ]] || die "$program is missing; next: scripts/setup.sh"
mkdir -p "$out"
if [[ -n "$toy" ]]; then
  data="$out/toy" labels=10
  CELLS="${CELLS:-pooled-contrastive unpooled-simclr-bn same untrained-pooled report asked-few}"
  [[ -d "$data" ]] || "$program" data toy --train 200 --test 100 --unlabeled 200 --output "$data" >/dev/null
  pretrain+=" --width 8"
fi
[[ -f "$data/train_X.bin" ]] || die "a folder in STL-10's layout is needed, not '$data'; next: scripts/ablate.sh DATA_DIR"
[[ -f "$out/data.txt" ]] || realpath -m "$data" >"$out/data.txt"
[[ "$(realpath -m "$data")" == "$(<"$out/data.txt")" ]] ||
  die "$out holds runs on $(<"$out/data.txt"), not on $data; next: scripts/ablate.sh $data FOLDER"

cells=" $(chosen | tr '\n' ' ')" || exit 1
names=()
for seed in ${SEEDS:-0}; do
  while IFS='|' read -r name steps words; do
    read -r name <<<"$name"
    if [[ -n "$name" ]]; then names+=("$name-$seed"); fi
    if [[ -z "$name" || "$cells" != *" $name "* ]]; then continue; fi
    if [[ -n "$toy" ]]; then steps=2x1; fi
    if [[ "$words" =~ @([a-z-]+) ]]; then
      parent="${BASH_REMATCH[1]}"
      finished "$out/$parent-$seed" || die "$name asks the weights of $parent; next: CELLS=\"$parent $name\""
      words="${words/@$parent/$out/$parent-$seed}"
    fi
    # shellcheck disable=SC2086
    cell "$name" "${steps// /}" "$seed" $words
  done <<<"$grid$causes$untrained$long$asked"
  while read -r a b; do
    compared "$a" "$b" "$seed"
  done <<<"$pairs"
done
python3 "$root/scripts/ablate_table.py" "$out" "${names[@]}" | tee "$out/table.md"
