# tests/bench/lib.sh - what the sections share: the ways to trace, one measurement, medians
#
# Sourced in an empty directory, with BUILD, ROOT and ROUNDS set.
# shellcheck shell=bash disable=SC2034

# name, pace (fast: storms are long, so that start and end do not count; slow), then the command
# that a workload is appended to.
methods=(
	'native|fast|'
	'strace -f|slow|strace -f -o /dev/null'
	'strace -f, one CPU|slow|taskset -c 0 strace -f -o /dev/null'
	'perf trace|slow|perf trace -o /dev/null --'
	'renacer ptrace|slow|renacer -f --backend ptrace -o /dev/null --'
	'renacer seccomp|slow|renacer -f --backend seccomp -o /dev/null --'
	'renacer ebpf|fast|renacer -f --backend ebpf -o /dev/null --'
	'record, ptrace|slow|renacer record --backend ptrace -o trace.rtrace --'
	'record, ebpf|fast|renacer record --backend ebpf -o trace.rtrace --'
	# What of it is not ours, and what the target feels of those who read its records.
	'ebpf: empty|fast|floor empty'
	'ebpf: clock|fast|floor clock'
	'ebpf: kernel half|fast|kernel_half'
)

# Leaves only the methods that work here, and says why the others do not.
keep_usable() {
	local kept=() method command
	for method in "${methods[@]}"; do
		command=${method#*|*|}
		if eval "$command true" > probe.out 2> probe.err < /dev/null; then
			kept+=("$method")
		else
			echo "not here: ${method%%|*}: $(head -n 1 probe.err)"
		fi
	done
	methods=("${kept[@]}")
}

pace_of() { local rest=${1#*|}; echo "${rest%%|*}"; }

# Of a column of numbers.
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
least() { sort -n | head -n 1; }
most() { sort -n | tail -n 1; }
column() { cut -d ' ' -f "$2" "$1"; } # file column, from 1

# Runs a storm; prints calls and nanoseconds, measured inside, behind what `measure` says.
once_storm() { # method-command storm-command
	local out
	eval "measure cost $1 $2" > out.txt 2> err.txt < /dev/null || { cat err.txt >&2; return 1; }
	# A tracer may share the output with its target: the last line of two numbers is meant.
	out=$(grep -aE '^[0-9]+ [0-9]+$' out.txt | tail -n 1)
	[ -n "$out" ] || { echo "the storm printed no numbers" >&2; return 1; }
	echo "$out $(cat cost)"
}

# How many calls a program makes.
count_calls() { # command
	eval "renacer -c -f -o counts.txt -- $1" > /dev/null 2>&1 < /dev/null
	awk '$NF == "total" { print $4 }' counts.txt
}
