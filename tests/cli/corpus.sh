#!/bin/bash
# Real programs: recorded with every backend, with equal bytes, then checked again and again without a flake.
#
# CHECKS says how often in each surrounding (2; `make bench` asks for 50), IN which surroundings
# (quiet; `make bench` asks for all of them), ONLY limits it to targets of that glob,
# PROFILE is another one than the usual, BACKEND is what checks are captured with (the usual one).
set -u
checks=${CHECKS:-2}
only=${ONLY:-*}
in=${IN:-quiet}
# Debian's programs first, so that another user may run them too; and rustc itself, where what is
# found first only looks for it below the home directory.
PATH=/usr/bin:/bin:/usr/sbin:/sbin:$PATH
PATH=$BUILD:$(rustc --print sysroot)/bin:$PATH
export PATH
for program in git sqlite3 python3 node perl make gcc g++ openssl curl redis-server nginx go \
	rustc musl-gcc zstd xz bzip2 patch rsync busybox gawk jq pigz zip unzip bc ed socat; do
	command -v $program > /dev/null ||
		{ echo "no $program: tools/install-deps corpus"; exit 77; }
done

# Built once; nothing in them depends on where.
bin=$BUILD/corpus
mkdir -p "$bin"
build() { # output source command...
	local out=$bin/$1 source=$ROOT/tests/corpus/src/$2
	shift 2
	[ "$out" -nt "$source" ] || "$@" "$out" "$source" || { echo "cannot build $out"; exit 1; }
}
build hello-go hello.go env CGO_ENABLED=0 GO111MODULE=off GOCACHE="$BUILD/go-cache" \
	go build -trimpath -o
build threads-rs threads.rs rustc --edition 2018 -O -o
build copy-musl copy.c musl-gcc -static -O1 -o
cp -r "$ROOT/tests/corpus" corpus
without() { # names, split by |: the configuration less these targets
	awk -v names="^name = \"($1)\"\$" '/^\[\[target\]\]/ { n++ }
		{ block[n] = block[n] $0 "\n" } $0 ~ names { left_out[n] = 1 }
		END { for (i = 0; i <= n; i++) if (!(i in left_out)) printf "%s", block[i] }'
}
n_wanted=61
# -idirafter: <asm/types.h> of the kernel, which only the unversioned gcc-multilib links to.
gcc -m32 -idirafter "/usr/include/$(gcc -print-multiarch)" -O1 -o "$bin/copy-i386" \
	"$ROOT/tests/corpus/src/copy.c" 2> /dev/null || {
	echo 'no 32-bit C library (gcc-12-multilib or later): the i386 target is left out'
	without i386 < "$ROOT/tests/corpus/renacer.toml" > corpus/renacer.toml
	n_wanted=60
}
cp -r "$bin" corpus/bin
cd corpus || exit 1
[ -z "${PROFILE-}" ] || sed -i "s/^\[gate\]/&\nprofile = \"$PROFILE\"/" renacer.toml
here=$PWD

gate() { # what log [option...], as $wrap says
	local rc jobs=1 what=$1 log=$2
	shift 2
	# A recording waits for another second to begin; several can wait at once.
	[ "$what" = check ] || jobs=8
	# Another profile refuses what is luck in it: what was recorded is checked.
	local names=("$only") golden
	if [ "$what" != record ] && [ -n "${PROFILE-}" ]; then
		names=()
		for golden in golden/*.golden*; do
			golden=${golden##*/}
			names+=("${golden%%.golden*}")
		done
	fi
	"${wrap[@]}" renacer-gate "$what" --config renacer.toml --jobs $jobs --json report.json \
		"$@" "${names[@]}" > "$log" 2>&1
	rc=$?
	if [ $rc -ne 0 ]; then
		echo "renacer-gate $what ended with $rc:"
		if [ "$what" = record ] && [ -n "${PROFILE-}" ]; then
			grep '^FLAKY' "$log"
		else
			grep -v '^PASS ' "$log"
		fi
	fi
	return $rc
}

bad=0 n_verdicts=0 n_bad=0
wrap=()
# Once with each backend that works here, twice at least: how a run was captured is no difference.
backends=()
for backend in ptrace seccomp ebpf; do
	if ! said=$(renacer -f --backend $backend -o /dev/null -- true 2>&1); then
		echo "backend $backend: skipped: $(head -n 1 <<< "$said")"
		continue
	fi
	backends+=("$backend")
