#!/bin/bash
# One cause, one finding: a program is changed in one place, and the report names that place first,
# lists what follows from it, and loses nothing. Beside it: every form of both sides, the same
# words from `diff`, and what each verdict rests on.
set -u
bad=0

note() {
	echo "$@"
	bad=1
}

cat > renacer.toml << 'EOF'
[gate]
golden_dir = "g"
[[target]]
name = "t"
command = ["sh", "prog"]
sandbox = true
fixtures = ["prog"]
EOF

# explain NAME N 'FIRST LINE (regex)' 'AMONG THE REST (regex)' 'GOOD' 'BAD': N findings; the first
# is told by this line; every difference is in the JSON.
explain() {
	local name=$1 n=$2 first=$3 rest=$4
	echo "$5" > prog
	renacer-gate record > log 2>&1 || { note "$name: not recorded"; cat log; return; }
	cp g/t.golden good.golden
	echo "$6" > prog
	renacer-gate check --artifacts art --json j > log 2>&1
	[ $? = 1 ] || note "$name: no fail"
	grep -qE "^ +1\. first divergence: $first" log && grep -qE -- "$rest" log &&
		[ "$(grep -cE '^ +[0-9]+\. ' log)" = "$n" ] || { note "$name:"; cat log; }
	# The run's golden and its trace, beside the golden: the same findings in the same words.
	for other in art/t.golden art/t.rtrace; do
		renacer-gate diff good.golden $other > diff.log 2>&1
		[ $? = 1 ] || note "$name: diff with $other finds nothing"
		[ "$(grep -cE '^ +[0-9]+\. ' diff.log)" = "$n" ] ||
			{ note "$name: diff with $other:"; cat diff.log; }
	done
	diff <(grep -E '^ +[0-9]+\. ' log) <(grep -E '^ +[0-9]+\. ' diff.log) ||
		note "$name: other words of diff"
	python3 - "$name" << 'END' || bad=1
import json, sys
target, = json.load(open("j"))["targets"]
assert target["first_divergence"].startswith(target["findings"][0]["text"]), sys.argv
for finding in target["findings"]:
    if finding["level"] == "error":
        assert finding["known"].startswith("[[known]]\n"), finding
    for member in finding["members"]:
        assert member["text"] and member["rule"].startswith("renacer/"), member
for key in "runs golden_runs calls bytes effects paths streams processes connections".split():
    assert isinstance(target["evidence"][key], int), key
assert target["performance"]["run"]["calls"] == target["evidence"]["calls"]
END
}

tree='mkdir -p a/b; for i in 1 2; do echo $i > a/f$i; echo $i$i > a/b/g$i; done; : > a/e1; : > a/e2'
explain 'moved tree' 1 'program /usr/bin/mkdir was executed with other arguments.*\(and the same change in 1 more place\)' \
	'a/b/g1 was written as <cwd>/z/b/g1' "$tree" "${tree//a\//z/}"
explain 'missing tree' 1 'program /usr/bin/mkdir was not executed, .*\(missing with it: 8 other effects\)' \
	'file <cwd>/a/b/g2 was not written' "$tree" ':'
made='import os
os.makedirs("TREE/b")
for name in "b/one", "two", "three":
    open("TREE/" + name, "w").write(name)'
