#!/bin/bash
# Background jobs, a co-process, process substitution, a lock, a time limit, a trap at the end.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"; echo cleaned' EXIT
for n in 1 2 3 4 5; do
	(flock 9; echo "line $n" >> all.log) 9> lock &
done
wait
sort all.log > sorted.log
coproc UPPER { tr a-z A-Z; }
upper=$UPPER_PID
echo through the co-process >&"${UPPER[1]}"
exec {from}<&"${UPPER[0]}"
eval "exec ${UPPER[1]}>&-"
cat <&"$from"
wait "$upper"
diff <(echo one; echo two) <(echo one; echo three) > "$work/difference"
cat "$work/difference"
timeout 0.2 sleep 30
echo "timeout: $?"
tee copy1 copy2 < sorted.log | wc -l