done
[ ${#backends[@]} -gt 0 ] || { echo 'no backend works here'; exit 77; }
[ ${#backends[@]} -gt 1 ] || backends+=("${backends[0]}")
for i in "${!backends[@]}"; do
	rm -rf golden
	gate record "log.record$i" --backend "${backends[i]}" || [ -n "${PROFILE-}" ] || bad=1
	n=$(find golden -type f | wc -l)
	if [ -n "${PROFILE-}" ]; then
		echo "${backends[i]}: $n of $n_wanted could be recorded"
		[ "$n" -ge $((n_wanted * 3 / 4)) ] || bad=1
	elif [ "$only" = '*' ] && [ "$n" -ne $n_wanted ]; then
		echo "${backends[i]}: $n goldens, not $n_wanted"
		bad=1
	fi
	if [ "$i" -eq 0 ]; then
		cp -r golden golden.first
		continue
	fi
	for golden in golden.first/*; do
		[ -e "golden/${golden##*/}" ] || continue # counted above
		cmp -s "$golden" "golden/${golden##*/}" && continue
		echo "recorded with ${backends[0]} (<) and ${backends[i]} (>), not the same: ${golden##*/}"
		diff "$golden" "golden/${golden##*/}" | cut -c 1-400 | head -20
		bad=1
	done
done

rm -rf golden
mv golden.first golden

check_often() { # surrounding
	local i counted start=$SECONDS
	for ((i = 1; i <= checks; i++)); do
		gate check "log.$1.$i" ${BACKEND:+--backend "$BACKEND"} || bad=1
		# The exit status says it as well; the report says which.
		counted=$(python3 - report.json "$1" << 'END'
import json, sys

with open(sys.argv[1], encoding="utf-8") as report:
    targets = json.load(report)["targets"]
not_passed = [(t["name"], t["verdict"]) for t in targets if t["verdict"] != "pass"]
if not targets or not_passed:
    print(f"{sys.argv[2]}: {len(targets)} verdicts, not passed: {not_passed}", file=sys.stderr)
print(len(targets), len(not_passed))
END
		) || bad=1
		rm -f report.json
		n_verdicts=$((n_verdicts + ${counted% *} + 0)) n_bad=$((n_bad + ${counted#* } + 0))
	done
	echo "$1: checked $checks times in $((SECONDS - start)) s"
}

under_load() {
	local spinners=() i
	for ((i = 0; i < $(nproc); i++)); do
		(while :; do :; done) &
		spinners+=($!)
	done
	check_often load
	kill "${spinners[@]}"
	wait "${spinners[@]}" 2> /dev/null
}

elsewhere() {
	local there="$here/../another place, with a considerably longer name/corpus"
	mkdir -p "${there%/*}"
	cp -r "$here" "$there"
	cd "$there" || exit 1
	check_often elsewhere
	cd "$here" || exit 1
}

# Whatever this user may not run is left out, and said.
as_nobody() {
	local there
	if [ "$(id -u)" -ne 0 ] || ! command -v setpriv > /dev/null; then
		echo 'nobody: skipped, needs root and setpriv'
		return
	fi
	there=$(mktemp -d)
	cp -r "$here/." "$there"
	chown -R 65534:65534 "$there"
	cd "$there" || exit 1
	wrap=(setpriv --reuid 65534 --regid 65534 --clear-groups env "HOME=$there")
	"${wrap[@]}" test -x "$BUILD/renacer-gate" ||
		{ echo "nobody: skipped, may not run $BUILD"; wrap=(); cd "$here" || exit 1; return; }
	# Started by root, nginx gives its privileges up: another behaviour, and told.
	without nginx < "$here/renacer.toml" > renacer.toml
	if ! "${wrap[@]}" rustc --version > /dev/null 2>&1; then
		echo "nobody: may not run rustc: left out"
		without 'nginx|rustc' < "$here/renacer.toml" > renacer.toml
	fi
	check_often nobody
	wrap=()
	cd "$here" || exit 1
	rm -rf "$there"
}

other_locale() {
	wrap=(env LANG=de_DE.UTF-8 LC_ALL=tr_TR.UTF-8 LANGUAGE=fr LC_NUMERIC=de_DE TZ=Asia/Tokyo)
	check_often locale
	wrap=()
}

# A day later, for everything that asks the C library.
tomorrow() {
	local library
	library=$(find /usr/lib -name 'libfaketimeMT.so.1' 2> /dev/null | head -n 1)
	[ -n "$library" ] || { echo 'tomorrow: skipped, no libfaketime'; return; }
	cp renacer.toml renacer.toml.today
	# The library keeps its clock in shared memory, and leaves that behind when a process dies.
	awk -v library="$library" '{ sub(/^ignore_paths = \[/, "&\"/dev/shm/*\", ") } 1
		/^inherit/ { printf "set = { LD_PRELOAD = \"%s\", FAKETIME = \"+1d\" }\n", library }
		/^name/ && !/"git/ { print "ignore_paths = [\"/dev/shm/*\"]" }' \
		renacer.toml.today | without i386 > renacer.toml
	check_often tomorrow
	mv renacer.toml.today renacer.toml
}

# Every golden against changes that it must notice, and against some that it must not.
tested() {
	if gate selftest log.selftest; then
		grep -oE '[0-9]+ of [0-9]+ changes caught, [0-9]+ of [0-9]+ harmless' log.selftest |
			awk '{ caught += $1; changes += $3; passed += $6; harmless += $8; n++ }
			END { print "selftest: " n " goldens, " caught " of " changes " changes caught, " \
				passed " of " harmless " harmless ones passed" }'
		n_verdicts=$((n_verdicts + 1))
	else
		bad=1
	fi
}

for surrounding in $in; do
	case $surrounding in
	quiet) check_often quiet ;;
	load) under_load ;;
	elsewhere) elsewhere ;;
	nobody) as_nobody ;;
	locale) other_locale ;;
	tomorrow) tomorrow ;;
	selftest) tested ;;
	*) echo "no surrounding is called '$surrounding'"; exit 2 ;;
	esac
done
[ "$n_verdicts" -gt 0 ] || [ "$checks" = 0 ] || bad=1
n=$(find golden -type f | wc -l)
echo "$n programs, recorded with ${backends[*]}; $n_verdicts verdicts ($in), $n_bad not passed, in $SECONDS s"
exit $bad
