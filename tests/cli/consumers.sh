#!/bin/bash
# The renacer.toml files of four projects, as they are: with a target they record and check, and do
# what their keys say; what nothing goes by is named with its place.
set -u
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
table() { # file, key: is it in the page?
	grep -q "\`$2\`" "$ROOT/docs/renacer-toml.md" || { echo "docs/renacer-toml.md lacks $2 of $1"; bad=1; }
}
for file in "$ROOT"/tests/data/consumers/*.renacer.toml; do
	name=$(basename "$file" .renacer.toml)
	rm -rf work && mkdir work && cd work || exit 1
	cp "$file" renacer.toml
	cat >> renacer.toml << 'END'
[[target]]
name = "first"
shell = 'echo "$RENACER_LAMPORT_CLOCK" > clock; cat out'
sandbox = true
fixtures = ["out"]
timeout = "20s"
[[target]]
name = "second"
command = ["true"]
END
	echo hello > out
	# The limits of one of them are for a faster machine than a loaded one that traces.
	sed -i 's/^max_duration_ms = 15 /max_duration_ms = 15000 /; s/^max_spans = 150 /max_spans = 1500 /' renacer.toml
	notes=3
	[ "$name" = reprorusted-python-cli ] && notes=6
	says 0 "2 targets, 6 rules, no error" renacer-gate validate
	[ "$(grep -c ': note: ' log)" -eq $notes ] || { echo "$name: not $notes notes"; cat log; bad=1; }
	grep -q "renacer.toml:[0-9]*:[0-9]*: note: 'min_confidence'" log || { echo "$name: no note"; bad=1; }
	sed -n '/^\[semantic_equivalence\]/,/^\[\[target/s/^\([a-z_]*\) = .*/\1/p' "$file" | sort -u > keys
	[ -s keys ] || { echo "$name: no keys"; bad=1; }
	while read -r key; do table "$name" "$key"; done < keys

	# baseline_dir, [lamport_clock], [ci] export_*
	says 0 '2 passed' renacer-gate record
	[ -e golden_traces/baseline/first.golden ] || { echo "$name: baseline_dir is not honoured"; bad=1; }
	says 0 '2 passed.*' renacer-gate check
	/usr/bin/python3 -c 'import json; json.load(open("target/renacer-reports/renacer.json"))' ||
		{ echo "$name: no report"; bad=1; }

	# What was off is a skip, and counted.
	grep -q 'skipped' log || { echo "$name: the disabled rule is not counted"; cat log; bad=1; }

	# check_output_correctness; fail_fast: the second target is not begun.
	echo changed > out
	says 1 'FAIL +first' renacer-gate check
	grep -q '^1 target: 1 failed' log || { echo "$name: fail_fast is not honoured"; cat log; bad=1; }
	sed -i 's/^fail_fast = true/fail_fast = false/' renacer.toml
	says 1 'PASS +second' renacer-gate check

	# [otlp] means what it says: port 4317 of this machine, by gRPC. Nobody listens there, and the
	# verdict does not mind.
	awk '/^\[otlp\]/ { on = 1 } on && /^enabled/ { sub("false", "true"); on = 0 } { print }' renacer.toml > on.toml
	says 0 "2 targets, 6 rules, no error" renacer-gate validate --config on.toml
	if [ "$name" = batuta ]; then
		sed -i '/^\[otlp\]/,/^service_name/s/^endpoint = .*/&\ntimeout = "300ms"/; s/:4317/:1/; s/^\[otlp\]/&\nprotocol = "grpc"/' on.toml
		says 1 '^renacer-gate: warning: [0-9]+ of [0-9]+ spans were not delivered to http://localhost:1/opentelemetry' \
			renacer-gate check --config on.toml
		says 0 '2 passed' renacer-gate record --config on.toml
		says 0 'spans were not delivered' renacer-gate check --config on.toml
	fi
	cd ..
done

# [compression]: a golden with more text than that is compressed, one with less is not.
cat > renacer.toml << 'END'
[compression]
enabled = true
algorithm = "rle"
min_file_size_kb = 8
[[target]]
name = "big"
shell = "cd d; for i in *; do echo $i > $i; done"
sandbox = true
fixtures = ["d"]
timeout = "30s"
record_runs = 1
[[target]]
name = "small"
command = ["true"]
END
mkdir d
(cd d && for i in $(seq 60); do touch "a-name-that-is-long-enough-to-matter-$i"; done)
says 0 '2 passed' renacer-gate record
if [ ! -e golden/big.golden.zst ] || [ -e golden/big.golden ] || [ ! -e golden/small.golden ]; then
	echo '[compression] is not honoured'
	ls -l golden
	bad=1
fi
says 0 '2 passed' renacer-gate check
exit $bad
