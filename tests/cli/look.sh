#!/bin/bash
# What becomes of renacer and of its target when either is told to stop, and of a trace that nobody
# reads.
set -u
failed=0
complain() {
	echo "FAILED: $*"
	failed=1
}
renacer -o true.out true 2> err || { echo "this machine does not let us trace"; exit 77; }

# gone PATTERN: nothing of it is left, in whatever state.
gone() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		pgrep -f "$1" > left || return 0
		sleep 0.1
	done
	complain "$2 left $(paste -sd' ' left)"
}

# stopped SIGNAL STATUS WHOM: WHOM is "" for renacer alone, "-" for its whole group, as ^C does.
stopped() {
	local mark=$((RANDOM + 70000)).$$ pid status
	env --default-signal=INT setsid bash -c 'echo $$ > pid; exec renacer --backend '$backend' -f -o look.out sh -c "sleep '"$mark"'; :"' 2> err &
	for _ in $(seq 100); do
		[ "$(pgrep -fc "^sleep $mark")" = 1 ] && break
		sleep 0.05
	done
	pid=$(cat pid)
	kill -"$1" -- "$3$pid"
	wait $!
	status=$?
	[ $status = "$2" ] || complain "$backend, SIG$1: status $status, not $2: $(cat err)"
	gone "$mark" "$backend, SIG$1"
}

# A tree that is hard to find once its tracer is gone: nobody's child, in a session of its own, with
# no descriptor open, a second thread while the first has ended; and a fork every few milliseconds.
tree_is_ended() {
	local mark=$((RANDOM + 70000)).$$
	renacer --backend "$backend" -f -o look.out "$BUILD/prog/look-tree" "$mark" > tree 2> err &
	for _ in $(seq 100); do
		[ "$(wc -l < tree)" -ge 4 ] && break
		sleep 0.05
	done
	kill -KILL $!
	wait $! 2> /dev/null
	gone "$mark" "$backend, SIGKILL among many,"
}

backends='auto ptrace'
renacer --backend ebpf -o true.out true 2> err && backends+=' ebpf'
for backend in $backends; do
	stopped INT 130 -
	grep -q 'killed by SIGINT' look.out || complain "$backend, ^C is not in the trace: $(tail -2 look.out)"
	stopped TERM 143 ''
	stopped KILL 137 ''
	tree_is_ended

	# Who was not followed is nobody's business.
	mark=$((RANDOM + 70000)).$$
	renacer --backend "$backend" -o look.out sh -c "sleep $mark > /dev/null 2>&1 & :" || complain "$backend, a daemon: status $?"
	pkill -f "^sleep $mark" || complain "$backend: a process that was not traced is gone"

	# A reader that goes away: an error, and nothing left behind.
	mark=$((RANDOM + 70000)).$$
	# shellcheck disable=SC2016
	timeout 20 bash -c 'renacer --backend '$backend' -f sh -c "ls -lR /usr > /dev/null; sleep '"$mark"'" 2>&1 | head -1 > first; exit ${PIPESTATUS[0]}'
	status=$?
	[ $status = 3 ] || complain "$backend, a closed pipe: status $status, not 3"
	grep -q '^execve' first || complain "$backend, a closed pipe: no first line"
	gone "sleep $mark" "$backend, a closed pipe"
done

# Attached to a process with threads and let go: it works on, undisturbed.
"$BUILD/prog/look-threads" 150 &
target=$!
sleep 0.2
env --default-signal=INT renacer -p $target -o attached.out 2> err & # bash ignores it behind "&"
pid=$!
sleep 0.5
kill -INT $pid
wait $pid || complain "^C of an attached renacer: status $?: $(cat err)"
grep -q "process $target runs on" err || complain "^C of an attached renacer says: $(cat err)"
[ "$(grep -c nanosleep attached.out)" -gt 10 ] || complain "nothing was seen of the attached process"
[ "$(grep -o '^\(\[pid *\)\?[0-9]*' attached.out | sort -u | wc -l)" -ge 3 ] ||
	complain "not all threads were seen: $(head -3 attached.out)"
kill -0 $target 2> /dev/null || complain "the attached process is gone"
wait $target || complain "the attached process was disturbed: status $?"

# What is open here is open there.
exec 7< true.out
renacer -o fds.out sh -c 'cat <&7' > copied || complain "an inherited descriptor"
cmp -s true.out copied || complain "an inherited descriptor gave something else"
exit $failed
