#!/bin/bash
# The demo tells the truth: the committed goldens hold, the hasty rewrite is found out for the
# reasons that its source names, and the reports are there.
set -u
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
fail() { echo "$*"; exit 1; }
for program in rustc sqlite3 /usr/bin/python3; do
	command -v $program > /dev/null || { echo "no $program: tools/install-deps demo"; exit 77; }
done
demo=$ROOT/tools/demo
[ "$(realpath "$BUILD")" = "$ROOT/build" ] || export BUILD
"$demo" "$BUILD" > log 2>&1
rc=$?
cat log
[ $rc -eq 0 ] || fail "the demo ended with $rc"
for target in tally ledger-py ledger-rs ledger-hasty pipeline shop; do
	grep -q "$target" log || fail "no word of '$target'"
done
# And the goldens are as good as they say.
"$BUILD/renacer-gate" selftest --config "$ROOT/examples/renacer.toml" > selftest.log 2>&1 ||
	{ cat selftest.log; fail "the examples' goldens do not stand their own test"; }
[ "$(grep -c 'changes caught' selftest.log)" -eq 5 ] || { cat selftest.log; fail 'five targets have changes to be caught'; }
# What the hasty rewrite lost, each named.
grep -qE 'summary\.csv.*sync' log || fail 'the lost sync is not named'
grep -qE 'stderr' log || fail 'the message on the wrong stream is not named'
grep -qE -- '-238[23]' log || fail 'the rounding is not shown'
for report in xml sarif json; do
	[ -s "$ROOT/build/demo/renacer.$report" ] || fail "no build/demo/renacer.$report"
done
xmllint --noout "$ROOT/build/demo/renacer.xml" || fail 'the JUnit report is no XML'
python3 - "$ROOT"/build/demo/renacer.{sarif,json} << 'END' || fail 'a report is no JSON'
import json, sys
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as report:
        assert json.load(report)
END
[ ! -e "$ROOT/examples/.hasty.toml" ] || fail 'the demo left a file behind'
# README shows what it prints.
mkdir blocks
awk -v dir=blocks -f "$ROOT/tests/blocks.awk" "$ROOT/README.md" > list
for block in blocks/*; do
	case $(head -1 "$block") in 'PASS    tally '* | 'FAIL    ledger-hasty'*) shown "$block" log ;; esac
done
[ "$n_shown" -ge 20 ] || fail "only $n_shown lines of README were looked for"
exit "$bad"
