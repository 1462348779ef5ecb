#!/bin/sh
# The three most frequent visitors of an access log, to standard output and into a file.
set -eu
awk '$3 == "200" { print $1 }' "$1" |
	sort |
	uniq -c |
	sort -k 1,1nr -k 2 |
	sed -n 1,3p |
	tee top.txt
