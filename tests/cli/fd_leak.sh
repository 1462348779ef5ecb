#!/bin/bash
# What becomes of descriptors: in tables that processes and threads share or part from, received,
# put over, executed with, of every kind; the rule fd_leak and the column `left` agree.
set -u
bad=0
prog=$BUILD/prog/fd-fates

# What the program itself made, not its loader.
count() { # EXPR
	renacer query -q -c t.rtrace "$1 and (path == null or not (path ~ '/etc/ld.so.cache' or path ~ '**/*.so*'))"
}

backends=ptrace
renacer record --backend ebpf -o t.rtrace -- true > log 2>&1 && backends+=" ebpf"
while read -r name n_exit n_exec n; do
	for backend in $backends; do
		renacer record --backend "$backend" -o t.rtrace -- "$prog" "$name" > log 2>&1 || {
			echo "$name: cannot record:"
			cat log
			exit 1
		}
		got="$(count 'left == "exit"') $(count 'left == "exec"') $(count 'left != null')"
		[ "$got" = "$n_exit $n_exec $n" ] || {
			echo "$backend: $name: wanted $n_exit $n_exec $n, got $got"
			bad=1
		}
	done
	cat > renacer.toml << END
[gate]
golden_dir = "golden"
profile = "counts"
record_runs = 1
[[target]]
name = "program"
command = ["$prog", "$name"]
[[assertion]]
name = "leak"
type = "fd_leak"
END
	rm -rf golden
	renacer-gate record > log 2>&1 || { cat log; exit 1; }
	renacer-gate check > log 2>&1
	rc=$?
	want=$((n_exit + n_exec > 0))
	[ $rc -eq $want ] || { echo "$name: the rule says $rc, not $want"; cat log; bad=1; }
done < <("$prog")
exit $bad
