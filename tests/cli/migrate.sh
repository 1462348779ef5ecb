#!/bin/bash
# Goldens that an older version recorded (tests/data/goldens) are refused, moved on, and judge as
# they did; what only a new recording can say is said so, and left alone.
set -u
cp -r "$ROOT/tests/data/goldens" work && cd work || exit 1
bad=0
fails() { # what
	echo "$*"
	bad=1
}
run() { # wanted-status arguments...
	local wanted=$1 rc
	shift
	env -u CI renacer-gate "$@" > log 2>&1
	rc=$?
	[ $rc -eq "$wanted" ] || { fails "renacer-gate $* ended with $rc, not $wanted"; cat log; }
}

# An old golden is no verdict, and the way out is named.
run 4 check version-1
grep -q 'hint: renacer-gate migrate' log || fails "no hint at migrate: $(cat log)"
cp version-1.golden before

# In CI nothing is written.
CI=true renacer-gate migrate > log 2>&1 && fails 'migrate wrote goldens in CI'
grep -q 'CI=true: goldens are migrated by people' log || fails "CI is not named: $(cat log)"
cmp -s before version-1.golden || fails 'migrate changed a golden in CI'

# All that the configuration names: one can be reworded, two must be recorded again.
run 4 migrate
grep -q 'version-1.golden: tables 1, now 2; judges [1-9][0-9]* changed runs as before' log ||
	fails "nothing says what became of version-1: $(cat log)"
grep -q 'version-1-strict.golden: tables 1; must be recorded again' log ||
	fails 'a golden of profile strict was not refused'
grep -q '3 goldens: 1 reworded, 2 to be recorded again' log || fails 'no sum'
cmp -s version-1-strict.golden "$ROOT/tests/data/goldens/version-1-strict.golden" ||
	fails 'a golden that cannot be reworded was touched'
[ "$(diff before version-1.golden | grep -c '^[<>]')" -eq 2 ] ||
	fails 'more than the first line changed'

# It passes the program that it passed and fails the one that it failed.
run 0 check version-1
sed -i 's/two/tow/' prog.sh
run 1 check version-1
grep -q "wanted 'two', found 'tow'" log || fails "the changed byte is not named: $(cat log)"
sed -i 's/tow/two/; s/-s moved/-s elsewhere/' prog.sh
run 1 check version-1

# A second time there is nothing to do; a file can be named; a compressed one stays so.
cp version-1.golden before
run 0 migrate version-1.golden
cmp -s before version-1.golden || fails 'migrated twice, changed twice'
grep -q 'as it should be' log || fails 'nothing says that it is of today'
if command -v zstd > /dev/null; then
	zstd -q "$ROOT/tests/data/goldens/version-1.golden" -o packed.golden.zst
	run 0 migrate packed.golden.zst
	[ ! -e packed.golden ] && zstd -qdc packed.golden.zst | cmp -s - version-1.golden ||
		fails 'a compressed golden was not migrated in place'
fi
# Newer than this program, or cut.
sed '1s/"tables":2/"tables":9/' version-1.golden > newer.golden
run 2 migrate newer.golden
head -n 5 "$ROOT/tests/data/goldens/version-1.golden" > cut.golden
run 2 migrate cut.golden
run 5 migrate absent.golden
exit $bad
