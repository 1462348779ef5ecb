#!/bin/bash
# What the gate says of one target: each row runs a command and pins its exit status and a line
# of its text. Nothing may stay behind: no sandbox, no process.
set -u
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
marker=9$$ # seconds that nobody else sleeps
roots=$PWD/roots # each sandbox that was made, told by its target

mkdir -p fixtures/sub
echo one > fixtures/sub/one.txt
ln -s sub/one.txt fixtures/link
: > roots
cat > renacer.toml << END
[gate]
timeout = "20s"
linger = "300ms"

[gate.environment]
inherit = ["PATH", "GATE_TEST_VALUE"]
set = { GREETING = "hello" }

[[target]]
name = "plain"
shell = "echo plain; echo warned >&2"

[[target]]
name = "sandboxed"
shell = "cat fixtures/link; ls -laR --time-style=full-iso . | grep -v ' [.][.]\$'; ls -lad --time-style=full-iso .. ../*; echo \$HOME \$TMPDIR \$PWD; umask; touch made; chmod 600 made; echo \$HOME >> $roots"
sandbox = true
ignore_paths = ["**/roots"]
fixtures = ["fixtures"]

[[target]]
name = "environment"
shell = "env | grep -v ^PATH= | sort"
env = { EXTRA = "of the target", GREETING = "hi" }

[[target]]
name = "stdin"
command = ["cat", "-A"]
stdin = "a\u0000b\n"

[[target]]
name = "no-stdin"
command = ["wc", "-c"]

[[target]]
name = "hangs"
shell = "echo before; echo \$HOME >> $roots; exec sleep $marker"
timeout = "300ms"

[[target]]
name = "hangs-in-child"
shell = "echo \$HOME >> $roots; trap '' TERM; sleep $marker & sleep $marker; echo"
timeout = "300ms"

[[target]]
name = "daemon"
shell = "echo \$HOME >> $roots; setsid sleep $marker & echo started"

[[target]]
name = "status"
shell = "echo oops >&2; exit 3"

[[target]]
name = "status-wanted"
shell = "exit 3"
expect_exit = 3

[[target]]
name = "killed-wanted"
shell = "kill -KILL \$\$"
expect_exit = 137

[[target]]
name = "unstable"
shell = "tr -dc a-z < /dev/urandom | head -c 12"

[[target]]
name = "redacted"
shell = "date +%s%N"
redact = [{ pattern = '\d{10,}', with = "<now>" }]

[[target]]
name = "setup"
shell = "cat made-by-setup"
sandbox = true
setup = ["sh", "-c", "echo made > \$RENACER_SANDBOX/made-by-setup"]

[[target]]
name = "setup-fails"
command = ["true"]
setup = ["sh", "-c", "echo the compiler is unhappy; exit 4"]

[[target]]
name = "setup-hangs"
command = ["true"]
setup = ["sh", "-c", "sleep $marker; echo"]
timeout = "300ms"

[[target]]
name = "nowhere"
command = ["no-such-program-$$"]

[[target]]
name = "flaky"
shell = "n=\$(cat $PWD/n); echo \$((n + 1)) > $PWD/n; test \$n -ne \$(cat $PWD/bad) || echo extra"
ignore_paths = ["**/n", "**/bad"]
redact = [{ pattern = '\d+', with = "N" }]
retries = 2

[[target]]
name = "reference"
shell = "echo same"

[[target]]
name = "rewrite"
command = ["echo", "same"]
equivalent_to = "reference"

[[target]]
name = "rewrite-wrong"
command = ["echo", "other"]
equivalent_to = "reference"

[[target]]
name = "rewrite-known-wrong"
command = ["echo", "other"]
equivalent_to = "reference"
expect = "fail"
END
echo 0 > n
echo 0 > zero
echo -1 > bad

