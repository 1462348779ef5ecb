#!/bin/bash
# `renacer-gate init -- CMD` proposes a renacer.toml for real programs: it loads, what it demands is
# kept right after `record`, also with all that is proposed as a comment, and broken by more.
set -u
bad=0 n=0
note() { echo "$name: $*"; bad=1; }
top=$PWD

# proposed NAME [EXIT] -- CMD...: in a directory of that name, which `prepare` may have filled.
proposed() {
	local rc
	name=$1
	shift 2
	mkdir -p "$top/$name"
	cd "$top/$name" || exit 1
	n=$((n + 1))
	renacer-gate init -- "$@" > "../$name.log" 2>&1
	rc=$?
	[ $rc -eq 0 ] || { note "init ends with $rc"; cat "../$name.log"; return; }
	renacer-gate validate > ../log 2>&1 || { note 'does not load'; cat ../log renacer.toml; }
	renacer-gate record > ../log 2>&1 || { note 'is not recorded'; cat ../log renacer.toml; }
	renacer-gate check > ../log 2>&1 || { note 'does not pass'; cat ../log renacer.toml; }
	cp renacer.toml ../proposal
	sed -Ei 's/^# (\[\[|name = |type = |allow = |deny = |access = |include = |    "|\]$)/\1/' renacer.toml
	[ "$(grep -c '^\[\[assertion' renacer.toml)" -eq 3 ] || note 'proposes no policies'
	renacer-gate check > ../log 2>&1 || { note 'breaks what is proposed as a comment'; cat ../log renacer.toml; }
	cp ../proposal renacer.toml
}
wants() { grep -qE -- "$1" renacer.toml || { note "lacks '$1'"; cat renacer.toml; }; }
enter() { # NAME: the directory that the next command runs in
	mkdir -p "$top/$1"
	cd "$top/$1" || exit 1
}
is_there() { command -v "$1" > /dev/null || { echo "skipped: no $1"; return 1; }; }

proposed ls -- ls -l /usr
wants '^syscalls = "\+0"'
wants '^#     "assertions/no-subprocess.toml"'
wants '^# deny = \["\*\*"\]    # none was seen'
# What is demanded can be broken.
sed -i 's|"/usr"]|"/usr", "/etc"]|' renacer.toml
renacer-gate check > ../log 2>&1
rc=$?
if [ $rc -ne 1 ] || ! grep -q 'budget.syscalls' ../log; then
	note "more calls are not found ($rc)"
	cat ../log
fi

if is_there git; then
	enter git
	git init -q .
	echo a > a
	git add a
	git -c user.email=a@b -c user.name=x commit -qm m
	echo b >> a
	echo c > c
	proposed git -- git status
	wants '^fixtures = \[".git", "a", "c"\]'
fi
if is_there sqlite3; then
	enter sqlite3
	sqlite3 db 'create table t(a); insert into t values (1)'
	proposed sqlite3 -- sqlite3 db 'insert into t values (2); select count(*) from t'
	wants '^sandbox = true'
	wants '^fixtures = \["db"\]'
fi
if [ -x /usr/bin/python3 ]; then
	enter python3
	cat > script.py <<- 'END'
		import os, random, time
		print("job", "".join(random.choice("abcxyz") for _ in range(8)), time.time())
		open("out", "w").write(open("in").read())
	END
	echo in > in
	proposed python3 -- /usr/bin/python3 script.py
	wants '^redact = \[\{'
	wants '^bytes_written = "\+[1-9]'
fi
if is_there node; then
	enter node
	echo 'console.log(require("fs").readFileSync("in", "utf8")); setTimeout(() => console.log(2), 10)' > script.js
	echo in > in
	proposed node -- node script.js
	wants '^syscalls = "\+[0-9]{2,}%?"'
