#!/bin/bash
# Events in causal order with their clocks, and what is handed on to the target.
set -u
failed=0

complain() {
	echo "FAILED: $*"
	failed=1
}

# refuses REGEX COMMAND...: exit status 2 and a line that fits.
refuses() {
	local regex=$1 rc
	shift
	"$@" > out 2>&1
	rc=$?
	[ "$rc" = 2 ] || complain "$*: exit $rc, not 2: $(head -3 out)"
	grep -Eq -- "$regex" out || complain "$*: no line like $regex: $(head -3 out)"
}

unset RENACER_LOGICAL_CLOCK TRACEPARENT OTEL_TRACEPARENT
bin="$BUILD/prog/causal"

# Each line of the tracee says what it did; causes have smaller clocks than what they bring about.
renacer record -o run.rtrace -- "$bin" > said 2> err || complain "record: $(head -3 err)"
renacer report --lamport --format csv run.rtrace > run.csv || complain "report --lamport"
head -1 run.csv | grep -q ',lamport'$'\r''$' || complain "no column: $(head -1 run.csv)"
# A mark is a call to fcntl on a descriptor that is not open: its third argument is its name.
mark() {
	tr -d '\r' < run.csv | grep -E "fcntl,\"?77, [^,]*, $1\"?," | sed 's/.*,//' | head -1
}
while read -r before after; do
	a=$(mark "$before") b=$(mark "$after")
	if [ -z "$a" ] || [ -z "$b" ]; then
		complain "no mark $before or $after"
		continue
	fi
	[ "$a" -lt "$b" ] || complain "mark $before ($a) is not before mark $after ($b)"
done < said
[ "$(wc -l < said)" -ge 9 ] || complain "the tracee said too little: $(cat said)"

# Clocks go on from ours, through several of us.
clock=$(RENACER_LOGICAL_CLOCK=100 renacer -o one.csv --lamport --format csv -- \
	sh -c 'echo $RENACER_LOGICAL_CLOCK')
[ "$clock" = 101 ] || complain "the target's clock is $clock, not 101"
sed -n 2p one.csv | grep -q ',101'$'\r''$' || complain "first event: $(sed -n 2p one.csv)"
[ -z "$(renacer -o /dev/null -- sh -c 'echo $RENACER_LOGICAL_CLOCK')" ] ||
	complain "a clock that nobody asked for"
refuses "holds 'x', which is not a clock" env RENACER_LOGICAL_CLOCK=x renacer --lamport -- true

good=00-12345678901234567890123456789012-1234567890123456-01
later=cc-12345678901234567890123456789012-1234567890123456-01-more
for given in "$good" "$later"; do
	got=$(TRACEPARENT=old renacer -o /dev/null --trace-parent "$given" -- sh -c 'echo $TRACEPARENT')
	[ "$got" = "$good" ] || complain "--trace-parent $given gave '$got'"
done
got=$(OTEL_TRACEPARENT=$good renacer -o /dev/null --trace-parent env -- sh -c 'echo $TRACEPARENT')
[ "$got" = "$good" ] || complain "--trace-parent env gave '$got'"
refuses "^hint: it is 00-" renacer --trace-parent 00-abc123-def456-01 -- true
refuses "^hint: give the value" renacer --trace-parent env -- true
refuses "cannot be changed" renacer --trace-parent "$good" -p 1

# The gate gives a clock to targets that want one, and nothing to others.
printf '[[target]]\nname = "t"\nshell = "echo $CLOCK."\n' > renacer.toml
renacer-gate record t > out 2>&1 || complain "record: $(head -3 out)"
grep -q '"text":".\\n"' golden/t.golden || complain "plain: $(grep stdout golden/t.golden)"
printf '[lamport_clock]\nenabled = true\nenv_var = "CLOCK"\n' >> renacer.toml
RENACER_LOGICAL_CLOCK=8 renacer-gate record t > out 2>&1 || complain "record: $(head -3 out)"
grep -q '"text":"9.\\n"' golden/t.golden || complain "clock: $(grep stdout golden/t.golden)"
exit $failed
