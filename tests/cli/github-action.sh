#!/bin/bash
# The GitHub action: valid by GitHub's schema, and its scripts do what they say with a made-up
# runner, hostile inputs included.
set -u
fail() { echo "$*"; exit 1; }
python3 -c 'import jsonschema, yaml' 2> /dev/null ||
	{ echo 'no python3-jsonschema or python3-yaml'; exit 77; }
command -v shellcheck > /dev/null || { echo 'no shellcheck'; exit 77; }

valid() {
	python3 - "$ROOT/tests/data/github/github-action.json" "$1" << 'END'
import json, sys, jsonschema, yaml
schema = json.load(open(sys.argv[1], encoding="utf-8"))
action = yaml.safe_load(open(sys.argv[2], encoding="utf-8"))
try:
    jsonschema.validate(action, schema)
except jsonschema.ValidationError as error:
    print(error.message[:200])
    sys.exit(1)
for step in action["runs"]["steps"]:
    if "${{" in step["run"]:
        print("an expression inside a script:", step["run"])
        sys.exit(1)
    if "shell" not in step:
        print("a step without a shell")
        sys.exit(1)
END
}
valid "$ROOT/github-action/action.yml" || fail 'action.yml is not valid'
for sample in "$ROOT"/tests/data/github/sample-bad-*.yml; do
	! valid "$sample" > /dev/null || fail "$sample passed: the check cannot fail"
done
# Workflows that the pages show: what they hand over and ask for is there, in this version.
mkdir blocks
awk -v dir=blocks -f "$ROOT/tests/blocks.awk" "$ROOT/README.md" "$ROOT/docs/github-action.md" | grep ' yaml$' > list
python3 - "$ROOT/github-action/action.yml" "$(sed -n 's/^VERSION := //p' "$ROOT/Makefile")" << 'END' || fail 'a workflow in the pages'
import re, sys, yaml
action = yaml.safe_load(open(sys.argv[1], encoding="utf-8"))
used = 0

