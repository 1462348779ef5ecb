# bash completion for renacer-gate and renacer; asks the programs for their options

_renacer_gate_words() { # program [command]: its options and commands, from its own help
	"$@" --help 2> /dev/null | sed -nE 's/^  ( *-[A-Za-z], )? *(--[a-z-]+).*/\2/p; s/^  ([a-z]+) .*/\1/p'
}

_renacer_gate() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} config=renacer.toml i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--) # the command's own words
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
			return
			;;
		-c | --config) [ "${1##*/}" = renacer ] || config=${COMP_WORDS[i + 1]} ;;
		esac
	done
	case $prev in
	--config | --golden | --junit | --sarif | --json | --markdown | --output | -o | -g)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--profile) mapfile -t COMPREPLY < <(compgen -W 'strict io effects transpile counts' -- "$cur"); return ;;
	--output-map) mapfile -t COMPREPLY < <(compgen -W 'bool_case py_repr_quotes debug_wrapper float_tolerance= json sorted_lines trailing_newline' -- "$cur"); return ;;
	--backend) mapfile -t COMPREPLY < <(compgen -W "auto ptrace seccomp ebpf" -- "$cur"); return ;;
	--pattern) mapfile -t COMPREPLY < <(compgen -W "$("$1" analyze --list 2> /dev/null | sed -n 's/^\([A-Za-z-]*\): .*/\1/p')" -- "$cur"); return ;;
	--otlp-protocol) mapfile -t COMPREPLY < <(compgen -W 'auto http/protobuf http/json grpc' -- "$cur"); return ;;
	--color) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$cur"); return ;;
	esac
	local words
	case ${COMP_WORDS[1]} in
	query | analyze | export) words=$(_renacer_gate_words "$1" "${COMP_WORDS[1]}") ;;
	*) words=$(_renacer_gate_words "$1") ;;
	esac
	if [ "${1##*/}" = renacer-gate ] && [ -f "$config" ]; then
		words+=" $(awk -F '"' '/^\[/ { in_target = /^\[\[target\]\]/ } in_target && /^name *=/ { print $2 }' "$config")"
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
	[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -c -f -- "$cur")
}

complete -F _renacer_gate renacer-gate renacer renacer-compare
