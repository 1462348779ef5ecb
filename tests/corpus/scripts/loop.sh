#!/bin/sh
# Many short children, each of which appends to one file.
i=0
while [ $i -lt 40 ]; do
	i=$(expr $i + 1)
	printf '%s\n' "$i" >> numbers
done
sort -rn numbers | head -n 1
