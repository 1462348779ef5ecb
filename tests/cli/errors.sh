#!/bin/bash
# Every message about the command line, with the exit status that goes with it.
set -u
bad=0
n=0

# fails STATUS TEXT PROGRAM [ARG...]: ends so, with that text on stderr, nothing on stdout.
fails() {
	local want=$1 text=$2 rc
	shift 2
	n=$((n + 1))
	"$@" > out 2> err
	rc=$?
	if [ $rc -ne "$want" ] || ! grep -qF -- "$text" err || [ -s out ]; then
		echo "wanted $want and '$text' of: $*"
		echo "got $rc, stderr:"
		cat err
		echo "stdout:"
		head -5 out
		bad=1
	fi
}

fails 2 "unknown option '--nope'" renacer-gate check --nope
fails 2 "did you mean '--golden'?" renacer-gate check --goldn x -- true
fails 2 "unknown option '-x'" renacer-gate -x
fails 2 "option '--golden' needs a value" renacer-gate check --golden
fails 2 "option '--quiet' takes no value" renacer-gate --quiet=1
fails 2 "option '--runs' takes a whole number, not 'many'" renacer-gate --runs many
fails 2 "option '--runs' takes a number from 1 to 1000, not '0'" renacer-gate --runs 0
fails 2 "option '--jobs' takes a number from 1 to 1000, not '99999'" renacer-gate -j 99999
fails 2 "option '--color' has no value 'sometimes'" renacer-gate --color sometimes
fails 2 "it is one of: auto, always, never" renacer-gate --color sometimes
fails 2 "did you mean 'ptrace'?" renacer-gate --backend ptrce
fails 2 "needs a command" renacer-gate check --golden x.golden
fails 2 "needs '--golden FILE'" renacer-gate check -- true
fails 2 "put '--' before the command" renacer-gate check --golden x.golden true -- x
fails 2 "either '--golden' or '--config', not both" renacer-gate check --golden x --config y -- true
fails 2 "unknown profile 'efects'" renacer-gate check --golden x --profile efects -- true
fails 2 "option '--profile' goes with '--golden'" renacer-gate check --profile io
fails 2 "option '--expect-exit' goes with '--golden'" renacer-gate check --expect-exit 3
fails 2 "no program exits with 256" renacer-gate check --golden x --expect-exit 256 -- true
fails 2 "command 'review' is not supported yet" renacer-gate review
fails 2 "show needs a file" renacer-gate show
fails 2 "diff takes two files, not 1" renacer-gate diff a
fails 2 "doctor takes no arguments" renacer-gate doctor now
fails 2 "validate takes nothing but '--config'" renacer-gate validate it
fails 2 "renacer.toml" renacer-gate
fails 3 "No such file or directory" renacer-gate show nowhere.golden
fails 3 "" renacer-gate diff nowhere.golden nowhere.golden

cat > renacer.toml << 'EOF'
[[target]]
name = "one"
command = ["true"]
EOF
fails 2 "chec" renacer-gate chec
fails 2 "onee" renacer-gate check onee
fails 2 "the command comes first: renacer-gate selftest" renacer-gate -q selftest
printf '[[target]]\nname = "one"\ncomand = ["true"]\n' > renacer.toml
fails 2 "renacer.toml:3:1: unknown key 'comand'" renacer-gate validate
fails 2 "did you mean 'command'?" renacer-gate validate
fails 2 "      | ^~~~~~" renacer-gate validate

# What a stranger gets wrong: each names its cause, its place and what to type.
refuses() {
	printf '[[target]]\nname = "one"\n%s\n' "$2" > renacer.toml
	fails "${3:-2}" "$1" renacer-gate "${4:-validate}"
}
refuses "an item of 'redact' in [[target]] 'one' must be a table, not a string" $'command = ["true"]\nredact = ["x"]'
refuses "a relative tolerance of -1 is neither 0 nor from 1e-15 to 0.1" \
	$'command = ["true"]\noutput_maps = [{ float_tolerance = -1 }]'
refuses "did you mean 'bool_case'?" $'command = ["true"]\noutput_maps = ["bool_cas"]'
refuses "[[assertion]] 'a' lacks 'pattern'" \
	$'command = ["true"]\n[[assertion]]\nname = "a"\ntype = "anti_pattern"'
refuses "its target is a glob over names: the first is 'one'" \
	$'command = ["true"]\n[[assertion]]\nname = "a"\ntype = "span_count"\nmax_spans = 1\ntarget = "two*"'
