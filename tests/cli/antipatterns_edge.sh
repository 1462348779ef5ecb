#!/bin/bash
# What only looks like an anti-pattern is not told as one, and what hides one is; under each backend.
set -u
bad=0
prog=$BUILD/prog/antipattern-edge

backends=ptrace
renacer record --backend ebpf -o t.rtrace -- true > log 2>&1 && backends+=" ebpf"
for backend in $backends; do
	while read -r name pattern is_one; do
		rm -rf work
		mkdir work
		(cd work && renacer record --backend "$backend" -o ../t.rtrace -- "$prog" "$name") > log 2>&1 || {
			echo "$backend: $name: cannot record:"
			cat log
			exit 1
		}
		renacer analyze --threshold 0.5 --pattern "$pattern" t.rtrace > log 2>&1
		rc=$?
		case $is_one$rc in
		yes1 | no0) ;;
		*)
			echo "$backend: $name: $pattern: $is_one, but analyze says $rc"
			cat log
			bad=1
			;;
		esac
	done < <("$prog")
done
exit $bad
