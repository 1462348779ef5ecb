#!/bin/bash
# shellcheck disable=SC2034 # bad is for who sources this
# lib.sh - what several of these scripts share; sourced, no test of its own. A script ends with
# `exit $bad`.
bad=0
form=E # of the texts that are looked for; F: as they stand
says() { # STATUS TEXT COMMAND...: what it prints is then in log
	local wanted=$1 text=$2 rc
	shift 2
	"$@" > log 2>&1
	rc=$?
	{ [ $rc -eq "$wanted" ] && grep -q$form -- "$text" log; } && return
	echo "exit $rc, not $wanted, or no '$text': $*"
	sed 's/^/  | /' log | head -40
	bad=1
}
told() { # TEXT FILE
	grep -q$form -- "$1" "$2" && return
	echo "no '$1' in $2:"
	sed 's/^/  | /' "$2" | head -40
	bad=1
}
untold() { # TEXT FILE
	grep -q$form -- "$1" "$2" || return 0
	echo "'$1' in $2:"
	sed 's/^/  | /' "$2" | head -40
	bad=1
}

# Numbers, days and the widths of columns are another machine's.
plain() {
	sed -E 's/(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +[0-9]/DAY 0/g; s/[0-9]+([.:,][0-9]+)*/0/g
		s/ +/ /g; s/^ //; s/ $//'
}

# What a page shows must have come: each line of the block, numbers aside.
n_shown=0
shown() { # BLOCK SAID
	local text
	while IFS= read -r text; do
		n_shown=$((n_shown + 1))
		plain < "$2" | grep -qF -- "$text" && continue
		echo "$1: this is shown, and did not come: $text"
		bad=1
	done < <(plain < "$1" | grep .)
}
