#!/bin/bash
# Budgets, end to end: for each key a program that keeps it and one that does not, limits of every
# form, hard and soft, what the golden carries, and what is said.
set -u
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
target() { # budget, command as TOML
	printf '[[target]]\nname = "t"\ncommand = %s\nprofile = "counts"\nrecord_runs = 1\nbudget = %s\n' \
		"$2" "$1" > renacer.toml
}
python=/usr/bin/python3
seq -f 'line%g' 2000 > in # no bare numbers, which could be those of processes
mkdir -p many && touch many/{1..9}

# A program and what it does when `more` is there.
cat > work.py << 'END'
import mmap, os, subprocess, sys, threading, time
what, more = sys.argv[1], os.path.exists("more")
for i in range(2 if more else 1):
    if what == "read":
        os.read(os.open("in", os.O_RDONLY), 3000)
    elif what == "write":
        os.write(1, b"x" * 100)
    elif what == "process":
        os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
    elif what == "thread":
        t = threading.Thread(target=len, args=("",)); t.start(); t.join()
    elif what == "fds":
        keep = [os.open("in", os.O_RDONLY) for _ in range(20 * (1 + more))]
    elif what == "map":
        keep = mmap.mmap(-1, 1 << 26)
    elif what == "memory":
        keep = b"x" * ((1 << 25) * (1 + more))
    elif what == "getppid":
        os.getppid()
    elif what == "stat":
        os.stat("in")
    elif what == "faults":
        keep = bytearray(b"x" * (1 << 23)) if more else None
    elif what == "switch":
        for _ in range(200 if more else 1):
            time.sleep(0.0005)
    elif what == "cpu":
        end = time.process_time() + (0.6 if more else 0)
        while time.process_time() < end:
            pass
    elif what == "wall":
        time.sleep(0.6 if more else 0)
END
pair() { # key, limit, what it does, what is said
	rm -f more
	target "{ $1 = $2 }" "[\"$python\", \"-I\", \"-S\", \"work.py\", \"$3\"]"
	says 0 'recorded|unchanged' renacer-gate record
	says 0 '1 passed' renacer-gate check
	touch more
	says 1 "$4" renacer-gate check
	rm -f more
}
pair syscalls '"+0"' getppid 'system calls: [0-9]+ > [0-9]+ \(\+0, the golden has [0-9]+\): .*getppid 1 -> 2'
pair calls '{ getppid = "+0" }' getppid 'calls of getppid: 2 > 1 \(\+0, the golden has 1\): getppid 1 -> 2'
pair calls '{ "family:stat" = "+0" }' stat 'calls of family:stat: '
pair calls '{ "%process" = "+0" }' process 'calls of %process: '
pair calls '{ "/^getpp/" = 1 }' getppid 'calls of /\^getpp/: 2 > 1'
pair bytes_read '"+1kB"' read 'bytes read: .*read [0-9]+ -> [0-9]+'
pair bytes_written '"+99"' write 'bytes written: 200 bytes > 199 bytes .*write 100 -> 200'
pair bytes_written 150 write 'bytes written: 200 bytes > 150 bytes \(the golden has 100 bytes\)'
pair files_opened '"+0"' read 'files opened: '
pair processes 2 process 'processes: 3 > 2'
pair threads 1 thread 'threads: 2 > 1'
pair max_fds '"+50%"' fds 'descriptors at one time: '
pair mapped_bytes '"+32MiB"' map 'bytes mapped: '
pair max_rss '{ limit = "70MiB", hard = true }' memory 'peak resident memory: '
pair page_faults '{ limit = 3000, hard = true }' faults 'page faults: .*without a tracer'
pair context_switches '{ limit = 150, hard = true }' switch 'context switches: .*without a tracer'
pair cpu '{ limit = "500ms", hard = true }' cpu 'processor time: .*without a tracer'
pair wall '{ limit = "500ms", hard = true }' wall 'wall clock time: .*without a tracer'

