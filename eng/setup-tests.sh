#!/bin/sh
# Installs what the tests need on a fresh Debian 12 (as root) and builds the programs that are traced. Quick and harmless to run again.
set -eu
cd "$(dirname "$0")/.."

# Compilers and sdt.h for native-tests; readelf, gdb, bpftrace and perf as second opinions; runtimes with probes of their own as live targets.
PACKAGES="zlib1g-dev gcc g++ clang lld make libc6-dev systemtap-sdt-dev binutils xz-utils file gdb bpftrace linux-perf
python3.11 python3.11-dbg python3.11-venv libpython3.11-dev python3-greenlet php8.2-cli tcl8.6 ruby3.1 libruby3.1 openjdk-17-jre-headless postgresql-15"

missing=""
for package in $PACKAGES; do
    case "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)" in
        installed) ;;
        *) missing="$missing $package" ;;
    esac
done

if [ -n "$missing" ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "setup-tests: not installed:$missing; run this script as root" >&2
        exit 1
    fi
    export DEBIAN_FRONTEND=noninteractive
    install_missing() {
        # shellcheck disable=SC2086 # a list of names
        apt-get install --yes --quiet=2 --no-install-recommends $missing
    }
    echo "setup-tests: installing$missing"
    # Package lists may be absent (fresh container) or stale (a 404): one refresh, one more try.
    if ! ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 || ! install_missing; then
        apt-get update --quiet=2
        install_missing
    fi
fi

sh eng/fetch-sid.sh
make --directory native-tests

for version in 2.7 3.6 3.7 3.8 3.9 3.10 3.11 3.12 3.13; do
    if ! ls -d "$HOME/.pyenv/versions/$version".* >/dev/null 2>&1; then
        echo "setup-tests: no Python $version in ~/.pyenv/versions: its live tests will be skipped" >&2
    fi
done
