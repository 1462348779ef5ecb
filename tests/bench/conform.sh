#!/bin/bash
# What the backends tell of odd programs, in every way and the long rows too; and whether the
# corpus has the same goldens by each of them under the profiles that look closer.
#
# CONFORM (1): how often; 0 leaves it out.
set -u
bad=0
for ((i = 0; i < ${CONFORM:-1}; i++)); do
	mkdir odd && (cd odd && LONG=1 bash "$ROOT/tests/cli/conform.sh") || bad=1
	rm -rf odd
done
[ "${CONFORM:-1}" -gt 0 ] || exit 0
# Programs that a profile refuses to record are left out, and counted.
for profile in io strict; do
	echo "the corpus, profile $profile"
	mkdir corpus && (cd corpus && CHECKS=0 PROFILE=$profile bash "$ROOT/tests/cli/corpus.sh") ||
		bad=1
	rm -rf corpus
done
exit $bad
