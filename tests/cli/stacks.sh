#!/bin/bash
# Where in a program a call was made: -s and -k, stored traces, the columns function, file and
# line, rules over them, and the source lines behind what a gate finds.
set -u
bad=0
fail() { echo "$*"; bad=1; }
# shows FILE TEXT: FILE has it
shows() { grep -qF -- "$2" "$1" || { fail "$1 does not show: $2"; head -20 "$1"; }; }
hides() { ! grep -qF -- "$2" "$1" || fail "$1 shows: $2"; }

renacer -s -- true 2> err
case $? in
0) ;;
*) grep -q 'no libdw' err && { echo 'this build has no libdw'; exit 77; } ;;
esac
CC=${CC:-cc} CXX=${CXX:-c++}

mkdir src && cat > src/app.c << 'END'
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
static inline __attribute__((always_inline)) int
put(int fd, const char *text, int n)
{
	return (int)write(fd, text, (size_t)n);
}
__attribute__((noinline)) int
save(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int n = put(fd, "saved", 5);

	return close(fd) + n;
}
int
main(void)
{
	int n = save("out");

	if (getenv("EXTRA"))
		n += save("extra");
	return put(1, "done\n", 5) + n == 0;
}
END
# make_app NAME FLAGS...
make_app() {
	local name=$1
	shift
	$CC -g "$@" -o "$name" src/app.c 2> err || { fail "$name: $(cat err)"; return 1; }
}
make_app plain -O0
make_app fast -O2 -D_FORTIFY_SOURCE=2
make_app pie -O2 -fPIE -pie
make_app fixed -O2 -fno-pie -no-pie
make_app bare -O2 -g0

# The inlined function is the place, wherever the program lies.
for name in plain fast pie fixed; do
	renacer -s -e trace=write,openat,close -- "./$name" 2> "$name.txt" > /dev/null ||
		fail "$name: exit $?"
	shows "$name.txt" 'write(3, "saved", 5)                    = 5 at '
	grep -q '^write(3, .*src/app.c:7 (put)$' "$name.txt" || fail "$name: put: $(cat "$name.txt")"
	grep -q '^openat(.*"out".*src/app.c:12 (save)$' "$name.txt" || fail "$name: openat"
	grep -q '^close(3).*src/app.c:15 (save)$' "$name.txt" || fail "$name: close"
	grep -q '^openat(.*libc.so.6.* at ' "$name.txt" && fail "$name: the loader is a place"
	renacer -k -e trace=write -- "./$name" 2> "$name.k" > /dev/null
	grep -A3 '^write(3' "$name.k" > frames
	grep -q '^ > .*libc.*write' frames || fail "$name: no frame of libc: $(cat frames)"
	grep -q '^ > .*(save+0x.*app.c:1' frames || fail "$name: no frame of save: $(cat frames)"
done
grep -A4 '^write(3' fast.k | grep -q '(put inlined) .*src/app.c:7$' || fail 'put is not said to be inlined'
renacer -s -e trace=write -- ./bare 2> bare.txt > /dev/null
grep -q '^write(3, .*/bare(save+0x[0-9a-f]*)$' bare.txt || fail "without -g: $(cat bare.txt)"
strip bare
renacer -s -e trace=write -- ./bare 2> bare.txt > /dev/null
grep -q '^write(3, .*/bare(+0x[0-9a-f]*)$' bare.txt || fail "stripped: $(cat bare.txt)"
if $CC -g -O2 -static -o static src/app.c 2> /dev/null; then
	renacer -s -e trace=write -- ./static 2> static.txt > /dev/null
	grep -q '^write(3, .*src/app.c:7 (put)$' static.txt || fail "static: $(cat static.txt)"
fi

