#!/bin/bash
# Programs that are full of what varies: temporary names, numbers of processes, writers that race.
# shellcheck disable=SC2016
# Recorded once and checked again and again, also while the machine is busy, none may differ.
set -u
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY
runs=${UNCHANGED_RUNS:-4}

mkdir -p fx
echo a > fx/a
seq 20000 > fx/big
cat > fx/many.py << 'END'
import os, subprocess, tempfile, threading
d = tempfile.mkdtemp()
print(d, os.getpid(), flush=True)
def work(i):
    with tempfile.NamedTemporaryFile(dir=d, delete=False) as f:
        f.write(b"%d" % i)
threads = [threading.Thread(target=work, args=(i,)) for i in range(5)]
for t in threads: t.start()
for t in threads: t.join()
subprocess.run(["sh", "-c", "echo $$ $PPID; basename " + d])
END
cat > fx/many.pl << 'END'
use File::Temp qw(tempfile tempdir);
my ($f, $n) = tempfile();
print "$n $$\n", tempdir(), "\n";
END
for profile in effects io strict; do
	printf '[gate]\ngolden_dir = "golden-%s"\nrecord_runs = 3\njobs = 8\nprofile = "%s"\n' \
		$profile $profile > $profile.toml
done
target()
{
	command -v "$2" > /dev/null || return 0
	[ "$profile" = io ] && [ "$3" = effects ] && return 0
	printf "[[target]]\nname = '%s'\nshell = '''%s'''\nsandbox = true\nfixtures = ['fx']\n" \
		"$1" "$4" >> $profile.toml
}
for profile in effects io; do
	target copy-times cp io 'cp -a fx b; tar cf t.tar fx; mkdir o; tar xf t.tar -C o; rm t.tar'
	target times touch io 'touch -d yesterday f; touch -d "2 hours ago" g; touch -r fx/a h'
	target mktemp mktemp io 'f=$(mktemp); d=$(mktemp -d); echo $f; echo $$ > $d/p; cp $d/p $f.b; cat $f.b
		ls $d; mktemp -u; t=$(mktemp ./out.XXXXXX); echo $$ > $t; cat $t; rm $t'
	target dated date effects 'touch t-$(date +%s)-$(date +%N).lock log-$(date +%Y%m%d)'
	target pids bash io 'bash -c "echo \$\$; cat <<< hi; touch out.\$\$; exec -a x sleep 0"'
	target sort sort effects 'sort -S 20k --parallel=1 -T . fx/big | tail -1; sort -R fx/big | wc -l'
	target gcc gcc effects 'echo "int main(){}" > a.c; gcc -c a.c; gcc -pipe -S a.c; gcc -o a a.c; rm a *.o'
	target python python3 effects 'python3 fx/many.py'
	target perl perl effects 'perl fx/many.pl'
	target appended sh effects 'for i in 1 2 3 4; do (echo l$i >> log; echo m$i >> log) & done; wait; sort log'
	target shared sh effects '(for i in 1 2 3 4; do (echo l$i; echo m$i) & done; wait) > log'
	target racing sh effects 'for i in 1 2 3 4; do (echo l$i; echo m$i) & done; wait; echo end'
	target git git effects 'git init -q g; cd g; cp ../fx/a .; git add a; git status --short'
	target waits sh io '(sleep 0.02; echo go > f; mv f flag) & until cat flag 2> /dev/null; do sleep 0.01; done; wait'
	target killed timeout io 'timeout -s KILL 0.3 sh -c "sleep 5"; echo $?'
	target told date io 'date > now; cat now; date'
	target many xargs io 'seq 8 | xargs -P 4 -n 1 sh -c "echo line \$0 >> all"; sort -n all | wc -l'
	target fallback env io 'nosuch 2> /dev/null || echo no; env nosuch2 2> /dev/null || true'
done

printf "[[target]]\nname = 'git'\nshell = 'git init -q g; cd g; cp ../fx/a .; git add a'\nsandbox = true\nfixtures = ['fx']\n" >> strict.toml

for profile in effects io strict; do
	renacer-gate record -c $profile.toml > log 2>&1 || { cat log; exit 1; }
	for ((i = 0; i < runs; i++)); do
		busy=
		[ $((i % 2)) -eq 1 ] && { timeout 60 sh -c 'while :; do :; done' & busy=$!; }
		renacer-gate check -c $profile.toml > log 2>&1
		rc=$?
		[ -z "$busy" ] || { kill $busy; wait $busy; } 2> /dev/null
		[ $rc -eq 0 ] || { cat log; exit 1; }
	done
done
