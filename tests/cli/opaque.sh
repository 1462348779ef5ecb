#!/bin/bash
# What sendfile, splice and tee bring to stdout is compared by content, under every profile that
# compares content at all.
set -u
bad=0
printf 'hello' > in.txt
cp "$BUILD/prog/opaque" .
# shellcheck disable=SC2016
echo './opaque $(cat words)' > run.sh
for profile in effects io; do
	echo 'in.txt 1 word' > words
	renacer-gate record --profile $profile --golden g -- bash run.sh > log 2>&1 || { cat log; bad=1; }
	grep -q '"key":"stdout","bytes":12,.*"text":"aellwordword"' g ||
		{ echo "$profile: the golden does not hold what went out"; grep stdout g; bad=1; }
	for change in 'in.txt 2 word' 'in.txt 1 ward'; do
		echo "$change" > words
		renacer-gate check --profile $profile --golden g -- bash run.sh > log 2>&1
		[ $? -eq 1 ] || { echo "$profile: '$change' was not found"; bad=1; }
		grep -q "stdout: line 1 differs from column [0-9]* on: wanted 'aellwordword'" log ||
			{ echo "$profile: '$change' is not explained"; cat log; bad=1; }
	done
done
exit $bad
