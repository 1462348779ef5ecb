#!/bin/bash
# Each type of rule holds for a real program and breaks for another one, by what it says it looks at;
# and reports carry what was demanded, what was found and the call.
set -u
bad=0
note() { echo "$@"; bad=1; }

# gate BODY COMMAND: judges a shell's line by one rule; its exit status.
gate() {
	cat > renacer.toml << END
[gate]
golden_dir = "golden"
backend = "ptrace"
profile = "counts"
record_runs = 1
[[target]]
name = "program"
shell = '''$2'''
sandbox = true
[[assertion]]
name = "the-rule"
$1
END
	rm -rf golden
	renacer-gate record > record.log 2>&1 || { cat record.log renacer.toml; return 99; }
	renacer-gate check --json report.json --junit report.xml --sarif report.sarif --markdown report.md > check.log 2>&1
}
holds() { # BODY COMMAND
	gate "$1" "$2"
	local rc=$?
	[ $rc -eq 0 ] || { note "not kept ($rc): $1 $2"; cat check.log; }
	seen+=" $(sed -n 's/^type = "\(.*\)"$/+\1/p' <<< "$1")"
}
breaks() { # BODY COMMAND REGEX
	gate "$1" "$2"
	local rc=$?
	[ $rc -eq 1 ] || { note "not broken ($rc): $1 $2"; cat check.log; }
	grep -qE -- "$3" check.log || { note "the text lacks '$3':"; cat check.log; }
	for report in report.json report.xml report.sarif report.md; do
		grep -q 'the-rule' $report || note "$report does not name the rule"
	done
	seen+=" $(sed -n 's/^type = "\(.*\)"$/-\1/p' <<< "$1")"
}
refused() { # STATUS BODY COMMAND REGEX
	gate "$2" "$3"
	local rc=$?
	[ $rc -eq "$1" ] && grep -qE -- "$4" check.log || { note "wanted $1 and '$4' ($rc): $2"; cat check.log; }
}
seen=
python=/usr/bin/python3


# count, never, exists, all
body=$'type = "count"\nwhere = "syscall == \'mkdir\'"\nmax = 2'
holds "$body" 'mkdir a b'
breaks "$body" 'mkdir a b c' "3 events where syscall == 'mkdir'; wanted: at most 2.*looked at"
refused 3 "$body" 'true' 'nothing was tested'
holds "$body"$'\nallow_empty = true' 'true'
body=$'type = "never"\nwhere = "syscall == \'unlink\' or syscall == \'unlinkat\'"'
holds "$body" 'echo x > f'
breaks "$body" 'echo x > f; rm f' 'call +unlinkat\(.*f"\) = 0, by /usr/bin/rm'
body=$'type = "exists"\nwhere = "syscall == \'fsync\' or syscall == \'fdatasync\'"'
holds "$body" 'echo x | dd of=f conv=fsync status=none'
breaks "$body" 'echo x | dd of=f status=none' 'no event where .*; wanted: at least 1'
body=$'type = "all"\nwhere = "syscall == \'mkdir\'"\nmust = "path ~ \'**/good*\'"'
holds "$body" 'mkdir good1 good2'
breaks "$body" 'mkdir good1 bad' '1 of 2 events where'

