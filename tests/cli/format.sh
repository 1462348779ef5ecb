#!/bin/bash
# docs/format.md tells the truth: its examples are read, every field and event is described.
set -u
store=$BUILD/driver/store
doc=$ROOT/docs/format.md
fail() { echo "FAILED: $*"; exit 1; }

block() { # the fenced block of that language
	sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$doc" | sed '1d;$d'
}

block rtrace-hex > hex
[ "$(wc -l < hex)" -gt 10 ] || fail "no example of a trace"
for byte in $(sed 's/^[0-9a-f]*: //; s/  .*//; s/ //g; s/../& /g' hex); do
	# shellcheck disable=SC2059
	printf "\\x$byte"
done > example.rtrace
"$store" csv example.rtrace > got.csv || fail "the example of a trace cannot be read"
block csv > wanted.csv
tr -d '\r' < got.csv | diff wanted.csv - || fail "the example is another trace"

# What the text says of single bytes.
[ "$(dd if=example.rtrace bs=1 skip=$((0xad)) count=2 status=none | od -An -tx1)" = ' 03 1c' ] ||
	fail "the call is not where the text says"
for at in 0x10 0x79 0xd7; do
	[ "$(dd if=example.rtrace bs=1 skip=$((at)) count=4 status=none)" = RtFr ] ||
		fail "no frame at $at"
done

block golden > example.golden
"$store" golden example.golden > got.golden || fail "the example of a golden cannot be read"
diff example.golden got.golden || fail "the example is not in canonical form"

# It is what the command above it gives today, but for the fingerprint of this machine.
sed -n 's/^    renacer-gate record --golden list\.golden -- /renacer-gate record --golden list.golden -- /p' "$doc" > recipe
[ "$(wc -l < recipe)" -eq 1 ] || fail "no command that makes the example"
(mkdir made && cd made && CI='' bash ../recipe > log 2>&1) || { cat made/log; fail "the example cannot be recorded"; }
bare() { sed 's/"fingerprint":{[^}]*}/"fingerprint":{}/' "$1"; }
diff <(bare example.golden) <(bare made/list.golden) || fail "the example is not what is recorded today"

fields=$(sed -n 's/^FIELD(\([a-z0-9_]*\),.*/\1/p' "$ROOT/src/store/fields.def")
[ "$(wc -w <<< "$fields")" -gt 20 ] || fail "no fields in fields.def"
table=$(sed -n '/^### Fields/,/^## /p' "$doc")
for field in $fields; do
	grep -q "\`$field\`" <<< "$table" || fail "docs/format.md does not describe '$field'"
done
for field in $(grep '^| `' <<< "$table" | cut -d'|' -f2 | grep -o '[a-z0-9_]*'); do
	grep -qx "$field" <<< "$fields" || fail "'$field' is described and unknown"
done

kinds=$(sed -n '/^enum event_kind/,/^}/s/^\tEVENT_\([A-Z]*\),.*/\1/p' "$ROOT/src/model/event.h")
number=0
for kind in $kinds; do
	grep -q "^\*\*$number, ${kind,,}\*\*" "$doc" || fail "event $number is not '${kind,,}'"
	number=$((number + 1))
done
[ $number -ge 7 ] || fail "only $number kinds of event in event.h"
exit 0
