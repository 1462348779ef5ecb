#!/bin/bash
# Output maps and the profile `transpile`, end to end: what they equate and what they must not, how it
# is reported, texts that are too long, and programs that are started in roundabout ways.
set -u
unset CI GITHUB_ACTIONS GITHUB_STEP_SUMMARY
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
form=F
# One program prints as Python does, the other as Rust does; what each prints is in its file.
mkdir fixtures
cat > renacer.toml <<'EOF'
[gate]
profile = "transpile"

[[target]]
name = "old"
command = ["bin/tell", "old"]
sandbox = true
fixtures = ["fixtures/"]
ignore_paths = ["**/old*", "**/new*"]

[[target]]
name = "new"
command = ["bin/tell", "new"]
sandbox = true
fixtures = ["fixtures/"]
ignore_paths = ["**/old*", "**/new*"]
equivalent_to = "old"
output_maps = [MAPS]
EOF
cp renacer.toml template
both() { # maps, then the two outputs and the two files
	sed "s/MAPS/$1/" template > renacer.toml
	printf '%b' "$2" > fixtures/old
	printf '%b' "$3" > fixtures/new
	printf '%b' "${4-}" > fixtures/old-out
	printf '%b' "${5-}" > fixtures/new-out
}
mkdir bin
cat > tell.c <<'EOF'
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static char block[8 << 20];
static void copy(const char *from, int to)
{
	int in = open(from, O_RDONLY);
	ssize_t n = in < 0 ? 0 : read(in, block, sizeof block), at = 0, done;
	while (at < n && (done = write(to, block + at, n - at)) > 0)
		at += done;
}
int main(int argc, char **argv)
{
	char from[100];
	(void)argc;
	copy(argv[1], 1);
	snprintf(from, sizeof from, "%s-out", argv[1]);
	copy(from, open("out", O_WRONLY | O_CREAT | O_TRUNC, 0644));
	return 0;
}
EOF
${CC:-cc} -o bin/tell tell.c || exit 1

# Needed, needed in two places, not needed.
both '"bool_case", "json"' 'True\n' 'true\n' '{"b":1, "a":2}\n' '{"a":2,"b":1.0}\n'
says 0 "output map 'bool_case': 1 place on stdout" renacer-gate check new
says 0 "output map 'json': 1 place in file" renacer-gate check new
renacer-gate check new --json r.json --junit r.xml --sarif r.sarif --markdown r.md > log 2>&1
for file in r.json r.xml r.sarif r.md; do
	grep -q "bool.*case'\?.*: 1 place\|bool.*case.*&#58; 1 place" $file || { echo "$file does not tell of the map"; bad=1; }
done
both '"bool_case", "json"' 'true\n' 'true\n' '{"b":1, "a":2}\n' '{"a":2,"b":1.0}\n'
says 0 "warning: output map 'bool_case' was not needed" renacer-gate check new -v
says 0 "renacer.toml:" renacer-gate check new -v
both '' 'true\n' 'true\n'
says 0 '1 passed' renacer-gate check new
both '' 'True\n' 'true\n'
says 1 'stdout' renacer-gate check new

# What a map does not name is found, and shown without what it does.
both '"bool_case"' 'True\nx 1\n' 'true\nx 2\n'
says 1 "wanted 'x 1', found 'x 2' (after the output map bool_case)" renacer-gate check new
both '"bool_case"' 'True\n' 'false\n'
says 1 'stdout' renacer-gate check new
both '{ float_tolerance = 1e-6 }' '1.5\n' '1.6\n'
says 1 'stdout' renacer-gate check new
both '{ float_tolerance = 1e-6 }' '1.5 1e-05\n' '1.50000001 0.00001\n'
says 0 "output map 'float_tolerance': 2 places on stdout" renacer-gate check new
both '"sorted_lines"' 'a\na\nb\n' 'b\na\nb\n'
says 1 'stdout' renacer-gate check new
both '"json"' '[1]\n' '[1]\n' '{"a":1, "b":1}\n' '{"b":1,"a":2}\n'
says 1 'file <cwd>/out' renacer-gate check new
# Nothing is something else than an empty line.
both '"trailing_newline"' '\n' ''
says 1 'stdout' renacer-gate check new
# Bytes that are no text are compared as they are.
both '"trailing_newline"' 'a\0377\n' 'a\0377'
says 1 'stdout' renacer-gate check new

# Two megabytes in one write and in a file: kept whole. Eight: only a digest, and no verdict.
lines() { awk -v n="$1" -v word="$2" 'BEGIN { for (i = 0; i < n; i++) print "line", i, word }'; }
both '"bool_case"' '' ''
lines 100000 True > fixtures/old
lines 100000 true > fixtures/new
cp fixtures/old fixtures/old-out
cp fixtures/new fixtures/new-out
says 0 "output map 'bool_case': 100000 places on stdout, 100000 places in file" renacer-gate check new
sed -i '99999s/true/false/' fixtures/new-out
says 1 "line 99999 differs" renacer-gate check new
lines 300000 True > fixtures/old
lines 300000 true > fixtures/new
: > fixtures/old-out; : > fixtures/new-out
says 4 'the output maps cannot be applied: both texts are too long' renacer-gate check new
cp fixtures/old fixtures/new
says 0 'was not needed' renacer-gate check new
# A wrong file beside it is still a fail.
lines 300000 true > fixtures/new
echo x > fixtures/new-out
says 1 'out' renacer-gate check new

