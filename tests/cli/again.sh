#!/bin/bash
# A run of which ebpf lost something is never judged: the gate takes it again under ptrace, by
# itself, and says so wherever a verdict is read. renacer, for people, says what to type.
# RENACER_TEST_LOSS makes the backend count so many events as lost.
set -u
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
fail() { echo "FAILED: $*"; bad=1; }
renacer-gate doctor > doctor || fail 'doctor'
grep -q '^ok *ebpf' doctor || { sed -n '/ebpf/,/remedy/p' doctor; exit 77; }
cat > renacer.toml << 'END'
[gate]
golden_dir = "golden"
[[target]]
name = "hello"
command = ["sh", "-c", "echo hello; echo more > made; cat made"]
sandbox = true
[[target]]
name = "same"
command = ["sh", "-c", "echo hello; echo more > made; cat made"]
sandbox = true
equivalent_to = "hello"
[[target]]
name = "late"
command = ["sleep", "5"]
sandbox = true
timeout = "300ms"
END
lossy() { RENACER_TEST_LOSS=12 "$@"; }
again='taken again under ptrace: under ebpf 12 events were lost .RENACER_TEST_LOSS says so.'

renacer-gate record --backend ebpf hello > plain || { cat plain; fail 'record'; }
told 'run 2 was traced with ptrace' plain
untold 'taken again' plain
cp golden/hello.golden first
lossy renacer-gate record --backend ebpf hello > lossy-record || { cat lossy-record; fail 'record with losses'; }
told "$again" lossy-record
cmp first golden/hello.golden || fail 'goldens of the two backends differ'

# Whole runs need no second one; lost events do, and both pass.
renacer-gate --backend ebpf -v hello > whole || fail 'a whole run'
untold 'taken again' whole
told 'backend +ebpf' whole
lossy renacer-gate --backend ebpf -v --json report.json --junit report.xml --markdown report.md hello > text || fail 'a lossy run'
told "$again" text
told 'backend +ptrace' text
told "\"again\": \"$again\"" report.json
told '"backend": "ptrace"' report.json
told "$again" report.xml
told "taken again under ptrace.*12 events were lost" report.md
untold 'lost_events' report.json
lossy renacer-gate --backend ebpf --jobs 2 hello same > by-jobs || { cat by-jobs; fail 'two at a time'; }
told "$again" by-jobs
# As its reference, too.
lossy renacer-gate --backend ebpf same > same || fail 'against another target'
[ "$(grep -c "$again" same)" -eq 2 ] || { cat same; fail 'one of two runs is not said to be a second one'; }
# Nothing is lost, but the target may have done otherwise: so a pass is one, and no fail.
RENACER_TEST_STOPS=2 renacer-gate --backend ebpf hello > stopped || { cat stopped; fail 'a target that saw us'; }
untold 'taken again' stopped
RENACER_TEST_STOPS=1 renacer --backend ebpf -o /dev/null true 2> stopped || fail 'renacer true'
told 'renacer: the target could see 1 time that it was stopped' stopped
told 'hint: .*--backend ptrace' stopped
# A difference stays one.
sed -i 's/hello;/changed;/' renacer.toml
RENACER_TEST_STOPS=2 renacer-gate --backend ebpf -v hello > stopped && { cat stopped; fail 'a target that saw us and fails'; }
told 'taken again under ptrace: under ebpf it did not pass, and the target could see 2 times that it was stopped' stopped
told 'backend +ptrace' stopped
lossy renacer-gate --backend ebpf hello > differs
[ $? -eq 1 ] || { cat differs; fail 'a lossy run that differs'; }
told "$again" differs
# What was stopped is not begun anew.
lossy renacer-gate --backend ebpf late > late
untold 'taken again' late
# ptrace loses nothing, whatever ebpf would.
lossy renacer-gate --backend ptrace hello > by-ptrace
untold 'taken again' by-ptrace

# For people: the trace as far as it goes, and what to type.
lossy renacer --backend ebpf -f -o trace -- echo hi > out 2> message || fail 'renacer'
[ "$(cat out)" = hi ] || fail 'the output of the target'
told 'the trace is not complete' message
told '--backend ptrace' message
lossy renacer record --backend ebpf -o stored.rtrace -- echo hi > out 2> message
[ $? -eq 4 ] || fail 'the status of an incomplete record'
told '--backend ptrace' message
exit $bad
