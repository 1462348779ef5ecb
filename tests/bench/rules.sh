#!/bin/bash
# tests/bench/rules.sh - what judging a rule of each type costs, by events of a stored trace
#
# EVENTS (1000000): about so many events.
set -u
# shellcheck source=tests/bench/lib.sh
. "$ROOT/tests/bench/lib.sh"

events=${EVENTS:-1000000}
renacer record --backend ptrace -o trace.rtrace -- storm mixed $((events / 100)) > /dev/null 2> log ||
	{ cat log; exit 3; }
{
	printf '[[target]]\nname = "storm"\ncommand = ["true"]\n'
	for type in $(renacer-gate explain | cut -d ' ' -f 1); do
		printf '[[assertion]]\nname = "%s"\n' "$type"
		renacer-gate explain "$type" | sed -n '/^example:/,$s/^    \(.* = .*\)/\1/p' | grep -v '^name = '
	done
} > renacer.toml
for ((round = 0; round < ROUNDS; round++)); do
	"$BUILD/driver/rules" trace.rtrace renacer.toml > "round.$round" || exit 3
done
echo "ns an event, of about $events (a second for a million is 1000)"
cut -d ' ' -f 1,2 round.0 | cat -n | while read -r line type verdict; do
	for ((round = 0; round < ROUNDS; round++)); do
		sed -n "${line}p" "round.$round" | cut -d ' ' -f 3
	done > column
	printf '  %-16s %-13s %8.2f  (%.2f to %.2f)\n' "$type" "$verdict" \
		"$(median < column)" "$(least < column)" "$(most < column)"
done
