#!/bin/bash
# Targets that reach for what is around them: the gate stays up, and says what is so.
set -u
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY
bad=0

says() { # status regex command...
	local status=$1 wanted=$2 rc
	shift 2
	setsid -w timeout 60 "$@" > out.log 2>&1
	rc=$?
	[ "$rc" -eq "$status" ] && grep -qE -- "$wanted" out.log && return
	echo "$*: exit status $rc (wanted $status), text (wanted /$wanted/):"
	sed 's/^/    /' out.log
	bad=1
}

# A process group of its own: 'kill 0', as scripts clean up, ends the target alone. It leads
# neither group nor session, so that it can still make both.
says 0 recorded renacer-gate record --golden group.golden -- \
	bash -c 'trap "echo cleaned up" TERM; sleep 100 & kill 0; wait; echo after'
says 0 'cleaned up' renacer-gate show group.golden
says 0 PASS renacer-gate check --golden group.golden -- \
	bash -c 'trap "echo cleaned up" TERM; sleep 100 & kill 0; wait; echo after'
says 0 recorded renacer-gate record --golden leads.golden -- \
	perl -MPOSIX -e 'setpgid(0, 0) or die "setpgid: $!"; POSIX::getpgrp() == $$ or die; print "ok\n"'
says 0 recorded renacer-gate record --golden session.golden -- \
	perl -MPOSIX -e 'POSIX::setsid() > 0 or die "setsid: $!"; print "ok\n"'

# Whether a crash leaves a core file is the machine's doing, not the program's.
says 0 recorded bash -c 'ulimit -S -c unlimited
	exec renacer-gate record --golden core.golden -- sh -c "ulimit -S -c"'
says 0 stdout grep -F '"text":"0\n"' core.golden

# What cannot work under a tracer and makes the target wait is nothing that it did wrong.
cat > renacer.toml << END
[gate]
timeout = "1s"
[[target]]
name = "debugger"
command = ["$BUILD/prog/adversary", "trace-me"]
[[target]]
name = "meant"
command = ["sleep", "30"]
expect = "fail"
END
printf a > variant
says 4 'timed out after 1s, and the target uses ptrace itself' renacer-gate record debugger
exit $bad