fi
if is_there gcc; then
	enter gcc
	echo 'int main(void) { return 0; }' > m.c
	proposed gcc -- gcc -o m m.c
	wants '^fixtures = \["m.c"\]'
	if is_there make; then
		enter make
		echo 'int main(void) { return 0; }' > m.c
		printf 'm: m.c\n\tgcc -o m m.c\n' > Makefile
		proposed make -- make
		wants '^fixtures = \["Makefile", "m.c"\]'
		wants '^processes = "\+0"    # [5-9] in'
	fi
fi
if is_there redis-server; then
	enter redis
	port=$((20000 + $$ % 10000))
	redis-server --port $port --save '' --daemonize no > ../redis-server.log 2>&1 &
	server=$!
	for _ in $(seq 50); do
		redis-cli -p $port ping > /dev/null 2>&1 && break
		sleep 0.1
	done
	proposed redis -- redis-cli -p $port set a b
	wants "^# allow = .*\"inet:127.0.0.1:$port\""
	kill $server
	wait $server
fi
PATH=$BUILD/prog:$PATH
if ring copy | grep -q ring; then # else this machine has none
	proposed ring -- ring copy
	wants '^io_uring = "deny"    # '
	grep -q 'it uses io_uring' ../ring.log || note 'does not say so'
	proposed ring-child -- sh -c 'ring copy | sort'
	wants '^io_uring = "deny"    # '
	# Who cannot do without is left as it is, and told.
	enter needs
	name=needs
	renacer-gate init -- ring needs > ../log 2>&1
	rc=$?
	if [ $rc -ne 4 ] || grep -q '^io_uring' renacer.toml || ! grep -q io_uring ../log; then
		note "status $rc"
		cat ../log
	fi
fi
proposed failing -- ls /nonexistent
wants '^expect_exit = 2 '
proposed pipeline -- sh -c 'ls /usr | sort -r | head -3'
wants '^syscalls = "\+1[0-9]%"'
wants '^# allow = .*/usr/bin/sort'
proposed killed -- sh -c 'kill -9 $$'
wants '^expect_exit = 137 '

# What cannot be recorded: a file that says so, and status 4.
enter differs
if [ -x /usr/bin/python3 ]; then
	name=differs
	cat > script.py <<- 'END'
		import random
		for _ in range(random.randint(1, 400)): print(random.choice("abcdefgh") * random.randint(1, 90))
	END
	renacer-gate init -- /usr/bin/python3 script.py > ../log 2>&1
	rc=$?
	if [ $rc -ne 4 ] || ! renacer-gate validate > /dev/null || ! grep -q 'could not be recorded' renacer.toml; then
		note "status $rc"
		cat ../log
	fi
fi

refused() { # STATUS TEXT ARGUMENTS...
	local rc wanted=$1 text=$2
	shift 2
	renacer-gate init "$@" > ../log 2>&1
	rc=$?
	if [ $rc -ne "$wanted" ] || ! grep -qF -- "$text" ../log; then
		note "init $*: $rc"
		cat ../log
	fi
}
name=refused
enter refused
echo '# mine' > renacer.toml
refused 2 "'renacer.toml' is there already, and is not overwritten" -- true
[ "$(cat renacer.toml)" = '# mine' ] || note 'it was overwritten'
rm renacer.toml
refused 2 "init takes a command behind '--'"
refused 2 "init takes a command behind '--'" true
CI=true refused 2 'goldens are recorded by people' -- true
refused 2 'argument 1 of the command has bytes that are no UTF-8' -- echo $'\xff'
refused 3 "execute 'no-such-program'" -- no-such-program
[ ! -e renacer.toml ] || note 'a refusal left a file'
mkdir ../room
TMPDIR=$PWD/../room refused 0 'wrote other.toml' --config other.toml --runs 5 -- true
grep -q "5 recordings agree" ../log || note '--runs is not heeded'
TMPDIR=$PWD/nowhere refused 3 'nowhere/renacer-init-' --config third.toml -- true
rmdir ../room || note 'a directory was left behind'
echo "$n programs"
[ $bad -eq 0 ]
