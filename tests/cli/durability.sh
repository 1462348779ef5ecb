#!/bin/bash
# What the rule `durability` says of each way to bring a file to its name: all of them run.
set -u
bad=0
prog=$BUILD/prog/durability
note() { echo "$@"; bad=1; }

{
	printf '[gate]\ngolden_dir = "golden"\nprofile = "counts"\nrecord_runs = 1\n'
	for deed in $("$prog" list); do
		printf '[[target]]\nname = "%s"\ncommand = ["%s", "%s"]\nsandbox = true\n' "$deed" "$prog" "$deed"
	done
	printf '[[assertion]]\nname = "synced"\ntype = "durability"\n'
} > renacer.toml
renacer-gate record > record.log 2>&1
renacer-gate check > check.log 2>&1

n=0
for deed in $("$prog" list); do
	if ! [ -e "golden/$deed.golden" ]; then # this file system cannot do it
		grep -A4 "^FAIL *$deed " record.log | grep -q 'exited 77' || { note "$deed did not run"; grep -A6 " $deed " record.log; }
		continue
	fi
	n=$((n + 1))
	case $deed in pass_*) wanted=PASS ;; *) wanted=FAIL ;; esac
	grep -q "^$wanted *$deed " check.log || { note "$deed: wanted $wanted"; grep -A6 " $deed " check.log; }
done
echo "$n ways to bring a file to its name"
[ $n -ge 30 ] || note "too few of them ran"
exit $bad
