#!/bin/sh
# Builds sharptrace and traces a real Python program: every call of native-tests/python/hello.py with file, line and name.
# Needs root for uprobes; for another user's own processes it falls back to ptrace.
set -eu
cd "$(dirname "$0")/.."

if ! command -v python3 >/dev/null 2>&1; then
    if [ "$(id -u)" != 0 ]; then
        echo "try: python3 is not installed; run 'apt-get install python3' as root" >&2
        exit 1
    fi
    apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet=2 --no-install-recommends python3
fi

dotnet build src/Tracer.Cli --configuration Release --verbosity quiet --nologo
/usr/bin/python3 native-tests/python/hello.py 20 >/dev/null &
target=$!
trap 'kill $target 2>/dev/null || true' EXIT
sleep 0.3
artifacts/bin/Tracer.Cli/release/sharptrace attach "$target" python:function__entry --events "${EVENTS:-40}"
