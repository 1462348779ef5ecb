#!/bin/bash
# Reports, hostile ones included, are valid by the schemas of those who read them.
set -eu
test=$BUILD/unit/report_test
[ -x "$test" ] || { echo "skip: unit/report_test is not built (make check-unit)"; exit 77; }
command -v xmllint > /dev/null || { echo "skip: xmllint is not installed"; exit 77; }
python3 -c 'import jsonschema' 2> /dev/null ||
	{ echo "skip: python3-jsonschema is not installed"; exit 77; }

REPORT_DIR=. "$test" > unit.log 2>&1 || { cat unit.log; exit 1; }

for report in some.strict.xml hostile.strict.xml; do
	for schema in jenkins-junit-10 windyroad-JUnit; do
		xmllint --nonet --noout --schema "$ROOT/tests/data/junit/$schema.xsd" "$report"
	done
done
# The rich form is well-formed, and the schemas do tell it apart: they are really looked at.
xmllint --nonet --noout some.rich.xml
if xmllint --nonet --noout --schema "$ROOT/tests/data/junit/windyroad-JUnit.xsd" \
	some.rich.xml 2> /dev/null; then
	echo "the schema accepts file and line: it was not applied"
	exit 1
fi

cat > validate.py << 'EOF'
import json, sys
from jsonschema import Draft4Validator

schema = json.load(open(sys.argv[1]))
validator = Draft4Validator(schema)
for name in sys.argv[2:]:
    report = json.load(open(name))
    errors = [f"{list(e.path)}: {e.message[:200]}" for e in validator.iter_errors(report)]
    assert not errors, f"{name}: {errors[:5]}"
    run = report["runs"][0]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert run["results"], f"{name}: no results"
    seen = set()
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        uri = place["artifactLocation"]["uri"]
        assert not uri.startswith("/") and ":" not in uri and ".." not in uri, uri
        assert place["region"]["startLine"] >= 1
        assert ids[result["ruleIndex"]] == result["ruleId"]
        mark = result["partialFingerprints"]["primaryLocationLineHash"]
        assert mark not in seen, mark
        seen.add(mark)
    # What must be refused is refused.
    del run["results"][0]["message"]
    assert list(validator.iter_errors(report)), "the schema was not applied"
print("SARIF is valid")
EOF
python3 validate.py "$ROOT/tests/data/sarif/sarif-schema-2.1.0.json" some.sarif hostile.sarif

# GitHub's runner: each line of the annotations is one of ours.
if grep -v '^::\(error\|warning\) ' hostile.github; then
	echo "a line that is no annotation"
	exit 1
fi
