#!/bin/bash
# What README, the pages, the manual pages and --help show is typed here as it stands there: every
# command is run, every configuration is read, every output that is shown must come (numbers and
# dates aside). A block that is none of these stands in the table of elsewhere(), with who tests it.
set -u
# shellcheck source=tests/cli/lib.sh
. "$ROOT/tests/cli/lib.sh"
for program in rustc git /usr/bin/python3; do
	command -v $program > /dev/null || { echo "no $program: tools/install-deps demo"; exit 77; }
done
top=$PWD
n_run=0 n_read=0 n_elsewhere=0
ln -s "$BUILD/renacer" renacer-compare
PATH=$top:$PATH
wrong() { echo "$page:$line: $*"; bad=1; }

elsewhere() { # FIRST-LINE: who else sees to such a block; nothing: nobody
	case $page:$1 in
	README.md:'make demo'* | README.md:'PASS    tally '* | README.md:'FAIL    ledger-hasty'*) echo demo ;;
	README.md:permissions:* | github-action.md:*) echo github-action ;;
	format.md:*) echo format ;;
	expressions.md:mark* | expressions.md:event* | expressions.md:1KiB* | expressions.md:starts_with* | \
		expressions.md:count*) echo expressions ;;
	capture.md:'sudo setcap'*) echo rights ;;
	selftest.md:*'[TARGET...]'*) echo 'the usage: README has both commands' ;;
	renacer-toml.md:'#:schema'*) echo rules-reference ;;
	architecture.md:'capture ->'*) echo 'a drawing' ;;
	performance.md:make* | CONTRIBUTING.md:*) echo 'make bench, make check' ;;
	esac
}

status() { # COMMAND: the exit statuses that are right for it; 0 unless said
	case $1 in
	*'analyze '* | *'p99(duration'*) echo 0 1 4 ;; # of make: nothing is synced
	'renacer query t.rtrace'* | 'renacer compare before'*) echo 0 1 ;;
	'renacer compare --profile'*) echo 1 ;; # without the map
	*'ledger'*'sales.csv'*) [[ $1 = renacer-gate* ]] && echo 0 || echo 1 ;; # that of the command
	'renacer-gate diff'*) [ $page = transpile.md ] && echo 4 || echo 0 ;; # it writes a file
	'renacer export'*--otlp*) echo 0 3 4 ;; # nobody need listen there either
	*curl*) echo 0 7 ;; # nobody need listen at port 80
	'renacer-gate check --golden word_count.golden'*) echo 1 ;; # its file of words ends otherwise
	*'                  # the Python program against its golden'*) echo 1 ;;
	*) echo 0 ;;
	esac
}

convert() { # WORD: a program that makes JSON of CSV, says WORD, and is careful about it
	cat << END
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char line[100] = "";
	FILE *in = fopen(argc > 1 ? argv[1] : "in.csv", "r"), *out = fopen("out.json.new", "w");
	int dir = open(".", O_RDONLY | O_DIRECTORY);
	if (!in || !out)
		return 1;
	while (fgets(line, sizeof line, in))
		fprintf(out, "[\"%.*s\"]\n", (int)strcspn(line, "\n"), line);
	fflush(out);
	fsync(fileno(out));
	rename("out.json.new", "out.json");
	fsync(dir);
	puts("done: $1");
	return 0;
}
END
}
compile() { # OUT [FLAG...], with the source on stdin
	mkdir -p "$(dirname "$1")"
	cc -x c -O1 -o "$@" - || exit 3
}
committed() {
	git add -A && git -c user.name=ann -c user.email=ann@example.com commit -q --allow-empty -m "$1"
}
word_count() { # OUT N: the rewrite of word_count.py, with mistake N
	printf '%s\n' "fn wrong(n: u32) -> bool { n == $2 }" '#[path = "word_count.rs"] mod word_count;' \
		'fn main() { let a: Vec<String> = std::env::args().skip(1).collect(); std::process::exit(word_count::main(&a)) }' > main.rs
	rustc --edition 2021 -C opt-level=1 -o "$1" main.rs 2> /dev/null || exit 3
}

