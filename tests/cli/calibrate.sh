#!/bin/bash
# calibrate: equal runs judged by their golden and by each other; a flake is a fail, the spread of
# times and counts is told, nothing is stored.
set -u
bad=0
wrong() { echo "$1"; bad=1; }

cat > every-third.sh << 'END'
n=$(cat "$COUNTER")
echo $((n + 1)) > "$COUNTER"
[ $((n % 3)) -ne 2 ] && echo steady || echo shaky
END
# 0, 1 and 2 are the runs of the recording that agree; the third one flakes.
echo 0 > counter
cat > renacer.toml << END
[gate]
golden_dir = "golden"
record_runs = 2
reports = { junit = "junit.xml" }
[[target]]
name = "steady"
command = ["sh", "-c", "echo one; echo two >&2; id -u > /dev/null"]
sandbox = true
[[target]]
name = "shaky"
command = ["sh", "every-third.sh"]
env = { COUNTER = "$PWD/counter" }
ignore_paths = ["$PWD/counter"]
sandbox = true
fixtures = ["every-third.sh"]
END
renacer-gate record > record.log 2>&1 || { cat record.log; exit 1; }
rm -f junit.xml

renacer-gate calibrate steady --json report.json > steady.log 2>&1 || wrong 'steady is steady'
grep -q '0 of 10 runs flaked: at most 30 % do (95 %)' steady.log || wrong 'ten runs, rule of three'
grep -qE '^ +wall time +median [0-9.]+ ms, MAD ' steady.log || wrong 'no wall time'
grep -qE '^ +calls +[0-9]+ in every run: a budget sees one more' steady.log || wrong 'calls'
/usr/bin/python3 -c '
import json, sys
target = json.load(open("report.json"))["targets"][0]
names = [rule["name"] for rule in target["rules"]]
assert target["runs"] == 10, target["runs"]
assert names[:4] == ["wall time", "processor time", "peak memory", "calls"], names
' || wrong 'the JSON report'
[ ! -e junit.xml ] || wrong 'it wrote the report of check'

echo 0 > counter
renacer-gate calibrate shaky --runs 6 > shaky.log 2>&1
[ $? -eq 1 ] || wrong 'a flake is exit status 1'
grep -q '2 of 6 runs flaked: at most 72.9 % do (95 %)' shaky.log || wrong 'two flakes of six'
grep -q "stdout: line 1 differs.*wanted 'steady', found 'shaky'" shaky.log || wrong 'which effect'

renacer-gate calibrate absent 2> absent.log
[ $? -eq 2 ] || wrong 'no such target'
renacer-gate calibrate --golden none.golden -- true > none.log
[ $? -eq 5 ] || wrong 'no golden'
renacer-gate record --golden true.golden -- true > /dev/null &&
	renacer-gate calibrate --runs 2 --golden true.golden -- true > /dev/null || wrong 'ad hoc'
[ $bad = 0 ] || cat ./*.log
exit $bad
