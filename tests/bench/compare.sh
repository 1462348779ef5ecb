#!/bin/bash
# tests/bench/compare.sh - two traces held against each other (renacer compare, profile io)
#
# COMPARED (1000000): calls of each.
set -u
# shellcheck source=tests/bench/lib.sh
. "$ROOT/tests/bench/lib.sh"
compared=${COMPARED:-1000000}

echo 'two traces compared: calls of both, seconds, ns a call, peak memory'
for storm in writes threads; do
	for n in $((compared / 10)) "$compared"; do
		for side in a b; do
			renacer record -o $side.rtrace -- storm $storm "$n" > /dev/null 2>&1 ||
				{ echo "  $storm: cannot record"; exit 3; }
		done
		# The storm prints how long it took: 1, they differ in that.
		measure cost renacer compare -n 0 a.rtrace b.rtrace > compared.txt 2>&1
		grep -q 'not equivalent: 2 differences' compared.txt ||
			{ echo "  $storm: more than their times differs"; cat compared.txt; exit 1; }
		calls=$(awk '/^ *calls/ { print $2 + $3 }' compared.txt)
		awk -v name="$storm" -v calls="$calls" '{
			printf "  %-10s %9d calls %8.2f s %8.0f ns/call %8.1f MiB\n", name, calls, $1 / 1e9,
				$1 / calls, $2 / 1024
		}' cost
	done
done
