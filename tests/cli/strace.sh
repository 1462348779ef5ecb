#!/bin/bash
# The same commands under strace 6.1 and under renacer with the same options: line by line the same
# text, once what differs between any two runs is masked (tests/strace-form.pl says what).
set -u
failed=0
complain() {
	echo "FAILED: $*"
	failed=1
}

# Without strace: its transcript of a program of ours, as far as it depends neither on the C library
# nor on when a child ends.
program() {
	grep -E '^(P1 )?(execve|open|openat|read|write|pipe2|wait4|kill|alarm|pause|getpid|exit_group|clock_nanosleep|rt_sigreturn|syscall_0xbad|---|\+\+\+)' |
		grep -vE 'execve|/(lib|etc/ld)|ELF|/etc/hostname|^(P1 )?(read\(3|write\(1, "q)'
}
data=$ROOT/tests/data/strace
cc -w -x c -o transcript "$data/program.c" -pthread || complain "the program of the transcript"
renacer -f -o renacer.out ./transcript > out 2> err
[ $? = 143 ] || complain "the program of the transcript did not die of SIGTERM: $(cat err)"
perl "$ROOT/tests/strace-form.pl" follow race < "$data/f.txt" | sed -n 's/^P1 //p' | program > wanted
perl "$ROOT/tests/strace-form.pl" follow race < renacer.out | sed -n 's/^P1 //p' | program > got
[ "$(wc -l < wanted)" -ge 15 ] || complain "nothing is left of the transcript"
diff wanted got || complain "the transcript"

version=$(strace -V 2> /dev/null | head -1)
case $version in
*' 6.1') ;;
*)
	[ $failed = 0 ] || exit 1
	echo "strace 6.1 is not here: ${version:-none}"
	exit 77
	;;
esac

# Everything a command finds is made anew before each run.
fresh() {
	rm -rf work
	mkdir work
	printf 'one\ntwo\n' > work/text
	[ -z "${GIT:-}" ] || (
		cd work && touch -d '2 days ago' text && export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z' &&
			git init -q -b main . && git config user.email a@b && git config user.name a &&
			git add text && git commit -qm first &&
			echo more >> text && touch -d yesterday text .git/index
	) > /dev/null
}

# run PROGRAM OUT OPTION... -- CMD...: the environment and the address space are the same for both.
run() {
	local program=$1 out=$PWD/$2
	shift 2
	fresh
	(cd work && exec env -u _ setarch -R "$program" -o "$out" "$@" > ../out 2> ../err < /dev/null)
}

# same FLAGS OPTION... -- CMD...: FLAGS are those of strace-form.pl.
same() {
	local flags=$1 wanted_status status
	shift
	run strace strace.out "$@"
	wanted_status=$?
	mv out strace.std
	run renacer renacer.out "${@//-s64/--string-limit=64}"
	status=$?
	[ $status = $wanted_status ] || complain "$*: exit $status, not $wanted_status: $(head -3 err)"
	cmp -s strace.std out || [ -n "${VARIES:-}" ] || complain "$*: the program's own output differs"
	# shellcheck disable=SC2086
	{
		perl "$ROOT/tests/strace-form.pl" $flags < strace.out > wanted &&
			perl "$ROOT/tests/strace-form.pl" $flags < renacer.out > got
	} || complain "$*: lines of another form"
	[ "$(wc -l < wanted)" -ge "${LEAST:-5}" ] || complain "$*: strace says next to nothing"
	diff wanted got > difference || complain "$* ($(grep -c '^[<>]' difference) lines): $(head -6 difference | cut -c1-400)"
	n=$((n + $(wc -l < got)))
}
n=0

if ! strace -o strace.out true 2> /dev/null; then
	echo 'this machine does not let us trace'
	exit 77
fi
same '' -- ls -l text
same '' -v -- ls -l .
same '' -- cat text
same '' -v -- cp text copy
same '' -s64 -- cat text
same '' -a60 -- cat text
same '' -- sh -c 'exit 7'
same follow -f -- sh -c 'kill -TERM $$'
same '' -z -- ls nothing
same '' -Z -- ls nothing
LEAST=0 same '' -e trace=none -- true
for class in file %file desc %network process memory signal ipc %creds %clock %stat %lstat %fstat %statfs '!mmap,%memory' \
	'/^(open|read)' 'open,openat,?nosuch' all; do
	LEAST=1 same "follow race" -f -e "trace=$class" -- "$BUILD/prog/strace-calls"
done
LEAST=2 same "follow race" -f -e trace=write -e signal=none -- "$BUILD/prog/strace-calls"
same "follow race" -f -- "$BUILD/prog/strace-calls" unknown
same "follow race" -f -v -- "$BUILD/prog/strace-calls"
if cc -m32 -idirafter "/usr/include/$(cc -print-multiarch)" -w -D_GNU_SOURCE -o calls32 \
	"$ROOT/tests/prog/strace-calls.c" 2> /dev/null; then
	same "follow race" -f -- "$PWD/calls32"
	same "follow race" -f -v -- "$PWD/calls32"
fi
same "follow race" -f -- "$PWD/transcript"
same "follow race" -f -- sh -c 'cat text | tr a-z A-Z | wc -l'
same times -t -T -- cat text
same times -tt -- cat text
same times -ttt -T -- cat text
same times -r -- cat text
python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))' 2> /dev/null)
[ -z "$python" ] || same '' -- "$python" -S -c 'print(sum(range(10)))'
! command -v perl > /dev/null || same '' -- perl -e 'print "x" x 5'
! command -v sqlite3 > /dev/null || same '' -- sqlite3 :memory: 'create table t(a); insert into t values(1); select * from t'
if command -v git > /dev/null; then
	GIT=1 VARIES=1 same follow -f -- git status --short
fi

# -c: the same columns, the same calls and errors of each name; times are times.
counted() {
	sed 's/^ *//; s/ *$//' "$1" | grep -v '^-' |
		awk '{ print (NF == 6 || $1 == "%" ? $4 " " $5 " " $6 : $4 " " $NF) }' | sort
}
run strace strace.out -c -- ls nothing
run renacer renacer.out -c -- ls nothing
diff <(counted strace.out) <(counted renacer.out) || complain "-c"
[ "$(counted strace.out | wc -l)" -gt 10 ] || complain "strace counts next to nothing"

# Without -o the text goes to stderr, and lines of other tasks than the only one have their pid.
strace -e trace=write sh -c 'echo a; cat < /dev/null' 2>&1 > /dev/null |
	sed 's/si_[a-z]*=[0-9]*/N/g' > wanted
renacer -e trace=write sh -c 'echo a; cat < /dev/null' 2>&1 > /dev/null |
	sed 's/si_[a-z]*=[0-9]*/N/g' > got
diff wanted got || complain "text on stderr"
echo "$n lines"
exit $failed
