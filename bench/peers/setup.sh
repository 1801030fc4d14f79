#!/usr/bin/env bash
# Installs what the peers run on, about 3 GB, into FOLDER: bench/peers/setup.sh FOLDER
set -euo pipefail
home="${1:?name a folder for the two Python environments}"
python3 -m venv "$home/keras"
"$home/keras/bin/pip" install -q tensorflow-cpu==2.21.0 keras==3.15.1 numpy
python3 -m venv "$home/torch"
"$home/torch/bin/pip" install -q torch==2.11.0 torchvision==0.26.0 numpy
