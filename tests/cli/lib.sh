#!/bin/bash
# shellcheck disable=SC2034 # bad is for who sources this
# lib.sh - what several of these scripts share; sourced, no test of its own. A script ends with
# `exit $bad`.
bad=0
says() { # exit text command...
	local wanted=$1 text=$2 rc
	shift 2
	"$@" > log 2>&1
	rc=$?
	{ [ $rc -eq "$wanted" ] && grep -qE -- "$text" log; } && return
	echo "exit $rc, not $wanted, or no '$text': $*"
	sed 's/^/  | /' log | head -40
	bad=1
}
