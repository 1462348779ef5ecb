#!/bin/bash
# tests/bench/learn.sh - output that differs each time, checked again and again
#
# LEARNED (20): how often; 0: not at all.
set -u
times=${LEARNED:-20}

[ "$times" -gt 0 ] || { echo 'left out'; exit 0; }
echo "output that differs each time, $times times"
CHECKS=$times bash "$ROOT/tests/cli/learn.sh"