# Soft ones warn.
target '{ max_rss = "1MiB", wall = "1ns", syscalls = { limit = 1, hard = false } }' '["cat", "in"]'
says 0 'recorded|unchanged' renacer-gate record
says 0 '3 warnings' renacer-gate check
grep -q "warning: rule 'budget.wall'" log || { echo 'no warning of wall'; bad=1; }

# Time against a golden is for pairs.
target '{ wall = "+50%", syscalls = "+0" }' '["cat", "in"]'
says 0 'recorded|unchanged' renacer-gate record
says 0 '1 rule skipped' renacer-gate check
says 0 'rule skip .*budget.wall: not measured: time is compared only by pairs' renacer-gate check -v

# Where two goldens differ in such numbers alone, diff says so.
target '{ syscalls = "+9" }' '["cat", "in"]'
says 0 'recorded|unchanged' renacer-gate record
cp golden/*.golden before
sed 's/"number":"syscalls","low":[0-9]*/"number":"syscalls","low":1/' before > after
says 0 "number 'syscalls': 1 to [0-9]+, the golden has [0-9]+" renacer-gate diff before after
renacer-gate diff before before 2>&1 | grep -q "number 'syscalls'" && { echo 'a number differs from itself'; bad=1; }

# The golden has what the budget names, and the same bytes when it is recorded again.
grep -q '^{"number":"syscalls","low":[0-9]*,"high":[0-9]*,"by":\[".*openat ' golden/t.golden ||
	{ echo 'no number in the golden'; cat golden/t.golden; bad=1; }
grep -q wall golden/t.golden && { echo 'a time in the golden'; bad=1; }
says 0 '^    syscalls  [0-9]+  by access [0-9]+, .*write 1$' renacer-gate show golden/t.golden
cp golden/t.golden first
says 0 'unchanged' renacer-gate record
cmp first golden/t.golden || bad=1

# A golden from before the budget: an error, not a pass.
target '{ syscalls = "+0", files_opened = "+0" }' '["cat", "in"]'
says 3 'does not say how many files opened' renacer-gate check
sed -i '/"number"/d' golden/t.golden
says 3 'lines announced' renacer-gate check

# The range of several recordings.
cat > vary.sh << 'END'
n=$(cat n); echo $((n + 1)) > n
i=0; while [ $i -lt "$n" ]; do : < in; i=$((i + 1)); done
END
target '{ calls = { openat = "+1" } }' '["sh", "vary.sh"]'
sed -i 's/record_runs = 1/record_runs = 3/; s/"counts"/"effects"\nignore_paths = ["**\/n"]/' renacer.toml
echo 1 > n
says 0 'recorded|unchanged' renacer-gate record
says 0 'passed' renacer-gate check                    # one more than the most
says 1 'the golden has [0-9]+ to [0-9]+' renacer-gate check # two more

# Against another target's run.
cat > renacer.toml << 'END'
[[target]]
name = "a"
command = ["cat", "in"]
[[target]]
name = "b"
command = ["sh", "-c", "cat in"]
equivalent_to = "a"
profile = "transpile"
budget = { processes = "+0", syscalls = "+1000%" }
END
says 0 'recorded|unchanged' renacer-gate record a
says 1 "budget.processes.*processes: 2 > 1 .\+0, the golden has 1" renacer-gate check b

# A selftest changes runs in what the golden does not tell: a budget would see it.
target '{ syscalls = "+0", bytes_read = "+0" }' '["sort", "in"]'
says 0 'recorded|unchanged' renacer-gate record
says 0 '1 passed' renacer-gate selftest
says 0 '3 rules? kept|2 rules? kept' renacer-gate check

# All reports have it.
target '{ bytes_written = 3 }' '["cat", "in"]'
says 0 'recorded|unchanged' renacer-gate record
says 1 'bytes written' renacer-gate check --json r.json --junit r.xml --sarif r.sarif --markdown r.md
for file in r.json r.xml r.sarif r.md; do
	grep -q '16893 bytes' $file || { echo "nothing in $file"; bad=1; }
done
grep -q '"renacer/rule/budget"' r.sarif || { echo 'SARIF has no rule'; bad=1; }

exit $bad
