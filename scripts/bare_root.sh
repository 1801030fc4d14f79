#!/usr/bin/env bash
# Usage (as root): bare_root.sh FOLDER: makes a bare Debian root in FOLDER, clones this repository's
# HEAD into it, and runs quickstart.sh and test.sh there with an empty environment. Any release that
# this machine's mirror has will do: STL10_BARE_RELEASE=trixie bare_root.sh FOLDER
# bare_root.sh FOLDER BUNDLE: instead, gpu_check.sh of a bundle, with compiler, CMake and LibTorch
# there but none of this project's packages; first with the brought program, then from source.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

release="${STL10_BARE_RELEASE:-bookworm}"
[[ $# == 1 || $# == 2 ]] || die "one folder is needed; next: scripts/bare_root.sh /var/tmp/bare"
[[ $# == 1 || -f "$2/bundle.txt" ]] || die "$2 is no bundle; next: make one with scripts/gpu_bundle.sh"
[[ ! -e "$1" || -z "$(ls -A "$1")" ]] || die "$1 is not empty; next: name a new folder"
((EUID == 0)) || die "chroot needs root; next: sudo scripts/bare_root.sh $1"
if [[ -z "${STL10_BARE_MOUNTS:-}" ]]; then
  # Mounts made in a mount namespace of our own vanish with us, whatever happens.
  STL10_BARE_MOUNTS=own exec unshare --mount --propagation private "$0" "$@"
fi

bare="$(realpath -m "$1")"
begin=$SECONDS
took() { say "--- $1: $((SECONDS - begin)) s" && begin=$SECONDS; }

# The mirror of this machine's own release, "SITE COMPONENT[,COMPONENT…]".
find_mirror() {
  # shellcheck source=/dev/null disable=SC2016
  apt-get indextargets --format '$(SITE) $(COMPONENT)' 'Created-By: Packages' \
    "Codename: $(source /etc/os-release && printf '%s' "$VERSION_CODENAME")" |
    awk 'site == "" { site = $1 } $1 == site && !seen[$2]++ { parts = parts (parts == "" ? "" : ",") $2 }
      END { if (site != "") print site, parts }'
}

make_root() {
  local mirror components script
  need_packages debootstrap
  read -r mirror components < <(find_mirror) || die "this machine's apt knows no mirror; next: add one"
  mkdir -p "$bare"
  need_space "$bare" 10 "a bare root with both commands run"
  script=/usr/share/debootstrap/scripts/$release
  [[ -e "$script" ]] || script=/usr/share/debootstrap/scripts/sid # for releases newer than debootstrap
  debootstrap --variant=minbase --components="$components" "$release" "$bare" "$mirror" "$script" \
    >"$bare.debootstrap.log" 2>&1 ||
    die "debootstrap failed; next: read $bare.debootstrap.log"
  rm "$bare.debootstrap.log"
}

# What tells how to reach packages, and whom to trust; nothing else is taken over. The root's package
# source is the mirror that debootstrap used.
copy_package_settings() {
  local file
  for file in /etc/pip.conf /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt \
    /usr/local/share/ca-certificates/*; do
    if [[ -e "$file" ]]; then install -D -m 644 "$file" "$bare$file"; fi
  done
  apt-config dump | grep -E '^Acquire::(Check-|http|https|Retries)' >"$bare/etc/apt/apt.conf.d/99host" || true
}

in_bare() {
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    chroot "$bare" "$@"
}

make_root
took "bare root ($release, $(du -sh "$bare" 2>/dev/null | cut -f 1))"
copy_package_settings
mount -t proc proc "$bare/proc"
mount --rbind /sys "$bare/sys"
mount -t tmpfs -o mode=1777 tmpfs "$bare/dev/shm" 2>/dev/null || true

check_bundle() {
  cp -r "$1" "$bare/root/bundle"
  in_bare sh -c 'apt-get update -q && apt-get install -y -q --no-install-recommends g++ cmake ninja-build python3-pip' \
    >"$bare/root/apt.log" 2>&1 || die "apt-get failed; next: read $bare/root/apt.log"
  in_bare /root/bundle/source/scripts/get_libtorch.sh >/dev/null
  took "compiler, CMake and LibTorch"
  for build in "" 1; do
    in_bare env BUILD=$build /root/bundle/source/scripts/gpu_check.sh /root/bundle "/root/results$build" </dev/null ||
      die "gpu_check.sh failed in $bare; next: read $bare/root/results$build/log.txt"
    took "gpu_check.sh${build:+ from source}"
  done
}
if [[ $# == 2 ]]; then
  check_bundle "$2"
  exit
fi

git clone --quiet --no-hardlinks "$root" "$bare/root/stl10"
took "clone of $(git -C "$bare/root/stl10" rev-parse --short HEAD)"
for script in quickstart test quickstart; do
  in_bare "/root/stl10/scripts/$script.sh" </dev/null || die "$script.sh failed in $bare; next: chroot $bare and look"
  took "scripts/$script.sh"
done
say "Both commands pass on the bare root; $bare can be deleted."
