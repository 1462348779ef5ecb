#!/bin/bash
# Targets that reach for what is around them: the gate stays up, and says what is so.
set -u
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
ends() { # STATUS TEXT COMMAND...: in a session of its own, within a minute
	says "$1" "$2" setsid -w timeout 60 "${@:3}"
}

# Its child is past the exec when the signal comes, each time.
cleans_up='trap "echo cleaned up" TERM; exec 3< <(exec perl -e "\$| = 1; print qq(up\n); sleep 100")
	read -r -u 3; kill 0; wait; echo after'
# A process group of its own: 'kill 0', as scripts clean up, ends the target alone. It leads
# neither group nor session, so that it can still make both.
ends 0 recorded renacer-gate record --golden group.golden -- \
	bash -c "$cleans_up"
ends 0 'cleaned up' renacer-gate show group.golden
ends 0 PASS renacer-gate check --golden group.golden -- \
	bash -c "$cleans_up"
ends 0 recorded renacer-gate record --golden leads.golden -- \
	perl -MPOSIX -e 'setpgid(0, 0) or die "setpgid: $!"; POSIX::getpgrp() == $$ or die; print "ok\n"'
ends 0 recorded renacer-gate record --golden session.golden -- \
	perl -MPOSIX -e 'POSIX::setsid() > 0 or die "setsid: $!"; print "ok\n"'

# Whether a crash leaves a core file is the machine's doing, not the program's.
ends 0 recorded bash -c 'ulimit -S -c unlimited
	exec renacer-gate record --golden core.golden -- sh -c "ulimit -S -c"'
ends 0 stdout grep -F '"text":"0\n"' core.golden

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
ends 4 'timed out after 1s, and the target uses ptrace itself' renacer-gate record debugger

# A gate that was killed leaves its sandbox; the next one removes it, but none that was kept.
cat > renacer.toml << 'END'
[[target]]
name = "sleeper"
command = ["sleep", "30"]
sandbox = true
[[target]]
name = "quick"
command = ["true"]
sandbox = true
END
renacer-gate record sleeper > /dev/null 2>&1 &
gate=$!
mine() { # the sandbox that this process has locked
	local fd
	for fd in /proc/$gate/fd/*; do
		case $(readlink "$fd") in */.renacer-gate) readlink "$fd" ;; esac
	done
}
for ((i = 0; i < 100; i++)); do
	lock=$(mine)
	[ -z "$lock" ] || break
	sleep 0.05
done
[ -e "$lock" ] || { echo 'the gate made no sandbox'; bad=1; }
kill -9 $gate
wait $gate 2> /dev/null
ends 0 recorded renacer-gate record quick
[ -e "$lock" ] || { echo 'a sandbox was removed at once: its gate may have been about to lock it'; bad=1; }
touch -d '1 minute ago' "$lock"
kept=$(renacer-gate check --keep quick | sed -n 's/.*the sandbox is kept: //p')
[ ! -e "$lock" ] || { echo "a sandbox stays behind: $lock"; bad=1; }
[ -d "$kept" ] || { echo 'no sandbox was kept'; bad=1; }
touch -d '1 minute ago' "$kept/.renacer-gate"
renacer-gate check quick > /dev/null
[ -d "$kept" ] || { echo 'a sandbox that was kept on purpose is gone'; bad=1; }
rm -rf "$kept"

# What a target mounted and left mounted is not the sandbox's, even of the same file system: it
# stays, whatever becomes of the sandbox. Needs a mount namespace of our own.
mkdir outer
echo data > outer/file
chmod 755 outer
cat > mounts.toml << END
[gate]
record_runs = 1
[[target]]
name = "mounts"
command = ["sh", "-c", "mkdir m && mount --bind '$PWD/outer' m"]
sandbox = true
END
if unshare -m mount --bind outer outer 2> /dev/null; then
	unshare -m renacer-gate record -c mounts.toml > log 2>&1
	rc=$?
	if [ $rc -ne 3 ] || ! grep -q 'something is mounted there' log; then
		echo "mounted: exit status $rc:"
		cat log
		bad=1
	fi
	rm -rf "$(sed -n "s/.*remove the sandbox '\([^']*\)'.*/\1/p" log | head -1)"
	[ "$(cat outer/file)" = data ] || { echo 'what a target had mounted was removed'; bad=1; }
	[ "$(stat -c %a outer)" = 755 ] || { echo 'what a target had mounted was changed'; bad=1; }
fi
exit $bad
