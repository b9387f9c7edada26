#!/usr/bin/env bash
# check-assembly.sh IMAGE SOURCE...: every global of our assembly is a typed function or object in the image.
# An untyped one links silently, and the jump lands in the wrong instruction set.
set -u
image=$1
shift
typed=$(arm-none-eabi-readelf -sW "$image" | awk '$4 == "FUNC" || $4 == "OBJECT" { print $8 }' | sort -u)
declared=$(sed -n -E 's/^[[:space:]]*(function|arm_function|variable|\.global)[[:space:]]+([A-Za-z_][A-Za-z0-9_]*).*/\2/p' "$@" | sort -u)

status=0
for symbol in $(comm -23 <(echo "$declared") <(echo "$typed")); do
    echo "check-assembly: error: $symbol has no type; use the function or the variable macro" >&2
    status=1
done
exit $status
