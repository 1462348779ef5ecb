#!/bin/bash
# The project's own tools: installing does nothing when nothing is missing and says what it would
# need otherwise; scripts hold to shellcheck; the help names every target; a second make builds
# nothing.
set -u
fail() { echo "$*"; exit 1; }
cd "$ROOT" || exit 1

# Nothing missing: one line, no apt-get. A stub in front would say so.
scratch=$OLDPWD
mkdir "$scratch/stub"
printf '#!/bin/sh\ntouch "%s/apt-was-run"\nexit 1\n' "$scratch" > "$scratch/stub/apt-get"
printf '#!/bin/sh\nexit 1\n' > "$scratch/stub/sudo"
chmod +x "$scratch"/stub/*
if PATH=$scratch/stub:$PATH tools/install-deps build > "$scratch/log" 2>&1; then
	[ "$(wc -l < "$scratch/log")" -eq 1 ] || fail 'install-deps talks when nothing is missing'
	[ ! -e "$scratch/apt-was-run" ] || fail 'install-deps ran apt-get when nothing was missing'
fi
# Everything missing (a dpkg that knows nothing), and no network: a clear end.
printf '#!/bin/sh\n[ "$1" = --print-architecture ] && echo amd64\nexit 1\n' > "$scratch/stub/dpkg"
printf '#!/bin/sh\nexit 1\n' > "$scratch/stub/dpkg-query"
chmod +x "$scratch"/stub/*
if PATH=$scratch/stub:$PATH tools/install-deps build > "$scratch/log" 2>&1; then
	fail 'install-deps succeeded without apt-get'
fi
grep -q 'libpcre2-dev .*patterns' "$scratch/log" || fail 'install-deps does not say what is missing, and why'
grep -q 'is there a network' "$scratch/log" || { cat "$scratch/log"; fail 'install-deps does not say what to do'; }
! tools/install-deps nonsense > "$scratch/log" 2>&1 || fail 'install-deps took an unknown group'

# Every probe of the table names what the package is for: three columns at least, and a reason.
tools/install-deps --list | awk 'NF && NF < 5 { print "install-deps: a row without a reason: " $0; bad = 1 }
	END { exit bad }' || exit 1

if command -v shellcheck > /dev/null; then
	mapfile -t scripts < <(git grep -lE '^#!.*sh$' 2> /dev/null | while read -r file; do
		[ -f "$file" ] && head -n 1 "$file" | grep -qaE '^#!.*\b(ba)?sh$' && echo "$file"
	done)
	[ ${#scripts[@]} -eq 0 ] || shellcheck -x -S warning "${scripts[@]}" || fail shellcheck
fi

make -s help > "$scratch/help" || fail 'make help'
for target in all check check-unit check-cli check-floors lint fmt golden-update fuzz cover \
	install demo test bench deps clean; do
	grep -qE "^ +$target " "$scratch/help" || fail "make help does not name '$target'"
done
build=$(realpath --relative-to="$ROOT" "$BUILD")
before=$(stat -c %Y.%y "$BUILD/renacer-gate")
make -s BUILD="$build" all > "$scratch/log" 2>&1 || { cat "$scratch/log"; fail 'a second make'; }
[ "$before" = "$(stat -c %Y.%y "$BUILD/renacer-gate")" ] && ! grep -qE '^  (CC|CXX|LINK)' "$scratch/log" ||
	{ cat "$scratch/log"; fail 'everything is built, and make builds again'; }
