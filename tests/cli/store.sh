#!/bin/bash
# Traces of real programs: read back the same, cut, damaged, on a full disk, through pipes; counted
# and exported.
set -u
store=$BUILD/driver/store
fail() { echo "FAILED: $*"; exit 1; }

"$store" record sh.rtrace sh -c 'for i in 1 2 3; do ls / | wc -l; done > out' ||
	{ echo 'this machine does not let us trace'; exit 77; }
"$store" record find.rtrace find /etc -name 'no such name' 2> /dev/null || fail "record find"
[ -e sh.rtrace.partial ] && fail "a finished trace leaves .partial"

for name in sh find; do
	"$store" copy $name.rtrace $name.copy || fail "copy $name"
	cmp $name.rtrace $name.copy || fail "$name: read and written again is something else"
	"$store" size $name.rtrace
	bytes=$("$store" size $name.rtrace | sed 's/.*, \([0-9]*\)\.[0-9] a call/\1/')
	[ "$bytes" -lt 100 ] || fail "$name: $bytes bytes a call"
done

# Cut anywhere: 3 (no footer) once the header is there, 1 before; never anything else.
total=$(stat -c %s sh.rtrace)
for ((n = 0; n < total; n += 1 + total / 150)); do
	head -c "$n" sh.rtrace > cut.rtrace
	"$store" size cut.rtrace > /dev/null 2> err
	rc=$?
	case $rc in
	3) ;;
	1) [ "$n" -lt 500 ] || fail "cut at $n: $(cat err)" ;;
	*) fail "cut at $n: exit $rc" ;;
	esac
done

# A changed byte anywhere: 1, with the offset.
for ((n = 0; n < total; n += 1 + total / 150)); do
	cp sh.rtrace damaged
	byte=$(od -An -tu1 -j "$n" -N 1 sh.rtrace)
	# shellcheck disable=SC2059
	printf "\\x$(printf %02x $((byte ^ 0x55)))" |
		dd of=damaged bs=1 seek="$n" conv=notrunc status=none
	"$store" size damaged > /dev/null 2> err && fail "byte $n changed: not noticed"
	grep -q 'byte [0-9]' err || fail "byte $n changed: $(cat err)"
done

# A disk that is full, a disk that fills up.
"$store" write /dev/full 1000 2> err && fail "/dev/full is good enough"
grep -q 'No space left on device' err || fail "/dev/full: $(cat err)"
if unshare -m true 2> /dev/null; then
	# shellcheck disable=SC2016
	unshare -m bash -c '
		mkdir small && mount -t tmpfs -o size=512k none small || exit 77
		"$1" write small/t.rtrace 1000000 2> err && exit 1
		cp small/t.rtrace.partial . && ! [ -e small/t.rtrace ]' - "$store"
	rc=$?
	[ $rc -eq 0 ] || [ $rc -eq 77 ] || fail "a disk that fills up"
	if [ $rc -eq 0 ]; then
		grep -q 'No space left on device' err || fail "full: $(cat err)"
		"$store" size t.rtrace.partial > size
		[ $? -eq 3 ] || fail "the part that fitted cannot be read"
		[ "$(cut -d' ' -f1 size)" -gt 1000 ] || fail "too little of it: $(cat size)"
	fi
fi

# Killed in the middle: what was whole is there, under the other name.
"$store" write killed.rtrace 100000000 > /dev/null &
writer=$!
while [ "$(stat -c %s killed.rtrace.partial 2> /dev/null || echo 0)" -lt 500000 ]; do
	kill -0 $writer || fail "the writer is gone"
done
kill -KILL $writer
wait $writer 2> /dev/null
[ -e killed.rtrace ] && fail "an unfinished trace has its name"
"$store" size killed.rtrace.partial > size
[ $? -eq 3 ] || fail "killed: cannot be read"
[ "$(cut -d' ' -f1 size)" -gt 10000 ] || fail "killed: too little: $(cat size)"

# Pipes, both ways.
"$store" copy sh.rtrace /dev/stdout | cat > piped || fail "into a pipe"
cmp piped sh.rtrace || fail "a pipe changes it"
cat sh.rtrace | "$store" counts /dev/stdin > counts || fail "from a pipe"
[ "$(tail -1 counts | cut -c1-7)" = '100.00 ' ] || fail "no total: $(tail -1 counts)"
calls=$("$store" size sh.rtrace | sed 's/.*, \([0-9]*\) calls,.*/\1/')
unfinished=$("$store" csv sh.rtrace | grep -c ',call,.*,unfinished.$')
restarted=$("$store" csv sh.rtrace | grep -c ',call,.*,restarted.$')
[ "$(tail -1 counts | awk '{ print $4 }')" -eq $((calls - unfinished - restarted)) ] ||
	fail "$calls calls, $unfinished unfinished, $restarted restarted, counted: $(tail -1 counts)"

# What others read.
"$store" calls sh.rtrace > calls.folded
grep -qE '^[^;]+;[^;]+;openat [0-9]+$' calls.folded || fail "no child opens: $(head calls.folded)"
grep -vE '^[^;]+(;[^;]+)* [0-9]+$' calls.folded && fail "not a stack"
[ "$(awk '{ n += $NF } END { print n }' calls.folded)" -eq $((calls - unfinished - restarted)) ] ||
	fail "the stacks do not hold every call"
"$store" csv sh.rtrace > t.csv
if [ -x /usr/bin/python3 ]; then
	/usr/bin/python3 -I - <<- 'END' || fail "the CSV"
		import csv
		rows = list(csv.DictReader(open("t.csv", newline=""), strict=True))
		assert all(None not in row and None not in row.values() for row in rows)
		assert any(row["name"] == "openat" and '"/' in row["arguments"] for row in rows)
		assert all(int(row["time_ns"]) >= 0 for row in rows)
	END
fi
exit 0