# What the text of a page takes for granted.
scene() {
	case $page in
	README.md)
		mkdir -p tests/data target/release
		printf 'a,1\nb,2\n' | tee tests/data/in.csv > in.csv
		seq 9 > in.txt
		convert ok | compile build/convert
		convert ok | compile target/release/convert
		printf 'all: a.o\na.o: a.c\n\tcc -c a.c\n' > Makefile
		echo 'int a;' > a.c
		git init -q -b main . ;;
	transpile.md)
		cp -r "$ROOT/examples/ledger" . && cp ledger/* . && mkdir -p target/release
		cp "$ROOT/build/examples/ledger" target/release/ ;;
	rewrite-guide.md)
		mkdir -p target/release
		cp "$ROOT"/tests/pairs/{py/word_count.py,rs/word_count.rs} .
		cp -r "$ROOT/tests/pairs/data/word_count" data && cp data/* .
		word_count target/release/word_count 0 ;;
	expressions.md) cp "$BUILD/prog/query" program ;;
	otlp.md)
		printf 'all:\n\ttrue\n' > Makefile
		printf '[[target]]\nname = "t"\nshell = "true"\n[otlp]\nenabled = true\nendpoint = "http://localhost:4318"\n' > renacer.toml
		renacer record -o run.rtrace -- true
		renacer-gate record ;;
	budgets.md) cp /bin/true convert ;;
	clusters.md) printf '[[cluster]]\nname = "a"\nsyscalls = ["read"]\n' > clusters.toml ;;
	renacer-toml.md) mkdir build && cp /bin/true build/greet ;;
	renacer-compare.1)
		echo 'print(len(open("in").read()) > 0)' > tally.py
		echo x > in
		printf '#include <stdio.h>\nint main(void)\n{\n\tFILE *in = fopen("in", "r");\n\treturn !in || getc(in) < 0 || puts("true") < 0;\n}\n' | compile tally ;;
	renacer-gate.1)
		seq 9 > in.txt
		mkdir ci
		printf '[[target]]\nname = "%s"\nshell = "echo a"\n' api-list api-get greet > ci/renacer.toml
		renacer-gate record -q --config ci/renacer.toml ;;
	renacer-query.1) renacer record -o t.rtrace -- "$BUILD/prog/query" ;;
	renacer-gate.--help)
		mkdir src examples && touch src/a
		printf '[[target]]\nname = "t"\nshell = "echo a"\n' > examples/renacer.toml
		renacer-gate record --config examples/renacer.toml ;;
	renacer*)
		printf 'all: a.o\na.o: a.c\n\tcc -c a.c\n' > Makefile
		echo 'int a;' > a.c
		renacer record -o before.rtrace -- true && renacer record -o after.rtrace -- true ;;
	esac > /dev/null
}

# What the text says in between, and does not show.
meanwhile() { # FIRST-LINE of the block that comes
	case $page:$1 in
	README.md:'renacer-gate explain'*)
		renacer-gate record -q && committed recorded ;;
	README.md:'PASS    report '*)
		mkdir -p bin && cp "$(command -v date)" bin/report && printf '#!/bin/sh\ndate\n' > report && chmod +x report &&
			renacer-gate record --golden report.golden -- ./report ;;
	README.md:'renacer query build'*) renacer record -o build.rtrace -- make ;;
	README.md:'renacer-gate selftest'*)
		convert True | compile build/convert
		convert true | compile target/release/convert
		sed -i '/^\[\[known\]\]/,/^expires/d' renacer.toml
		renacer-gate record && renacer-gate ;;
	README.md:'renacer-gate diff'*)
		for word in py:True rs:true; do # a trace does not hold what a file is in the end
			printf '#include <stdio.h>\nint main(void) { return puts("done: %s") < 0; }\n' "${word#*:}" | compile said
			renacer record -o ${word%:*}.rtrace -- ./said || return
		done ;;
	transpile.md:'renacer-gate record'*) renacer-gate record && renacer-gate ;;
	rewrite-guide.md:FAIL*)
		word_count target/release/word_count $((++mistake))
		renacer-gate || [ $? = 1 ] ;;
	rewrite-guide.md:'PASS    word_count'* | rewrite-guide.md:'renacer-gate --junit'*)
		word_count target/release/word_count 0
		renacer-gate ;;
	budgets.md:"rule 'budget.syscalls'"*)
		compile again << 'END'
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char bytes[64];
	for (int i = 0; i < atoi(argv[argc - 1]); i++) {
		int fd = open("again", O_RDONLY);
		for (int k = 0; k < 4; k++)
			if (read(fd, bytes, sizeof bytes) < 0 || (k < 2 && lseek(fd, 0, SEEK_CUR) < 0))
				return 1;
		close(fd);
		access("none", F_OK);
	}
	return 0;
}
END
		printf '[[target]]\nname = "t"\ncommand = ["./again", "%s"]\nbudget = { syscalls = "+10%%" }\n' 20 > renacer.toml
		renacer-gate record && sed -i 's/"20"/"36"/' renacer.toml && renacer-gate || [ $? = 1 ] ;;
	esac >> "$top/said" 2>&1 || wrong "the scene of $1"
}

made_up() { # NAME
	printf '[[target]]\nname = "%s"\n' "$1"
	case $1 in
	convert) printf 'command = ["build/convert", "in.csv", "out.json"]\nsandbox = true\nfixtures = ["tests/data/in.csv"]\ncwd = "tests/data"\n' ;;
	word_count-py)
		printf 'command = ["/usr/bin/python3", "word_count.py", "one.txt", "two.txt"]\n'
		printf 'sandbox = true\nfixtures = ["word_count.py", "data/"]\n' ;;
	*) echo 'command = ["true"]' ;;
	esac
}

# A configuration of which a page shows a part: the targets that it names are made up.
read_toml() { # FILE
	local name
	cp "$1" renacer.toml
	[ "$page" != rewrite-guide.md ] || grep -q '^\[gate\]' "$1" ||
		{ printf '[gate]\nprofile = "transpile"\n'; cat "$1"; } > renacer.toml
	for name in convert word_count-py greet tool-a; do
		grep -qE "(target|equivalent_to) *= .*\"(${name/-a/-\\*})\"" "$1" && ! grep -q "^name = \"$name\"" "$1" &&
			made_up "$name" >> renacer.toml
	done
	grep -q '^\[\[target\]\]\|^\[\[cluster\]\]' renacer.toml ||
		made_up greet >> renacer.toml
	if grep -q '^\[\[cluster\]\]' renacer.toml; then
		mv renacer.toml clusters.toml
		printf '[gate]\nclusters = "clusters.toml"\n[[target]]\nname = "t"\nshell = "true"\n' > renacer.toml
	fi
	n_read=$((n_read + 1))
	renacer-gate validate > log 2>&1 || { wrong 'the configuration is refused'; cat log renacer.toml; }
}
type_commands() { # FILE: a command a line, or several lines within quotes
	local typed='' text rc
	while IFS= read -r text; do
		typed+=${typed:+$'\n'}$text
		[ -n "$typed" ] && bash -n <<< "$typed" 2> /dev/null || continue
		if [[ $typed != *curl* ]] || command -v curl > /dev/null; then
			n_run=$((n_run + 1))
			bash -c "$typed" < /dev/null > log 2>&1
			rc=$?
			cat log >> "$top/said"
			[[ " $(status "$typed") " == *" $rc "* ]] || grep -q 'built without libcurl' log || { wrong "exit $rc: $typed"; tail -20 log; }
		fi
		typed=
	done < "$1"
	[ -z "$typed" ] || wrong "no command: $typed"
}

# Lines of the goldens in the repository, … for what is left out.
kept_lines() { # FILE
	local text
	while IFS= read -r text; do
		text=$(sed 's/[][\.*^$]/\\&/g; s/…/.*/g' <<< "$text")
		n_shown=$((n_shown + 1))
		grep -qx -- "$text" "$ROOT"/golden/*.golden || wrong "no golden has $text"
	done < "$1"
}

# A golden has numbers in that form; of a cluster, with these very digits.
number_line() { # FILE
	local form='s/:("[^"]*"|[0-9]+|\[[^]]*\])/:/g'
	n_shown=$((n_shown + 1))
	printf '[[target]]\nname = "t"\nshell = "true"\nbudget = { syscalls = "+0" }\n[[assertion]]\nname = "c"\ntype = "cluster"\n' > renacer.toml
	renacer-gate record > log 2>&1 || { wrong 'no golden'; cat log; }
	grep '"number"' golden/t.golden | sed -E "$form" | grep -qxF -- "$(sed -E "$form" "$1")" ||
		wrong "a golden has no such line: $(cat "$1")"
	grep -qF -- "$(grep -oE '"number":"[^"]*"' "$1")" golden/t.golden || wrong "no such number: $(cat "$1")"
}

# Each line in its own language: a path is asked for that is not there.
marks() { # FILE
	local text n=0
	while IFS= read -r text; do
		case $text in
		*'/*'*'*/') printf '#include <unistd.h>\n#include "renacer.h"\nint main(void)\n{\n%s\n}\n' "$text" | compile marks -I"$ROOT/include" ;;
		*'# Python') printf '#!/usr/bin/python3\nimport os\n%s\n' "$text" > marks && chmod +x marks ;;
		*'// Rust') printf 'fn main() {\n%s\n}\n' "$text" > marks.rs && rustc -o marks marks.rs ;;
		*) wrong "a mark in no language: $text" && continue ;;
		esac
		n=$((n + 1)) n_run=$((n_run + 1))
		renacer record -f -o marks.rtrace -- ./marks 2> log && renacer query -q marks.rtrace 'path ~ "**/renacer:main"' > log 2>&1 ||
			{ wrong "no mark: $text"; cat log; }
		rm -f marks
	done < "$1"
	[ $n -ge 4 ] || wrong 'marks in four languages were to be seen'
}

