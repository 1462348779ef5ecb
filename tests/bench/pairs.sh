#!/bin/bash
# tests/bench/pairs.sh - pairs of programs, judged again and again
#
# PAIRS (20): how often; 0: not at all.
set -u
times=${PAIRS:-20}

[ "$times" -gt 0 ] || { echo 'left out'; exit 0; }
echo "pairs of programs, $times times"
CHECKS=$times bash "$ROOT/tests/cli/pairs.sh"
