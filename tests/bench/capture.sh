#!/bin/bash
# tests/bench/capture.sh - every way to trace, every workload; run by tests/bench/run
#
# WORKLOADS (all): names of those wanted; METHODS: a pattern of grep -E for those wanted.
# FAST (500000), SLOW (20000): calls of a storm, for fast and for slow methods.
set -u
# shellcheck source=tests/bench/lib.sh
. "$ROOT/tests/bench/lib.sh"
fast=${FAST:-500000} slow=${SLOW:-20000}

# name, unit, command, what it is. call: a storm, which prints calls and nanoseconds; run: wall
# time of all of it; request: of one request to a server that is traced.
workloads=(
	'writes|call|storm writes @|64-byte writes to /dev/null'
	'large|call|storm large @|4 KiB writes to /dev/null'
	'paths|call|storm paths @|openat, stat, read, close'
	'threads|call|storm threads @|64-byte writes by four threads at once'
	'python3|run|/usr/bin/python3 -c "import json; print(json.dumps(list(range(9))))"|start of an interpreter'
	'shell|run|sh -c "i=0; while [ \$i -lt 40 ]; do /bin/true; i=\$((i+1)); done"|a shell that runs 40 programs'
	'find|run|find /usr|a walk over /usr'
	'make|run|build_some|make -j2 of a part of this repository'
	'redis|request|redis|redis-server under redis-benchmark'
)
names=${WORKLOADS:-}
[ -z "${METHODS-}" ] || mapfile -t methods < <(printf '%s\n' "${methods[@]}" | grep -E "^native|$METHODS")

# A program of its own, because it stands behind a tracer. Nothing of it is cached.
cat > build_some << END
#!/bin/sh
rm -rf made
exec make -s -C '$ROOT' -j2 BUILD='$PWD/made' CC=gcc OPT=-O1 $(
	for f in arena clock glob json-writer mem regex str; do
		[ -f "$ROOT/src/base/$f.c" ] && printf "'%s/made/base/%s.o' " "$PWD" "$f"
	done)
END
chmod +x build_some
PATH=$PWD:$PATH

# Nanoseconds for a request, what the server cost.
once_redis() { # method-command
	local pid i requests=20000 began ended
	[ "$2" = fast ] || requests=4000
	rm -f redis.sock cost
	eval "measure cost $1 redis-server --port 0 --unixsocket '$PWD/redis.sock' --save '' --daemonize no --logfile /dev/null" \
		> out.txt 2> err.txt < /dev/null &
	pid=$!
	for ((i = 0; i < 500; i++)); do
		redis-cli -s redis.sock ping > /dev/null 2>&1 && break
		sleep 0.02
	done
	began=$(date +%s%N)
	redis-benchmark -s redis.sock -q -c 10 -n $((requests / 2)) -t set,get > bench.txt 2>&1
	ended=$(date +%s%N)
	redis-cli -s redis.sock shutdown nosave > /dev/null 2>&1
	wait $pid
	[ -s cost ] && grep -q 'requests per second' bench.txt || { cat err.txt bench.txt >&2; return 1; }
	echo "$requests $((ended - began)) $(cat cost)"
}

# Calls, nanoseconds of the target itself, then what `measure` says of tracer and target, from
# start to end: wall, peak KiB, own and all processor time. One line into the result.
once() { # method-index name unit command
	local method=${methods[$1]} pace n command
	command=${method#*|*|} pace=$(pace_of "$method") n=$slow
	[ "$pace" = slow ] || n=$fast
	[ "$2" != paths ] || n=$((n / 4))
	case $3 in
	call) once_storm "$command" "${4//@/$n}" ;;
	request) once_redis "$command" "$pace" ;;
	run)
		eval "measure cost $command measure target $4" > out.txt 2> err.txt < /dev/null || { cat err.txt >&2; return 1; }
		echo "$calls $(cut -d ' ' -f 1 target) $(cat cost)"
		;;
	esac >> "result.$2.$1"
}

