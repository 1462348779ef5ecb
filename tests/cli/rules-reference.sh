#!/bin/bash
# What is said of the rules and of renacer.toml comes from the tables that the reader goes by:
# docs/rules.md is fresh, its examples load, and the JSON Schema agrees with the reader on every
# sample that the tests have.
set -u
bad=0
note() { echo "$@"; bad=1; }

# The page.
renacer-gate explain --markdown rules.md || note 'no page'
diff -u "$ROOT/docs/rules.md" rules.md || note 'docs/rules.md is stale: run make docs'

# Each type is explained, and its example loads.
types=$(renacer-gate explain | sed '/^$/,$d' | cut -d' ' -f1)
[ "$(echo "$types" | wc -l)" -ge 20 ] || note "only these types: $types"
for type in $types; do
	renacer-gate explain "$type" > text || note "no text of $type"
	printf '[[target]]\nname = "t"\ncommand = ["true"]\n' > renacer.toml
	sed -n '/^example:/,$s/^    //p' text >> renacer.toml
	grep -q "type = \"$type\"" renacer.toml || note "$type has no example"
	if ! renacer-gate validate > log 2>&1; then
		note "the example of $type does not load:"
		cat renacer.toml log
	fi
	renacer-gate explain "$type-example" > log || note "the rule of $type is not explained"
	grep -q "$type-example" log || { note 'the explanation does not name the rule'; cat log; }
done
rm renacer.toml
renacer-gate explain latncy 2> log && note 'a type that is not there is explained'
grep -q "did you mean 'latency'" log || { note 'no hint'; cat log; }

# The schema and the reader, on all samples.
python=/usr/bin/python3
$python -c 'import jsonschema, tomllib' 2> /dev/null || { echo 'no python3-jsonschema, or no tomllib'; exit $((bad ? 1 : 77)); }
mkdir samples data
(cd "$ROOT" && RENACER_SAMPLES=$OLDPWD/samples "$BUILD/unit/config_test") > log 2>&1 || { tail log; note 'config_test fails'; }
RENACER_SAMPLES=$PWD/samples "$BUILD/unit/rule_test" > log 2>&1 || { tail log; note 'rule_test fails'; }
for file in "$ROOT"/tests/data/consumers/*.toml "$ROOT"/assertions/*.toml "$ROOT"/tests/fuzz/seeds/config/*.toml; do
	cp "$file" "samples/$(basename "$file" .toml)-file.toml"
done
for dir in examples tests/corpus tests/pairs; do
	cp "$ROOT/$dir/renacer.toml" "samples/${dir//\//-}.toml"
done
$python - "$(echo "$types" | tr '\n' ' ')" << 'END' || bad=1
import subprocess, sys
for name in sys.argv[1].split():
    text = subprocess.run(["renacer-gate", "explain", name], capture_output=True, text=True).stdout
    open(f"samples/example-{name}.toml", "w").write("\n".join(
        line[4:] for line in text.partition("example:\n")[2].splitlines()))
END
renacer-gate schema > schema.json || note 'no schema'
cat > compare.py << 'END'
import datetime, glob, json, re, subprocess, sys, tomllib
import jsonschema
schema = json.load(open("schema.json"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)

# What a schema cannot know: the rest of the file, files, what a text means, and what TOML has and
# JSON has not (1.0 is no integer, dates, nan). Whatever else the reader refuses, the schema must refuse.
beyond = re.compile("|".join([
    r"a second \[\[", r"No such file", r"Is a directory", r"includes itself", r"there is no target",
    r"cannot be equivalent", r"applies to no target", r"matches no system call", r"is there twice",
    r"not supported yet", r"rule pack", r"exclude each other", r"mean nothing to the profile",
    r"column \d+", r"is not inside the sandbox", r"need a sandbox", r"NUL", r"cannot be the name of a variable",
    r"bracket in", r"must be a date, not a string", r"tolerance", r"'max' .* is 0", r"is less than the least",
    r"there is no column", r"this is a", r"what must be true of the run", r"over single events is wanted",
    r"did you mean", r"needs 'export_path'", r"without its golden", r"environment cannot be kept", r"nothing to run",
    r"expected", r"is not closed", r"parenthes", r"in \[\[assertion\]\] '.*': ", r"not defined", r"is no regular file",
    r"whole number, not a float", r"not a date and time", r"not nan", r"share the golden", r"same golden", r"is no limit any more",
    r"unknown system call", r"unknown class of", r"no family of calls", r"is no call at all", r"cannot be hard", r"is empty",
    r"is not a name", r"already", r"cannot be switched off", r"is no effect"]))

def plain(value):
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value

counts = dict(both_accept=0, both_refuse=0, beyond=0)
bad = 0
for path in sorted(glob.glob("samples/*.toml")):
    text = open(path, "rb").read()
    result = subprocess.run(["renacer-gate", "validate", "--config", path], capture_output=True, text=True)
    try:
        document = plain(tomllib.loads(text.decode()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        if result.returncode == 0:
            print(path, "is no TOML, and the reader takes it")
            bad = 1
        continue
    errors = list(validator.iter_errors(document))
    if result.returncode == 0 and errors:
        print(f"{path}: the reader takes it, the schema does not: {errors[0].message}\n{text.decode()}")
        bad = 1
    elif result.returncode == 0:
        counts["both_accept"] += 1
    elif errors:
        counts["both_refuse"] += 1
    elif beyond.search(result.stderr):
        counts["beyond"] += 1
    else:
        print(f"{path}: only the reader refuses it: {result.stderr}\n{text.decode()}")
        bad = 1
print(counts)
assert counts["both_accept"] >= 30 and counts["both_refuse"] >= 60, "too few samples to say anything"
sys.exit(bad)
END
$python compare.py || note 'the schema and the reader do not agree'
exit $bad
