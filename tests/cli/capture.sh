#!/bin/bash
# Each tracee says beside its calls what the trace must hold; both backends must see it so.
# Then: what becomes of the target when the tracer dies, is told to stop, or has waited enough.
set -u
events=$BUILD/driver/events
prog=$BUILD/prog
failed=0
export WANT_CPUS
WANT_CPUS=$(nproc)
unset T MAKEFLAGS MAKEOVERRIDES # what check-cli was asked for: tracees print their environment, and are searched for words

complain() {
	echo "FAILED: $*"
	failed=1
}

# check BACKEND STATUS NAME [OPTION]... -- [ARG]...
check() {
	local backend=$1 status=$2 name=$3 rc n regex got
	shift 3
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	timeout 60 "$events" -a -b "$backend" "${options[@]}" -- "$prog/$name" "$@" \
		> wants 2> errors 3> trace
	rc=$?
	[ "$rc" = "$status" ] || complain "$name ($backend): exit $rc, not $status: $(head -3 errors)"
	grep -q '^want ' wants || complain "$name ($backend): wants nothing"
	while read -r _ n regex; do
		got=$(grep -Ec -- "$regex" trace)
		[ "$got" = "$n" ] || complain "$name ($backend): $got, not $n: $regex"
	done < <(grep '^want ' wants)
	! grep BROKEN trace || complain "$name ($backend): order"
}

for backend in ptrace seccomp; do
	check $backend 0 cap-births --
	check $backend 0 cap-untraced --
	check $backend 3 cap-exec-thread --
	check $backend 4 cap-leader --
	check $backend 0 cap-daemon --
	check $backend 0 cap-signals --
	check $backend 0 cap-eintr --
	check $backend 0 cap-seccomp --
	check $backend 0 cap-ptrace --
	check $backend 0 cap-data --
	check $backend 0 cap-busy --
	check $backend 0 cap-odd --
	check $backend 0 cap-odd -e '!openat' --
	check $backend 0 cap-32bit --
	check $backend 0 cap-many -- 200 100 10
	check $backend 0 cap-many -u spread -- 50 50 10
	(trap '' INT HUP USR1 && check $backend 0 cap-launch -- && exit $failed) || failed=1
	WANT_RING=allowed check $backend 0 cap-launch --
	WANT_RING=denied check $backend 0 cap-launch -d --
done
# The kernel refuses strict mode under a filter; without one it works, with one we say so.
check ptrace 0 cap-seccomp -- strict
"$events" -q -b seccomp -- "$prog/cap-seccomp" strict 2>&1 > /dev/null |
	grep -q 'incomplete.*untraceable 1.*strict' || complain "strict mode is not noticed"

# Wanted calls are the same events, however they were caught.
for backend in ptrace seccomp; do
	"$events" -a -b $backend -e openat,write,read,wait4,dup2,getpgid,execve,exit_group -- \
		sh -c 'ls / > list; cat list | wc -l; (exit 3); true' 2>&1 > /dev/null |
		sed -E 's/[0-9a-f]{5,}/@/g; s/pid [0-9]+/pid @/; s/^(CALL .*wait4.* = )[0-9]+/\1@/' > "$backend.raw"
	sort "$backend.raw" | grep -v '^FOOTER\|^SIGNAL' > $backend.sorted # signals of one kind may merge
done
cmp ptrace.sorted seccomp.sorted || { complain "backends differ"; diff ptrace.sorted seccomp.sorted; }
grep -q '^CALL .*getpgid\|^CALL .*write' ptrace.sorted || complain "nothing was wanted"

# left PATTERN: no process of this run may be left, in whatever state.
left() {
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		pgrep -f "$1" > left || return 0
		sleep 0.1
	done
	ps -o pid,stat,args -p "$(paste -sd, left)"
	complain "$2 left processes behind"
}

# kill -9: everything goes with us.
for backend in ptrace seccomp; do
	mark=$((RANDOM + 70000)).$$
	"$events" -q -b $backend -- sh -c "sleep $mark & sleep $mark & wait" 2> /dev/null &
	pid=$!
	for _ in $(seq 50); do
		[ "$(pgrep -fc "^sleep $mark")" = 2 ] && break
		sleep 0.1
	done
	kill -9 $pid
	wait $pid 2> /dev/null
	left "sleep $mark" "kill -9 ($backend)"
