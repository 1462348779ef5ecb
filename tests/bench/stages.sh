#!/bin/bash
# tests/bench/stages.sh - what one event costs behind the capture, stage by stage, in processor
# time; with OTHER=BUILD the same of another build, in turn: other -> this
#
# EVENTS (200000): calls of each storm that is recorded first. STAGES (all): those wanted.
# TRACES: files recorded before, instead.
set -u
# shellcheck source=tests/bench/lib.sh
. "$ROOT/tests/bench/lib.sh"
events=${EVENTS:-200000} stages=${STAGES:-} other=${OTHER:-}
# What has to keep up with a target while it runs: of a gate, and of `renacer record`.
gate='fetch digest effects' record='fetch digest write'

if [ -n "${TRACES-}" ]; then
	read -ra traces <<< "$TRACES"
else
	for storm in writes large paths; do
		n=$events
		[ $storm != paths ] || n=$((n / 4))
		renacer record -o $storm.rtrace -- storm $storm "$n" > /dev/null || exit 3
	done
	renacer record -o find.rtrace -- find /usr > /dev/null || exit 3
	traces=(writes.rtrace large.rtrace paths.rtrace find.rtrace)
fi

# build, stage, events, nanoseconds, bytes of each round
play() { # build name trace
	# shellcheck disable=SC2086 # a list of words
	"$1/driver/stages" "$3" $stages | sed "s/^/$2 /"
}

for trace in "${traces[@]}"; do
	for ((round = 0; round < ROUNDS; round++)); do
		[ -z "$other" ] || play "$other" other "$trace" || exit 3
		play "$BUILD" this "$trace" || exit 3
	done > rounds.txt
	echo
	echo "$(basename "$trace" .rtrace): median of $ROUNDS rounds, processor time"
	awk -v gate="$gate" -v record="$record" '
	function median(build, stage,    m, i, j, t, v) {
		m = n[build, stage]
		for (i = 1; i <= m; i++) v[i] = ns[build, stage, i]
		for (i = 1; i <= m; i++) for (j = i + 1; j <= m; j++)
			if (v[j] < v[i]) { t = v[i]; v[i] = v[j]; v[j] = t }
		least = v[1]; most = v[m]
		return v[int((m + 1) / 2)]
	}
	{
		if (!(($2) in seen)) { seen[$2] = 1; names[++n_names] = $2 }
		ns[$1, $2, ++n[$1, $2]] = $4 / $3
		mb[$2] = $5 / $3
		if ($2 in text && text[$2] != $6) differs[$2] = 1
		text[$2] = $6
		events = $3
	}
	function goal(what, stages,    list, k, sum, i) {
		k = split(stages, list, " ")
		for (i = 1; i <= k; i++) {
			if (!(list[i] in seen)) return
			sum += here[list[i]] - (i > 1 ? here["events"] : 0)
		}
		printf "  %s (%s): %.0f ns an event, %.1f million a second; goal 2.0: %s\n", what, stages,
			sum, 1e3 / sum, sum <= 500 ? "met" : "not met"
	}
	END {
		printf "  %-14s %10s %18s %10s\n", events " events", "ns/event", "least to most", "MB/s"
		for (i = 1; i <= n_names; i++) {
			here[names[i]] = median("this", names[i])
			printf "  %-14s %10.1f %18s %10.0f", names[i], here[names[i]],
				sprintf("%.1f to %.1f", least, most), mb[names[i]] / here[names[i]] * 1e3
			if (n["other", names[i]])
				printf "   other %.1f, %.2f times as fast", median("other", names[i]),
					median("other", names[i]) / here[names[i]]
			if (differs[names[i]]) printf "   ITS TEXT DIFFERS"
			print ""
		}
		goal("a gate", gate)
		goal("renacer record", record)
	}' rounds.txt
done