py() { printf "cat > p.py << 'X'\n%s\nX\n/usr/bin/python3 -I p.py; rm p.py\n" "$1"; }
explain 'tree made by one' 1 'directory <cwd>/a was written as <cwd>/z instead of <cwd>/a \(with 4 paths below it\)' \
	'a/b/one was written as <cwd>/z/b/one' "$(py "${made//TREE/a}")" "$(py "${made//TREE/z}")"
explain 'tree made by none' 1 'directory <cwd>/a was not written, the golden has it \(with 4 paths below it\)' \
	'file <cwd>/a/b/one was not written' "$(py "${made//TREE/a}")" "$(py 'import os')"
explain 'umask' 1 'directory <cwd>/a: mode 0700, .*permission bits 0055 are missing from 8 paths' \
	'file <cwd>/a/f2: mode 0600' "$tree" "umask 077; $tree"
many='for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "release 1.2 part $i" > r$i; done; echo 1.2 is out'
explain 'same substitution' 1 "file <cwd>/r1: line 1 differs .*\(and the same change in 12 more places\)" \
	'and 4 more; -v shows them' "$many" "${many//1.2/1.10}"
explain 'missing child' 1 'program /usr/bin/ln was not executed, .*\(missing with it: 1 other effect\)' \
	'with it .*<cwd>/h was not written' 'echo x > f; ln f h; echo done' 'echo x > f; echo done'
explain 'added child' 1 'program /usr/bin/touch was executed, .*\(it made 1 effect\)' \
	'with it .*<cwd>/h was written' 'echo done' 'touch h; echo done'
explain 'failing' 1 "exit status 4, the golden has 0; stderr says 'no room'" \
	'file <cwd>/out was not written' 'echo x > out' 'echo no room >&2; exit 4'
explain 'blank first line' 1 "exit status 4, the golden has 0; stderr says 'no room'" \
	'file <cwd>/out was not written' 'echo x > out' 'printf "\n\nno room\n" >&2; exit 4'
explain 'blank line after others' 1 "exit status 4, the golden has 0; stderr says 'no room'" \
	'exit status 4' 'echo old >&2' 'printf "old\n\nno room\n" >&2; exit 4'
explain 'failing child' 1 'exit status 2, the golden has 0, as has /usr/bin/ls; stderr says .*cannot access' \
	'program /usr/bin/ls ended with 2' 'echo > f; ls -d f > /dev/null; exit $?' 'ls -d f > /dev/null; exit $?'
explain 'independent' 2 "stdout: line 1 differs: wanted 'a', found 'b'" \
	'2\. file <cwd>/f: line 1 differs' 'echo a; echo 100 > f' 'echo b; echo 200 > f'
int='/usr/bin/python3 -I -c "int(open(\"n\").read())"'
explain 'traceback' 2 'file <cwd>/n: line 1 differs' \
	"2\. exit status 1, the golden has 0, as has .*; stderr says 'ValueError: invalid literal" \
	"echo 1 > n; $int" "echo x > n; $int"

# Both sides in the form that suits them.
explain 'JSON' 1 'stdout: /users/1/name: "b" -> "B" \(and 1 more value\)' '/n: 3 -> 4' \
	"echo '{\"users\": [{\"name\": \"a\"}, {\"name\": \"b\"}], \"n\": 3}'" \
	"echo '{\"n\": 4, \"users\": [{\"name\": \"a\"}, {\"name\": \"B\"}]}'"
explain 'JSON array' 1 'stdout: /0: 7 is new' '' "echo '[1, 2, 3]'" "echo '[7, 1, 2, 3]'"
explain 'JSON form' 1 'stdout: the same JSON values, written differently' '' \
	"echo '{\"a\": 1}'" "echo '{ \"a\":1 }'"
explain 'composed letters' 1 'stdout: line 1 .*\(U\+0065 U\+0301, the golden has U\+00E9\)' '' \
	"printf 'caf\303\251\n'" "printf 'cafe\314\201\n'"
explain 'another blank' 1 'stdout: line 1 .*\(U\+00A0, the golden has U\+0020\)' '' \
	"printf 'a b\n'" "printf 'a\302\240b\n'"
explain 'names alike' 1 'file <cwd>/.* was written as .*\(U\+0065 U\+0301, the golden has U\+00E9\)' '' \
	"echo x > \$(printf 'caf\303\251')" "echo x > \$(printf 'cafe\314\201')"
explain 'binary' 1 'stdout: byte 3 differs: wanted 0x01, found 0x02' '\+00000000  ff 00 02' \
	"printf '\377\000\001'" "printf '\377\000\002'"
explain 'column' 1 'stdout: line 2 differs from column 3 on' '^ +\| -abcd' 'echo x; echo abcd' 'echo x; echo abxd'
# The write that made the byte, not the last one.
explain 'which write' 1 'stdout: line 2 differs' 'call +write of 5 bytes from byte 3 on, by .*dash \(task 1\)' \
	'echo x; echo abcd; /usr/bin/printf e' 'echo x; echo abxd; /usr/bin/printf e'

# diff takes any mix, and passes what is equal.
echo 'echo one' > prog
renacer record -o one.rtrace -- sh prog > log 2> err || { cat log; exit 1; }
renacer-gate diff one.rtrace one.rtrace > log || note 'a trace differs from itself'
grep -q 'cost, traced: .* ms against .* ms' log || { note 'no cost of two traces'; cat log; }
renacer-gate diff good.golden good.golden --junit x --sarif s --markdown m > log ||
	note 'a golden differs from itself'
xmllint --noout x || bad=1
grep -q 'name="renacer.evidence"' x || note 'JUnit says nothing of evidence'
grep -q 'What the verdicts rest on' m || note 'the summary says nothing of evidence'
grep -qE 'rests on 3 runs and a golden of 3: 8 bytes' log || { note 'no evidence line'; cat log; }
renacer-gate record --golden io.golden --profile io -- sh prog > log 2>&1 || { cat log; exit 1; }
renacer-gate diff io.golden one.rtrace > log 2>&1 || { note 'a trace takes the profile of the golden'; cat log; }
renacer-gate diff one.rtrace io.golden > log 2>&1 || { note '… on either side'; cat log; }
renacer-gate diff io.golden good.golden > log 2>&1
[ $? = 2 ] && grep -q "has profile 'io', the run 'effects'" log || { note 'unlike profiles'; cat log; }

# What has no golden and is meant to fail is not to be recorded.
printf '[[target]]\nname = "w"\ncommand = ["false"]\nexpect_exit = 1\nexpect = "fail"\n' > w.toml
renacer-gate --config w.toml > log 2>&1
[ $? = 5 ] && ! grep -q 'renacer-gate record' log && grep -q 'equivalent_to' log ||
	{ note 'the hint for what must fail'; cat log; }
exit $bad
