# tests/blocks.awk - every block of code of the pages named: fenced, indented by four, or between
# .Bd -literal and .Ed of a manual page. Writes each to DIR/NNN and a line about it: NNN, page,
# line, kind (the word behind the fence, "plain" or "man").
function begin(kind) {
	inside = kind
	at = FNR
	out = sprintf("%s/%03d", dir, ++n)
	held = ""
	printf "" > out
}
function put(line) { # blank lines at the end are none
	if (line == "")
		held = held "\n"
	else {
		printf "%s%s\n", held, line > out
		held = ""
	}
}
function end() {
	if (inside == "")
		return
	close(out)
	printf "%03d %s %d %s\n", n, page, at, inside
	inside = ""
}
FNR == 1 { end(); page = FILENAME; sub(/^.*\//, "", page); was_blank = 1 }
/^ *```/ && inside != "" && inside != "plain" { end(); next }
/^ *```/ { end(); kind = $1; sub(/^```/, "", kind); begin(kind == "" ? "text" : kind); next }
/^\.Bd -literal/ { begin("man"); next }
/^\.Ed/ { end(); next }
inside != "" && inside != "plain" { put($0); next }
/^    / && inside == "" && was_blank { begin("plain") }
/^    / && inside == "plain" { put(substr($0, 5)); next }
/^$/ { if (inside == "plain") put(""); was_blank = 1; next }
{ end(); was_blank = 0 }
END { end() }
