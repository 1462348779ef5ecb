#!/bin/bash
# Every example of docs/expressions.md, and its table of columns; what renacer query prints and
# with which status it ends.
set -u
bad=0 n=0
fail() { echo "$*"; bad=1; }

mkdir box && cd box || exit 3
renacer record -o ../t.rtrace -- "$BUILD/prog/query" || { echo "record: exit $?"; exit 1; }
cd ..

# LINE: EXPR => VALUE, or EXPR => MATCHED of APPLIED; "*": any number
while IFS= read -r line; do
	expr=${line%%=> *} wanted=${line##*=> }
	expr=${expr%"${expr##*[![:space:]]}"}
	n=$((n + 1))
	renacer query --format json t.rtrace "$expr" > out.json 2> err.txt
	rc=$?
	if [ "$wanted" = error ]; then
		[ $rc = 2 ] || fail "$expr: exit $rc, an error was wanted"
		grep -q 'expression:1:' err.txt || fail "$expr: the error has no place"
		continue
	fi
	if grep -q '"matched"' out.json && ! grep -q '"parts"' out.json; then
		found=$(sed -n 's/^  "matched": \([0-9]*\),*/\1/p' out.json)
		applied=$(sed -n 's/^  "applied": \([0-9]*\),*/\1/p' out.json)
		[[ "$found of $applied" == ${wanted/ of */}" of "* ]] ||
			fail "$expr: $found match, wanted $wanted"
		case $wanted in
		*' of *') ;;
		*' of '*) [ "$found of $applied" = "$wanted" ] ||
			fail "$expr: $found of $applied, wanted $wanted" ;;
		esac
		continue
	fi
	found=$(renacer query -q t.rtrace "$expr" 2>&1)
	[ "$found" = "$wanted" ] || fail "$expr: $found, wanted $wanted"
done < <(sed -n '/^```query$/,/^```$/{/^```/d;p}' "$ROOT/docs/expressions.md")
# A trace of some calls says nothing of the others.
renacer record -f -e trace=openat -o some.rtrace -- rm -f none || fail 'record -e'
for expr in 'count(family == "unlink") == 0' 'family == "unlink"' 'count() > 0'; do
	renacer query some.rtrace "$expr" > out.txt 2>&1
	[ $? = 4 ] || fail "an excerpt, $expr: no exit 4"
	grep -q 'only some system calls' out.txt || fail "an excerpt, $expr: it is not said"
done
renacer analyze some.rtrace > out.txt 2>&1
[ $? = 4 ] || fail 'an excerpt is analyzed as if it were whole'
[ "$n" -gt 60 ] || fail "only $n examples were found"

# The page has the very columns of --help.
renacer query --help | sed -n '/^columns/,/^$/s/^  \([a-z_]*\) .*/\1/p' > help
sed -n '/<!-- columns: one/,/<!-- columns: end/s/^| `\([a-z_]*\)` .*/\1/p' \
	"$ROOT/docs/expressions.md" > page
[ "$(wc -l < help)" -gt 30 ] || fail '--help lists next to no columns'
diff help page || fail 'the page and --help list other columns'
# Every operator and function of the page stands in an example.
sed -n '/^```query$/,/^```$/p' "$ROOT/docs/expressions.md" > examples
for word in or and not == != '<' '<=' '>' '>=' in 'not in' '~' '!~' '=~' + - '*' / mod .. \
	'starts_with(' 'ends_with(' 'contains(' 'count(' 'exists(' 'any(' 'all(' 'share(' 'sum(' \
	'min(' 'max(' 'avg(' 'p50(' 'p99.9(' 'distinct(' where null; do
	grep -qF -- "$word" examples || fail "no example of '$word'"
done

# Text: the lines of the trace. Status, and the counts on stderr.
renacer query t.rtrace 'path ~ "**/missing"' > out 2> err || fail "exit $?, events matched"
[ "$(grep -c 'access("missing", F_OK).*ENOENT' out)" = 2 ] || fail "two lines were wanted: $(cat out)"
grep -q '^renacer: 2 of [0-9]* events match; the question applies to [0-9]*$' err || fail "$(cat err)"
renacer query t.rtrace 'event == "exit" and status == 3' 2> /dev/null | grep -q '+++ exited with 3 +++' ||
	fail 'no exit line'
renacer query t.rtrace 'event == "exec"' 2> /dev/null | grep -q '+++ executes .*/query +++' ||
	fail 'no exec line'
renacer query -q t.rtrace 'errno == "EXDEV"'
[ $? = 1 ] || fail 'no match is not 1'
renacer query -q t.rtrace 'count() < 3' > /dev/null
[ $? = 1 ] || fail 'false is not 1'
renacer query -q t.rtrace 'avg(bytes where syscall == "reboot")' > /dev/null
[ $? = 4 ] || fail 'nothing is not 4'
renacer query -q t.rtrace 'line == 3' 2> err
[ $? = 4 ] || fail 'a column that the trace does not tell is not 4'
grep -q "'line' cannot be told: the trace holds no stacks" err || fail "$(cat err)"
renacer query t.rtrace 'sycall == "open"' 2> err
[ $? = 2 ] || fail 'a wrong expression is not 2'
grep -q '\^~~~~' err && grep -q "did you mean 'syscall'" err || fail "$(cat err)"
renacer query none.rtrace 'count()' 2> /dev/null
[ $? = 3 ] || fail 'no file is not 3'

# --count, --by, --limit, --columns, csv
[ "$(renacer query -q --count t.rtrace 'path ~ "**/missing"')" = 2 ] || fail '--count'
renacer query -q --by errno t.rtrace 'mark == "work"' > out
grep -qE '^ +3 ENOENT$' out && grep -qE '\(nothing\)$' out || fail "--by: $(cat out)"
[ "$(renacer query -q -n 1 t.rtrace 'mark == "work"' | wc -l)" = 1 ] || fail '--limit'
renacer query -q --format csv --columns syscall,from,to,errno t.rtrace 'family == "rename"' > out
printf 'syscall,from,to,errno\r\nrename,<cwd>/data,<cwd>/result,\r\n' | diff - out || fail 'csv'
renacer query --columns nope t.rtrace 'true' 2> err
[ $? = 2 ] && grep -q "unknown column 'nope'" err || fail "--columns: $(cat err)"

# A trace that was cut: what is there is told, and that it is not all.
size=$(stat -c %s t.rtrace)
head -c $((size - 20)) t.rtrace > cut.rtrace
renacer query cut.rtrace 'syscall == "fsync"' > /dev/null 2> err
[ $? -ge 3 ] || fail 'a cut trace is as good as a whole one'
exit $bad
