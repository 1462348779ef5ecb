#!/bin/bash
# `make install` puts everything below DESTDIR and PREFIX, and what it puts there works: the
# programs, the manual pages, the packs, and the library for a program outside this repository.
set -u
fail() { echo "$*"; exit 1; }
build=$(realpath --relative-to="$ROOT" "$BUILD")
make -s -C "$ROOT" BUILD="$build" DESTDIR="$PWD/root" PREFIX=/opt/renacer install > log 2>&1 ||
	{ cat log; fail 'make install'; }
top=$PWD/root/opt/renacer
[ "$(find root -type f -o -type l | grep -vc '^root/opt/renacer/')" -eq 0 ] ||
	fail 'something was installed outside the prefix'
for file in bin/renacer-gate bin/renacer lib/librenacer.a include/renacer.h \
	lib/pkgconfig/renacer.pc share/man/man1/renacer-gate.1 share/man/man1/renacer.1 \
	share/renacer/assertions/no-network.toml share/bash-completion/completions/renacer-gate; do
	[ -s "$top/$file" ] || fail "not installed: $file"
done
"$top/bin/renacer-gate" --version || fail 'the installed program does not run'

# Packs are found beside the program, wherever that was put; a project's own of that name comes first.
mkdir project
printf 'include = ["assertions/no-shell.toml"]\n[[target]]\nname = "t"\ncommand = ["true"]\n' > project/renacer.toml
"$top/bin/renacer-gate" validate --config project/renacer.toml > log 2>&1 || { cat log; fail 'no pack is found'; }
grep -q '1 target, 1 rule' log || { cat log; fail 'the pack has no rule'; }
"$top/bin/renacer-gate" explain no-shell > log || fail 'the pack is not explained'
grep -q "$top/share/renacer/assertions/no-shell.toml" log || { cat log; fail 'another pack is explained'; }
mkdir project/assertions
printf '[[assertion]]\nname = "%s"\ntype = "count"\nwhere = "syscall == \x27execve\x27"\nmin = 1\n\n' one two > project/assertions/no-shell.toml
"$top/bin/renacer-gate" validate --config project/renacer.toml > log 2>&1
grep -q '1 target, 2 rules' log || { cat log; fail "the project's own pack does not come first"; }
sed -i 's/no-shell/no-such/' project/renacer.toml
"$top/bin/renacer-gate" validate --config project/renacer.toml > log 2>&1
rc=$?
[ $rc -eq 2 ] && grep -q "hint: it is not among those of renacer-gate either: ls $top/share" log ||
	{ cat log; fail "a pack that is not there: exit status $rc"; }

# Only the names of the header are visible; another library's str_add() must not clash.
names=$(nm -g --defined-only "$top/lib/librenacer.a" | awk 'NF == 3 { print $3 }' | grep -v '^renacer_')
[ -z "$names" ] || fail "librenacer.a shows more than renacer.h: $(head -5 <<< "$names")"

# Counters and sanitizers want a link of their own; the shipped library has neither.
if nm "$top/lib/librenacer.a" | grep -qE '__(asan|gcov)_init|__gcov_exit'; then
	echo 'installed; an instrumented library is not linked'
	exit 0
fi

# The marker needs the header alone; untraced it does nothing, in strict it is a line of its own.
cat > marked.c << 'END'
#include <renacer.h>
#include <stdio.h>

int
main(void)
{
	errno = 7;
	RENACER_MARK("main");
	RENACER_MARK("begin the sum");
	printf("%d\n", errno);
	RENACER_MARK("end the sum");
	RENACER_MARK("end");
	return 0;
}
END
for cc in "cc -std=c99 -D_POSIX_C_SOURCE=200809L -pedantic" "cc -std=gnu17" "c++ -x c++"; do
	$cc -Wall -Wextra -Werror -I"$top/include" -o marked marked.c || fail "$cc: the marker does not build"
	[ "$(./marked)" = 7 ] || fail "$cc: the marker changes what a program does"
	"$top/bin/renacer" record -o marked.rtrace -- ./marked > out || fail 'the marked program is not traced'
	[ "$(cat out)" = 7 ] || fail 'the marker changes what a traced program does'
	"$top/bin/renacer-gate" show --profile strict marked.rtrace > shown || fail 'the marked trace is not shown'
	for line in 'main begins' 'region the sum begins' 'region the sum ends' 'main ends'; do
		grep -q "call=$line" shown || fail "$cc: no '$line': $(cat shown)"
	done
done
rm -f marked* out shown

cat > renacer.toml << 'END'
[gate]
golden_dir = "golden"
record_runs = 2
[[target]]
name = "greet"
shell = "cat note"
sandbox = true
fixtures = ["note"]
[[target]]
name = "other"
shell = "echo other"
END
echo hello > note
cat > user.c << 'END'
#include <renacer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Not the library's: linking both must work. */
void str_add(void);
void str_add(void) { abort(); }

int
main(int argc, char **argv)
{
	const char *const patterns[] = { argv[2], NULL };
	struct renacer_verdicts *v = NULL;
	char *error = NULL, *text;
	int status;

	if (argc != 4)
		return 9;
	status = strcmp(argv[1], "record") == 0 ? renacer_record(&v, argv[3], patterns, &error)
						: renacer_check(&v, argv[3], patterns, &error);
	if (status < 0) {
		printf("error: %s", error);
		free(error);
		return 8;
	}
	for (size_t i = 0; i < renacer_count(v); i++)
		printf("%s: %s (%s)\n", renacer_target(v, i), renacer_verdict(v, i),
			renacer_reason(v, i));
	text = renacer_report(v, "json");
	if (!text || text[0] != '{' || renacer_report(v, "nonsense"))
		return 7;
	free(text);
	status = renacer_exit_status(v);
	renacer_free(v);
	renacer_free(NULL);
	return status;
}
END
export PKG_CONFIG_PATH=$top/lib/pkgconfig
# shellcheck disable=SC2046 # flags
cc -Wall -Wextra -Werror -o user user.c \
	$(pkg-config --define-variable=prefix="$top" --cflags --libs renacer) ||
	fail 'a program cannot be built with the installed library'
runs() { # wanted-status wanted-text arguments...
	local wanted=$1 text=$2 rc
	shift 2
	./user "$@" > log 2>&1
	rc=$?
	if [ $rc -ne "$wanted" ] || ! grep -q "$text" log; then
		cat log
		fail "user $*: $rc, not $wanted with '$text'"
	fi
}
runs 5 'greet: ' check '*' renacer.toml
runs 0 'greet: pass' record '*' renacer.toml
runs 0 'greet: pass' check '*' renacer.toml
echo changed > note
runs 1 'greet: fail' check greet renacer.toml
runs 0 'other: pass' check other renacer.toml
runs 8 'absent.toml' check greet absent.toml
runs 8 'nobody' check nobody renacer.toml
echo 'installed, and usable from outside'
