#!/bin/bash
# Real programs: recorded twice with equal bytes, then checked again and again without a flake.
#
# CHECKS says how often (2; `make bench` asks for 20), ONLY limits it to targets of that glob.
set -u
checks=${CHECKS:-2}
only=${ONLY:-*}
for program in git sqlite3 python3 node perl make gcc g++ openssl curl redis-server nginx go \
	rustc musl-gcc zstd xz bzip2 patch rsync busybox gawk jq pigz zip unzip bc ed socat; do
	PATH=$PATH:/usr/sbin:/sbin command -v $program > /dev/null ||
		{ echo "no $program: tools/install-deps corpus"; exit 77; }
done
# rustc itself, where what is found first only looks for it below the home directory.
PATH=$(rustc --print sysroot)/bin:$PATH:/usr/sbin:/sbin
export PATH

# Built once; nothing in them depends on where.
bin=$BUILD/corpus
mkdir -p "$bin"
build() { # output source command...
	local out=$bin/$1 source=$ROOT/tests/corpus/src/$2
	shift 2
	[ "$out" -nt "$source" ] || "$@" "$out" "$source" || { echo "cannot build $out"; exit 1; }
}
build hello-go hello.go env CGO_ENABLED=0 GO111MODULE=off GOCACHE="$BUILD/go-cache" \
	go build -trimpath -o
build threads-rs threads.rs rustc --edition 2018 -O -o
build copy-musl copy.c musl-gcc -static -O1 -o
cp -r "$ROOT/tests/corpus" corpus
# -idirafter: <asm/types.h> of the kernel, which only the unversioned gcc-multilib links to.
if gcc -m32 -idirafter "/usr/include/$(gcc -print-multiarch)" -O1 -o "$bin/copy-i386" \
	"$ROOT/tests/corpus/src/copy.c" 2> /dev/null; then
	n_wanted=61
else
	echo 'no 32-bit C library (gcc-12-multilib or later): the i386 target is left out'
	awk '/^\[\[target\]\]/ { n++ } { block[n] = block[n] $0 "\n" }
		END { for (i = 0; i <= n; i++) if (block[i] !~ /name = "i386"/) printf "%s", block[i] }' \
		"$ROOT/tests/corpus/renacer.toml" > corpus/renacer.toml
	n_wanted=60
fi
cp -r "$bin" corpus/bin
cd corpus || exit 1

gate() { # what log
	local rc
	renacer-gate "$1" --config renacer.toml --json report.json "$only" > "$2" 2>&1
	rc=$?
	if [ $rc -ne 0 ]; then
		echo "renacer-gate $1 ended with $rc:"
		cat "$2"
	fi
	return $rc
}

bad=0
gate record log.record1 || bad=1
cp -r golden golden.first
[ "$only" != '*' ] || [ "$(find golden -type f | wc -l)" -eq $n_wanted ] ||
	{ echo "$(find golden -type f | wc -l) goldens, not $n_wanted"; bad=1; }
gate record log.record2 || bad=1
for golden in golden.first/*; do
	cmp -s "$golden" "golden/${golden##*/}" && continue
	echo "recorded twice, not the same: ${golden##*/}"
	diff "$golden" "golden/${golden##*/}" | cut -c 1-400 | head -20
	bad=1
done

for ((i = 1; i <= checks; i++)); do
	gate check "log.check$i" || bad=1
	# The exit status says it as well; the report says which.
	python3 - report.json << 'END' || bad=1
import json, sys

with open(sys.argv[1], encoding="utf-8") as report:
    targets = json.load(report)["targets"]
not_passed = [(t["name"], t["verdict"]) for t in targets if t["verdict"] != "pass"]
if not targets or not_passed:
    print(f"{len(targets)} verdicts, not passed: {not_passed}")
    sys.exit(1)
END
done
n=$(find golden -type f | wc -l)
echo "$n programs, recorded twice, checked $checks times in $SECONDS s"
exit $bad
