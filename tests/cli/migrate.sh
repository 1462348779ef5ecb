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
cp version-1-silent.golden before

# In CI nothing is written.
CI=true renacer-gate migrate > log 2>&1 && fails 'migrate wrote goldens in CI'
grep -q 'CI=true: goldens are migrated by people' log || fails "CI is not named: $(cat log)"
cmp -s before version-1-silent.golden || fails 'migrate changed a golden in CI'

# All that the configuration names: one can be reworded; three must be recorded again, as version
# 1 did not look at all that their programs may do.
run 4 migrate
grep -q 'version-1-silent.golden: tables 1, now 2; judges [1-9][0-9]* changed runs as before' log ||
	fails "nothing says what became of version-1-silent: $(cat log)"
grep -q 'version-1-strict.golden: tables 1; must be recorded again' log ||
	fails 'a golden of profile strict was not refused'
grep -q '4 goldens: 1 reworded, 3 to be recorded again' log || fails 'no sum'
for name in version-1 version-1-io version-1-strict; do
	grep -q "$name.golden: tables 1; must be recorded again" log || fails "$name was not refused"
	cmp -s $name.golden "$ROOT/tests/data/goldens/$name.golden" ||
		fails 'a golden that cannot be reworded was touched'
done
[ "$(diff before version-1-silent.golden | grep -c '^[<>]')" -eq 2 ] ||
	fails 'more than the first line changed'

# It passes the program that it passed and fails the one that it failed.
run 0 check version-1-silent
sed -i 's/two/tow/' silent.sh
run 1 check version-1-silent
grep -q 'exit status 1, the golden has 0' log || fails "the other end is not named: $(cat log)"
sed -i 's/tow/two/; s/note/.\/silent.sh/' silent.sh
run 1 check version-1-silent
cp "$ROOT/tests/data/goldens/silent.sh" .
run 0 check version-1-silent

# A second time there is nothing to do; a file can be named; a compressed one stays so.
cp version-1-silent.golden before
run 0 migrate version-1-silent.golden
cmp -s before version-1-silent.golden || fails 'migrated twice, changed twice'
grep -q 'as it should be' log || fails 'nothing says that it is of today'
if command -v zstd > /dev/null; then
	zstd -q "$ROOT/tests/data/goldens/version-1-silent.golden" -o packed.golden.zst
	run 0 migrate packed.golden.zst
	[ ! -e packed.golden ] && zstd -qdc packed.golden.zst | cmp -s - version-1-silent.golden ||
		fails 'a compressed golden was not migrated in place'
fi
# Newer than this program, or cut.
sed '1s/"tables":2/"tables":9/' version-1-silent.golden > newer.golden
run 2 migrate newer.golden
head -n 5 "$ROOT/tests/data/goldens/version-1.golden" > cut.golden
run 2 migrate cut.golden
run 5 migrate absent.golden
exit $bad
