#!/bin/sh
# Installs what the tests need (as root, once) and runs all tests. The last line is "N passed, N failed, N skipped".
set -eu
cd "$(dirname "$0")/.."
sh eng/setup-tests.sh
dotnet build Tracer.sln --configuration Release --verbosity quiet --nologo

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0 broken=0
for project in tests/*.Tests; do
    name=$(basename "$project")
    status=0
    "artifacts/bin/$name/release/$name" -noColor >"$log" 2>&1 || status=$?
    # "   Tracer.Core.Tests  Total: 74, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 0.307s"
    line=$(grep -E 'Total: [0-9]+, Errors: [0-9]+' "$log" | tail -1 || true)
    total=$(echo "$line" | sed -n 's/.*Total: \([0-9]*\).*/\1/p')
    errors=$(echo "$line" | sed -n 's/.*Errors: \([0-9]*\).*/\1/p')
    fails=$(echo "$line" | sed -n 's/.*Failed: \([0-9]*\).*/\1/p')
    # Measurements that run only when asked for by name are neither passed nor skipped.
    explicit=$(echo "$line" | sed -n 's/.*Not Run: \([0-9]*\).*/\1/p')
    skips=$(echo "$line" | sed -n 's/.*Skipped: \([0-9]*\).*/\1/p')
    grep -E '\[(SKIP|FAIL)\]' -A 12 "$log" | grep -vE '^\s*$' || true
    echo "$name: ${line:-no result (exit $status)}"
    if [ -z "$total" ] || { [ "$status" != 0 ] && [ "$fails" = 0 ] && [ "$errors" = 0 ]; }; then
        tail -40 "$log"
        broken=$((broken + 1))
        continue
    fi
    failed=$((failed + fails + errors))
    skipped=$((skipped + skips))
    passed=$((passed + total - fails - skips - explicit))
done
failed=$((failed + broken))
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
