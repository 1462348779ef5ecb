#!/bin/sh
# The three most frequent visitors of an access log, to standard output and into a file.
set -eu
grep ' 200$' "$1" |
	cut -d ' ' -f 1 |
	sort |
	uniq -c |
	sort -k 1,1nr -k 2 |
	sed -n 1,3p |
	tee top.txt