# Recorded, and recorded again with the same bytes.
good=(plain sandboxed environment stdin no-stdin status-wanted killed-wanted redacted setup reference)
says 0 'recorded: 3 runs, .*exit 0, stderr 7 bytes, stdout 6 bytes' renacer-gate record plain
GATE_TEST_VALUE=passed SECRET=kept says 0 '10 targets: 10 passed' renacer-gate record "${good[@]}"
cp -r golden golden.first
GATE_TEST_VALUE=passed says 0 'unchanged: 3 runs' renacer-gate record "${good[@]}"
diff -r golden golden.first || bad=1
GATE_TEST_VALUE=passed says 0 '10 targets: 10 passed' renacer-gate check "${good[@]}"
grep -q 'GATE_TEST_VALUE=passed' golden/environment.golden || { echo 'a variable was not passed on'; bad=1; }
grep -q 'GREETING=hi\\n' golden/environment.golden || { echo 'the target does not win'; bad=1; }
! grep -q SECRET golden/environment.golden || { echo 'a variable leaked'; bad=1; }

# Several at once: the same goldens, the same order, and one that fails does not hide.
rm -r golden
GATE_TEST_VALUE=passed says 0 '10 targets: 10 passed' renacer-gate record --jobs 4 "${good[@]}"
diff -r golden golden.first || bad=1
GATE_TEST_VALUE=passed says 0 '10 targets: 10 passed' renacer-gate check --jobs 4 "${good[@]}"
GATE_TEST_VALUE=passed renacer-gate check "${good[@]}" | sed 's/ *[0-9.]* s$//' > order.1
GATE_TEST_VALUE=passed renacer-gate check --jobs 3 "${good[@]}" | sed 's/ *[0-9.]* s$//' > order.2
diff order.1 order.2 || bad=1
says 5 'hangs .*no golden' renacer-gate check --jobs 3 plain hangs stdin no-stdin
says 5 'plain' renacer-gate check --jobs 2 plain hangs

# The same from another checkout, byte for byte.
mkdir -p elsewhere/with/a/longer/name
cp -r renacer.toml fixtures elsewhere/with/a/longer/name/
(
	cd elsewhere/with/a/longer/name || exit 1
	says 0 'recorded' renacer-gate record sandboxed stdin setup
	cmp golden/sandboxed.golden ../../../../../golden/sandboxed.golden &&
		cmp golden/stdin.golden ../../../../../golden/stdin.golden || bad=1
	exit $bad
) || bad=1

# Refused.
says 1 'timed out after 300ms; it and everything it had started were killed' renacer-gate record hangs
says 1 'timed out after 300ms' renacer-gate record hangs-in-child
says 4 'processes outlived the command' renacer-gate record daemon
says 1 'not recorded: it exited 3, expect_exit is 0' renacer-gate record status
says 1 'set expect_exit = 3' renacer-gate record status
says 1 'oops' renacer-gate record status
says 4 'not recorded: .* differed between 3 runs' renacer-gate record unstable
says 4 'in its ..target..: redact = \[' renacer-gate record unstable
says 3 "its setup command 'sh' exited 4" renacer-gate record setup-fails
says 3 'the compiler is unhappy' renacer-gate record setup-fails
says 3 "its setup command 'sh' did not end before the timeout" renacer-gate record setup-hangs
says 3 "no-such-program-$$.: No such file" renacer-gate record nowhere
says 2 'CI=true: goldens are recorded by people' env CI=true renacer-gate record plain
[ "$(find golden -type f | wc -l)" -eq 10 ] || { echo 'a refused golden was written'; ls golden; bad=1; }

# Without a configuration. A wrong exit status fails in every profile.
for profile in strict io effects transpile counts; do
	says 0 'recorded: 3 runs' renacer-gate record --golden ad-hoc.golden --profile $profile -- sh -c "exit \$(cat zero)"
	echo 1 > zero
	says 1 'exit' renacer-gate check --golden ad-hoc.golden --profile $profile -- sh -c "exit \$(cat zero)"
	echo 0 > zero
	says 0 '1 passed' renacer-gate check --golden ad-hoc.golden --profile $profile -- sh -c "exit \$(cat zero)"
	says 0 '1 passed' renacer-gate check --golden ad-hoc.golden -- sh -c "exit \$(cat zero)"
