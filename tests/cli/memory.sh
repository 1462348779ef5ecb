#!/bin/bash
# A tracer that ran for long must not have grown: what a call leaves behind is bounded, however
# many there are. Two runs of one command, of which one makes 60,000 calls more.
set -u
measure=$BUILD/bench/measure
storm=$BUILD/bench/storm
failed=0

# Address sanitizer keeps what was freed for a while.
if nm "$BUILD/renacer" 2> /dev/null | grep -q __asan_init; then
	echo "memory is measured without sanitizers"
	exit 77
fi

# grows LIMIT CMD...: bytes a call, in thousandths, that the second run may have kept
grows() {
	local limit=$1 small large
	shift
	rm -f kept.golden
	"$measure" small "$@" "$storm" writes 5000 > /dev/null 2>&1 || { echo "FAILED: $*"; failed=1; return; }
	rm -f kept.golden
	"$measure" large "$@" "$storm" writes 65000 > /dev/null 2>&1 || { echo "FAILED: $*"; failed=1; return; }
	small=$(cut -d ' ' -f 2 small) large=$(cut -d ' ' -f 2 large)
	[ "$small" -gt 0 ] || { echo "FAILED: nothing was measured"; failed=1; }
	echo "$*: $small KiB, then $large KiB"
	[ $(((large - small) * 1024 * 1000 / 60000)) -le "$limit" ] ||
		{ echo "FAILED: $* grows with the number of calls"; failed=1; }
}

# A page more or less is chance: 1 MiB is 17.5 bytes a call.
grows 17500 "$BUILD/renacer" -f --backend ptrace -o /dev/null --
grows 17500 "$BUILD/renacer" -f --backend seccomp -o /dev/null --
grows 17500 "$BUILD/renacer" record -o stored.rtrace --
grows 17500 "$BUILD/renacer-gate" record --runs 1 --golden kept.golden --
exit $failed
