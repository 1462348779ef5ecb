#!/bin/bash
# Programs of every odd kind, run natively and with each backend that this machine allows: what
# they do is the same, nothing of it is lost, and all backends tell the same of it.
#
# tests/conform/programs has a program a line; what is compared stands there, with the exceptions.
# ONLY: names (globs); LONG=1: more ways, and the long rows too (`make bench`); WAYS: "native ptrace …";
# KEEP: a folder for what runs that failed left. CONTROL: native or a backend; that way alone,
# twice: what differs then is the program's own doing, or the machine's. SLOW: how many times slower
# than others this machine is, for time limits, and for how long programs wait for each other. RUNS: a
# folder; all is run, and nothing compared: NAME.tar there is what came of a program. FROM: a folder
# that these were unpacked to, each in NAME; nothing is run, and all compared.
# alone: what programs do natively is compared with what they do when traced, timers too.
set -u
read -ra only <<< "${ONLY:-*}"
conform=$BUILD/driver/conform
prog=$BUILD/prog
built=$BUILD/conform
failed=0 n_programs=0 n_runs=0 n_skipped=0
here=$PWD

complain() {
	echo "FAILED: $*"
	failed=$((failed + 1))
}

skip() {
	echo "skipped: $*"
	n_skipped=$((n_skipped + 1))
}

# A way is a backend; with a plus all it asks for is what goldens need, as the gate does; behind a
# point stand the bytes of each ring.
usual=" native ptrace seccomp+ ebpf " # what the gate asks of ebpf: the corpus, too
ways=(native)
for backend in ptrace seccomp ebpf; do
	if [ -n "${FROM-}" ] || why=$("$conform" -p $backend 2>&1); then
		for way in $backend $backend+; do
			[[ -z "${LONG-}" && "$usual" != *" $way "* ]] || ways+=("$way")
		done
	else
		skip "backend $backend: $why"
	fi
done
[ -z "${WAYS-}" ] || read -ra ways <<< "$WAYS"
case ${CONTROL-} in
'') ;;
native) ways=(native native.again) ;;
*) ways=(native "$CONTROL" "$CONTROL.again") ;;
esac
[ ${#ways[@]} -gt 1 ] || { echo "no backend works here"; exit 77; }

# build NAME SOURCE COMMAND...: a program that not every machine can build.
build() {
	local out=$built/$1 source=$2
	[ -z "${FROM-}" ] || return 0
	shift 2
	[ "$out" -nt "$source" ] && return
	mkdir -p "$built"
	"$@" -o "$out" "$source" > build.log 2>&1 ||
		{ skip "$(basename "$out"): cannot be built: $(head -n 1 build.log)"; rm -f "$out"; }
}

build leak "$ROOT/tests/conform/leak.c" gcc -g -fsanitize=address
build hello-go "$ROOT/tests/corpus/src/hello.go" env CGO_ENABLED=0 GO111MODULE=off \
	GOCACHE="$BUILD/go-cache" go build -trimpath
build threads-rs "$ROOT/tests/corpus/src/threads.rs" rustc --edition 2018 -O \
	-C target-feature=+crt-static
build copy-musl "$ROOT/tests/corpus/src/copy.c" musl-gcc -static -O1
# -idirafter: <asm/types.h> of the kernel, which only the unversioned gcc-multilib links to.
build copy-i386 "$ROOT/tests/corpus/src/copy.c" gcc -m32 -static -O1 \
	-idirafter "/usr/include/$(gcc -print-multiarch)"

# The state of what a program leaves behind, a line a path; sparse files are long.
left() {
	find . -mindepth 1 -printf '%P %y %#m %s %l\n' | LC_ALL=C sort
	find . -type f -size -1024k -exec md5sum {} + | LC_ALL=C sort
}

# run WAY COMMAND...: leaves everything in a folder of that name. All run in the same place.
run() {
	local way=$1 options=() ring=RING= rc
	shift
	case $way in *+) options+=(-w) ;; esac
	case $way in *.again) ;; *.*) ring=RENACER_RING=${way#*.} ;; esac
	rm -rf run "$way"
	mkdir -p run/box
	printf a > run/box/variant
	(cd run/box && exec timeout -k 5 "$limit" env -i "HOME=$here" "PATH=$PATH" LC_ALL=C \
		"prog=$prog" "built=$built" TMPDIR=/tmp "$ring" ${SLOW:+"SLOW=$SLOW"} \
		"$conform" -b "${way%%[+.]*}" "${options[@]}" -d "$here/run" -- "$@") > run/log 2>&1
	rc=$?
	(cd run/box && left) > run/left
	rm -rf run/box
	echo $rc > run/rc
	mv run "$way"
}

