#!/bin/bash
# [[known]] is a ratchet: it accepts one difference, exactly, until a date; nothing beside it, and
# not a day longer than it is needed.
set -u
bad=0

# expect STATUS 'REGEX' [OPTION...]: check ends so, and says so.
expect() {
	local want=$1 regex=$2 rc
	shift 2
	renacer-gate check "$@" > log 2>&1
	rc=$?
	if [ $rc -ne "$want" ] || ! grep -qE -- "$regex" log; then
		echo "line ${BASH_LINENO[0]}: wanted $want and /$regex/, got $rc:"
		cat log
		bad=1
	fi
}

base='[gate]
golden_dir = "g"
[[target]]
name = "t"
command = ["sh", "prog"]
sandbox = true
fixtures = ["prog"]
'
config() {
	{ printf '%s' "$base"; cat; } > renacer.toml
}
# The tables that the last report prints, filled in.
snippet() {
	renacer-gate check -v 2>&1 | sed -n '/^\[\[known\]\]/,/^expires/p' |
		sed -e 's/^reason = "".*/reason = "planned"/' -e 's/^owner = "".*/owner = "ann"/' \
			-e "s/^expires = .*/expires = 2999-12-31/"
}

good='mkdir d; for i in 1 2 3; do echo "v1.2 of $i" > d/$i; done; echo fine; echo two'
echo "$good" > prog
config < /dev/null
renacer-gate record > log 2>&1 || { cat log; exit 1; }

# One difference: the table that -v prints accepts it, and it is counted and told.
echo "$good" | sed s/fine/fein/ > prog
expect 1 '-v prints the \[\[known\]\] table'
expect 1 '^difference = "stdout: line 1 .* \[[0-9a-f]{16}\]"$' -v
snippet > known
config < known
expect 0 'PASS +t +1 known difference, '
expect 0 'known until 2999-12-31 \(ann: planned\): stdout: line 1'
renacer-gate check --json j --junit x --sarif s --markdown m > /dev/null
python3 - << 'END' || bad=1
import json
target, = json.load(open("j"))["targets"]
assert target["verdict"] == "pass" and target["known"] == 1, target
finding, = [f for f in target["findings"] if f["rule"] == "renacer/known"]
assert finding["level"] == "note" and finding["found"] == "'fein'", finding
assert finding["location"]["file"] == "renacer.toml" and finding["location"]["line"] == 8
assert not json.load(open("s"))["runs"][0]["results"]
END
xmllint --noout x || bad=1

# It hides nothing beside it: not another difference, not another byte of the same effect, not the
# same change with something after it.
echo "$good; echo more > left" | sed s/fine/fein/ > prog
expect 1 'FAIL +t +1 difference, 1 known difference'
expect 1 'path|file <cwd>/left was written'
echo "$good" | sed 's/fine/fein/;s/two/too/' > prog
expect 1 'FAIL +t +1 difference, 1 \[\[known\]\] to remove'
echo "$good" | sed 's/fine/feim/' > prog
expect 1 'no longer occurs'
echo "$good" | sed 's/fine/fein/' > prog
expect 0 PASS

# Gone: it has to go, too; the hint says where it stands.
echo "$good" > prog
expect 1 'a \[\[known\]\] difference no longer occurs \(ann: planned\)'
expect 1 'hint: remove the \[\[known\]\] of renacer.toml:8'

# Expired: it accepts nothing, and says whom to ask.
echo "$good" | sed s/fine/fein/ > prog
sed -i s/2999-12-31/2020-02-29/ renacer.toml
expect 1 'a \[\[known\]\] difference expired on 2020-02-29'
expect 1 'agree with ann on another date'
expect 1 'first divergence: stdout: line 1'
today=$(date -u +%F)
sed -i "s/2020-02-29/$today/" renacer.toml
[ "$today" != "$(date -u +%F)" ] || expect 0 "known until $today"

# Words that no longer are what the report says are told, as they mislead whoever reads the file.
sed -i 's/^difference = .*stdout: line 1.*\(\[[0-9a-f]*\]"\)$/difference = "a blank \1/' renacer.toml
expect 0 'warning: the words of a \[\[known\]\] difference are now: stdout: line 1'

# A cluster is one table; a member that joins it makes it another difference.
echo "$good" | sed s/v1.2/v1.3/ > prog
config < /dev/null
expect 1 'FAIL +t +1 difference \(3 with what follows\)'
snippet > known
[ "$(grep -c '^\[\[known' known)" = 1 ] || { echo 'not one table'; cat known; bad=1; }
config < known
expect 0 'PASS +t +1 known difference'
echo "$good; sed -i s/two/v1.3/ d/1" | sed s/v1.2/v1.3/ > prog
renacer-gate check > log 2>&1 && { echo 'a new program was hidden'; cat log; bad=1; }

# A count that follows is accepted with its causes; a failing exit takes its own table along.
echo "$good; ls > /dev/null" > prog
config < /dev/null
expect 1 'FAIL +t +1 difference'
snippet > known
config < known
expect 0 'PASS +t +1 known'
echo "$good; exit 3" > prog
config < /dev/null
snippet > known
config < known
expect 0 'exit status 3'

# A flaky program is not made a pass by what it does now and then.
printf '%s\n' "$good" 'n=$(cat "$N" 2> /dev/null || echo 0); echo $((1 - n)) > "$N"' \
	'[ $n = 0 ] || echo odd >&2' > prog
base+='env = { N = "'$PWD'/n" }
ignore_paths = ["'$PWD'/n"]
runs = 2
'
echo 1 > n
config < /dev/null
snippet > known
grep -q known known || { echo 'no table for the odd run'; bad=1; }
config < known
echo 0 > n
expect 4 'FLAKY|flaky'

# expect = "fail" does not make up for a table that has to go.
base=${base//runs = 2/runs = 1}
base+='expect = "fail"
'
echo "$good; echo other" > prog
config < known
expect 1 '\[\[known\]\] to remove'
exit $bad
