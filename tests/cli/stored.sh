#!/bin/bash
# What can be asked of a stored trace, and of this machine, without running a target again.
set -u
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"

complain() {
	echo "FAILED: $*"
	bad=1
}

printf 'one\n' > one
renacer record -o cat.rtrace -- cat one > /dev/null 2> out || complain "record: $(head -3 out)"
renacer record -o none.rtrace -- cat none > /dev/null 2>&1

says 0 '^cat.rtrace: profile effects, 1 recording' renacer-gate show cat.rtrace
says 0 '^  command: cat one$' renacer-gate show cat.rtrace
says 0 'openat.*"one"' renacer report cat.rtrace
says 0 '^100.00 .* total$' renacer report -c cat.rtrace
says 0 ' openat$' renacer report -c cat.rtrace
says 0 ',write,' renacer report --format csv cat.rtrace
says 0 '^cat;.*write [0-9]+$' renacer report --format folded cat.rtrace
says 0 . renacer-gate diff cat.rtrace cat.rtrace
says 1 'exit status 1, the golden has 0' renacer-gate diff cat.rtrace none.rtrace
says 2 . renacer-gate show one
says 3 . renacer report absent.rtrace

# A trace that was cut short is read as far as it goes, and is no whole one.
head -c $(($(stat -c %s cat.rtrace) - 20)) cat.rtrace > cut.rtrace
says 4 . renacer report cut.rtrace

says 0 '^ok +ptrace ' renacer-gate doctor
says 0 '^this machine can run the gate$' renacer-gate doctor
says 0 '^(ok|no) +ebpf ' renacer-gate doctor
says 0 '^ok +auto +takes (ebpf|ptrace)' renacer-gate doctor
says 0 '^ok +user .*targets run as ' renacer-gate doctor
exit $bad
