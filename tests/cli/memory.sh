#!/bin/bash
# A tracer that ran for long must not have grown: what a call leaves behind is bounded, however
# many there are.
set -u
measure=$BUILD/bench/measure
storm=$BUILD/bench/storm
failed=0

# Address sanitizer keeps what was freed for a while.
if nm "$BUILD/renacer" 2> /dev/null | grep -q __asan_init; then
	echo "memory is measured without sanitizers"
	exit 77
fi

# grows CALLS KIB CMD...: what a run of so many calls may have kept more than one of 5,000
grows() {
	local calls=$1 limit=$2 small large
	shift 2
	rm -f kept.golden
	"$measure" small "$@" "$storm" writes 5000 > /dev/null 2>&1 || { echo "FAILED: $*"; failed=1; return; }
	rm -f kept.golden
	"$measure" large "$@" "$storm" writes "$calls" > /dev/null 2>&1 || { echo "FAILED: $*"; failed=1; return; }
	small=$(cut -d ' ' -f 2 small) large=$(cut -d ' ' -f 2 large)
	[ "$small" -gt 0 ] || { echo "FAILED: nothing was measured"; failed=1; }
	echo "$*: $small KiB, then $large KiB"
	[ $((large - small)) -le "$limit" ] ||
		{ echo "FAILED: $* grows with the number of calls"; failed=1; }
}

# A page more or less is chance: 1 MiB is 17.5 bytes a call.
grows 65000 1024 "$BUILD/renacer" -f --backend ptrace -o /dev/null --
grows 65000 1024 "$BUILD/renacer" -f --backend seccomp -o /dev/null --
grows 65000 1024 "$BUILD/renacer" record --backend ptrace -o stored.rtrace --
grows 65000 1024 "$BUILD/renacer-gate" record --backend ptrace --runs 1 --golden kept.golden --

# What a tracer has not come to yet waits in rings of 8 MiB a CPU and in 32 MiB of its own, however
# much there is: these calls are some 400 MiB of records.
if ! "$BUILD/renacer" --backend ebpf -o /dev/null true 2> why; then
	echo "without ebpf: $(head -n 1 why)"
	exit $failed
fi
waits=$(((32 + 8 * $(nproc) + 4) * 1024))
grows 2000000 $waits "$BUILD/renacer" record --backend ebpf -o stored.rtrace --
grows 2000000 $waits "$BUILD/renacer-gate" record --backend ebpf --runs 1 --golden kept.golden --
exit $failed
