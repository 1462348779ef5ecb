#!/bin/bash
# Background jobs, a trap, process substitution, a here document, a coprocess.
set -u
trap 'echo caught' USR1
kill -USR1 $$
(exit 3) &
wait $!
echo "job ended with $?"
paste <(seq 1 3) <(seq 4 6)
cat << END
here: $((6 * 7))
END
coproc tr a-z A-Z
echo coprocess >&"${COPROC[1]}"
eval "exec ${COPROC[1]}>&-"
cat <&"${COPROC[0]}"
wait
