#!/bin/bash
# tests/bench/filter.sh - a call that nobody asked for: 99 of 100 pass the filter without a stop
set -u
# shellcheck source=tests/bench/lib.sh
. "$ROOT/tests/bench/lib.sh"

rows=(
	'native|20000|'
	'one call in 100 wanted|2000|renacer -f --backend seccomp -e trace=openat -o /dev/null --'
	'none of them wanted|20000|renacer -f --backend seccomp -e trace=chroot -o /dev/null --'
)
echo '99 getppid for one openat, ns a call'
for ((round = 0; round < ROUNDS; round++)); do
	for i in "${!rows[@]}"; do
		IFS='|' read -r _ n command <<< "${rows[$i]}"
		once_storm "$command" "storm mixed $n" > line || exit 3
		awk '{ print $2 / $1 }' line >> "result.$i"
	done
done
native=$(median < result.0)
for i in "${!rows[@]}"; do
	awk -v name="${rows[$i]%%|*}" -v m="$(median < "result.$i")" -v l="$(least < "result.$i")" \
		-v h="$(most < "result.$i")" -v n="$native" 'BEGIN {
		printf "  %-24s %8.1f  (%.1f to %.1f)  %.2f x native\n", name, m, l, h, m / n }'
done
