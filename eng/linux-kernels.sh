#!/usr/bin/env bash
# Fetches Debian's stock ARMv7 kernels, plain and LPAE, into a folder: vmlinuz-armmp and vmlinuz-armmp-lpae, with their
# configurations. apt gets a state folder, a package list and a cache of its own: what the machine has installed,
# its architectures and its sources are neither looked at nor touched.
# usage: linux-kernels.sh FOLDER
set -eu
folder=$1
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
suite=bookworm
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
flavours="armmp armmp-lpae"

fetched=yes
for flavour in $flavours; do
    [ -s "$folder/vmlinuz-$flavour" ] || fetched=no
done
[ $fetched = no ] || exit 0

mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial"
state=$(cd "$folder/apt" && pwd)
: >"$state/status"
echo "deb [signed-by=$keyring] $mirror $suite main" >"$state/sources.list"
options=(-q -o "Dir::State=$state" -o "Dir::State::status=$state/status" -o "Dir::State::lists=$state/lists"
    -o "Dir::Cache=$state" -o "Dir::Cache::archives=$state/archives" -o "Dir::Etc::sourcelist=$state/sources.list"
    -o Dir::Etc::sourceparts=- -o APT::Architecture=armhf -o APT::Architectures::=armhf -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
for flavour in $flavours; do
    package=$(apt-cache "${options[@]}" depends "linux-image-$flavour" | sed -n 's/.*Depends: \(linux-image-\)/\1/p' | head -n 1)
    [ -n "$package" ] || { echo "no kernel package for $flavour" >&2; exit 1; }
    (cd "$state" && apt-get "${options[@]}" download "$package")
    rm -rf "$state/root"
    dpkg-deb -x "$state/$package"_*.deb "$state/root"
    cp "$state/root/boot/"config-* "$folder/config-$flavour"
    cp "$state/root/boot/"vmlinuz-* "$folder/vmlinuz-$flavour"
done
rm -rf "$state"