# The run itself came to its end, whatever the target did.
as_run() {
	local rc
	n_runs=$((n_runs + 1))
	read -r rc < "$1/rc"
	[ "$rc" = 0 ] && return
	complain "$name ($1): the run ended with $rc: $(head -n 3 "$1/log")"
	return 1
}

# same WHAT WAY OTHER FILE: equal bytes, or the first lines that are not.
same() {
	cmp -s "$2/$4" "$3/$4" && return
	complain "$name: $1 differs: $2 (<) and $3 (>)"
	diff "$2/$4" "$3/$4" | cut -c 1-240 | head -n "${LINES_SHOWN:-12}"
}

excepted() { [[ " $exceptions " == *" $1 "* ]]; }

# The target is the same program that it is alone.
like_native() {
	local way=$1 file
	for file in stdout stderr status left; do
		excepted "$file" || excepted "$file@${way%%[+.]*}" || same "what it does ($file)" native "$way" "$file"
	done
}

# What its own calls were, as it says itself.
as_wanted() {
	local way=$1 n regex got
	while read -r _ n regex; do
		got=$(grep -Ec -- "$regex" "$way/trace")
		[ "$got" = "$n" ] || complain "$name ($way): $got, not $n: $regex"
	done < "$way/wants"
	! grep -q '^BROKEN' "$way/trace" || complain "$name ($way): $(grep -m1 '^BROKEN' "$way/trace")"
}

# All events are there, or the footer says why not, as this program needs it.
as_complete() {
	local way=$1 wanted=complete footer
	footer=$(tail -n 1 "$way/trace")
	! excepted incomplete && ! excepted "incomplete@${way%%[+.]*}" || wanted=incomplete
	[[ "$footer" == "FOOTER $wanted "* ]] || complain "$name ($way): not $wanted: $footer"
}

# Counts without what the row leaves out: its names stand for calls and for "signal". Nor with
# what ptrace(2) alone can tell: signals that nobody hears of (SIGCHLD, SIGCONT, SIGURG, SIGWINCH
# without a handler; with one there is an rt_sigreturn for each), SIGKILL, and those that end a
# process at once, which its end tells.
reduce() {
	local way=$1 names
	names=$(tr ' ' '\n' <<< "$exceptions" | sed -n 's/^-//p' | paste -sd '|')
	grep -Ev "^[0-9.]+ (${names:-no such call})( |$)" "$way/counts" | LC_ALL=C sort | awk '
		BEGIN { split("17 18 23 28 9", few); for (i in few) unheard[few[i]] = 1 }
		$2 == "ended" { ended[$1] = $3 }
		{ line[NR] = $0; who[NR] = $1; what[NR] = $2; which[NR] = $3 }
		END {
			for (i = 1; i <= NR; i++)
				if (what[i] != "signal" || !(which[i] in unheard) &&
					sprintf("%x", which[i]) != ended[who[i]])
					print line[i]
		}' > "$way/reduced"
	# What rings were asked for, ebpf alone can tell.
	sed -n 's/through its rings is not seen (.*/through its rings is not seen/
		s/.* \(escaped.*\) calls .* \(32bit.*\)/\1 \2/p' "$way/trace" |
		tail -n 1 >> "$way/reduced"
}

