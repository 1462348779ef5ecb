#!/bin/bash
# tests/bench/stops.sh - how often a target of ebpf can see that it was stopped
#
# Programs that move much at once and beside each other, by themselves and beside others that
# compute (BUSY, one more than there are CPUs); of RUNS (10) runs each: in how many there was
# such a stop, how many were incomplete.
# shellcheck disable=SC2016 # targets are for the shell that runs them
set -u
runs=${RUNS:-10} busy=${BUSY:-$(($(nproc) + 1))}

renacer record --backend ebpf -o x.rtrace -- true 2> err.txt || { echo "not here: $(head -n 1 err.txt)"; exit 0; }
head -c 60000000 /dev/urandom > big
cat > pipe.py << 'END'
import os
data = os.urandom(5 << 20)
out, into = os.pipe()
if os.fork():
    os.close(into)
    while os.read(out, 1 << 22):
        pass
    os.wait()
else:
    os.close(out)
    for i in range(6):
        os.write(into, data)
END
targets=(
	'dd bs=8M, a pipe|dd if=/dev/zero bs=8M count=4 2> /dev/null | cat > /dev/null'
	'dd bs=64M, gzip|dd if=big bs=64M 2> /dev/null | gzip -1 > made'
	'cp, md5sum, sha256sum|cp big made; cat big big | md5sum; sha256sum big'
	'Python, 5 MiB a write|python3 pipe.py'
	'tar, gzip|tar c /usr/include 2> /dev/null | gzip -1 > made'
	'tee|cat big | tee made.1 | cat | tee made.2 | md5sum'
	'six dd bs=4M at once|for i in 1 2 3 4 5 6; do dd if=big bs=4M count=3 2> /dev/null | cat > made.$i & done; wait'
	'find, xargs -P4 cat|find /usr/share -type f | head -n 4000 | xargs -P4 -n 100 cat > /dev/null'
)

count() { # TARGET
	local n=0 seen=0 incomplete=0 rc
	while [ $((n++)) -lt "$runs" ]; do
		renacer record --backend ebpf -o x.rtrace -- sh -c "$1" > /dev/null 2> err.txt
		rc=$?
		! grep -q 'could see' err.txt || seen=$((seen + 1))
		[ $rc -ne 4 ] || incomplete=$((incomplete + 1))
	done
	echo "$seen $incomplete"
}

hogs=()
busy() {
	for ((i = 0; i < busy; i++)); do
		while :; do :; done &
		hogs+=($!)
	done
}
trap '[ ${#hogs[@]} -eq 0 ] || kill "${hogs[@]}"' EXIT

printf '%d runs each: with a stop that could be seen, incomplete\n  %-24s %14s %14s\n' "$runs" '' 'by itself' "beside $busy busy"
alone=()
for target in "${targets[@]}"; do alone+=("$(count "${target#*|}")"); done
busy
for i in "${!targets[@]}"; do
	# shellcheck disable=SC2046,SC2086
	printf '  %-24s %6d %7d %6d %7d\n' "${targets[$i]%%|*}" ${alone[$i]} $(count "${targets[$i]#*|}")
done
