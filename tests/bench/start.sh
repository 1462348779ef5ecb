#!/bin/bash
# tests/bench/start.sh - what a run costs before its first call: `true`, every way to trace
#
# STARTS (21): rounds.
set -u
# shellcheck source=tests/bench/lib.sh
. "$ROOT/tests/bench/lib.sh"
rounds=${STARTS:-21}

echo "$rounds rounds of /bin/true, methods in turn"
keep_usable
for ((round = 0; round < rounds; round++)); do
	for i in "${!methods[@]}"; do
		command=${methods[$i]#*|*|}
		eval "measure cost $command /bin/true" > out.txt 2> err.txt < /dev/null || { cat err.txt >&2; exit 3; }
		cat cost >> "result.$i"
	done
done
printf '  %-19s %9s %19s %9s %12s\n' '' ms 'least to most' 'own CPU' 'peak MiB'
for i in "${!methods[@]}"; do
	awk -v name="${methods[$i]%%|*}" -v m="$(column "result.$i" 1 | median)" \
		-v l="$(column "result.$i" 1 | least)" -v h="$(column "result.$i" 1 | most)" \
		-v own="$(column "result.$i" 3 | median)" -v peak="$(column "result.$i" 2 | median)" 'BEGIN {
		printf "  %-19s %9.1f %19s %9.1f %12.1f\n", name, m / 1e6,
			sprintf("%.1f to %.1f", l / 1e6, h / 1e6), own / 1e6, peak / 1024
		if (name == "record, ebpf")
			printf "goal: at most 40 ms: %.1f, %s\n", m / 1e6, m <= 40e6 ? "met" : "not met"
	}'
done
