#!/bin/bash
# Names that are drawn at random have orders of their own: what depends on one is learned where
# that can be (the order of their letters), refused where it cannot (a hash), never taken for
# certain because a few recordings agreed by chance; and what is not chance is still compared.
# shellcheck disable=SC2016 # the programs are for sh
set -u
bad=0
fails() { echo "$*"; sed 's/^/  | /' log; bad=1; }
gate() { renacer-gate "$1" --golden "$name.golden" -- sh -c "$2" > log 2>&1; }
two='d=$(mktemp -d); a=$(mktemp "$d/XXXXXX"); b=$(mktemp "$d/XXXXXX")'
six='d=$(mktemp -d); for i in 1 2 3 4 5 6; do mktemp "$d/XXXXXX" > /dev/null; done'

# Recorded, and no unchanged run differs.
stable() { # name program
	name=$1
	gate record "$2" || { fails "$name was not recorded"; return; }
	for _ in 1 2 3 4 5 6; do
		gate check "$2" || { fails "$name flaked"; return; }
	done
}
# A change of what was recorded last is seen, each time.
changed() { # what program
	for _ in 1 2 3 4; do
		gate check "$2"
		[ $? -eq 1 ] || { fails "$name: passed: $1"; return; }
	done
}

stable listed "$two; ls \"\$d\""
changed 'the other way round' "$two; ls -r \"\$d\""
changed 'one file more' "$two; mktemp \"\$d/XXXXXX\" > /dev/null; ls \"\$d\""
changed 'one file less' 'd=$(mktemp -d); mktemp "$d/XXXXXX" > /dev/null; ls "$d"'
changed 'another prefix' 'd=$(mktemp -d); mktemp "$d/aXXXXXX" > /dev/null; mktemp "$d/aXXXXXX" > /dev/null; ls "$d"'
changed 'one name twice' "$two; basename \"\$a\"; basename \"\$a\""
stable reversed "$two; ls -r \"\$d\""
changed 'not the other way round' "$two; ls \"\$d\""
stable created "$two; echo \"\$a\"; echo \"\$b\""
changed 'the later one first' "$two; echo \"\$b\"; echo \"\$a\""
changed 'one name twice' "$two; echo \"\$b\"; echo \"\$b\""
stable many "$six; ls \"\$d\"; /bin/echo \"\$d\"/* | wc -w"
changed 'in the order of the directory' "$six; ls -f -A \"\$d\"; /bin/echo \"\$d\"/* | wc -w"
stable told-and-listed "$two; echo \"\$a\"; echo \"\$b\"; ls \"\$d\"; printf '%s\n' \"\$b\" \"\$a\" | sort"
# How many recordings there had to be is no part of the golden.
name=again
gate record "$two; ls \"\$d\"" && cp again.golden first
for _ in 1 2 3; do
	gate record "$two; ls \"\$d\"" && cmp first again.golden || fails 'recorded again, another golden'
done

# Nobody knows what comes first.
refused() { # name program
	name=$1
	for _ in 1 2 3 4; do
		gate record "$2" && { fails "$name was recorded"; return; }
	done
}
refused content "$two; echo one > \"\$a\"; echo two > \"\$b\"; cat \"\$d\"/*; rm -r \"\$d\""
# Not every file system has an order of its own.
dir=$(mktemp -d -p .)
for i in {1..20}; do : > "$dir/$i"; done
if [ "$(find "$dir" -type f)" != "$(find "$dir" -type f | sort -V)" ] &&
	[ "$(find "$dir" -type f)" != "$(find "$dir" -type f | sort -rV)" ]; then
	refused found "$two; ls -f -A \"\$d\""
	grep -q 'in an order that is chance' log || fails 'not refused for the order'
fi

# What has nothing drawn takes three recordings.
name=plain
gate record 'echo hello > out; mkdir many; touch many/1 many/2; ls many; rm -r many' &&
	grep -q 'recorded: 3 runs' log || fails 'more than three recordings of what is certain'
# Numbers that are counted up are in one order, and that is no chance.
name=counted
gate record 'd=$(mktemp -d); for i in 1 2 3; do : > "$d/$(date +%s%N)"; done; echo done' &&
	grep -q 'recorded: 3 runs' log || fails 'more than three recordings of what is counted'
exit $bad
