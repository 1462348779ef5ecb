#!/bin/sh
# A repository, two commits, a branch, a merge; names and dates are fixed.
set -eu
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.invalid GIT_AUTHOR_DATE='1700000000 +0000'
export GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.invalid
export GIT_COMMITTER_DATE='1700000000 +0000'
git init -q -b main repository
cd repository
printf 'one\n' > a
git add a
git commit -qm first
git checkout -qb side
printf 'two\n' > b
git add b
git commit -qm second
git checkout -q main
git merge -q --no-ff -m merge side
git log --oneline --graph
git status --short
