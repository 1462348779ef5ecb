#!/bin/bash
# Programs whose output differs each time: learned as the type that it has, and then checked, also as
# if it were another minute, the next day or the next year; or refused, with an advice that works.
#
# CHECKS says how often each is checked (3; `make bench` asks for 20).
# alone: what it records must not agree by luck, which load brings.
set -u
checks=${CHECKS:-3}
python=/usr/bin/python3
[ -x $python ] || { echo "no $python"; exit 77; }
bad=0

fail() {
	echo "$@"
	bad=1
}

# A number below 1000 is not taken for a process's: on to larger ones.
while [ "$(sh -c 'echo $$')" -lt 1000 ]; do :; done

cat > renacer.toml << 'TOML'
[gate]
jobs = 4
TOML

# name 'types that show must name, in order' 'shell line'; '-' for a refusal.
declare -A types
target() { # name types shell
	types[$1]=$2
	printf '\n[[target]]\nname = "%s"\nsandbox = true\nshell = '"'''%s'''"'\n' "$1" "$3" >> renacer.toml
}

target date 'unix-time' 'date'
target date-iso 'iso-time' 'date --iso-8601=seconds'
target date-mail 'mail-date' 'date -R'
target epoch 'epoch' 'date +%s'
target epoch-ns 'epoch-ns' 'date +%s%N'
target dd 'duration rate' 'dd if=/dev/zero of=/dev/null bs=1M count=2'
target id 'decimal-address address' "$python -c 'x = object(); print(id(x), hex(id(x)))'"
target uuid 'uuid' "cat /proc/sys/kernel/random/uuid"
target mktemp '' 'basename $(mktemp)'
target unittest 'duration' "$python -c '
import unittest
class T(unittest.TestCase):
    def test_nothing(self): pass