def steps(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from value if key == "steps" else steps(value)

for row in open("list", encoding="utf-8"):
    number, page, line, kind = row.split()
    text = open(f"blocks/{number}", encoding="utf-8").read()
    for step in steps(yaml.safe_load(text)):
        name, _, version = step.get("uses", "").partition("@")
        if name == "OWNER/renacer-gate/github-action":
            used += 1
            assert version == "v" + sys.argv[2], f"{page}:{line}: {version}"
            unknown = set(step.get("with", {})) - set(action["inputs"])
            assert not unknown, f"{page}:{line}: no input {unknown}"
    for output in re.findall(r"steps\.gate\.outputs\.([a-z-]+)", text):
        assert output in action["outputs"], f"{page}:{line}: no output {output}"
assert used >= 2, "no page uses the action"
# The tables of the page are the inputs and outputs, with their defaults.
page = open(sys.argv[1].replace("github-action/action.yml", "docs/github-action.md"), encoding="utf-8").read()
for name, spec in action["inputs"].items():
    default = spec.get("default", "")
    row = re.search(rf"^\| `{name}` \| (.*?) \|", page, re.M)
    assert row and row[1] == (f"`{default}`" if default else "all"), f"input {name}: the page has {row and row[1]}"
for name in action["outputs"]:
    assert re.search(rf"^\|.*`{name}`.*\|", page, re.M), f"output {name}: not in the page"
END
shellcheck "$ROOT"/github-action/*.sh || fail 'shellcheck'
for script in "$ROOT"/github-action/*.sh; do
	[ -x "$script" ] || fail "$script is not executable"
done

# A runner: its files, its variables, a checkout with a gate that passes and one that does not.
mkdir -p temp work/'a dir'
export GITHUB_ACTION_PATH=$ROOT/github-action GITHUB_ACTIONS=true CI=true
export GITHUB_OUTPUT=$PWD/output GITHUB_STEP_SUMMARY=$PWD/summary RUNNER_TEMP=$PWD/temp
export RENACER_BIN=$BUILD
cat > work/'a dir'/gate.toml << 'END'
[gate]
golden_dir = "golden"

[[target]]
name = "greet"
shell = "printf 'hello\n'; cat note"
sandbox = true
fixtures = ["note"]
END
echo 'first' > work/'a dir'/note
(cd work/'a dir' && env -u CI -u GITHUB_ACTIONS renacer-gate record --config gate.toml) > record.log 2>&1 ||
	{ cat record.log; fail 'cannot record'; }

run() { # wanted-status VAR=value...
	local wanted=$1 rc
	shift
	: > output
	: > summary
	(cd work && env "$@" "$GITHUB_ACTION_PATH/gate.sh") > log 2>&1
	rc=$?
	[ $rc -eq "$wanted" ] || { cat log; fail "gate.sh ended with $rc, not $wanted: $*"; }
}
output() { # the value of one output, as the runner reads it
	awk -v name="$1" '
		!inside && index($0, name "<<") == 1 { end = substr($0, length(name) + 3); inside = 1; next }
		inside && $0 == end { exit }
		inside { print }' output
}

here='INPUT_WORKING_DIRECTORY=a dir'
run 0 "$here" INPUT_CONFIG=gate.toml INPUT_REPORTS_DIRECTORY=reports
[ "$(output verdict)" = pass ] || fail "verdict: $(output verdict)"
[ "$(output exit-status)" = 0 ] || fail "exit-status: $(output exit-status)"
for kind in junit sarif json; do
	[ -s "$(output $kind)" ] || fail "no report $kind at '$(output $kind)'"
done
grep -q greet summary || fail 'the summary does not name the target'
run 0 "$here" INPUT_CONFIG=gate.toml INPUT_SUMMARY=false 'INPUT_TARGETS=gr* '
[ ! -s summary ] || fail 'a summary nobody asked for'

# The target now prints a command to the runner; it must come between the two tokens.
printf '::error::injected\n::add-mask::x\n' > work/'a dir'/note
run 1 "$here" INPUT_CONFIG=gate.toml
[ "$(output verdict)" = fail ] || fail "verdict: $(output verdict)"
awk '/^::stop-commands::/ { token = substr($0, 18); quiet = 1; n++; next }
	quiet && $0 == "::" token "::" { quiet = 0; next }
	!quiet && /^[ \t]*::(error|warning|notice|add-mask)/ && !/^::error title=renacer-gate::verdict: fail$/ { bad = 1 }
	END { exit bad || n != 1 || quiet }' log || { cat log; fail 'a command of the target reached the runner'; }

rm -r work/'a dir'/golden
run 5 "$here" INPUT_CONFIG=gate.toml
[ "$(output verdict)" = missing ] || fail "verdict: $(output verdict)"
run 2 "$here" INPUT_CONFIG=absent.toml
[ "$(output verdict)" = error ] || fail "verdict: $(output verdict)"

# Inputs are data. None of these may run, and none may become an option.
run 2 "$here" 'INPUT_CONFIG=$(touch pwned)'
run 2 "$here" 'INPUT_CONFIG=gate.toml' 'INPUT_TARGETS=--help'
run 2 "$here" 'INPUT_CONFIG=gate.toml' 'INPUT_TARGETS=;touch pwned;'
run 2 "$here" 'INPUT_CONFIG=gate.toml' 'INPUT_BACKEND=$(touch pwned)'
run 2 "$here" 'INPUT_CONFIG=gate.toml' 'INPUT_SUMMARY=maybe'
run 2 'INPUT_WORKING_DIRECTORY=no such place'
[ -z "$(find . -name pwned)" ] || fail 'an input was run'

# Building: from the checkout of the action, into the runner's temporary directory. The sources
# are built already for this test; that the script asks for the right thing is seen with a make
# of our own in front.
mkdir stub
printf '#!/bin/sh\necho "make $*" >> "%s/made"\nmkdir -p "%s"\ncp "%s" "%s/"\n' "$PWD" \
	"$PWD/temp/renacer-gate-build" "$BUILD/renacer-gate" "$PWD/temp/renacer-gate-build" > stub/make
chmod +x stub/make
PATH=$PWD/stub:$PATH INPUT_INSTALL_DEPENDENCIES=false "$GITHUB_ACTION_PATH/build.sh" > log 2>&1 ||
	{ cat log; fail 'build.sh'; }
grep -q -- "-C $ROOT .*BUILD=$PWD/temp/renacer-gate-build" made || { cat made; fail 'built elsewhere'; }
grep -qx "bin=$PWD/temp/renacer-gate-build" output || fail 'no output bin'
! INPUT_INSTALL_DEPENDENCIES=perhaps "$GITHUB_ACTION_PATH/build.sh" > log 2>&1 ||
	fail 'install-dependencies=perhaps was taken'
echo 'the action is valid, and its scripts hold'