# C++ names, a library that is loaded late, threads, a child, in one program.
cat > src/late.c << 'END'
#include <unistd.h>
void late(void);
void
late(void)
{
	write(1, "late\n", 5);
}
END
cat > src/many.cc << 'END'
#include <dlfcn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
namespace deep {
struct Box {
	int n;
	__attribute__((noinline)) void tell(const char *s) { n += (int)write(1, s, 5); }
};
} // namespace deep
int
main()
{
	deep::Box box = { 0 };
	void *lib = dlopen("./late.so", RTLD_NOW);
	std::thread other([&box] { box.tell("thrd\n"); });
	other.join();
	((void (*)())dlsym(lib, "late"))();
	if (fork() == 0) {
		box.tell("chld\n");
		_exit(0);
	}
	wait(nullptr);
	box.tell("main\n");
	return 0;
}
END
$CC -g -O1 -fPIC -shared -o late.so src/late.c 2> err || fail "late.so: $(cat err)"
$CXX -g -O1 -std=c++17 -pthread -o many src/many.cc -ldl 2> err || fail "many: $(cat err)"
renacer -f -s -e trace=write -- ./many 2> many.txt > /dev/null
for text in thrd chld main; do
	grep -q "$text.*src/many.cc:8 (deep::Box::tell(char const\*))\$" many.txt ||
		fail "$text: $(cat many.txt)"
done
grep -q 'late.*src/late.c:6 (late)$' many.txt || fail "dlopen: $(cat many.txt)"
# The same where only some calls stop the task, and mappings have to be seen all the same.
renacer -f -s -e trace=write --backend seccomp -- ./many 2> some.txt > /dev/null
if ! grep -q 'no_new_privs\|seccomp:' some.txt; then
	grep -q 'late.*src/late.c:6 (late)$' some.txt || fail "seccomp: $(cat some.txt)"
fi
if command -v rustc > /dev/null && printf '%s\n' 'use std::io::Write;' \
	'#[inline(never)]' 'fn shout(s: &str) {' \
	'    std::io::stdout().lock().write_all(s.as_bytes()).unwrap();' '}' \
	'fn main() {' '    shout("hello\n");' '}' > src/loud.rs && rustc -g -o loud src/loud.rs 2> err; then
	renacer -s -e trace=write -- ./loud 2> loud.txt > /dev/null
	grep -q 'hello.*src/loud.rs:4 (loud::shout)$' loud.txt || fail "Rust: $(cat loud.txt)"
fi

# Stored, and asked when the program is gone.
renacer record -k -o t.rtrace -- ./fast > /dev/null || fail 'record -k'
renacer record -o without.rtrace -- ./fast > /dev/null || fail 'record'
mv fast away
renacer report -s -k -e trace=write t.rtrace > again.txt || fail 'report'
grep -q '^write(3, .*src/app.c:7 (put)$' again.txt || fail "stored: $(cat again.txt)"
mv away fast
[ "$(renacer query -q -c t.rtrace 'function == "put"')" = 2 ] || fail 'function'
[ "$(renacer query -q -c t.rtrace 'file ~ "**/src/app.c" and line == 12')" = 1 ] || fail 'file, line'
renacer query -q t.rtrace 'function == "put" and syscall == "write"' > lines
shows lines '(put)'
renacer query -q without.rtrace 'function == "put"' 2> err
[ $? = 4 ] || fail 'a trace without stacks is asked for functions, and there is an answer'
shows err 'renacer record -k'
renacer report -s without.rtrace > /dev/null 2> err
[ $? = 2 ] || fail 'report -s of a trace without stacks'
shows err 'the trace holds no stacks'
renacer -k --backend ebpf -- true 2> err && fail 'ebpf takes stacks'
shows err 'cannot take stacks'

# Rules over functions: the gate takes stacks by itself, and only then.
cat > renacer.toml << 'END'
[[target]]
name = "app"
command = ["./fast"]
[[assertion]]
name = "only put writes"
type = "all"
where = 'family == "write"'
must = 'function == "put"'
[[assertion]]
name = "save opens one file"
type = "count"
where = 'function == "save" and file ~ "**/src/app.c" and syscall == "openat" and line == 12'
max = 1
END
renacer-gate record > log 2>&1 || fail "record: $(cat log)"
renacer-gate check > log 2>&1 || fail "rules that hold: $(cat log)"
sed -i 's/^command.*/&\nenv = { EXTRA = "1" }/' renacer.toml
renacer-gate check --json x.json > log 2>&1
[ $? = 1 ] || fail "a broken rule: $(cat log)"
shows log "rule 'save opens one file'"
shows log 'source   src/app.c:12 (save)'
grep -q "rule 'only put writes'" log && fail 'a rule that holds is told as broken'
hides log 'in a second run'
renacer-gate check --backend ebpf > log 2>&1
[ $? = 3 ] || fail "stacks under ebpf: $(cat log)"

