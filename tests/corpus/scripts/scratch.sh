#!/bin/sh
# A scratch directory that is cleaned up by a trap, and a lock file.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '%s\n' c a b > "$work/list"
sort "$work/list" > "$work/sorted"
(set -C && echo held > lock)
mv "$work/sorted" sorted.txt
rm lock
cat sorted.txt
