#!/bin/bash
# tests/bench/memory.sh - the same program with more calls must not need more memory
#
# CALLS (5000000): calls of the long run of each.
set -u
# shellcheck source=tests/bench/lib.sh
. "$ROOT/tests/bench/lib.sh"
calls=${CALLS:-5000000}

echo "peak memory of the tracer after $calls calls, and what each million of them added"
for how in 'renacer -f --backend ptrace -o /dev/null --' 'renacer record --backend ptrace -o trace.rtrace --' \
	'renacer record --backend ebpf -o trace.rtrace --' \
	'renacer-gate record --runs 1 --golden x.golden --'; do
	for n in 100000 "$calls"; do
		rm -f x.golden
		eval "measure cost.$n $how storm writes $n" > out.txt 2> err.txt < /dev/null || {
			echo "  $how: not here: $(head -n 1 err.txt)"
			continue 2
		}
	done
	cat cost.100000 "cost.$calls" | awk -v how="$how" -v calls="$calls" '{ kib[NR] = $2 } END {
		printf "  %-55s %8.1f MiB, %+.2f MiB per million\n", how, kib[2] / 1024,
			(kib[2] - kib[1]) / 1024 * 1e6 / (calls - 100000) }'
done
