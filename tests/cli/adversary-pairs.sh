#!/bin/bash
# Behaviour that changed in ways that are easily overlooked: bytes that no write(2) carries,
# names that are no names, descriptors that travel. Each must be found, under the usual profile
# and under io, and the text must name the thing.
set -u
# Queues, semaphores and shared memory of our own where that can be had: their names are the
# machine's, and another run of this script may be under way.
if [ -z "${OWN_IPC-}" ] && unshare --ipc true 2> /dev/null; then
	OWN_IPC=1 exec unshare --ipc bash "$0"
fi
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY
prog=$BUILD/prog/adversary
bad=0

# name, what the text must say (extended regex)
pairs="
sendfile       stdout: line 1 differs: wanted 'hel', found 'ell'
splice         stdout: line 1 differs: wanted 'a', found 'b'
tee            stdout: line 1 differs: wanted 'a', found 'b'
vmsplice       stdout: line 1 differs: wanted 'a', found 'b'
copy-range     <cwd>/out: line 1 differs: wanted 'hel', found 'ell'
mapping        <cwd>/mapped: other content of the same size \(4096 bytes\)
hole           <cwd>/holey: other content of the same size \(8192 bytes\)
offset         <cwd>/sparse: 199 bytes, the golden has 198 bytes
linked-back    <cwd>/back: line 1 differs: wanted 'a', found 'b'
through-link   <cwd>/real: line 1 differs: wanted 'a', found 'b'
exchanged      <cwd>/one was not written, the golden has it
hard-linked    <cwd>/two
attribute      <cwd>/marked.*user\.mark
attribute-lost <cwd>/marked.*user\.mark
device         <cwd>/null
long-argument  /true was executed with other arguments
longer-argument /true was executed with other arguments
passed         <cwd>/passed: line 1 differs: wanted 'a', found 'b'
abstract       listen unix:@rtb is not in the golden
moved-stdout   <cwd>/moved: line 1 differs: wanted 'a', found 'b'
shared-table   <cwd>/one: line 1 differs: wanted 'a', found 'b'
late-daemon    <cwd>/late: line 1 differs: wanted 'a', found 'b'
from-thread    stdout: line 1 differs: wanted 'a', found 'b'
memory-program stdout: line 1 differs: wanted 'a', found 'b'
odd-names      written as <cwd>/.xffb instead of <cwd>/.xffa
size-limit     ended with SIGXFSZ, the golden has 1
time-chosen    <cwd>/old.*1999-01-01
file-flags     <cwd>/flagged
left-queue     ipc/mq/adversary-b
left-memory    ipc/shm/0x5eed0062
left-semaphores ipc/sem/0x5eed0000
datagram       adversary-b
no-program     no-such-program-b
directory-mode <cwd>/dir.*0775
left-fifo      <cwd>/fifo-b
left-socket    <cwd>/socket-b
chosen-name    <cwd>/link
swapped-names  stdout: line 1 differs
other-prefix   <cwd>/temp
fixed-temporary <cwd>/work-1
other-process  stdout: line 1 differs
told-order     stdout: line 1
told-lines     <cwd>/told: line 1
literal-target points to '<<>cwd>/x'
outer-queue    ipc/mq/adversary-outer: line 1 differs: wanted 'a', found 'b'
outer-message  ipc/msg/0x5eed0100: line 1 differs: wanted 'a', found 'b'
outer-fifo     /tmp/adversary-outer: other content of the same size
outer-priority setpriority\(PRIO_PROCESS, a process outside, 0\)
outer-knob     /oom_score_adj
ended-after-signal fork of .*/adversary ended with 3
cached-note    <cwd>/__pycache__/note
"
mapfile -t rows < <(grep . <<< "$pairs")
[ "$("$prog" | grep -v trace-me | sort)" = "$(printf '%s\n' "${rows[@]}" | cut -d' ' -f1 | sort)" ] ||
	{ echo 'the rows are not what the program does'; bad=1; }

for profile in effects io; do
	{
		printf '[gate]\ngolden_dir = "golden-%s"\nrecord_runs = 2\njobs = 8\nprofile = "%s"\n' \
			$profile $profile
		for row in "${rows[@]}"; do
			printf '[[target]]\nname = "%s"\ncommand = ["%s", "%s"]\n' \
				"${row%% *}" "$prog" "${row%% *}"
			printf 'sandbox = true\nfixtures = ["in/"]\n'
		done
	} > $profile.toml
	mkdir -p in
	printf a > in/variant
	ipcrm -S 0x5eed0000 2> /dev/null
	"$prog" --prepare || bad=1
	renacer-gate record -c $profile.toml > log 2>&1 && renacer-gate -c $profile.toml > log 2>&1 ||
		{ cat log; bad=1; }
	printf b > in/variant
	for row in "${rows[@]}"; do
		name=${row%% *} wanted=$(sed "s, *,," <<< "${row#* }")
		renacer-gate -c $profile.toml "$name" > log 2>&1
		rc=$?
		[ $rc -eq 1 ] && grep -qE -- "$wanted" log && continue
		echo "$profile: $name: exit status $rc, wanted /$wanted/:"
		sed 's/^/    /' log
		bad=1
	done
done
for key in 61 62; do ipcrm -M 0x5eed00$key; done 2> /dev/null
ipcrm -S 0x5eed0000 -Q 0x5eed0100 2> /dev/null
rm -f /tmp/adversary-outer
exit $bad
