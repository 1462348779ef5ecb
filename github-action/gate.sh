#!/bin/bash
# gate.sh - runs renacer-gate for the action: reports, job summary, outputs, exit status
set -euo pipefail

fail() { # a message of our own, never text of the target
	printf '::error::%s\n' "$1"
	exit 2
}

cd -- "${INPUT_WORKING_DIRECTORY:-.}" || fail 'working-directory cannot be entered'
case ${INPUT_SUMMARY:-true} in true | false) ;; *) fail 'summary is neither true nor false' ;; esac
case ${INPUT_BACKEND:-auto} in
*[!a-z]*) fail 'backend is not a name' ;;
esac
# The gate becomes the runner's user again before it reads anything; sudo would take the job's
# environment and its PATH away.
by=()
case ${INPUT_SUDO:-false} in
false) ;;
true) by=(sudo -E env "PATH=$PATH") ;;
*) fail 'sudo is neither true nor false' ;;
esac
reports=${INPUT_REPORTS_DIRECTORY:-renacer-reports}
mkdir -p -- "$reports"
reports=$(cd -- "$reports" && pwd -P)

# Blanks separate, and nothing is expanded: globs over names are for the gate, not for files.
read -r -d '' -a targets <<< "${INPUT_TARGETS-}" || :
for target in ${targets[@]+"${targets[@]}"}; do
	case $target in -*) fail 'a target cannot start with a dash' ;; esac
done

# The runner obeys any line of the log that looks like a command, also one that a traced program
# printed: until the token comes again it must not.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '::stop-commands::%s\n' "$token"
status=0
env -u GITHUB_ACTIONS ${by[@]+"${by[@]}"} "${RENACER_BIN:?}/renacer-gate" check \
	--config "${INPUT_CONFIG:-renacer.toml}" --backend "${INPUT_BACKEND:-auto}" \
	--junit "$reports/renacer.xml" --sarif "$reports/renacer.sarif" \
	--json "$reports/renacer.json" --markdown "$reports/renacer.md" \
	${targets[@]+"${targets[@]}"} || status=$?
printf '\n::%s::\n' "$token"

case $status in
0) verdict=pass ;;
1) verdict=fail ;;
4) verdict=inconclusive ;;
5) verdict=missing ;;
*) verdict=error ;;
esac

# Multi-line form with a delimiter that no value can hold: a path with a newline stays a value.
output() { # name value
	printf '%s<<%s\n%s\n%s\n' "$1" "$token" "$2" "$token" >> "$GITHUB_OUTPUT"
}
output verdict "$verdict"
output exit-status "$status"
output junit "$reports/renacer.xml"
output sarif "$reports/renacer.sarif"
output json "$reports/renacer.json"

# A summary above 1 MiB is refused as a whole, so what is too long is cut at a line.
if [ "${INPUT_SUMMARY:-true}" = true ] && [ -s "$reports/renacer.md" ]; then
	if [ "$(stat -c %s "$reports/renacer.md")" -le 1000000 ]; then
		cat "$reports/renacer.md" >> "$GITHUB_STEP_SUMMARY"
	else
		head -c 900000 "$reports/renacer.md" | sed '$d' >> "$GITHUB_STEP_SUMMARY"
		printf '\n\n**Cut: the whole summary is in the reports.**\n' >> "$GITHUB_STEP_SUMMARY"
	fi
fi

[ "$status" -eq 0 ] || printf '::error title=renacer-gate::verdict: %s\n' "$verdict"
exit "$status"
