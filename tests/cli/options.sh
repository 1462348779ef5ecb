#!/bin/bash
# The manual pages and the completions have the very options and commands of --help.
set -u
bad=0
ln -s "$BUILD/renacer" renacer-compare
PATH=$PWD:$PATH
for program in renacer renacer-gate renacer-compare; do
	$program --help | sed -nE 's/^ +(-[A-Za-z], )?--([a-z-]+).*/\2/p' | sort -u > help
	[ "$(wc -l < help)" -gt 4 ] || { echo "$program: --help lists next to nothing"; bad=1; }
	grep -oE 'Fl Fl [a-z-]+' "$ROOT/docs/man/$program.1" | cut -d' ' -f3 | sort -u > page
	diff help page > difference || { echo "$program: --help (<) and the page (>) differ"; cat difference; bad=1; }
	# shellcheck source=/dev/null
	bash -c 'source "$1/docs/completion/renacer-gate.bash"
		COMP_WORDS=("$2" --) COMP_CWORD=1
		_renacer_gate "$2"
		printf "%s\n" "${COMPREPLY[@]}"' bash "$ROOT" $program | sed 's/^--//' | grep . | sort -u > completed
	diff help completed > difference || { echo "$program: bash completes other options (>)"; cat difference; bad=1; }
done
for command in query analyze export; do
	renacer $command --help | sed -nE 's/^ +(-[A-Za-z], )?--([a-z-]+).*/\2/p' | sort -u > help
	grep -oE 'It (Fl . , )?Fl Fl [a-z-]+' "$ROOT/docs/man/renacer-$command.1" | sed 's/.* //' | sort -u > page
	[ "$(wc -l < help)" -gt 4 ] || { echo "renacer $command: --help lists next to nothing"; bad=1; }
	diff help page || { echo "renacer $command: --help (<) and the page (>) differ"; bad=1; }
	bash -c 'source "$1/docs/completion/renacer-gate.bash"
		COMP_WORDS=(renacer "$2" --) COMP_CWORD=2
		_renacer_gate renacer
		printf "%s\n" "${COMPREPLY[@]}"' bash "$ROOT" $command | sed 's/^--//' | grep . | sort -u > completed
	diff help completed || { echo "renacer $command: bash completes other options (>)"; bad=1; }
done
renacer-gate --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort > commands
sed -n 's/^for command in //p' "$ROOT/docs/completion/renacer-gate.fish" | tr ' ' '\n' | sort > fish
diff commands fish || { echo 'fish completes other commands'; bad=1; }
exit $bad
