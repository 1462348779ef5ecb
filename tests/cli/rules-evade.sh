#!/bin/bash
# What a policy forbids is found in whatever way a program does it: by other calls, other names,
# other processes. What docs/rules.md says is not seen is not found here, which keeps it true.
set -u
bad=0
note() { echo "$@"; bad=1; }

mkdir -p start/box
echo text > start/box/secret
ln -s box/secret start/old-soft
ln -s box start/old-box
{
	printf '[gate]\ngolden_dir = "golden"\nbackend = "ptrace"\nprofile = "counts"\nrecord_runs = 1\n'
	for deed in $("$BUILD/prog/rules-evade"); do
		printf '[[target]]\nname = "%s"\ncommand = ["%s", "%s"]\nsandbox = true\nfixtures = ["start/"]\n' \
			"$deed" "$BUILD/prog/rules-evade" "$deed"
		[ "$deed" = by_stdin ] && echo 'stdin_file = "start/box/secret"'
	done
	cat << 'END'
[[assertion]]
name = "no-reading"
target = "by_*"
type = "path_policy"
access = "read"
deny = ["**/box/secret", "**/box/none"]
[[assertion]]
name = "no-writing"
target = "w_*"
type = "path_policy"
access = "write"
deny = ["<cwd>/box/*"]
[[assertion]]
name = "no-talking"
target = "n_*"
type = "network_policy"
deny = ["inet:127.0.0.1:7", "inet:0.0.0.0:*", "unix:*secret*", "unix:**secret", "family-40:*"]
[[assertion]]
name = "no-running"
target = "x_*"
type = "exec_policy"
deny = ["/usr/bin/id", "/usr/bin/true"]
[[assertion]]
name = "synced"
target = "d_*"
type = "durability"
END
} > renacer.toml
renacer-gate record > record.log 2>&1
renacer-gate check > check.log 2>&1

unseen=' by_stdin x_by_memfd x_by_loader x_absent x_not_permitted '
n=0
for deed in $("$BUILD/prog/rules-evade"); do
	if ! [ -e "golden/$deed.golden" ]; then # this machine does not permit the deed itself
		grep -A4 "^FAIL *$deed " record.log | grep -q 'exited 77' || { note "$deed failed"; grep -A4 "^FAIL *$deed " record.log; }
		continue
	fi
	n=$((n + 1))
	wanted=FAIL
	[[ $unseen = *" $deed "* ]] && wanted=PASS
	grep -q "^$wanted *$deed " check.log || { note "$deed: wanted $wanted"; grep -A3 " $deed " check.log; }
done
[ $n -gt 60 ] || note "only $n deeds were done"
exit $bad