done
says 2 "was recorded with profile 'counts'" renacer-gate check --golden ad-hoc.golden --profile io -- true
says 2 'record --profile io --golden ad-hoc.golden' renacer-gate check --golden ad-hoc.golden --profile io -- true
says 5 "there is no golden 'nowhere.golden'" renacer-gate check --golden nowhere.golden -- true

# Judged.
says 5 "there is no golden 'golden/unstable.golden'" renacer-gate check unstable
says 5 'renacer-gate record unstable' renacer-gate check unstable
says 0 '1 passed' renacer-gate check rewrite
says 1 "wanted 'same', found 'other'" renacer-gate check rewrite-wrong
says 0 'fails, as expected' renacer-gate check rewrite-known-wrong
says 0 'flaky .*recorded' renacer-gate record flaky
cat n > bad
says 4 'passed on retry 1' renacer-gate check flaky
echo $(($(cat n) + 1)) > bad
says 4 '1 of 2 runs passed' renacer-gate check --runs 2 flaky
cp golden/plain.golden golden/hangs.golden
says 1 'timed out after 300ms' renacer-gate check hangs
sed 's/"code":3/"code":4/' golden/status-wanted.golden > golden/status-wanted.new
mv golden/status-wanted.new golden/status-wanted.golden
says 3 'the golden was recorded with exit 4, but expect_exit = 3' renacer-gate check status-wanted
: > golden/stdin.golden
says 3 'stdin.golden' renacer-gate check stdin
says 2 "no target 'plian'" renacer-gate check plian
says 2 "did you mean 'plain'" renacer-gate check plian

# On a terminal and without one: the same. script(1) gives one.
if command -v script > /dev/null; then
	sed -i '$ a [[target]]\nname = "terminal"\nshell = "(echo > /dev/tty) 2> /dev/null && echo yes || echo no; ps -o tty= $$ > /dev/null"' renacer.toml
	says 0 'recorded' script -qec 'renacer-gate record terminal' /dev/null
	grep -q '"text":"no' golden/terminal.golden || { echo 'a terminal shows'; bad=1; }
	says 0 '1 passed' renacer-gate check terminal
	rm golden/terminal.golden
fi

# What a failure leaves, and what a pass does not.
says 0 '1 passed' renacer-gate check --artifacts kept plain
[ -z "$(ls kept)" ] || { echo 'a pass left artifacts'; ls kept; bad=1; }
says 5 "new golden are in 'kept'" renacer-gate check --artifacts kept unstable
for file in unstable.rtrace unstable.golden unstable.stdout unstable.stderr; do
	[ -e kept/$file ] || { echo "no kept/$file"; bad=1; }
done
[ -s kept/unstable.stdout ] || { echo 'the output was not kept'; bad=1; }

# An interrupt ends it all.
await_hanging() {
	local i
	for ((i = 0; i < 300; i++)); do
		! pgrep -f "^sleep $marker" > /dev/null || return
		sleep 0.1
	done
	echo "it does not come to hang"
	bad=1
}
sed -i 's/^timeout = "300ms"/timeout = "60s"/' renacer.toml
renacer-gate check hangs > out.log 2>&1 &
gate=$!
await_hanging
kill -TERM $gate # a shell has its background ignore INT
wait $gate
[ $? -eq 143 ] || { echo "an interrupt did not end in 143"; cat out.log; bad=1; }

renacer-gate check --jobs 2 plain hangs > out.log 2>&1 &
gate=$!
await_hanging
kill -TERM $gate
wait $gate
[ $? -eq 143 ] || { echo 'an interrupt of two jobs did not end in 143'; cat out.log; bad=1; }
grep -q 'hangs.*interrupted' out.log || { echo 'an interrupt is not said'; cat out.log; bad=1; }

# Nothing is left.
[ "$(wc -l < roots)" -ge 9 ] || { echo 'the targets did not tell their sandboxes'; bad=1; }
while read -r home; do
	[ ! -e "${home%/home}" ] || { echo "left: ${home%/home}"; bad=1; }
done < roots
! pgrep -f "sleep $marker" > /dev/null || { echo 'left:'; pgrep -af "sleep $marker"; bad=1; }
exit $bad