compare() {
	local way profile reference=${mine[1]}
	for way in "${mine[@]}"; do
		grep '^want ' "$way/stdout" > "$way/wants"
		sed -i '/^want /d' "$way/stdout"
		[ "$way" = native ] || [ "$way" = "native+" ] || like_native "$way"
	done
	for way in "${mine[@]:1}"; do
		[ "${way%%[+.]*}" != native ] || continue
		as_complete "$way"
		[ "${way%+}" = "$way" ] && as_wanted "$way"
		for profile in effects io strict; do
			excepted $profile || excepted "$profile@${way%%[+.]*}" || [ "$profile$way" = "strict${way%+}+" ] ||
				same "golden ($profile)" "$reference" "$way" "golden.$profile"
		done
		[ "${way%+}" = "$way" ] || continue
		reduce "$way"
		excepted counts || excepted "counts@${way%%[+.]*}" || same counts "$reference" "$way" reduced
	done
}

# What was run elsewhere, of the ways that there were.
take_runs() {
	local way there=()
	for way in "${mine[@]}"; do
		[ ! -d "$FROM/$name/$way" ] || there+=("$way")
	done
	mine=("${there[@]}")
	[ ${#mine[@]} -gt 1 ] ||
		{ skip "$name: was not run"; n_programs=$((n_programs - 1)); return 1; }
	rm -rf "${mine[@]}"
	cp -r "${there[@]/#/$FROM/$name/}" .
	for way in "${mine[@]}"; do
		as_run "$way" || return
	done
}

# Everything of a row: its name, what is excepted, and what it needs before it can run.
one() {
	local name=$1 exceptions=$2 command=$3 way before=$failed limit=60 mine=()
	if excepted long; then
		[ -n "${LONG-}" ] || return
		limit=600
	fi
	limit=$((limit * ${SLOW:-1}))
	for word in $exceptions; do
		case $word in
		needs=*)
			[ -n "${FROM-}" ] || command -v "${word#needs=}" > /dev/null || [ -e "$built/${word#needs=}" ] ||
				{ skip "$name: no ${word#needs=}"; return; } ;;
		root) [ "$(id -u)" -eq 0 ] || { skip "$name: needs root"; return; } ;;
		esac
	done
	for way in "${ways[@]}"; do
		excepted "not@${way%%[+.]*}" && { skip "$name with $way, see its row"; continue; }
		mine+=("$way")
	done
	if excepted ring && [[ -z "${CONTROL-}" && " ${mine[*]} " == *" ebpf "* ]]; then
		mine+=(ebpf.65536)
	fi
	[ ${#mine[@]} -gt 1 ] || { skip "$name: no backend for it"; return; }
	n_programs=$((n_programs + 1))
	if [ -n "${FROM-}" ]; then
		take_runs || return
	else
		for way in "${mine[@]}"; do
			run "$way" sh -c "exec $command"
			as_run "$way" || [ -n "${RUNS-}" ] || return
		done
	fi
	if [ -n "${RUNS-}" ]; then
		tar -cf "$RUNS/$name.new" "${mine[@]}" && mv "$RUNS/$name.new" "$RUNS/$name.tar"
		return
	fi
	compare
	if [ "$failed" -ne "$before" ] && [ -n "${KEEP-}" ]; then
		mkdir -p "$KEEP/$name" && cp -r "${mine[@]}" "$KEEP/$name"
	fi
}

is_chosen() {
	local glob
	for glob in "${only[@]}"; do
		# shellcheck disable=SC2254 # a glob it is
		case $1 in $glob) return 0 ;; esac
	done
	return 1
}

# The line is: name, exceptions up to the colon, command.
rows=0
while IFS= read -r line; do
	case $line in '' | '#'*) continue ;; esac
	rows=$((rows + 1))
	head=${line%%: *}
	name=${head%% *}
	is_chosen "$name" || continue
	[ "$head" = "$name" ] && exceptions='' || exceptions=${head#* }
	start=$SECONDS
	one "$name" "$exceptions" "${line#*: }"
	[ $((SECONDS - start)) -lt 5 ] || echo "$name took $((SECONDS - start)) s"
done < "$ROOT/tests/conform/programs"
echo "$n_programs programs of $rows, ${#ways[@]} ways (${ways[*]}), $n_runs runs; $n_skipped skipped, $failed failed, in $SECONDS s"
[ "$failed" -eq 0 ] && [ "$n_programs" -gt 0 ]
