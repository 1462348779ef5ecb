#!/bin/bash
# Programs in Python and their rewrites in Rust: every rewrite does the same in the gate's eyes, again
# and again, and every rewrite with a mistake is found out, with the mistake named.
#
# CHECKS says how often the right ones are judged (3; `make bench` asks for 20).
set -u
checks=${CHECKS:-3}
fail() { echo "$*"; exit 1; }
for program in rustc /usr/bin/python3; do
	command -v $program > /dev/null || { echo "no $program: tools/install-deps demo"; exit 77; }
done

bin=$BUILD/pairs
mkdir -p "$bin"
build() { # output flags...
	local out=$bin/$1
	shift
	[ -z "$(find "$ROOT"/tests/pairs/{pairs.rs,rs} -newer "$out" 2>&1)" ] ||
		rustc --edition 2021 -C opt-level=1 -C strip=symbols "$@" -o "$out" \
			"$ROOT/tests/pairs/pairs.rs" || fail "cannot build $out"
}
build rewrite
build rewrite-wrong --cfg wrong
cp -r "$ROOT/tests/pairs" pairs
cp -r "$bin" pairs/bin
cd pairs || exit 1
/usr/bin/python3 judge prepare || fail 'no wrong.toml'

bad=0
for ((i = 1; i <= checks; i++)); do
	renacer-gate check --jobs 2 --json "right$i.json" '*-rs' > log 2>&1 || { bad=1; cat log; }
	/usr/bin/python3 judge right "right$i.json" || bad=1
done
renacer-gate check --jobs 2 --config wrong.toml --json wrong.json '*-wrong*' > log 2>&1
rc=$?
[ $rc -eq 1 ] || { bad=1; cat log; echo "the wrong rewrites: exit $rc, not 1"; }
/usr/bin/python3 judge wrong wrong.json || bad=1
echo "judged $checks times in $SECONDS s"
exit $bad
