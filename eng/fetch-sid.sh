#!/bin/sh
# Unpacks Debian sid's CPython 3.13, 3.14 and 3.15, with the libraries they need, into a folder that tests start them from with chroot:
# ${XDG_CACHE_HOME:-~/.cache}/sharptrace/sid-python. Debian builds them with link-time optimisation and strips them, as users have them.
# Nothing is installed and nothing of the packages is run here. The newest versions that sid offers are taken; when the folder is there nothing is done:
# remove it to get newer ones. Without network the tests that need these builds are skipped, which this script says and takes for no failure.
# What is downloaded is checked from the archive's signature on: InRelease by gpgv, the package list by its hash there, each package by its hash in the list.
# Valid-Until is not looked at: test machines have mirrors that stand still.
set -eu

MIRROR=http://deb.debian.org/debian
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
VERSIONS="3.13 3.14 3.15"
# Data that an interpreter starts without.
NOT_NEEDED="tzdata media-types netbase debconf"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/sharptrace
target=$cache/sid-python
[ -e "$target/.packages" ] && exit 0

mkdir -p "$cache"
work=$(mktemp -d "$cache/sid-XXXXXX")
trap 'rm -rf "$work"' EXIT

# apt's own downloader: it is on every Debian and uses the machine's proxy. Its sandbox user must reach the file, whoever owns the cache.
download() { /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=2 -o Acquire::http::Timeout=20 download-file "$1" "$2" >"$work/log" 2>&1; }

unreachable() {
    echo "fetch-sid: $1 could not be downloaded: the tests of Debian sid's Python $VERSIONS will be skipped" >&2
    exit 0
}

refuse() {
    echo "fetch-sid: $1" >&2
    exit 1
}

check() { [ "$(sha256sum <"$1")" = "$2  -" ] || refuse "$1 has another SHA256 than $3 says"; }

download "$MIRROR/dists/sid/InRelease" "$work/InRelease" || unreachable "$MIRROR/dists/sid/InRelease"
gpgv --quiet --keyring "$KEYRING" --output "$work/Release" "$work/InRelease" 2>"$work/log" || refuse "the signature of sid's InRelease is not good: $(cat "$work/log")"
hash=$(awk '/^SHA256:/ { in_hashes = 1; next } /^[^ ]/ { in_hashes = 0 } in_hashes && $3 == "main/binary-amd64/Packages.xz" { print $1 }' "$work/Release")
[ -n "$hash" ] || refuse "sid's Release file names no main/binary-amd64/Packages.xz"
list=$MIRROR/dists/sid/main/binary-amd64/by-hash/SHA256/$hash
download "$list" "$work/Packages.xz" || unreachable "$list"
check "$work/Packages.xz" "$hash" "sid's Release file"

# The packages with all that they depend on: "file sha256" of the newest version of each.
xz --decompress --stdout "$work/Packages.xz" | awk -v RS= -v FS='\n' '{
    name = version = file = sum = ""
    for (k = 1; k <= NF; k++) {
        at = index($k, ": ")
        field = substr($k, 1, at - 1)
        value = substr($k, at + 2)
        if (field == "Package") name = value
        else if (field == "Version") version = value
        else if (field == "Filename") file = value
        else if (field == "SHA256") sum = value
        else if (field == "Depends" || field == "Pre-Depends") print "d", name, version, value
    }
    print "p", name, version, file, sum
}' | LC_ALL=C sort -s -k2,2 -k3,3V >"$work/table"
awk -v versions="$VERSIONS" -v not_needed="$NOT_NEEDED" '
    $1 == "p" { file[$2] = $4 " " $5; newest[$2] = $3 }
    $1 == "d" { text = $0; sub(/^d [^ ]+ [^ ]+ /, "", text); depends[$2 " " $3] = depends[$2 " " $3] ", " text }
    function need(name,    parts, count, k, first) {
        if ((name in seen) || !(name in file)) return
        seen[name] = 1
        print file[name]
        count = split(depends[name " " newest[name]], parts, / *, */)
        for (k = 1; k <= count; k++) {
            first = parts[k]
            sub(/[ :|(].*/, "", first)
            if (first != "") need(first)
        }
    }
    END {
        count = split(not_needed, names, " ")
        for (k = 1; k <= count; k++) seen[names[k]] = 1
        count = split(versions, numbers, " ")
        for (k = 1; k <= count; k++) {
            need("python" numbers[k] "-minimal")
            need("libpython" numbers[k] "-stdlib")
        }
    }' "$work/table" >"$work/packages"
[ -s "$work/packages" ] || refuse "sid has none of Python $VERSIONS"

# Merged /usr, which base-files would make.
mkdir -p "$work/root/usr/bin" "$work/root/usr/sbin" "$work/root/usr/lib" "$work/root/usr/lib64" "$work/root/tmp"
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$work/root/$folder"; done
while read -r file sum; do
    download "$MIRROR/$file" "$work/package.deb" || unreachable "$MIRROR/$file"
    check "$work/package.deb" "$sum" "sid's package list"
    dpkg-deb --extract "$work/package.deb" "$work/root"
    rm "$work/package.deb"
done <"$work/packages"
for version in $VERSIONS; do
    [ -e "$work/root/usr/bin/python$version" ] || echo "fetch-sid: sid has no Python $version any more: its tests will be skipped" >&2
done

# Last of all: its presence says that the folder is whole.
cp "$work/packages" "$work/root/.packages"
chmod 755 "$work/root"
rm -rf "$target"
mv "$work/root" "$target"
