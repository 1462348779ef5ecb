#!/bin/bash
# tests/bench/corpus.sh - the corpus, checked again and again in each surrounding
#
# CHECKS (50): how often; 0: not at all.
set -u
times=${CHECKS:-50}

[ "$times" -gt 0 ] || { echo 'left out'; exit 0; }
echo "the corpus in each surrounding, $times times"
IN='quiet load elsewhere nobody locale tomorrow selftest' CHECKS=$times bash "$ROOT/tests/cli/corpus.sh"
