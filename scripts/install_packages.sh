#!/usr/bin/env bash
# Installs the missing ones of the system packages that a build needs, or lists them and stops.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_packages g++ cmake ninja-build ccache git python3 python3-pip \
  libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev \
  libcurl4-openssl-dev libarchive-dev libssl-dev ca-certificates \
  libcli11-dev libspdlog-dev nlohmann-json3-dev libgtest-dev
