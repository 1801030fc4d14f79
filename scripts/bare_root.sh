#!/usr/bin/env bash
# Usage (as root): bare_root.sh FOLDER: makes a bare Debian root in FOLDER, clones this repository's
# HEAD into it, and runs quickstart.sh and test.sh there with an empty environment.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

release="${STL10_BARE_RELEASE:-bookworm}"
[[ $# == 1 ]] || die "one folder is needed; next: scripts/bare_root.sh /var/tmp/bare"
[[ ! -e "$1" || -z "$(ls -A "$1")" ]] || die "$1 is not empty; next: name a new folder"
((EUID == 0)) || die "chroot needs root; next: sudo scripts/bare_root.sh $1"
if [[ -z "${STL10_BARE_MOUNTS:-}" ]]; then
  # Mounts made in a mount namespace of our own vanish with us, whatever happens.
  STL10_BARE_MOUNTS=own exec unshare --mount --propagation private "$0" "$@"
fi

bare="$(realpath -m "$1")"
begin=$SECONDS
took() { say "--- $1: $((SECONDS - begin)) s" && begin=$SECONDS; }

make_root() {
  local site
  need_packages debootstrap
  # shellcheck disable=SC2016
  site="$(apt-get indextargets --format '$(CODENAME) $(SITE)' | sed -n "s/^$release //p" | head -n 1)"
  [[ -n "$site" ]] || die "this machine's apt has no $release; next: set STL10_BARE_RELEASE to its own"
  mkdir -p "$bare"
  need_space "$bare" 10 "a bare root with both commands run"
  debootstrap --variant=minbase "$release" "$bare" "$site" >"$bare.debootstrap.log" 2>&1 ||
    die "debootstrap failed; next: read $bare.debootstrap.log"
  rm "$bare.debootstrap.log"
}

# What tells this machine where packages come from, and whom to trust; nothing else is taken over.
copy_package_sources() {
  local file
  rm -f "$bare/etc/apt/sources.list"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/{debian,ubuntu}.sources \
    /etc/pip.conf /etc/resolv.conf /etc/ssl/certs/ca-certificates.crt /usr/local/share/ca-certificates/*; do
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
copy_package_sources
mount -t proc proc "$bare/proc"
mount --rbind /sys "$bare/sys"
mount -t tmpfs -o mode=1777 tmpfs "$bare/dev/shm" 2>/dev/null || true
git clone --quiet --no-hardlinks "$root" "$bare/root/stl10"
took "clone of $(git -C "$bare/root/stl10" rev-parse --short HEAD)"
for script in quickstart test quickstart; do
  in_bare "/root/stl10/scripts/$script.sh" </dev/null || die "$script.sh failed in $bare; next: chroot $bare and look"
  took "scripts/$script.sh"
done
say "Both commands pass on the bare root; $bare can be deleted."
