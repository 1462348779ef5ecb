#!/bin/bash
# Every anti-pattern is found in a program that has it, and not in one that does the same work well;
# what is said of it holds, and a trace that cannot tell is never "nothing found".
set -u
bad=0
prog=$BUILD/prog/antipattern

fail() {
	echo "line ${BASH_LINENO[0]}: $*"
	cat log
	bad=1
}

# analyze STATUS [OPTION...] FILE
analyze() {
	local want=$1 rc
	shift
	renacer analyze "$@" > log 2>&1
	rc=$?
	[ $rc -eq "$want" ] || fail "analyze $*: wanted $want, got $rc"
}

names=$("$prog" list) || exit 1
n=0
for name in $names; do
	case $name in TightLoop-*) pattern=TightLoop ;; *) pattern=$name ;; esac
	for how in bad good; do
		renacer record -o "$how.rtrace" -- "$prog" "$name" $how > log 2>&1 || fail "$name $how"
	done
	analyze 1 --pattern "$pattern" bad.rtrace
	grep -qE "^(1\.00|0\.[5-9][0-9]) $pattern: " log || fail "$name: not told"
	grep -q '^hint: ' log || fail "$name: no remedy"
	analyze 0 --pattern "$pattern" good.rtrace
	grep -q '^renacer: 0 findings; looked for 1 anti-patterns in [1-9]' log || fail "$name: no count"
	n=$((n + 1))
done

# No anti-pattern without a program here, but the one that no trace can show.
renacer analyze --list > list
while read -r pattern; do
	[ "$pattern" = PcieBottleneck ] && continue
	grep -qx "$pattern" <<< "$names" || { echo "no program has $pattern"; bad=1; }
done < <(sed -n 's/^\([A-Za-z-]*\): .*/\1/p' list)

# What cannot be told is said: alone it is an error, among others it is left out of the count.
analyze 4 --pattern PcieBottleneck good.rtrace
grep -q 'no spans of a GPU' log || fail "nothing about the GPU"

# The same finding has the same fingerprint in another run; its numbers may differ.
for i in 1 2; do
	renacer record -o "t$i.rtrace" -- "$prog" tiny-write bad > log 2>&1 || fail "record"
	renacer analyze --format json "t$i.rtrace" > "t$i.json" || [ $? -eq 1 ] || fail "json"
	python3 - "t$i.json" > "f$i" << 'END' || fail "not the JSON it should be"
import json, sys
report = json.load(open(sys.argv[1]))
assert report["schema"] == "renacer.analysis.v1" and report["complete"] is True
finding = [f for f in report["findings"] if f["pattern"] == "tiny-write"][0]
assert finding["count"] == 200 and finding["of"] == 200 and len(finding["events"]) == 8
assert 0.7 < finding["confidence"] < 0.8
print(finding["fingerprint"])
END
done
cmp -s f1 f2 || fail "another fingerprint"

# Nor does what is drawn, or chosen by the kernel, make another one: temporary names, the number of
# the process, ports.
cat > drawn.py << 'END'
import os, socket, tempfile
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen()
end = socket.create_connection(listener.getsockname())
for i in range(200):
    end.send(b"hello")
for file in tempfile.mkstemp()[0], os.open("log.%d" % os.getpid(), os.O_CREAT | os.O_WRONLY):
    for i in range(200):
        os.write(file, b"x")
END
for i in 1 2; do
	renacer record -o drawn.rtrace -- python3 drawn.py > log 2>&1 || fail "record"
	for pattern in tiny-write chatty-socket; do
		renacer analyze --pattern $pattern --format json drawn.rtrace | grep '"fingerprint"'
	done | sort > f$i
	rm -f log.[0-9]*
done
[ "$(wc -l < f1)" -eq 3 ] || fail "not three findings"
cmp -s f1 f2 || fail "drawn names make another fingerprint: $(cat f1 f2)"

# A threshold hides what is less sure; a wrong one, and a wrong name, are errors.
analyze 0 --threshold 1 --pattern tiny-write t1.rtrace
analyze 2 --threshold 2 t1.rtrace
analyze 2 --pattern tiny-writes t1.rtrace
analyze 3 missing.rtrace

# Half of a trace finds what is in it, and is no pass.
head -c $(($(stat -c %s t1.rtrace) / 2)) t1.rtrace > half.rtrace
renacer analyze --pattern busy-poll half.rtrace > log 2>&1
rc=$?
[ $rc -eq 4 ] || [ $rc -eq 3 ] || fail "half a trace: $rc"

echo "$n anti-patterns, each in a program that has it and one that has not"
exit $bad
