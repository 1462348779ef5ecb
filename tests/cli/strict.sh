#!/bin/bash
# Profile strict: old and new names of calls are one family, each change of a call is found, and
# what only time decides is no difference: pipes, children, threads, temporary names.
# alone: what it records must not agree by luck, which load brings.
set -u
bad=0
fails() { echo "$*"; bad=1; }
gate() { renacer-gate "$@" > log 2>&1; }
source=$ROOT/tests/prog/strict-families.c
build() { gcc -O1 -w -o prog "$@" "$source" || { echo 'no compiler that works'; exit 77; }; }

if [ "$(uname -m)" = x86_64 ]; then
	build -DOLD
	gate record --golden families.golden --profile strict -- ./prog || fails "not recorded: $(cat log)"
	build
	gate check --golden families.golden --profile strict -- ./prog ||
		fails "other names of the same calls differ: $(cat log)"
	for change in 1 2 3 4 5 6 7 8 9; do
		build -DOLD -DCHANGE=$change
		gate check --golden families.golden --profile strict -- ./prog
		rc=$?
		[ $rc -eq 1 ] || fails "change $change: ended with $rc: $(cat log)"
	done
fi

# The same again and again.
stable() { # name command...
	local name=$1
	shift
	# On a busy machine a recording may be refused, and then says why; what was recorded holds.
	for try in 1 2 3 4; do
		[ $try -lt 4 ] || { fails "$name was not recorded: $(cat log)"; return; }
		gate record --golden "$name.golden" --profile strict -- "$@" && break
		echo "$name: refused: $(sed -n 's/^ *| //p' log)"
	done
	for _ in 1 2 3 4; do
		gate check --golden "$name.golden" --profile strict -- "$@" ||
			{ fails "$name flaked: $(cat log)"; return; }
	done
}
stable pipeline sh -c 'seq 1 20000 | sort -rn | cat | tail -n 3000 | wc -c'
stable jobs bash -c 'for i in 1 2 3 4; do (exit $i) & done; wait; echo done'
stable random sh -c 'head -c 16 /dev/urandom > /dev/null; echo done'
stable reader bash -c 'while read -r n; do t=$((t + n)); done < <(seq 1 300); echo $t'
stable workers sh -c 'seq 1 8 | xargs -P 3 -n 2 echo > /dev/null'
# Names that look alike, used in another order than they were made in; more than there are digits.
# A listing sorts drawn names by what was drawn, which is chance; a program that tells them does not.
stable names sh -c 'one=$(mktemp) two=$(mktemp) && printf "%s\n" "$two" "$one" | wc -l; rm -f "$one" "$two"'
stable many sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do n=$(mktemp) && rm "$n"; done'
cat > threads.py << 'END'
import threading
def work(n):
    with open(f"out{n}", "w") as out:
        out.write(str(n * n))
threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
for t in threads: t.start()
for t in threads: t.join()
END
[ -x /usr/bin/python3 ] && stable threads /usr/bin/python3 threads.py

# What is luck is not recorded, whatever luck the recordings have.
refuses() { # why command...
	local why=$1
	shift
	gate record --golden luck.golden --profile strict -- "$@" && fails "recorded: $*"
	[ ! -e luck.golden ] || fails "a golden was written: $*"
	grep -q "not recorded: $why" log || fails "not refused for '$why': $(cat log)"
	gate record --golden luck.golden --profile io -- "$@" || fails "io refuses $*: $(cat log)"
	rm -f luck.golden
}
cat > killed.py << 'END'
import os, signal
r, w = os.pipe()
child = os.fork()
if child == 0:
    os.write(w, b"x")
    signal.pause()
os.read(r, 1)
os.kill(child, signal.SIGTERM)
os.waitpid(child, 0)
END
cat > shared.py << 'END'
import os, time
r, w = os.pipe()
children = []
for n in range(2):
    children.append(os.fork())
    if children[-1] == 0:
        os.close(w)
        while os.read(r, 4):
            pass
        time.sleep(0.3)
        os.read(r, 4)
        os._exit(0)
os.close(r)
for n in range(8):
    os.write(w, b"work")
os.close(w)
for child in children:
    os.waitpid(child, 0)
END
if [ -x /usr/bin/python3 ]; then
	refuses 'the run kills a process' /usr/bin/python3 killed.py
	refuses 'several processes read' /usr/bin/python3 shared.py
fi
# One after the other is none.
stable turns sh -c 'seq 1 9 | { read -r one; cat; }; seq 1 3 | { head -n 1; cat; }'

# Who may be faster is looked at more often.
gate record --golden race.golden --profile strict -- sh -c 'touch made & [ -e made ] || :; wait; rm made'
grep -q 'looks for .*made. while another one' log || grep -q 'not recorded' log ||
	fails "a race for a name was not looked at again: $(cat log)"
gate record --golden pool.golden --profile strict -- sh -c 'seq 1 8 | xargs -P 2 -n 1 echo > /dev/null'
grep -q 'starts another one when one of several has ended' log || grep -q 'not recorded' log ||
	fails "a pool of children was not looked at again: $(cat log)"
gate record --golden pipe.golden --profile strict -- sh -c 'seq 1 9 | cat > out; test -e out; cat out; rm out'
grep -q 'recorded: 3 runs' log || fails "a pipeline needs more than three recordings: $(cat log)"

# What a threaded program does is still compared.
if [ -x /usr/bin/python3 ]; then
	sed -i 's/n \* n/n * n + (n == 3)/' threads.py
	gate check --golden threads.golden --profile strict -- /usr/bin/python3 threads.py
	[ $? -eq 1 ] || fails "another byte of one thread passed: $(cat log)"
fi
# A pipeline's changed flag, a child more.
gate check --golden jobs.golden --profile strict -- \
	bash -c 'for i in 1 2 3 4 5; do (exit $i) & done; wait; echo done'
[ $? -eq 1 ] || fails "a fifth child passed: $(cat log)"
exit $bad