refuses "write it without quotes: expires = 2027-03-01" \
	$'command = ["true"]\n[[known]]\ntarget = "one"\nexpires = "2027-03-01"'
rm renacer.toml
fails 2 "docs/renacer-toml.md has one to begin with" renacer-gate

# tells STATUS TEXT SETTING...: a recording ends so, and the report says it.
tells() {
	local want=$1 text=$2 rc
	shift 2
	n=$((n + 1))
	printf '%s\n' '[[target]]' 'name = "one"' "$@" > renacer.toml
	renacer-gate record > out 2>&1
	rc=$?
	[ $rc -eq "$want" ] && grep -qF -- "$text" out ||
		{ echo "wanted $want and '$text' of a recording of: $*"; echo "got $rc:"; cat out; bad=1; }
}
tells 3 "hint: its PATH is '" 'command = ["no-such-program"]'
tells 3 "hint: is it built? a name with a '/' is looked for in the directory where it runs" 'command = ["./no-such"]'
tells 3 "hint: it is not executable: chmod +x" 'command = ["./renacer.toml"]'
tells 1 "not recorded: it was killed by SIGKILL (137), expect_exit is 0" 'shell = "kill -9 $$"'
tells 1 "not recorded: it exited 3, expect_exit is 0" 'shell = "exit 3"'
tells 4 "hint: have it wait for what it starts, or set linger" 'shell = "sleep 9 & echo hi"' 'linger = "100ms"'

# A report on stdout has stdout to itself.
printf '[[target]]\nname = "one"\nprofile = "counts"\ncommand = ["true"]\n' > renacer.toml
renacer-gate record > out 2>&1 || { cat out; bad=1; }
for report in junit sarif json markdown; do
	fails 2 "two reports on one stdout" renacer-gate check --$report - --json - --markdown -
done
renacer-gate check --json - > out 2> err && python3 -m json.tool out > /dev/null && grep -q 'one' err ||
	{ echo '--json - is not JSON alone, with the text on stderr:'; cat out err; bad=1; }
renacer-gate check --github --json - 2> err | python3 -m json.tool > /dev/null ||
	{ echo '--github --json - is not JSON alone'; bad=1; }

fails 2 "no command to trace" renacer
for option in -y -yy -P -w --flamegraph --flamegraph=x --function-time \
	--stats-extended --transpiler-map --config --compress; do
	fails 2 "is not supported yet" renacer $option true
done
for option in --html --shard; do
	fails 2 "is not supported yet" renacer-gate $option x
done
fails 2 "'nowhere' is no http or https URL" renacer --otlp nowhere true
fails 2 "names no host, or a port that there is not" renacer --otlp http://127.0.0.1:x/ true
fails 2 "'file:' names no file" renacer --otlp file: true
fails 2 "the standard output is the target's" renacer --otlp file:- true
fails 2 "a stored trace is sent by export, not by report" renacer report --otlp http://localhost x
fails 2 "export takes one file, not 2" renacer export a b
fails 2 "'--otlp' and '--output' exclude each other" renacer export --otlp http://localhost -o x y
fails 3 "No such file or directory" renacer export nowhere.rtrace
fails 2 "unknown option '--nope'" renacer --nope true
fails 2 "option '-e' needs a value" renacer -e
fails 2 "did you mean 'openat'?" renacer -e trace=openatt true
fails 2 "option '-e inject=x' is not supported" renacer -e inject=x true
fails 2 "option '-p' takes a process id, not 'init'" renacer -p init
fails 2 "either a command or '-p', not both" renacer -p 1 true
fails 2 "no file to record to" renacer record -- true
fails 2 "report takes one file" renacer report
fails 3 "No such file or directory" renacer report nowhere.rtrace
fails 3 "execute './nowhere'" renacer ./nowhere
fails 3 "Permission denied" renacer ./renacer.toml
fails 3 "No such process" renacer -p 2147483647

# A broken pipe or a full disk is a failure, not a silent half.
fails 3 "No space left on device" renacer -o /dev/full true
renacer-gate --help > /dev/full 2> err && { echo "--help to a full disk succeeded"; bad=1; }

# What is asked for goes to stdout, with status 0.
for program in renacer renacer-gate; do
	for option in --help --version -h -V; do
		$program $option > out 2> err && [ -s out ] && [ ! -s err ] ||
			{ echo "$program $option: status, or the wrong stream"; bad=1; }
	done
done
echo "$n messages"
exit $bad
