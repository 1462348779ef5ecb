#!/bin/bash
# Each assertion of each pack passes on a plain program and fails on one that breaks it.
set -u
fail() { echo "$*"; exit 1; }
python=/usr/bin/python3
[ -x $python ] || { echo 'no /usr/bin/python3'; exit 77; }
cp -r "$ROOT/assertions" .

# What breaks the assertion of that name, and only needs to be run to do so.
declare -A breaks=(
	[no-network-connect]='import socket; socket.socket().connect_ex(("127.0.0.1", 1))'
	[no-network-send]='import socket; a, b = socket.socketpair(); a.send(b"x")'
	[small-footprint-time]='import time; time.sleep(5.2)'
	[small-footprint-calls]='import os; [os.stat("/") for _ in range(20100)]'
	[small-footprint-memory]='import mmap; mmap.mmap(-1, 300 << 20)'
	[small-footprint-processes]='import os; [os._exit(0) if os.fork() == 0 else os.wait() for _ in range(65)]'
)

gate() { # pack code: judges a python program by a pack; the program needs a golden, too
	local pack=$1
	printf '%s\n' "$2" > program.py
	cat > renacer.toml <<- END
		include = ["assertions/$pack"]
		[gate]
		golden_dir = "golden"
		profile = "counts"
		record_runs = 1
		[[target]]
		name = "program"
		command = ["$python", "-I", "-S", "program.py"]
	END
	rm -rf golden
	renacer-gate record > record.log 2>&1 || { cat record.log; fail 'cannot record'; }
	renacer-gate check > check.log 2>&1
}

tested=0
for file in assertions/*.toml; do
	pack=${file#assertions/}
	gate "$pack" 'print("hello")'
	rc=$?
	[ $rc -eq 0 ] || { cat check.log; fail "$pack: a plain program does not pass ($rc)"; }
	names=$(sed -n 's/^name = "\(.*\)"$/\1/p' "$file")
	[ -n "$names" ] || fail "$pack holds no assertion"
	for name in $names; do
		[ -n "${breaks[$name]-}" ] || fail "$pack: nothing here breaks '$name'"
		gate "$pack" "${breaks[$name]}"
		rc=$?
		[ $rc -eq 1 ] || { cat check.log; fail "$name: exit status $rc, not 1"; }
		grep -q "$name" check.log || { cat check.log; fail "the text does not name '$name'"; }
		# The others of the pack hold: it is this program that breaks this assertion.
		for other in $names; do
			[ "$other" = "$name" ] ||
				! grep -qE "$other.*(broken|fail|FAIL|>)" check.log ||
				{ cat check.log; fail "'$other' broke, too"; }
		done
		tested=$((tested + 1))
	done
done
[ $tested -eq ${#breaks[@]} ] || fail "$tested assertions of ${#breaks[@]}"
echo "$tested assertions pass and fail"
