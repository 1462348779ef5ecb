#!/bin/bash
# What a ring of io_uring is asked for is no call, but under ebpf it is counted: renacer and the
# gate say so, also when a thread of the kernel's own looks into the ring.
set -u
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
fail() { echo "FAILED: $*"; bad=1; }
renacer-gate doctor > doctor || fail 'doctor'
grep -q '^ok *ebpf' doctor || { sed -n '/ebpf/,/remedy/p' doctor; exit 77; }
cages=$BUILD/prog/conform-cages
[ "$("$cages" ring)" = written ] || { echo 'no io_uring here'; exit 77; }
grep -qaE 'btf_trace_io_uring_submit_(req|sqe)' /sys/kernel/btf/vmlinux ||
	{ echo 'this kernel does not tell of it'; exit 77; }

for how in '' poll; do
	# shellcheck disable=SC2086 # none or one
	renacer --backend ebpf -o trace -- "$cages" ring $how > out 2> err
	told '^written' out
	told 'io_uring was set up: .* not seen \(1 write\)' err
done
# All of them, however many rings and processes.
renacer -f --backend ebpf -o trace -- \
	sh -c "$cages ring & $cages ring; wait; $cages ring poll" > out 2> err
told '\(3 write\)' err
# Nothing is left of one run in the next, nor is there a word where nothing was asked for.
renacer --backend ebpf -o trace -- true 2> err
! grep -q io_uring err || fail 'a run without rings has some'

printf '[gate]\nbackend = "ebpf"\n[[target]]\nname = "ring"\ncommand = ["%s", "ring"]\nsandbox = true\n' \
	"$cages" > renacer.toml
renacer-gate record > record 2>&1
[ $? -eq 4 ] || fail 'a golden of a ring'
told 'not seen \(1 write\)' record
exit $bad
