#!/bin/sh
# A child that outlives its parent and writes afterwards.
(
	sleep 0.3
	echo late > late.txt
) > /dev/null 2>&1 &
echo 'the parent is done'