# Options, and what is refused.
printf 'True\n' > t1
printf 'true\n' > t2
says 0 'recorded' renacer-gate record --golden g --profile transpile -- cat t1
says 1 'stdout' renacer-gate check --golden g --profile transpile -- sh -c 'printf "true\n"'
says 2 "unknown output map 'bool'" renacer-gate check --golden g --profile transpile --output-map bool -- true
says 2 "did you mean 'json'" renacer-gate check --golden g --profile transpile --output-map jsn -- true
says 2 'takes no parameter' renacer-gate check --golden g --profile transpile --output-map json=1 -- true
says 2 'needs its tolerance' renacer-gate check --golden g --profile transpile --output-map float_tolerance -- true
says 2 'is not a number' renacer-gate check --golden g --profile transpile --output-map float_tolerance=x -- true
says 2 'neither 0 nor from' renacer-gate check --golden g --profile transpile --output-map float_tolerance=1 -- true
says 2 'is there twice' renacer-gate check --golden g --profile transpile --output-map json --output-map json -- true
says 2 "mean nothing to the profile 'io'" renacer-gate check --golden none --profile io --output-map json -- true
says 2 "goes with '--golden'" renacer-gate check --output-map json

# diff and compare, of traces and goldens, by the same maps.
renacer-gate record --golden g --profile transpile -- sh -c 'printf "True\n"' > log 2>&1 || { cat log; bad=1; }
renacer record -o 1.rtrace -- sh -c 'printf "True\n"' > out 2> err || { cat err; bad=1; }
renacer record -o 2.rtrace -- sh -c 'printf "true\n"' > out 2> err || { cat err; bad=1; }
for side in 1.rtrace g; do
	says 1 'stdout' renacer-gate diff --profile transpile $side 2.rtrace
	says 0 "output map 'bool_case': 1 place on stdout" \
		renacer-gate diff --profile transpile --output-map bool_case $side 2.rtrace
	says 1 'not equivalent' renacer compare --profile transpile $side 2.rtrace
	says 0 "output map 'bool_case': 1 place in stdout" \
		renacer compare --profile transpile --output-map bool_case $side 2.rtrace
done
says 2 "unknown output map 'bool'" renacer-gate diff --output-map bool 1.rtrace 2.rtrace
says 2 "mean nothing to the profile 'io'" renacer compare --output-map json 1.rtrace 2.rtrace

# Another language, started in roundabout ways: by its shebang, by env, by a wrapper, as a module.
python=/usr/bin/python3
[ -x $python ] || { echo 'no python3: the rest is not tried'; exit $bad; }
mkdir -p tool/part
printf 'hello\n' > tool/data.txt
printf 'x = 1\n' > tool/part/inner.py
: > tool/part/__init__.py
cat > tool/main.py <<'EOF'
#!/usr/bin/env python3
import csv, json
from part import inner
print(open("data.txt").read().strip(), True, inner.x)
EOF
printf '#!/bin/sh\nexec %s main.py "$@"\n' $python > tool/wrapper
cp tool/main.py tool/script
chmod +x tool/main.py tool/wrapper tool/script
cat > tool.c <<'EOF'
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char text[100];
	FILE *f = fopen("data.txt", "r");
	if (!f || !fgets(text, sizeof text, f))
		return 1;
	text[strcspn(text, "\n")] = '\0';
	printf("%s true 1\n", text);
	if (argc > 1 && strcmp(argv[1], "reads") == 0)
		fgetc(fopen("more.txt", "r"));
	if (argc > 1 && strcmp(argv[1], "writes") == 0)
		fopen("more.txt", "w");
	if (argc > 1 && strcmp(argv[1], "runs") == 0 && fork() == 0)
		execl("/bin/true", "true", NULL);
	return argc > 1 && strcmp(argv[1], "fails") == 0;
}
EOF
${CC:-cc} -w -o tool/rewrite tool.c || exit 1
cd tool || exit 1
gate() { renacer-gate "$1" --golden g.golden --profile transpile --output-map bool_case -- "${@:2}"; }
for way in "$python main.py" ./main.py ./script ./wrapper "$python -m main" "env $python -B main.py"; do
	read -ra words <<< "$way"
	rm -f g.golden
	says 0 recorded gate record "${words[@]}"
	says 0 "'bool_case': 1 place on stdout" gate check ./rewrite
	for wrong in writes runs fails; do
		says 1 '1 failed' gate check ./rewrite $wrong
	done
	rm -f more.txt
	cp data.txt more.txt
	says 1 'more.txt' gate check ./rewrite reads
	rm -f g.golden more.txt
	says 0 recorded gate record ./rewrite
	says 0 "'bool_case': 1 place on stdout" gate check "${words[@]}"
done
exit $bad