block() { # FILE
	local first who
	first=$(head -1 "$1")
	who=$(elsewhere "$first")
	if [ -n "$who" ]; then
		n_elsewhere=$((n_elsewhere + 1))
		return
	fi
	meanwhile "$first"
	case $kind:$first in
	toml:*) read_toml "$1" ;;
	*:renacer*) type_commands "$1" ;;
	*:PASS* | *:FAIL* | *:rule*) shown "$1" "$top/said" ;;
	*:'{"number"'*) number_line "$1" ;;
	*:RENACER_MARK*) marks "$1" ;;
	*:'{"effect"'*) kept_lines "$1" ;;
	*) wrong "nobody sees to this block: $first" ;;
	esac
}

for program in renacer renacer-gate; do
	{ echo '    ' | tr -d ' '; $program --help | sed -n '/^examples:/,/^$/s/^  /    /p'; } > $program.--help
done
mkdir blocks
awk -v dir=blocks -f "$ROOT/tests/blocks.awk" "$ROOT"/{README,CONTRIBUTING}.md "$ROOT"/docs/*.md "$ROOT"/docs/man/*.1 \
	renacer.--help renacer-gate.--help > list
here='' mistake=0
while read -r number page line kind; do
	if [ "$page" != "$here" ]; then
		here=$page
		mkdir "$top/at-$page" && cd "$top/at-$page" || exit 3
		: > "$top/said"
		scene
	fi
	block "$top/blocks/$number"
done < "$top/list"
echo "$(wc -l < "$top/list") blocks: $n_run commands run, $n_read configurations read, $n_shown lines shown, $n_elsewhere tested elsewhere"
[ $n_run -ge 40 ] && [ $n_read -ge 35 ] && [ $n_shown -ge 20 ] || { echo 'too few to mean anything'; bad=1; }
exit $bad
