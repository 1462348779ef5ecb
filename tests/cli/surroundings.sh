#!/bin/bash
# A golden recorded in one place is checked in others, as CI does: what surrounds the gate and is
# no part of the program changes no verdict.
# shellcheck disable=SC2016,SC2086
set -u
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
mkdir here
cd here || exit 1
cat > renacer.toml << 'END'
[gate]
golden_dir = "golden"
profile = "io"
timeout = "5s"
[[target]]
name = "shell"
shell = 'd=$(mktemp -d); seq 9 | sort -r > $d/s; wc -l < $d/s; mkdir -p o; cp $d/s o; (exit 3); echo $?; cat'
sandbox = true
END
says 0 recorded renacer-gate record
cp -a . "$PWD/../a longer place, ü"
ln -s here ../link
mkdir -p ../tmp/a/longer/one
ln -s tmp ../tmplink
checked() { says 0 '^PASS +shell' "$@"; }
check='renacer-gate check'
in_shell() { checked bash -c "$1; $check"; }

for signal in CHLD HUP,INT,PIPE,USR1; do
	checked timeout 20 env --ignore-signal=$signal $check
	says 0 '^hi$' timeout 20 env --ignore-signal=$signal renacer -o trace -- sh -c 'echo hi; (exit 3); true'
done
for place in '../a longer place, ü' ../link; do
	(cd "$place" && checked $check; exit $bad) || bad=1
done
for tmp in "$PWD/../tmp/a/longer/one" "$PWD/../tmplink" .; do
	checked env TMPDIR="$tmp" $check
done
for setting in HOME=/nowhere TZ=Asia/Kathmandu LC_ALL=C LANG=de_DE.UTF-8 CI=true \
	PWD=/nowhere; do
	checked env "$setting" $check
done
checked env -i PATH="$PATH" $check
checked nice -n 19 $check
for limit in 'umask 077' 'ulimit -n 256' 'ulimit -s 1024' 'exec 0<&-' 'exec 9< /dev/null' \
	'ulimit -l 0'; do
	in_shell "$limit"
done
says 0 '^PASS +shell' bash -c "sleep 0.1 | $check"
says 3 'write: Bad file descriptor' bash -c "$check >&-"
exit $bad
