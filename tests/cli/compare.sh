#!/bin/bash
# renacer compare: traces of this tool and of the older one, as far as each of them tells.
set -u
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
form=F
fail() { echo "FAILED: $*"; [ ! -f out ] || cat out; exit 1; }
compare() { # status arguments...
	local want=$1 rc
	shift
	renacer compare "$@" > out 2>&1
	rc=$?
	[ $rc -eq "$want" ] || fail "compare $*: exit $rc, not $want"
}

for file in "$ROOT"/tests/data/consumers/*.json.xz; do
	name=${file##*/}
	xz -dc "$file" > "${name%.xz}" || exit 1
done

# Certified equivalent once, though one wrote 190 bytes and the other 132.
compare 1 config_manager_python.json config_manager_rust.json
told 'config.json out: 132 bytes, the golden has 190 bytes' out
told 'A: 655 calls whose path is a bare address' out
grep -qE 'calls +1500 +128' out || fail 'calls'
# Without payloads nothing is ever equal, only not different.
compare 4 trivial_cli_python.json trivial_cli_rust.json
told 'inconclusive: no difference in what these files tell' out
compare 4 trivial_cli_rust.json trivial_cli_rust.json
# What the programs printed stands before the traces, and is compared.
compare 1 positional_args_python.json positional_args_rust.json
told "-Targets: ['web', 'api', 'database']" out
told '+Targets: ["web", "api", "database"]' out
compare 1 --format json positional_args_python.json positional_args_rust.json
python3 - out << 'END' || fail 'JSON'
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
assert report["verdict"] == "fail" and report["exit_status"] == 1, report["verdict"]
assert report["text"] == "not equivalent"
assert all(d["text"] and d["wanted"] and d["found"] for d in report["differences"])
assert [d["class"] for d in report["differences"]] == ["bytes"], report["differences"]
assert report["a"]["calls"] == 1222 and report["b"]["calls"] == 66
assert any("no syscall has" in line for line in report["not_seen"])
END

# Cut off, changed, foreign.
for n in 0 1 500 5000 9000; do
	head -c $n trivial_cli_rust.json > cut.json
	compare 2 cut.json trivial_cli_rust.json
	compare 2 trivial_cli_rust.json cut.json
done
sed 's/"total_syscalls": 65/"total_syscalls": 66/' trivial_cli_rust.json > wrong.json
compare 4 wrong.json trivial_cli_rust.json
told 'holds 65 calls, and says it holds 66' out
sed 's/renacer-json-v1/renacer-json-v9/' trivial_cli_rust.json > wrong.json
compare 2 wrong.json trivial_cli_rust.json
told 'the format is not renacer-json-v1' out
sed '0,/"result": [0-9-]*/s//"result": "none"/' trivial_cli_rust.json > wrong.json
compare 2 wrong.json trivial_cli_rust.json
told 'an integer was expected here' out
printf '{"a": 1}\n{ not it\n[renacer: DWARF]\n' > braces.json
cat trivial_cli_rust.json >> braces.json
compare 4 trivial_cli_rust.json braces.json
told 'B: stdout: 38 bytes stand before the trace, its calls wrote 20' out
compare 2 /etc/passwd trivial_cli_rust.json
compare 3 nowhere.json trivial_cli_rust.json
compare 2 trivial_cli_rust.json

# Traces of our own: the same, another byte, another language, a golden.
renacer record -o probe.rtrace -- true || { echo 'this machine does not let us trace'; exit 77; }
renacer record -o one.rtrace -- sh -c 'echo one > file; echo done' > /dev/null
renacer record -o same.rtrace -- sh -c 'echo one > file; echo done' > /dev/null
renacer record -o two.rtrace -- sh -c 'echo two > file; echo done' > /dev/null
renacer record -o python.rtrace -- python3 -c 'open("file", "w").write("one\n"); print("done")' > /dev/null
compare 0 one.rtrace same.rtrace
told 'equivalent: 0 differences' out
grep -qE 'calls +[0-9]+ +[0-9]+' out || fail 'no costs'
compare 1 one.rtrace two.rtrace
told 'file' out
compare 1 one.rtrace probe.rtrace
# A trace of this tool against one of the older tool: what both tell.
compare 1 one.rtrace trivial_cli_rust.json
told 'B: payloads' out
renacer-gate record --runs 2 --golden one.golden -- sh -c 'echo done' > /dev/null || fail 'record'
renacer record -o done.rtrace -- sh -c 'echo done' > /dev/null
compare 0 one.golden done.rtrace
told 'costs: a golden holds none' out
# An excerpt is no basis for effects; files whose content only their writes tell are no pass.
renacer record -e trace=write -o part.rtrace -- sh -c 'echo one > file; echo done' > /dev/null
compare 4 part.rtrace part.rtrace
told 'holds an excerpt' out
renacer-gate diff one.rtrace part.rtrace > out 2>&1
[ $? -eq 4 ] || fail 'diff with an excerpt'
for profile in effects transpile; do
	compare 4 -p $profile one.rtrace two.rtrace
	told 'what 1 file held in the end is not in a trace' out
done
renacer-gate diff one.rtrace two.rtrace > out 2>&1
[ $? -eq 4 ] || fail 'diff of traces whose files differ'
renacer-gate diff --profile io one.rtrace two.rtrace > out 2>&1
[ $? -eq 1 ] || fail 'diff under io'
ln -s "$BUILD/renacer" renacer-compare
./renacer-compare one.rtrace same.rtrace > /dev/null || fail 'renacer-compare'
exit $bad
