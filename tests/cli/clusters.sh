#!/bin/bash
# [[cluster]] files: those of the older tool load, what is read otherwise is told, what cannot be
# honoured is refused; the golden's numbers follow the definition; no flake with threads.
set -u
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
config() { # shell, keys of the rule
	cat > renacer.toml << END
[gate]
clusters = "clusters.toml"
[[target]]
name = "t"
shell = '''$1'''
profile = "counts"
record_runs = 2
[[assertion]]
name = "the-rule"
type = "cluster"
${2:-}
END
}

# The old defaults are ours: goldens of the one are goldens of the other.
cp "$ROOT/tests/data/clusters/defaults.toml" clusters.toml
config 'ls > /dev/null'
says 0 "clusters.toml:[0-9]+:[0-9]+: note: 'dlopen' is no system call" renacer-gate validate
says 0 '1 passed' renacer-gate record
[ "$(grep -c '"number":"cluster\.' golden/t.golden)" -eq 7 ] || { echo 'not seven numbers'; cat golden/t.golden; bad=1; }
says 0 '1 passed' renacer-gate check
sed -i '/^clusters/d' renacer.toml
says 0 '7 clusters as in the golden' renacer-gate check -v

# A call in several clusters counts in each; texts are remarks.
cp "$ROOT/tests/data/clusters/overlapping.toml" clusters.toml
config 'mkdir -p d; cat in > /dev/null; [ ! -e more ] || cat secret'
echo x > in
echo y > secret
says 0 "note: 'mmap' is in the cluster 'Parsing', too: it counts in each" renacer-gate validate
says 0 "note: 'explanation' is a remark" renacer-gate validate
says 3 'cluster .Parsing. has, as it is now: .*record it again' renacer-gate check
says 0 '1 passed' renacer-gate record
for name in Parsing Memory; do
	grep "cluster.$name" golden/t.golden | grep -q '"mmap [1-9]' || { echo "no mmap in $name"; bad=1; }
done
grep 'cluster.Surprises' golden/t.golden | grep -q '"low":0' || { echo 'the path pattern does nothing'; bad=1; }
says 0 '1 passed' renacer-gate check
touch more
says 1 "Surprises: [12] calls?, the golden has 0 .new; critical, not expected.: read 0 -> [12]" renacer-gate check
rm more

# Notes are told where the verdict is, too.
says 0 "note: 'explanation' is a remark" renacer-gate check
renacer-gate check -q 2>&1 | grep -q 'note: ' && { echo 'quiet tells notes'; bad=1; }

python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')
# Names of temporary files are drawn again now and then; who draws far more is found, and so is who
# never drew before.
cp renacer.toml kept.toml
config 'exec '"$python"' -c "import os; [os.getrandom(8) for i in range(int(open(\"'$PWD'/draws\").read()))]"' $'cluster = "Randomness"'
sed -i '/^clusters/d' renacer.toml
echo 6 > draws
says 0 '1 passed' renacer-gate record
for n in 6 7 9 4; do
	echo $n > draws
	says 0 '1 cluster as in the golden' renacer-gate check -v
done
says 0 'Randomness: 2 getrandom more or fewer are chance' renacer-gate check -v
for n in 26 0; do
	echo $n > draws
	says 1 'Randomness: [0-9]+ calls' renacer-gate check
done
cp kept.toml renacer.toml

# Severity, one cluster, a definition that changed.
config 'cat in' $'cluster = "Surprises"'
says 0 '1 passed' renacer-gate record
says 0 '1 cluster as in the golden' renacer-gate check -v
sed -i 's/"connect", "mkdir"/"connect"/' clusters.toml
says 3 'as it is now' renacer-gate check
config '[ ! -e more ] || set in in in in in in in in in in in in in in in in in in in in in in in in; cat in "$@"' $'min_severity = "high"'
says 0 '1 passed' renacer-gate record
touch more
says 0 'changed, which is only low' renacer-gate check -v
rm more

# What is refused.
config 'true' $'cluster = "Nothing"'
says 2 "there is no cluster 'Nothing'" renacer-gate validate
refuse() { # text, file
	printf '%s\n' "$2" > clusters.toml
	config true
	says 2 "$1" renacer-gate validate
}
one=$'[[cluster]]\nname = "A"\nsyscalls = ["read"]'
refuse 'has no \[\[cluster\]\]' ''
refuse "unknown key 'clusters' in a file of clusters" 'clusters = 1'
refuse "lacks 'syscalls'" $'[[cluster]]\nname = "A"'
refuse "'syscalls' in .* is empty" $'[[cluster]]\nname = "A"\nsyscalls = []'
refuse "a second \[\[cluster\]\] 'A'" "$one"$'\n'"$one"
refuse "unknown key 'severty'" "$one"$'\nseverty = "high"'
refuse "unknown key 'weight'" "$one"$'\nweight = 3'
refuse 'cannot be "urgent"' "$one"$'\nseverity = "urgent"'
refuse 'anomaly_threshold.* must be from 0' "$one"$'\nanomaly_threshold = -1'
refuse "'arg_contains' .* cannot be honoured" "$one"$'\nargs_filter = { arg_contains = "x" }'
refuse "at its ends only" "$one"$'\nargs_filter = { fd_path_pattern = "a*b" }'
refuse 'clusters.toml:2' $'[[cluster]]\nname = '
rm clusters.toml
says 2 "renacer.toml:2:12: 'clusters': .*No such file" renacer-gate validate
printf '%s\n' $'[[cluster]]\nname = "A"\nsyscalls = ["dlopen"]' > clusters.toml
config true 'cluster = "A"'
says 2 'nothing can fall into the cluster' renacer-gate validate
config true
says 2 'nothing can fall into any cluster' renacer-gate validate
rm clusters.toml

# A selection that is empty, here and in the golden; and one that was not.
for type in sequence cluster; do
	config '[ ! -e more ] || sync .'
	sed -i "/^clusters/d; s/\"cluster\"/\"$type\"/" renacer.toml
	printf "where = \"syscall == 'fsync' or syscall == 'socket'\"\n" >> renacer.toml
	rm -f more
	says 0 '1 passed' renacer-gate record
	says 3 'nothing was tested .if that is right: allow_empty = true' renacer-gate check
	echo 'allow_empty = true' >> renacer.toml
	says 0 '1 rule kept' renacer-gate check
	touch more
	says 1 "rule 'the-rule': .*fsync" renacer-gate check
	says 0 'recorded' renacer-gate record
	rm more
	says 1 "rule 'the-rule': .*fsync" renacer-gate check
done
printf '%s\n' $'[[cluster]]\nname = "A"\nsyscalls = ["read"]' > clusters.toml

# The run of another target takes the golden's place, and is looked at for rules of this one.
cat > renacer.toml << 'END'
[[target]]
name = "a"
command = ["cat", "in"]
[[target]]
name = "b"
command = ["cat", "in"]
equivalent_to = "a"
[[target]]
name = "c"
command = ["sh", "-c", "cat in"]
equivalent_to = "a"
profile = "transpile"
[[assertion]]
name = "calls"
type = "cluster"
target = "[bc]"
where = "syscall != 'brk'"
END
says 0 '1 passed' renacer-gate record a
says 0 'clusters as in the golden' renacer-gate check -v b
says 1 "rule 'calls': .*ProcessControl: .*the golden has 1 " renacer-gate check c

# Threads that take work from each other: the same program, the same verdict.
cat > threads.py << 'END'
import os, queue, threading
q = queue.Queue()
def work():
    while q.get() is not None:
        fd = os.open("in", os.O_RDONLY); os.read(fd, 10); os.close(fd)
threads = [threading.Thread(target=work) for _ in range(4)]
for t in threads: t.start()
for i in range(40): q.put(i)
for t in threads: q.put(None)
for t in threads: t.join()
END
cat > renacer.toml << 'END'
[[target]]
name = "t"
command = ["/usr/bin/python3", "-I", "-S", "threads.py"]
[[assertion]]
name = "calls"
type = "cluster"
[[assertion]]
name = "order"
type = "sequence"
END
says 0 '1 passed' renacer-gate record
says 0 '1 passed' renacer-gate check --runs 10
exit $bad