# Without such rules: lines of a second run, when the first has failed.
sed -i '/^\[\[assertion/,$d' renacer.toml
cat >> renacer.toml << 'END'
[[assertion]]
name = "no extra"
type = "never"
where = 'path ~ "**/extra"'
allow_empty = true
END
renacer-gate check > log 2>&1
[ $? = 1 ] || fail "extra: $(cat log)"
hides log 'in a second run' # without a sandbox it would do all of it again
sed -i '1i [gate]\nsource_lines = "always"' renacer.toml
renacer-gate check --json x.json --sarif x.sarif --junit x.xml > log 2>&1
[ $? = 1 ] || fail "extra: $(cat log)"
shows log 'source   src/app.c:12 (save), in a second run'
shows log 'source   src/app.c:7 (put), in a second run'
shows x.sarif '"uri": "src/app.c"'
shows x.sarif '"startLine": 12'
shows x.xml 'source: src/app.c:12 (save), in a second run'
shows x.json '"in_second_run": true'
sed -i 's/^source_lines.*/source_lines = "never"/' renacer.toml
renacer-gate check > log 2>&1
[ $? = 1 ] || fail "without lines: $(cat log)"
hides log 'source   '
# A program that does something else each time has no line rather than a wrong one.
sed -i 's/^source_lines.*/source_lines = "always"/' renacer.toml
cat > fickle.sh << 'END'
n=$(cat "$COUNT" 2> /dev/null || echo 0)
echo $((n + 1)) > "$COUNT"
[ "$n" -gt 0 ] || exec env EXTRA=1 "$APP"
exec "$APP"
END
sed -i "s|^command.*|command = [\"sh\", \"$PWD/fickle.sh\"]|; s|^env.*|env = { APP = \"$PWD/fast\", COUNT = \"$PWD/n\" }|" renacer.toml
echo 1 > n
renacer-gate record > log 2>&1 || fail "fickle: $(cat log)"
echo 0 > n
renacer-gate check > log 2>&1
[ $? = 1 ] || fail "fickle: $(cat log)"
hides log 'in a second run'

# No rule over functions is kept by a program that has nothing to tell: it is in doubt.
judged() { # STATUS TEXT COMMAND WHERE
	printf '[[target]]\nname = "app"\ncommand = [%s]\n[[assertion]]\nname = "n"\ntype = "never"\nwhere = %s\n' \
		"$3" "'$4'" > renacer.toml
	rm -rf golden
	renacer-gate record > log 2>&1
	renacer-gate check > log 2>&1
	local rc=$?
	[ $rc = "$1" ] && grep -qE -- "$2" log || fail "wanted $1 and '$2': $rc: $3 $4: $(cat log)"
}
strip -o stripped fast || fail 'strip'
printf '#include <string.h>\n#include <sys/mman.h>\nint main(void) {\n' > made.c
cat >> made.c << 'END'
	static const char name[] = "made-here";
	/* mov $83, %eax (mkdir); syscall; ret */
	static const unsigned char code[] = { 0xb8, 83, 0, 0, 0, 0x0f, 0x05, 0xc3 };
	void *at = mmap(0, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memcpy(at, code, sizeof code);
	((void (*)(const char *, int))at)(name, 0700);
	return 0;
}
END
judged 0 PASS '"./fast"' 'function == "nobody"'
judged 1 'source   src/app.c' '"./fast"' 'family == "write" and function == "put"'
judged 4 'where in a program [0-9]+ calls? w' '"./stripped"' 'family == "write" and function == "put"'
judged 4 'where in a program [0-9]+ calls? w' '"./stripped"' 'family == "write" and file ~ "**/nobody.c"'
judged 0 PASS '"./stripped"' 'family == "rename" and function == "put"'
if [ "$(uname -m)" = x86_64 ] && gcc -g -o made made.c 2> /dev/null; then
	judged 4 'where in a program 1 call was' '"./made"' 'syscall == "mkdir" and function == "nobody"'
fi
gcc -o named made.c 2> /dev/null && judged 4 'where in a program' '"./named"' 'syscall == "mmap" and line == 1'
exit $bad
