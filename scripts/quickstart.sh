#!/usr/bin/env bash
# From a bare machine to a trained network: sets everything up, then trains on a toy data set.
# Arguments are passed on, e.g. scripts/quickstart.sh --epochs 3
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

say "stl10 quickstart: (1) installs what is missing, (2) builds the program, (3) trains a small network
on a toy data set that it draws itself. Watch its accuracy rise from chance, 10 %."
"$root/scripts/setup.sh" release stl10
cd "$root"
build/release/stl10 supervised --config configs/smoke.json "$@"
say "
That was a whole training run; runs/supervised/latest holds its files. What to try next:
  build/release/stl10 eval --data-dir data/toy      see how good it is, class by class
  build/release/stl10 simclr-pretrain --config configs/smoke_simclr.json
                                                    learn features without labels, in a minute
  build/release/stl10 linear-probe --data-dir data/toy
                                                    see what those features are worth
  scripts/test.sh                                   check that everything works on this machine
  build/release/stl10 data preview --data-dir data/toy
                                                    see images and their augmented views
  build/release/stl10 data download                 fetch the real STL-10 (2.6 GB)
  build/release/stl10 supervised                    train on it, a quarter of an hour on two cores
  build/release/stl10 supervised --help             all options"
