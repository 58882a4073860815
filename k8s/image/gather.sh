#!/bin/sh
# Runs while the image is built: gathers beside /image/opt/herd what the programs there need.
# usage: gather.sh /image
set -eu
image=$1

# The libraries that they load, at the places where the loader looks, and of whose packages they are.
ldd "$image"/opt/herd/herd-* | awk '{ for (i = 1; i <= NF; ++i) if ($i ~ /^\//) print $i }' |
  grep -v ':$' | sort -u >/tmp/libraries
if ldd "$image"/opt/herd/herd-* | grep 'not found'; then exit 1; fi
while read -r library; do cp -L --parents "$library" "$image"; done </tmp/libraries

# Who the server runs as, how names are looked up, and whom HTTPS trusts.
mkdir -p "$image/etc/ssl/certs" "$image/tmp"
chmod 1777 "$image/tmp"
echo 'herd:x:65532:65532:herd:/nonexistent:/nonexistent' >"$image/etc/passwd"
echo 'herd:x:65532:' >"$image/etc/group"
echo 'hosts: files dns' >"$image/etc/nsswitch.conf"
cp /etc/ssl/openssl.cnf "$image/etc/ssl/"
cp /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs/"
cp /etc/os-release "$image/etc/"

# What scanners for known holes look at, and the licences.
mkdir -p "$image/var/lib/dpkg/status.d"
while read -r library; do
  # What the packages call it: /lib and /usr/lib are one folder, and the name may be a link's.
  real=$(readlink -f "$library")
  dpkg-query -S "$real" "${real#/usr}" 2>/dev/null || true
done </tmp/libraries | cut -d: -f1 | sort -u >/tmp/packages
echo ca-certificates >>/tmp/packages
while read -r package; do
  dpkg-query -s "$package" >"$image/var/lib/dpkg/status.d/$package"
  copyright=/usr/share/doc/$package/copyright
  if [ -e "$copyright" ]; then cp -L --parents "$copyright" "$image"; fi
done </tmp/packages
