#!/bin/bash
# Start-up and shut-down are cut from what profile strict compares, and nothing that a program
# itself does early or late is cut with them.
set -u
bad=0
fails() { echo "$*"; bad=1; }
calls() { # command...: its calls
	rm -f early late t.rtrace
	renacer record -o t.rtrace -- "$@" > /dev/null 2>&1
	renacer-gate show --profile strict t.rtrace | sed -nE 's/^    1(\+threads)?  call=//p' > calls
}
has() { grep -qF "$1" calls || fails "$what: no call '$1': $(cat calls)"; }
lacks() { ! grep -qF "$1" calls || fails "$what: the call '$1' is there: $(cat calls)"; }

source=$ROOT/tests/prog/startup-odd.c
gcc -O1 -o odd "$source" || { echo 'no compiler that works'; exit 77; }
gcc -O1 -static -o odd-static "$source" 2> /dev/null || echo 'no static C library'
command -v musl-gcc > /dev/null && musl-gcc -O1 -static -o odd-musl "$source" 2> /dev/null
for program in ./odd ./odd-static ./odd-musl; do
	[ -x $program ] || continue
	what=$program
	calls $program
	has 'start-up of the C library'
	has 'open(<cwd>/early, O_WRONLY|O_CREAT, 0600)'
	has 'open(<cwd>/late, O_WRONLY|O_CREAT, 0600)'
	has 'access(<cwd>/looked-before-main'
	has 'region the work begins'
	lacks ld.so
	lacks libc.so
	# With marker calls what only looks outside of them is cut, what does something is not.
	what="$program with markers"
	calls $program markers
	has 'main begins'
	has 'main ends'
	has 'open(<cwd>/early, O_WRONLY|O_CREAT, 0600)'
	has 'open(<cwd>/late, O_WRONLY|O_CREAT, 0600)'
	lacks 'looked-before-main'
	lacks 'also-late'
done

# A library that is loaded before all others does something.
cat > preload.c << 'END'
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void begin(void) { close(open("early", O_WRONLY | O_CREAT, 0600)); }
END
gcc -shared -fPIC -o preload.so preload.c
what=preload
calls env LD_PRELOAD=./preload.so /bin/true
has 'open(<cwd>/early, O_WRONLY|O_CREAT, 0600)'

runtime() { # name program... : its start-up is known, and its first act is there
	local name=$1
	shift
	what=$name
	calls "$@"
	has "start-up of $name"
	has 'open(<cwd>/early'
}
[ -x /usr/bin/python3 ] && {
	runtime CPython /usr/bin/python3 -c 'open("early", "w")'
	[ "$(sed -n '3p' calls | cut -c 1-18)" = 'open(<cwd>/early, ' ] ||
		fails "CPython's start-up is not cut: $(cat calls)"
	runtime CPython /usr/bin/python3 -S -c 'open("early", "w")'
	mkdir -p site && echo 'open("early", "w").close()' > site/sitecustomize.py
	runtime CPython env PYTHONPATH=site /usr/bin/python3 -c 'print(1)'
	runtime CPython /usr/bin/python3 -c 'import atexit; atexit.register(lambda: open("early", "w"))'
	what='CPython with a marker'
	calls /usr/bin/python3 -c 'import os; os.path.exists("x"); os.access("renacer:main", 0); open("early", "w")'
	has 'main begins'
	lacks '<cwd>/x'
}
command -v perl > /dev/null && runtime Perl perl -e 'open F, ">early"'
command -v node > /dev/null &&
	runtime Node.js env UV_USE_IO_URING=0 node -e 'require("fs").writeFileSync("early", "x")'
command -v ruby > /dev/null && runtime Ruby ruby -e 'File.write("early", "x")'
[ -x "$BUILD/corpus/hello-go" ] && { what=Go; calls "$BUILD/corpus/hello-go"; has 'start-up of Go'; }
[ -x "$BUILD/corpus/threads-rs" ] && { what=Rust; calls "$BUILD/corpus/threads-rs"; has "start-up of Rust's"; }

# How many were cut is reported, and not compared.
gate() { renacer-gate "$@" > log 2>&1 || fails "renacer-gate $* failed: $(cat log)"; }
rm -f early late
gate record --golden odd.golden --profile strict -- ./odd
rm -f early late
gate check -v --golden odd.golden --profile strict --json report.json -- ./odd
grep -qE 'cut <cwd>/odd: [1-9][0-9]* calls of the start-up of the C library' log ||
	fails "no word of the calls cut: $(cat log)"
grep -qE 'not seen or not compared: [1-9][0-9]* calls of start-up' log || fails 'not in the evidence'
python3 - << 'END' || bad=1
import json
target = json.load(open("report.json"))["targets"][0]
assert target["evidence"]["not_seen"]["startup_calls"] > 10, target["evidence"]
text = open("report.json").read()
assert '"startup_calls"' in text and '"the C library"' in text, text
END
exit $bad