done

# Told to stop, while the target makes no call and while it makes many.
"$events" -q -t 20 -k 5 -- sleep 1000 2> footer
grep -q 'incomplete.* cut 1 ' footer || complain "stop of a sleeper: $(cat footer)"
"$events" -q -t 20 -k 5 -- sh -c 'while :; do /bin/true; done' 2> footer
grep -q 'incomplete.* cut 1 ' footer || complain "stop of a busy one: $(cat footer)"
"$events" -q -t 20 -k 5 -- sh -c 'kill -STOP $$' 2> footer
grep -q 'incomplete.* cut 1 ' footer || complain "stop of a stopped one: $(cat footer)"
# The command ends, its child does not.
mark=$((RANDOM + 70000)).$$
"$events" -q -g 100 -- sh -c "sleep $mark & exit 6" 2> footer
[ $? = 6 ] || complain "linger: the status is not the command's"
grep -q 'cut 1 .*outlived' footer || complain "linger: $(cat footer)"
left "sleep $mark" linger

# Attached, and let go.
sleep 2 &
pid=$!
"$events" -p $pid -t 20 -k 5 2> trace
grep -q '^START 1 attached' trace || complain "attach: $(cat trace)"
wait $pid || complain "the attached target did not survive"

# A setuid program without its rights is no proof of anything.
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	dir=$(mktemp -d)
	chmod 755 "$dir"
	cp "$(command -v id)" "$dir/rights"
	cp "$events" "$dir/events"
	chmod 4755 "$dir/rights"
	for backend in ptrace seccomp; do
		setpriv --reuid 65534 --regid 65534 --clear-groups "$dir/events" -q -C / -b $backend -- \
			"$dir/rights" > /dev/null 2> footer
		grep -q 'incomplete.* untraceable 1 .*setuid' footer ||
			complain "setuid ($backend): $(cat footer)"
	done
	"$events" -q -- setpriv --reuid 65534 --regid 65534 --clear-groups "$dir/rights" > id 2> footer
	grep -q 'euid=0' id || complain "setuid under root: $(cat id footer)"
	rm -r "$dir"
fi

# The filter needs a tracer, for children as well: otherwise their calls would fail.
"$events" -q -b seccomp -F -- true 2> errors && complain "seccomp without following: no error"
grep -q 'cannot leave children untraced' errors || complain "seccomp without following: $(cat errors)"
"$events" -q -b seccomp -p $$ 2> errors && complain "seccomp attached: no error"
grep -q 'cannot attach' errors || complain "seccomp attached: $(cat errors)"

# A debugger whose process we had to attach to, since its calls came faster than they were read: it
# works, or the trace says why not.
if "$BUILD/driver/conform" -p ebpf > /dev/null 2>&1; then
	RENACER_RING=65536 "$events" -q -b ebpf -- "$prog/conform-cages" debugger 3000 > debugged 2> footer
	case $(cat debugged) in
	*'debugged: exit 4'*) ;;
	*) grep -q 'untraceable 1 .*could not be traced by the target' footer ||
		complain "debugger: $(cat debugged footer)" ;;
	esac
fi

# Waits that nobody wants to hear of take as long as natively, whatever signals are ignored meanwhile.
for backend in ptrace seccomp; do
	renacer --backend $backend -f -e trace=write -o /dev/null -- "$prog/conform-timers" undisturbed > waits
	! grep -v 'not early yes, not late yes$' waits || complain "waits under $backend"
	[ "$(wc -l < waits)" -eq 4 ] || complain "waits under $backend: $(cat waits)"
done

# What cannot be executed.
touch plain; printf 'echo x\n' > script; chmod +x script
for cmd in nosuch ./nosuch ./plain ./script /; do
	"$events" -q -- $cmd 2> errors
	[ $? = 125 ] || complain "$cmd: no error"
	grep -q "execute '$cmd'" errors || complain "$cmd: $(cat errors)"
done
exit $failed
