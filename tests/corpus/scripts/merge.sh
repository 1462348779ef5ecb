#!/bin/sh
# Two branches, a merge, a rebase, a clone, a packed repository.
set -eu
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null HOME="$PWD"
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A
export GIT_COMMITTER_EMAIL=a@example.org
export GIT_AUTHOR_DATE='2001-02-03T04:05:06Z' GIT_COMMITTER_DATE='2001-02-03T04:05:06Z'
git init -q -b main work
cd work
git config gc.auto 0
echo base > file && git add file && git commit -q -m base
git checkout -q -b side
echo side > other && git add other && git commit -q -m side
git checkout -q main
echo more >> file && git commit -q -a -m more
git merge -q -m merged side
git checkout -q -b third side
echo third > third && git add third && git commit -q -m third
git rebase -q main
git log --format='%h %s' --graph
cd ..
git clone -q work copy
git -C copy status --short