# order
body=$'type = "before"\nfirst = "syscall == \'fsync\'"\nthen = "syscall ~ \'rename*\'"'
holds "$body" 'echo x | dd of=f conv=fsync status=none; mv f g'
breaks "$body" 'echo x > f; mv f g' '1 of 1 events where'
# Earlier by the clock alone, in a sibling, is no order.
breaks "$body" "$python"' -c "
import os, time
if os.fork() == 0:
    fd = os.open(\"f\", os.O_CREAT | os.O_WRONLY); os.fsync(fd); os._exit(0)
if os.fork() == 0:
    time.sleep(0.3); os.rename(\"f\", \"g\"); os._exit(0)
os.wait(); os.wait()"' 'ordered by cause'
holds "$body" "$python"' -c "
import os, time
if os.fork() == 0:
    fd = os.open(\"f\", os.O_CREAT | os.O_WRONLY); os.fsync(fd); os._exit(0)
os.wait()
os.rename(\"f\", \"g\")"'
# A child whose end nobody waits for: that it sends SIGCHLD orders nothing.
breaks "$body" "$python"' -c "
import os, time
if os.fork() == 0:
    fd = os.open(\"f\", os.O_CREAT | os.O_WRONLY); os.fsync(fd); os._exit(0)
time.sleep(0.3)
os.rename(\"f\", \"g\")"' 'ordered by cause'
body=$'type = "between"\nfrom = "syscall == \'mkdir\' and path ~ \'**/lock\'"\nto = "syscall == \'rmdir\'"\nper = "run"\nwhere = "syscall ~ \'execve*\' and path ~ \'**/ls\'"\nmax = 0'
holds "$body" 'ls; mkdir lock; cat /dev/null; rmdir lock; ls'
breaks "$body" 'mkdir lock; ls; rmdir lock' '1 of 1 intervals'
body=$'type = "within"\nfrom = "syscall == \'mkdir\'"\nto = "syscall == \'rmdir\'"\nper = "run"\nmax_duration_ms = 5000'
holds "$body" 'mkdir a; rmdir a'
breaks "$body" 'mkdir a' '1 not at all;'
breaks "${body/5000/0.001}" 'mkdir a; rmdir a' 'the longest of the others took'

# latency, bytes
body=$'type = "latency"\nwhere = "syscall ~ \'*nanosleep\'"\np50_ms = 20000\nmax_ms = 20000'
holds "$body" 'sleep 0.01'
breaks "${body//20000/5}" 'sleep 0.05' 'p50 [5-9][0-9].*; wanted: p50 <= 5 ms'
body=$'type = "bytes"\nwhere = "syscall == \'write\' and path ~ \'**/out\'"\nmax_bytes = 100'
holds "$body" 'head -c 100 /dev/zero > out'
breaks "$body" 'head -c 101 /dev/zero > out' '101 bytes by 1 call'

# files, descriptors
body=$'type = "coverage"\npaths = ["**/a.json", "**/b.json"]'
holds "$body" 'echo > a.json; echo > b.json; cat a.json b.json'
breaks "$body" 'echo > a.json; cat a.json; ls b.json; true' "not '\*\*/b.json'"
body=$'type = "fd_leak"\nwhere = "path ~ \'**/leaked*\'"'
holds "$body" "$python"' -c "open(\"leaked\", \"w\").close()"'
breaks "$body" "$python"' -c "
import os
[os.open(\"leaked\", os.O_CREAT | os.O_WRONLY) for i in range(3)]"' '3 descriptors left open'
body=$'type = "durability"'
holds "$body" "$python"' -c "
import os
fd = os.open(\"new\", os.O_CREAT | os.O_WRONLY); os.write(fd, b\"x\"); os.fsync(fd); os.close(fd)
os.rename(\"new\", \"good\")
fd = os.open(\".\", os.O_RDONLY); os.fsync(fd)"'
breaks "$body" 'echo x > new; mv new good' '1 not synced before'
breaks "$body" 'echo x | dd of=new conv=fsync status=none; mv new good' 'of 1 written file renamed or linked 0 not synced before, the directory of 1'
holds "$body"$'\ndirectory = false' 'echo x | dd of=new conv=fsync status=none; mv new good'
holds "$body" 'echo x > new; sync; mv new good; sync'
refused 3 "$body" 'echo x > new' 'nothing was tested'

# policies
body=$'type = "exec_policy"\nallow = ["/bin/sh", "/usr/bin/*"]\ndeny = ["/usr/bin/curl", "**/wget"]'
holds "$body" 'ls; cat /dev/null'
breaks "$body" 'cp /usr/bin/ls wget; ./wget' "wget' is not permitted"
breaks $'type = "exec_policy"\nallow = ["/bin/sh", "/usr/bin/dash", "/usr/bin/bash"]' 'ls' "'/usr/bin/ls' is not permitted"
# The interpreter of a script counts, too.
breaks $'type = "exec_policy"\ndeny = ["**/perl"]' 'printf "#!/usr/bin/perl\n" > s; chmod +x s; ./s' "perl' is not permitted"
body=$'type = "network_policy"\nallow = ["inet:127.0.0.1:*"]'
holds "$body" "$python"' -c "import socket; socket.socket().connect_ex((\"127.0.0.1\", 1))"'
breaks "$body" "$python"' -c "import socket; socket.socket(socket.AF_UNIX).connect_ex(\"/no/such\")"' "no/such' is not permitted"
holds "$body" 'true'
# Each of several messages that are sent at once.
breaks $'type = "network_policy"\ndeny = ["inet:127.0.0.1:7*"]' "$BUILD/prog/rules-sendmmsg" "'inet:127.0.0.1:7[0-9]*' is not permitted"
holds $'type = "network_policy"\ndeny = ["inet:127.0.0.1:9"]' "$BUILD/prog/rules-sendmmsg"
body=$'type = "path_policy"\naccess = "write"\nallow = ["<cwd>/out/**", "/dev/**"]'
holds "$body" 'mkdir out; echo x > out/f; cat /etc/hostname'
breaks "$body" 'mkdir out; echo x > out/f; echo x > elsewhere' "elsewhere' is not permitted"
breaks $'type = "path_policy"\naccess = "read"\ndeny = ["/etc/hostname"]' 'cat /etc/hostname' 'is not permitted'

# custom
body=$'type = "custom"\nexpression = "count(syscall == \'mkdir\') <= 2 * count(syscall == \'rmdir\')"'
holds "$body" 'mkdir a b; rmdir a'
breaks "$body" 'mkdir a b c; rmdir a' "count\(syscall == 'mkdir'\) = 3"

# The historic types.
body=$'type = "critical_path"\nmax_duration_ms = 20000'
holds "$body" 'sleep 0.05'
breaks "${body/20000/20}" 'ls > /dev/null; sleep 0.05' 'which ended the wait4 of task 1'
grep -qE 'longest: .* of /usr/bin/sleep' check.log || { note 'the chain does not tell who it was'; cat check.log; }
# Two at a time: only the slower one is on the path; what it waits for is told.
both='sleep 0.05 & sleep 0.3; wait'
breaks $'type = "critical_path"\nmax_duration_ms = 100\nclock = "on_path"\ntrace_name_pattern = "/sleep$"' "$both" 'critical path of programs that match'
breaks $'type = "critical_path"\nmax_duration_ms = 20' 'sleep 0.05 & wait' 'which ended the (rt_sigsuspend|wait4) of task 1'
holds $'type = "critical_path"\nmax_duration_ms = 1500\nclock = "cpu"' 'sleep 0.01'
breaks $'type = "critical_path"\nmax_duration_ms = 20\nclock = "cpu"' "$python"' -c "sum(i * i for i in range(3000000))"' 'CPU time of the run'
breaks $'type = "critical_path"\nmax_duration_ms = 20\ntrace_name_pattern = "^syscall:.*nanosleep$"' 'sleep 0.05' 'wall clock of calls that match'
breaks $'type = "critical_path"\nmax_duration_ms = 40\nclock = "on_path"\ntrace_name_pattern = "^syscall:.*nanosleep$"' \
	'sleep 0.02; sleep 0.03; sleep 0.01' 'critical path of calls that match .* \(3 of them\): '
holds $'type = "critical_path"\nmax_duration_ms = 1200\nclock = "on_path"\ntrace_name_pattern = "^syscall:.*nanosleep$"' \
	'for i in 1 2 3 4 5; do sleep 0.3 & done; wait'
# A pipe: the reader is blocked by the writer, whose time it is.
breaks $'type = "critical_path"\nmax_duration_ms = 20\nclock = "on_path"\ntrace_name_pattern = "/sleep$"' \
	'(sleep 0.1; echo x) | cat' 'which ended the read of task'
body=$'type = "span_count"\nmax_spans = 2\nspan_name_pattern = "^syscall:mkdir$"'
holds "$body" 'mkdir a b'
breaks "$body" 'mkdir a b c' 'calls that match .*: 3 > 2'
grow="$python"' -c "
import mmap
for i in range(8): m = mmap.mmap(-1, 8 << 20); m.close()"'
keep="$python"' -c "
import mmap
m = [mmap.mmap(-1, 8 << 20) for i in range(8)]"'
body=$'type = "memory_usage"\nmax_bytes = 41943040\ntracking_mode = "peak"'
holds "$body" "$grow"
breaks "$body" "$keep" 'mapped at one time: .*MiB\) > 41943040'
breaks "${body/peak/allocations}" "$grow" 'asked for by mmap'
holds $'type = "memory_usage"\nmax_bytes = 2000000000\ntracking_mode = "rss"\nper = "tree"' 'ls | cat'
breaks $'type = "memory_usage"\nmax_bytes = 1000000\ntracking_mode = "rss"\nper = "tree"' 'ls | cat' 'added up'

# An anti-pattern, with the program that it is of.
body=$'type = "anti_pattern"\npattern = "tiny-write"\nthreshold = 0.6'
holds "$body" 'echo hello > f'
tiny="$python"' -c "
import os
fd = os.open(\"f\", os.O_CREAT | os.O_WRONLY)
for i in range(500): os.write(fd, b\"x\")"'
breaks "$body" "$tiny" 'tiny-write: [0-9]+ of .*: confidence 0\.[6-9].*wanted: no tiny-write'
holds "$body"$'\nprocess_name_pattern = "/sh$"' "$tiny"
refused 3 "$body"$'\nprocess_name_pattern = "/perl$"' "$tiny" '/perl.. matches no program of this run'
body=$'type = "anti_pattern"\npattern = "excessive-io"\nthreshold = 0.3'
many="exec $python"' -c "
import os
for i in range(5000): os.write(1, b\"x\" * 100)"'
breaks "$body"$'\nprocess_name_pattern = "/python3[^/]*$"' "$many" 'excessive-io: .* by process 1 \(/usr/bin/python3'
body=$'type = "anti_pattern"\npattern = "TightLoop"\nthreshold = 0.4'
many="exec $python"' -c "
import os
for i in range(5000): os.lseek(0, 0, 1)"'
breaks "$body" "$many" 'lseek [0-9]+ times in a row.* of process 1 \(/usr/bin/python3'
# Computing is told from sleeping by processor time, which the gate asks for.
body=$'type = "anti_pattern"\npattern = "TightLoop"\nthreshold = 0.4'
holds "$body" 'sleep 2'
breaks "$body" "$BUILD/prog/antipattern TightLoop-compute bad" 'ms of processor time without any call before exit_group'
body=$'type = "anti_pattern"\npattern = "missing-cloexec"\nthreshold = 0.5'
holds "$body" "$BUILD/prog/antipattern missing-cloexec good"
breaks "$body" "$BUILD/prog/antipattern missing-cloexec bad" 'missing-cloexec: 4 of 4 calls'

# Against the golden: what is done only once that is there.
later="[ ! -e '$PWD/golden/program.golden' ] || "
body=$'type = "cluster"'
holds "$body" 'ls | cat'
breaks "$body" "$later"'ls > /dev/null; true' 'ProcessControl: .* the golden has .*; high, not expected\): '
holds "$body"$'\ncluster = "Networking"' 'ls > /dev/null'
breaks "$body"$'\nunexpected = "deny"' 'true; ls > /dev/null' 'ProcessControl: [0-9]+ calls, not expected'
body=$'type = "sequence"\nwhere = "syscall in {\'mkdir\', \'rmdir\', \'rename\'}"'
cat > order.py << 'END'
import os, sys
os.mkdir("a")
if os.path.exists(sys.argv[1]) and len(sys.argv) > 2:
    os.rmdir("a"); os.mkdir("b"); os.rename("b", "c"); os.rmdir("c")
else:
    os.mkdir("b"); os.rename("b", "c"); os.rmdir("c"); os.rmdir("a")
END
holds "$body" "$python -S '$PWD/order.py' '$PWD/golden/program.golden'"
breaks "$body" "$python -S '$PWD/order.py' '$PWD/golden/program.golden' other" '\^>mkdir>(rmdir|unlink) is new'
breaks $'type = "sequence"' "$later"'mkdir x; true' 'sequences of 3 calls changed: .* is new'
body=$'type = "time_attribution"\nfail_on_violation = true\ncluster = "FileIO"'
holds "$body"$'\nmax_share = 0.9' 'sleep 0.05'
breaks "$body"$'\nmax_share = 0.000001' 'cat /etc/passwd' 'FileIO .*, a hot spot'
body=${body/'fail_on_violation = true'/}
gate "$body"$'\nmax_share = 0.000001' 'cat /etc/passwd' || note 'a hot spot is no warning'
grep -q 'warning: rule .the-rule.' check.log || { note 'the hot spot is not told'; cat check.log; }

# All types were both.
for type in $(renacer-gate explain | sed '/^$/,$d' | cut -d' ' -f1); do
	[[ "$seen " == *" +$type "* ]] || note "no program passes $type"
	[[ "$seen " == *" -$type "* ]] || note "no program fails $type"
done

# A warning counts for nothing, a rule that is switched off is counted.
body=$'type = "never"\nwhere = "syscall == \'mkdir\'"'
gate "$body"$'\nfail_on_violation = false' 'mkdir a' || note 'a warning fails'
grep -q '1 warning' check.log && grep -q "1 event where" check.log || { note 'the warning is not told'; cat check.log; }
gate "$body"$'\nenabled = false' 'mkdir a' || note 'a disabled rule fails'
grep -q '1 rule skipped' check.log || { note 'the skip is not counted'; cat check.log; }

# What reports tell of a broken rule.
gate "$body" 'mkdir a'
for report in report.json report.xml report.sarif report.md; do
	grep -qE 'wanted(:|&#58;) none' $report || note "$report does not say what was demanded"
done
for report in report.json report.xml report.sarif; do
	grep -q 'mkdir(.*) = 0, by' $report || note "$report does not show the call"
done
grep -q 'renacer/rule/never' report.sarif || note 'SARIF does not know the type'
exit $bad
