#!/bin/bash
# A build without the optional libraries says what it lacks and does the rest. Only the twins are
# compiled (x-none.c): what no library decides is the same object in both builds.
set -u
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
unset "${!OTEL_@}" TRACEPARENT TRACESTATE
bare=$PWD/build
mkdir "$bare"
(cd "$BUILD" && find base model decode symbol store capture effects mutate query judge analyze report export gate cli \
	-name '*.o' -print0 | tar -c --null -T - -f -) | tar -xf - -C "$bare" || exit 1
: > "$bare/flags"
ln -s "$ROOT/assertions" assertions
# -o: what is older than the flags is no reason to make everything again.
make -C "$ROOT" --no-print-directory -o "$bare/flags" BUILD="$bare" WITH_DW=0 WITH_BPF=0 WITH_CURL=0 all > made 2>&1 ||
	{ cat made; exit 1; }
untold 'warning: [^j]' made # of the compiler, not of make's jobs
form=F
for twin in symbol/dwarf-none.c capture/bpf-none.c export/http-none.c; do told "src/$twin" made; done
[ "$(grep -c '^ *CC ' made)" -le 3 ] || { echo 'more was compiled than the twins:'; grep '^ *CC ' made | head; bad=1; }
for library in libbpf libdw libelf libcurl; do untold $library <(ldd "$bare/renacer" "$bare/renacer-gate"); done
PATH=$bare:$PATH
form=E

says 0 '^ok +ptrace ' renacer-gate doctor
told '^no +ebpf +this program was built without it' log
told '^ok +auto +takes ptrace' log
told '^no +stacks +.*built without libdw' log
told '^no +otlp +.*built without libcurl' log

# What was asked for by name and is not there is an error; what nobody asked for is no matter.
says 3 'backend ebpf: this program was built without it' renacer --backend ebpf -- true
told '^hint: .*libbpf' log
says 3 'built without it' renacer-gate record -g x.golden --backend ebpf -- true
says 3 'this build has no libdw' renacer -k -- true
told '^hint: .*libdw' log
says 0 '^write\(1, "hello' renacer -e trace=write -- echo hello

cat > renacer.toml << 'END'
[gate]
[[target]]
name = "t"
command = ["sh", "-c", "echo made > file; echo told"]
[otlp]
enabled = true
endpoint = "http://127.0.0.1:1"
END
says 0 '1 passed' renacer-gate record
says 0 '1 passed' renacer-gate check
told 'warning: [0-9]+ of [0-9]+ spans were not delivered .*built without libcurl' log
sed -i 's/echo told/echo other/' renacer.toml
says 1 'other' renacer-gate check

says 0 'spans were not delivered .*built without libcurl' renacer -o /dev/null --otlp http://127.0.0.1:1 -- true
says 0 'spans written to spans.json' renacer -o /dev/null --otlp file:spans.json -- true
[ "$(grep -c '"resourceSpans"' spans.json)" -ge 1 ] || { echo 'no spans in the file'; bad=1; }
renacer record -o t.rtrace -- true > log 2>&1 || { cat log; bad=1; }
says 3 'built without libcurl' renacer export --otlp http://127.0.0.1:1 t.rtrace
exit $bad
