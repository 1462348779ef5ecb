#!/bin/bash
# Budgets of time are judged by pairs of runs of two trees, built in one job. What is asked here is
# the processor time of programs that differ by a factor: no machine is so loaded that it hides it.
set -u
bad=0
TMPDIR=$(mktemp -d)
export TMPDIR

fail() {
	echo "line ${BASH_LINENO[0]}: $*"
	cat log
	bad=1
}
check() { # STATUS REGEX [OPTION...]
	local want=$1 regex=$2 rc
	shift 2
	renacer-gate check -v "$@" > log 2>&1
	rc=$?
	[ $rc -eq "$want" ] || fail "check $*: wanted $want, got $rc"
	grep -qE -- "$regex" log || fail "check $*: no /$regex/"
}

git init -q . && git config user.email ann@example.com && git config user.name Ann
mkdir app
cat > app/work.c <<'END'
int main(void)
{
	volatile unsigned long sum = 0;

	for (unsigned long i = 0; i < 60000000ul; i++)
		sum += i;
	return 0;
}
END
cat > app/renacer.toml <<'END'
[gate]
golden_dir = "g"
build = ["make", "-s", "work"]
[[target]]
name = "work"
command = ["./work"]
budget = { cpu = { limit = "+60%", hard = true }, wall = "+500%" }
[[target]]
name = "true"
command = ["true"]
sandbox = true
fixtures = ["work"]   # made by the build: not there yet when the other commit's file is read
END
echo '/work' > app/.gitignore
git add -A && git commit -qm one || exit 1
cd app && make -s work && renacer-gate record > log 2>&1 || { cat log; exit 1; }
git add -A && git commit -qm golden || exit 1

# Nothing changed: no budget is broken, and both trees are told apart by the commit.
check 0 'budget\.cpu.*not measured|skip'
renacer-gate check -v --compare-ref HEAD~1 --pairs 9 > log 2>&1
rc=$?
[ $rc -eq 0 ] || [ $rc -eq 4 ] || fail "equal trees: $rc"
grep -qE "budget\.cpu.*against commit [0-9a-f]{12}: cpu: .* 9 pairs" log || fail "no interval"
[ $rc -eq 0 ] || grep -q 'the limit lies inside' log || fail "inconclusive without a reason"

# Four times the work: found, named, and only where it is.
sed -i 's/60000000ul/240000000ul/' work.c
git commit -qam slower
check 1 'budget\.cpu.*the whole interval lies beyond the limit' --compare-ref HEAD~1 --pairs 9 --junit out.xml
grep -q 'testcase' out.xml && grep -q 'budget.cpu' out.xml || fail "nothing in JUnit"
# A quarter of the work is a pass; the base is what was committed, not what lies about.
sed -i 's/240000000ul/15000000ul/' work.c
check 0 'budget\.cpu.*ratio 0\..*the whole interval lies within the limit' --compare-ref HEAD --pairs 9

# What cannot be measured is said, and is no pass.
sed -i 's/return 0/return 3/' work.c && make -s work
renacer-gate check -v --compare-ref HEAD --pairs 9 > log 2>&1 && fail "a run that ends otherwise passed"
git checkout -q work.c

check 2 "is it fetched" --compare-ref no-such-commit
check 2 "no name of a commit" --compare-ref=--help
check 2 "9 at least" --compare-ref HEAD --pairs 3
check 2 "no target that was judged has a budget" --compare-ref HEAD true
sed -i 's/^build = .*/build = ["sh", "-c", "echo no compiler; exit 7"]/' renacer.toml
check 3 "the build command 'sh' exited 7" --compare-ref HEAD
grep -q 'it printed: no compiler' log || fail "not what the build printed"
git checkout -q renacer.toml

# Nothing is left: no work tree that git knows of, no directory.
[ "$(git worktree list | wc -l)" -eq 1 ] || { git worktree list; bad=1; }
rmdir "$TMPDIR" || { echo "a tree is left"; bad=1; }
exit $bad