tell() { # name unit what calls
	local i native unit='ns a call'
	[ "$2" = call ] || unit='ms'
	[ "$2" = request ] && unit='us a request'
	echo
	if [ "$2" = run ]; then echo "$1: $3, $4 calls"; else echo "$1: $3"; fi
	printf '  %-19s %12s %19s %9s %12s %12s %9s %9s\n' '' "$unit" 'least to most' 'x native' \
		'ns/call over' 'own CPU ns' 'peak MiB' 'whole ms'
	for i in "${!methods[@]}"; do
		# Nanoseconds of a call or a request, or of the target from its start to its end.
		awk -v unit="$2" '{ print (unit == "run" ? $2 : $2 / $1), $5 / $1, $4, $3 }' \
			"result.$1.$i" > row
		[ "$i" != 0 ] || native=$(column row 1 | median)
		awk -v name="${methods[$i]%%|*}" -v unit="$2" -v native="$native" -v calls="$4" \
			-v m="$(column row 1 | median)" -v l="$(column row 1 | least)" \
			-v h="$(column row 1 | most)" -v own="$(column row 2 | median)" \
			-v peak="$(column row 3 | median)" -v whole="$(column row 4 | median)" -v first="$i" -v sum="ratio.$1" 'BEGIN {
			scale = unit == "run" ? 1e6 : unit == "request" ? 1e3 : 1
			form = unit == "call" ? "%.0f" : "%.1f"
			over = unit == "call" ? sprintf("%.0f", m - native) :
				unit == "run" ? sprintf("%.0f", (m - native) / calls) : "-"
			printf "  %-19s %12s %19s %9.2f %12s %12s %9.1f %9.1f\n", name, sprintf(form, m / scale),
				sprintf(form " to " form, l / scale, h / scale), m / native,
				first == 0 ? "-" : over, first == 0 ? "-" : sprintf("%.0f", own), peak / 1024,
				whole / 1e6
			printf "%.4f %s\n", m / native, over > ("ratio." first)
		}'
		cat "ratio.$i" >> "ratios.$1"
	done
}

echo "$ROUNDS rounds, methods in turn"
keep_usable
ran=()
for workload in "${workloads[@]}"; do
	IFS='|' read -r name unit command what <<< "$workload"
	[[ -z $names || " $names " == *" $name "* ]] || continue
	if [ "$name" = redis ] && ! command -v redis-benchmark > /dev/null; then
		echo "redis: left out, no redis-benchmark"
		continue
	fi
	calls=0
	[ "$unit" != run ] || calls=$(count_calls "$command")
	for ((round = 0; round < ROUNDS; round++)); do
		for i in "${!methods[@]}"; do
			once "$i" "$name" "$unit" "$command" || {
				echo "bench: '${methods[$i]%%|*}' could not run $name" >&2
				exit 3
			}
		done
	done
	tell "$name" "$unit" "$what" "$calls"
	ran+=("$name")
done

printf '\nx native\n  %-19s' ''
printf ' %8s' "${ran[@]}"
for i in "${!methods[@]}"; do
	printf '\n  %-19s' "${methods[$i]%%|*}"
	for name in "${ran[@]}"; do
		printf ' %8.2f' "$(sed -n "$((i + 1))p" "ratios.$name" | cut -d ' ' -f 1)"
	done
done
echo

# What is wanted of recording by eBPF: workload, column of its ratios file, limit, words.
printf '\ngoals (record, ebpf)\n'
for goal in 'writes|2|200|ns a call over native' 'python3|1|1.15|x native' 'find|1|1.15|x native' 'make|1|1.15|x native'; do
	IFS='|' read -r name column limit words <<< "$goal"
	at=
	for i in "${!methods[@]}"; do
		[[ ${methods[$i]} == 'record, ebpf|'* ]] && at=$i
	done
	if [ -z "$at" ] || [ ! -f "ratios.$name" ]; then
		echo "  $name: at most $limit $words: not measured"
		continue
	fi
	sed -n "$((at + 1))p" "ratios.$name" | awk -v name="$name" -v c="$column" -v limit="$limit" -v words="$words" \
		'{ printf "  %s: at most %s %s: %s, %s\n", name, limit, words, c == 1 ? sprintf("%.2f", $1) : $2,
			$c + 0 <= limit + 0 ? "met" : "not met" }'
done
exit 0
