#!/bin/bash
# Rules over the order of calls: what comes once by chance is told and fails nothing, what is there
# in each run fails, and so does a change of programs whose tasks take turns as they please.
# shellcheck disable=SC2016 # the programs are for sh
set -u
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
python=$(PATH=/usr/bin:$PATH python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')

config() { # name, shell, more keys of the target, keys of the rule
	cat > renacer.toml << END
[[target]]
name = "$1"
shell = '''$2'''
profile = "counts"
${3-}
[[assertion]]
name = "order"
type = "sequence"
${4-}
END
}

# Each run counts itself, and does things the other way round in those that are told.
cat > turns.py << 'END'
import os
turn = int(open("turn").read())
open("turn", "w").write(str(turn + 1))
others = [int(word) for word in open("others").read().split()]
steps = [lambda: os.mkdir("d"), lambda: os.symlink("d", "l")]
for step in reversed(steps) if turn in others else steps:
    step()
if turn in [int(word) for word in open("new").read().split()]:
    os.chmod("turn", 0o644)
os.unlink("l")
os.rmdir("d")
END
begin() { # turns with the other order, those with a new call
	echo 1 > turn
	echo "$1" > others
	echo "${2-}" > new
}
turns() { # N: so many runs were made since begin
	[ "$(cat turn)" -eq $(($1 + 1)) ] && return
	echo "$(($(cat turn) - 1)) runs, not $1"
	sed 's/^/  | /' log
	bad=1
}
config steady "exec $python -I -S turns.py"
begin 4
says 0 'recorded: 3 runs' renacer-gate record
turns 3
says 0 "rule 'order': [0-9]+ sequences unlike the golden came in one run and not in another, such as " renacer-gate check
turns 5
says 0 '1 rule kept' renacer-gate check
untold 'unlike the golden' log
turns 6
# Each time: as many runs as make it certain.
begin "$(seq -s ' ' 1 9)"
says 1 'sequences of 3 calls changed: .*; in each of 3 runs; wanted' renacer-gate check
turns 3
begin '' '1 2 3'
says 1 'chmod.* is new' renacer-gate check
begin '' '1 2'
says 0 'one run and not in another' renacer-gate check
turns 3

# Recordings that vary are more of them, until none has anything for itself.
begin '2 5'
says 0 '3 more recordings were taken: rule .order.: .* not in all recordings' renacer-gate record
turns 6
says 0 '1 rule kept' renacer-gate check
begin 2
says 0 '9 more recordings' renacer-gate record
turns 12
begin '1 3' '1 2 3 4 5 6'
says 1 'changed \([0-9]+ differ between the recordings\): .*chmod.* is new.*; in each of 6 runs' renacer-gate check
turns 6
begin '1 3' '1 2 3 4 5'
says 0 'one run and not in another' renacer-gate check
turns 6
begin 2
says 0 'recorded: 1 run' renacer-gate record --runs 1
turns 1
begin '1 2 4'
says 0 'one run and not in another' renacer-gate check
turns 3


# Numbers of calls: the same.
cat > counts.py << 'END'
import os
exec(open("turns.py").read())
for i in range(300 if str(turn) in open("new").read().split() else 0):
    os.close(os.open("new", os.O_RDONLY))
END
config counts "exec $python -I -S counts.py"
sed -i 's/"sequence"/"cluster"/' renacer.toml
begin ''
says 0 'recorded: 3 runs' renacer-gate record
begin '' 1
says 0 'cluster unlike the golden came in one run and not in another, such as FileIO' renacer-gate check
turns 2
begin '' '1 2 3 4'
says 1 'FileIO: ' renacer-gate check
turns 3

# What ends otherwise when it is run again decides nothing.
cat > ends.py << 'END'
import os
exec(open("turns.py").read())
os._exit(turn == 5)
END
config ends "exec $python -I -S ends.py"
begin 4
says 0 'recorded: 3 runs' renacer-gate record
says 4 'but that may be chance, and no run more could tell: this time it exited 1' renacer-gate check

# Compared with another target: both are run again.
cat > renacer.toml << END
[[target]]
name = "a"
command = ["$python", "-I", "-S", "turns.py"]
profile = "counts"
[[target]]
name = "b"
command = ["$python", "-I", "-S", "turns.py"]
profile = "counts"
equivalent_to = "a"
[[assertion]]
name = "order"
type = "sequence"
target = "b"
END
begin 2
says 0 'one run and not in another' renacer-gate check b
turns 4
begin '' '2 4 6 8 10 12'
says 1 'in each of 3 runs' renacer-gate check b

# Programs whose tasks take turns: unchanged, and changed.
cat > pool.py << 'END'
import multiprocessing, os, sys
how = sys.argv[1]
def work(x):
    os.chmod("in", 0o600)
    if how == "call": os.truncate("in", 0)
    if how == "order": os.access("in", os.R_OK)
    fd = os.open("in", os.O_RDONLY)
    if how != "order": os.access("in", os.R_OK)
    os.close(fd)
if __name__ == "__main__":
    with multiprocessing.Pool(4 if how == "more" else 3) as pool:
        pool.map(work, range(60), chunksize=2)
END
cat > threads.py << 'END'
import os, queue, sys, threading
how, jobs = sys.argv[1], queue.Queue()
def work():
    while jobs.get() is not None:
        fd = os.open("in", os.O_RDONLY)
        if how == "order": os.lseek(fd, 0, 0)
        os.read(fd, 9)
        if how == "call": os.fchmod(fd, 0o600)
        if how != "order": os.lseek(fd, 0, 0)
        os.close(fd)
threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads: t.start()
for i in range(40): jobs.put(i)
for t in threads: jobs.put(None)
for t in threads: t.join()
END
cat > Makefile << 'END'
all: a b c d
	cat $^
a b c d:
	echo $@ | tr a-z A-Z > $@.t; $(FIRST) sort $@.t > $@; $(LAST) rm $@.t
END
echo in > in
unchanged() { # name shell
	name=$1
	config "$1" "$2" $'sandbox = true\nfixtures = ["in", "pool.py", "threads.py", "Makefile"]'
	says 0 '1 passed' renacer-gate record
	for _ in 1 2 3 4; do
		says 0 '1 rule kept' renacer-gate check
	done
}
changed() { # shell
	config "$name" "$1" $'sandbox = true\nfixtures = ["in", "pool.py", "threads.py", "Makefile"]'
	says 1 'in each of 6 runs' renacer-gate check
}
unchanged pool "$python -I -S pool.py x"
changed "$python -I -S pool.py call"
changed "$python -I -S pool.py order"
changed "$python -I -S pool.py more"
unchanged threads "$python -I -S threads.py x"
changed "$python -I -S threads.py call"
changed "$python -I -S threads.py order"
unchanged head 'seq 1 100000 | sort | head -n 3'
changed 'seq 1 100000 | sort | head -n 3 | cat'
changed 'seq 1 100000 | sort -o x; head -n 3 x'
if command -v make > /dev/null; then
	unchanged make 'make -s -j2'
	changed "make -s -j2 LAST='sync in;'"
	changed 'make -s -j2 a b c'
fi
exit $bad
