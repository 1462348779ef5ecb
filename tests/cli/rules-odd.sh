#!/bin/bash
# Deeds in odd ways, by two backends: what a rule is about is found, and nothing else is. Each
# line of the table is a rule, which deeds it is for, and those that do not break it; "~" is
# before those that nobody can tell.
set -u
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
program=$BUILD/prog/rules-odd
mkdir -p start/box
echo text > start/box/secret

rules() {
	cat << 'END'
reads_1_*|type = "count"; where = "syscall == 'read' and fd_kind == 'pipe'"; min = 1; max = 1|*
reads_2_*|type = "count"; where = "syscall == 'read' and fd_kind == 'pipe'"; min = 2; max = 2|*
reads_*|type = "all"; where = "syscall == 'read' and fd_kind == 'pipe'"; must = "result == 1"|plain restarted stopped
reads_*|type = "never"; where = "errno == 'EINTR'"; among = "syscall == 'read'"|plain restarted stopped left left_then_read
naps_*|type = "latency"; where = "syscall ~ '*nanosleep'"; max_ms = 50|short
order_*|type = "before"; first = "syscall == 'fsync' and result == 0"; then = "family == 'rename'"|plain child sigwait told locked by_thread_joined ~by_thread_joined_late ~by_thread_not_joined
order_*|type = "before"; first = "syscall == 'fsync'"; then = "family == 'rename'"; order = "time"|plain failed child child_not_waited_for siblings sigwait told locked by_thread_joined by_thread_joined_late by_thread_not_joined
interval_*|type = "between"; from = "family == 'chmod'"; to = "family == 'chown'"; where = "family == 'mkdir'"; max = 0|behind nested child
interval_*|type = "between"; from = "family == 'chmod'"; to = "family == 'chown'"; where = "family == 'mkdir'"; max = 0; per = "run"|behind nested
interval_*|type = "within"; from = "family == 'chmod'"; to = "family == 'chown'"; max_duration_ms = 10000|in behind nested outer child
turns_*|type = "within"; from = "syscall == 'write' and fd_kind == 'pipe'"; to = "syscall == 'read' and fd_kind == 'pipe'"; per = "run"; max_duration_ms = 500|many
path_*|type = "path_policy"; deny = ["**/box/secret"]|moved_directory
path_*|type = "never"; where = "path == '<cwd>/box/secret'"|moved_directory
path_*|type = "path_policy"; deny = ["<cwd>/box/**"]|
net_*|type = "network_policy"; deny = ["inet:127.0.0.1:7", "inet6:[::1]:*", "unix:<cwd>/bad.sock"]|leave
net_*|type = "network_policy"; allow = ["inet:127.0.0.1:9", "unix:**/good.sock"]|leave
swap_*|type = "exists"; where = "access == 'swap' and path == '<cwd>/u'"|*
swap_*|type = "never"; where = "access == 'write'"; among = "family == 'rename'"|*
reads_1_plain|type = "count"; where = "family == 'chroot'"; min = 1; allow_empty = true|
reads_1_plain|type = "bytes"; where = "family == 'chroot'"; min_bytes = 1; allow_empty = true|
END
}

{
	printf '[gate]\ngolden_dir = "golden"\nprofile = "counts"\nrecord_runs = 1\nsource_lines = "never"\n'
	for deed in $($program); do
		printf '[[target]]\nname = "%s"\ncommand = ["%s", "%s"]\nsandbox = true\nfixtures = ["start/"]\n' \
			"$deed" "$program" "$deed"
	done
	n=0
	while IFS='|' read -r target keys _; do
		n=$((n + 1))
		printf '[[assertion]]\nname = "rule-%d"\ntarget = "%s"\n' "$n" "$target"
		printf '%s\n' "${keys//; /$'\n'}"
	done < <(rules)
} > renacer.toml

# What the table says of a deed and a rule: PASS, FAIL or "?".
wanted() { # deed kept
	local short=${1#*_}
	[[ $1 = reads_* ]] && short=${short#*_}
	case " $2 " in
	*" * "* | *" $short "*) echo PASS ;;
	*" ~$short "*) echo '?' ;;
	*) echo FAIL ;;
	esac
}

# "deed rule verdict" of all that is not kept.
told() {
	awk 'match($0, /^[A-Z]+ +[a-z]+_[a-z0-9_]+/) { split(substr($0, 1, RLENGTH), word, " +"); deed = word[2] }
		match($0, /rule .rule-[0-9]+.: /) {
			split(substr($0, RSTART, RLENGTH), word, "\047")
			print deed, word[2], /nothing was tested/ ? "ERROR" : /looked at\), but / ? "?" : "FAIL"
		}' check.log
}

judge() { # backend
	local number=0 n=0 target kept deed line
	rm -rf golden
	renacer-gate record --backend "$1" > record.log 2>&1
	renacer-gate check --backend "$1" > check.log 2>&1
	told > broken
	while IFS='|' read -r target _ kept; do
		number=$((number + 1))
		for deed in $($program); do
			# shellcheck disable=SC2053 # a glob
			[[ $deed = $target && -e golden/$deed.golden ]] || continue
			n=$((n + 1))
			line="$deed rule-$number $(wanted "$deed" "$kept")"
			if [[ $line = *PASS ]]; then
				line=$(grep "^$deed rule-$number " broken) && echo "$line"
			else
				grep -qx "$line" broken || echo "wanted: $line"
			fi
		done
	done < <(rules) > wrong
	[ -s wrong ] || [ "$n" -lt 80 ] || return
	echo "by $1: $n verdicts, wrong are:"
	cat wrong
	while read -r deed; do grep -A6 "^[A-Z]* *$deed " record.log check.log; done < <(grep -oE '[a-z]+_[a-z0-9_]+' wrong | sort -u)
	bad=1
}
judge ptrace
if renacer-gate doctor 2>&1 | grep -q '^ok *ebpf'; then judge ebpf; fi
exit $bad
