#!/bin/bash
# tests/bench/query.sh - expressions over a table of events: milliseconds of the evaluator, and of a
# plain scan of the same expression, row by row
#
# ROWS (10000000)
set -u
query "${ROWS:-10000000}"