unittest.main()'"
target took 'duration' "$python -c '
import time
t = time.perf_counter(); time.sleep(0.001)
print(\"took\", time.perf_counter() - t, \"s\")'"
target random 'number' "$python -c 'import random; print(\"n =\", random.randrange(10**9))'"
target hex 'hash' 'od -An -N16 -tx4 /dev/urandom | tr -d " \n"; echo'
target token 'token' 'head -c 24 /dev/urandom | base64'
target log 'slash-time' 'date "+%Y/%m/%d %H:%M:%S [notice] start" > log'
target pid '' 'echo $$; echo "pid $$"'
if command -v git > /dev/null; then
	target git 'hash unix-time hash hash' '
		export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
		git init -q . && echo a > a && git add a && git commit -qm x && git log && git rev-parse --short HEAD'
	sed -i '/^name = "git"/a ignore_paths = ["<cwd>/.git/objects/*", "<cwd>/.git/objects/*/*"]' renacer.toml
fi
if command -v node > /dev/null; then
	target node 'number number' 'node -e "console.log(process.hrtime())"'
	echo 'io_uring = "deny"' >> renacer.toml # some releases of libuv use it, and fall back
fi

# Refused.
target word - "$python -c 'import random; print(\"name =\", random.getrandbits(64).to_bytes(8).hex().translate(str.maketrans(\"0123456789\", \"ghijklmnop\")))'"
target lines - "$python -c 'import random; print(\"x\\n\" * random.randrange(5000))'"
target today - 'echo "since $(date +%F)"'
target parent - 'echo "parent $PPID"'
target much - "$python -c 'import os
for i in range(60): print(i, os.urandom(16).hex())'"

renacer-gate record > record.log 2>&1
record=$?
[ $record -eq 4 ] || fail "record ended with $record, not with 4: $(cat record.log)"
for name in "${!types[@]}"; do
	if [ "${types[$name]}" = - ]; then
		[ ! -e "golden/$name.golden" ] || fail "$name was recorded: $(cat "golden/$name.golden")"
		continue
	fi
	if [ ! -e "golden/$name.golden" ]; then
		fail "$name was not recorded: $(grep -A8 " $name " record.log)"
		continue
	fi
	found=$(grep -o '⟨[a-z-]*' "golden/$name.golden" | tr -d '⟨' | tr '\n' ' ')
	for type in ${types[$name]}; do
		[[ " $found " == *" $type "* ]] || fail "$name: no $type in: $found"
	done
	[ -n "${types[$name]}" ] || [ -z "$found" ] || fail "$name: nothing was to be learned: $found"
done

good=()
for name in "${!types[@]}"; do
	[ "${types[$name]}" = - ] || good+=("$name")
done
check() { # what command...
	local what=$1
	shift
	"$@" renacer-gate check "${good[@]}" > check.log 2>&1 || fail "$what: $(cat check.log)"
}
for ((i = 0; i < checks; i++)); do
	check "check $i" env
done

# Recorded at another time, the goldens are the same: they hold types, no samples.
cp -r golden golden.first
renacer-gate record "${good[@]}" > record2.log 2>&1 || fail "recording again: $(cat record2.log)"
for name in "${good[@]}"; do
	cmp -s "golden/$name.golden" "golden.first/$name.golden" ||
		fail "$name: another golden: $(diff "golden.first/$name.golden" "golden/$name.golden")"
done

# Another minute, day, month, year, reached by the target itself: libfaketime reads from a file which
# time it is, so that the command and all else that the gate sees stay as they are.
faketime=$(find /usr/lib -name libfaketime.so.1 2> /dev/null | head -n 1)
if [ -n "$faketime" ]; then
	echo +0 > when
	: > faketime.toml
	for format in '' --iso-8601=seconds -R +%s +%s%N; do
		{
			printf '[[target]]\nname = "at%s"\nsandbox = true\nfixtures = ["when"]\n' "${format//[^a-z0-9A-Z]/}"
			printf 'shell = "LD_PRELOAD=%s FAKETIME_TIMESTAMP_FILE=when date %s | tee told"\n' "$faketime" "$format"
		} >> faketime.toml
	done
	renacer-gate record --config faketime.toml > faketime.log 2>&1 || fail "faketime: $(cat faketime.log)"
	for away in 65 86400 2851200 34560000; do
		echo "+$away" > when
		told=$(LD_PRELOAD=$faketime FAKETIME_TIMESTAMP_FILE=when date +%s)
		[ $((told - $(date +%s))) -ge $((away - 2)) ] || fail "it is not $away seconds later, but $told"
		renacer-gate check --config faketime.toml > check.log 2>&1 || fail "$away seconds later: $(cat check.log)"
	done
	# Not everything passes there: a time that is none is found.
	echo +0 > when
	sed 's/| tee told/| tr : . | tee told/' faketime.toml > renacer.wrong
	renacer-gate check --config renacer.wrong at > check.log 2>&1 && fail "a time in another form passes"
fi

# A change beside a hole is found, and so is a value of another type.
sed 's|dd if=/dev/zero of=/dev/null bs=1M count=2|dd if=/dev/zero of=/dev/null bs=1M count=3|
	s|print("took", time.perf_counter() - t, "s")|print("took", "long", "s")|
	s|randrange(10\*\*9)|randrange(10**9) + 0.5|' renacer.toml > renacer.wrong
for name in dd took; do
	renacer-gate check --config renacer.wrong $name > check.log 2>&1 && fail "$name: passes with a change"
done
grep -q "line 1 has 'long' where the golden has a duration" check.log ||
	fail "not said what stands in the hole: $(cat check.log)"

# show says what each hole is.
renacer-gate show golden/dd.golden > show.log
grep -q 'volatile: text line 3: a duration' show.log || fail "show: $(cat show.log)"
grep -q 'volatile: text line 3: a rate' show.log || fail "show: $(cat show.log)"
# Record lists them.
grep -q 'volatile: stderr line 3: a duration (0' record.log || fail "record: $(cat record.log)"

# The advice of a refusal, taken as it is, works.
renacer-gate record word > word.log 2>&1
advice=$(sed -n 's/.*in its \[\[target\]\]: \(redact = .*\)$/\1/p' word.log | head -1)
[ -n "$advice" ] || fail "no advice: $(cat word.log)"
{ printf '[[target]]\n'; sed -n '/^name = "word"/,/^$/p' renacer.toml; printf '%s\n' "$advice"; } > word.toml
renacer-gate record --config word.toml > word.log 2>&1 || fail "the advice does not work: $(cat word.toml word.log)"
renacer-gate check --config word.toml > word.log 2>&1 || fail "the advice does not last: $(cat word.log)"
renacer-gate record today > today.log 2>&1
grep -q 'which is today: a check tomorrow would fail' today.log || fail "today: $(cat today.log)"
advice=$(sed -n 's/.*in its \[\[target\]\]: \(redact = .*\]\);.*/\1/p' today.log | head -1)
{ printf '[[target]]\n'; sed -n '/^name = "today"/,/^$/p' renacer.toml; printf '%s\n' "$advice"; } > today.toml
renacer-gate record --config today.toml > today.log 2>&1 || fail "the advice does not work: $(cat today.toml today.log)"

# What the target depends on, and no check changes, is told.
cat > env.toml << 'TOML'
[[target]]
name = "env"
sandbox = true
command = ["env"]
redact = [{ pattern = 'never here', with = "" }]
ignore_paths = ["<cwd>/never/**"]
[[target]]
name = "cpus"
command = ["nproc"]
TOML
renacer-gate record --config env.toml env > env.log 2>&1 || fail "env: $(cat env.log)"
grep -q 'something else with more environment variables' env.log || fail "env: $(cat env.log)"
grep -q "redact 'never here' was never used" env.log || fail "unused redact: $(cat env.log)"
grep -q "ignore_paths '<cwd>/never/\*\*' was never used" env.log || fail "unused ignore_paths: $(cat env.log)"
renacer-gate check --config env.toml env > env.log 2>&1 || fail "env: $(cat env.log)"
grep -q 'was never used' env.log || fail "unused, in a check: $(cat env.log)"
if [ "$(nproc)" -gt 1 ]; then
	renacer-gate record --config env.toml cpus > cpus.log 2>&1 && fail "cpus: $(cat cpus.log)"
	grep -q 'with one CPU: does it count CPUs' cpus.log || fail "cpus: $(cat cpus.log)"
fi
exit $bad
