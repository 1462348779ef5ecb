#!/bin/bash
# Deliberate changes: each program is recorded as it should be, then replaced by one that differs
# in a single way. The gate must fail with 1, and its text must name the thing that changed.
#
# A row: change NAME 'WHAT THE TEXT MUST SAY (extended regex)' GOOD BAD; both are shell programs
# run as `sh prog` in a sandbox. NAME.child, where given, is the program of a child.
set -u
names=()

change() { # name wanted good bad
	names+=("$1")
	mkdir -p good/"$1" bad/"$1"
	printf '%s\n' "$3" > good/"$1"/prog
	printf '%s\n' "$4" > bad/"$1"/prog
	printf '%s' "$2" > "good/$1.wanted"
}

# A peer outside the traced tree: answers nothing, closes what connects, ignores signals.
/usr/bin/python3 -c '
import signal, socket, sys
signal.signal(signal.SIGUSR2, signal.SIG_IGN)
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
print(server.getsockname()[1], flush=True)
while True:
    peer, _ = server.accept()
    while peer.recv(4096):
        pass
    peer.close()
' > port &
peer=$!
trap 'kill $peer' EXIT
for ((i = 0; i < 200; i++)); do
	[ ! -s port ] || break
	sleep 0.05
done
port=$(< port)
[ -n "$port" ] || { echo 'the peer did not start'; exit 1; }

connect='import socket, sys
peer = socket.create_connection(("127.0.0.1", '$port'))
peer.sendall(sys.argv[1].encode())
peer.close()'
save='import os, sys
with open("state.new", "w") as out:
    out.write("saved\n")
    out.flush()
    if sys.argv[1] == "sync":
        os.fsync(out.fileno())
os.rename("state.new", "state.json")'
mapped='import mmap, sys
with open("image.bin", "r+b") as f:
    m = mmap.mmap(f.fileno(), 4096)
    m[1000:1001] = sys.argv[1].encode()
    m.close()'
listen='import socket
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()'

change byte-of-output "stdout.*line 2.*'wirld'|stdout: byte .* line 2" \
	"printf 'hello\nworld\n'" "printf 'hello\nwirld\n'"
change order-of-lines 'stdout' \
	"printf 'one\ntwo\n'" "printf 'two\none\n'"
change last-newline 'stdout' \
	"printf 'done\n'" "printf done"
change written-twice 'stdout' \
	'echo once' 'echo once; echo once'
change wrong-stream 'stderr' \
	'echo warning' 'echo warning >&2'
change exit-code 'exit.*3' \
	'exit 0' 'exit 3'
change killed 'SIGTERM' \
	'exit 0' 'kill -TERM $$'
change file-mode 'key\.pem.*mode.*0644' \
	'echo k > key.pem; chmod 600 key.pem' 'echo k > key.pem; chmod 644 key.pem'
change file-content 'config\.ini' \
	'echo depth=3 > config.ini' 'echo depth=4 > config.ini'
change file-left 'work\.tmp' \
	'echo x > work.tmp; rm work.tmp' 'echo x > work.tmp'
change file-missing 'result\.txt' \
	'echo 1 > result.txt' ':'
change file-removed 'data\.txt.*removed' \
	':' 'rm data.txt'
echo data | tee good/file-removed/data.txt > bad/file-removed/data.txt
change truncated 'log\.txt' \
	'echo a > log.txt; echo b >> log.txt' 'echo a > log.txt; echo b > log.txt'
change swapped-rename '(a|b)\.dat' \
	'echo 1 > a.dat; echo 2 > b.dat; mv a.dat b.dat' \
	'echo 1 > a.dat; echo 2 > b.dat; mv b.dat a.dat'
change link-target 'current.*(v1|v2)' \
	'ln -s v2 current' 'ln -s v1 current'
change extra-directory 'cache' \
	'mkdir out' 'mkdir out cache'
change lost-sync 'state\.json.*sync' \
	"python3 -c '$save' sync" "python3 -c '$save' nosync"
change mapped-byte 'image\.bin' \
	"truncate -s 4096 image.bin; python3 -c '$mapped' x" \
	"truncate -s 4096 image.bin; python3 -c '$mapped' y"
change extra-child '\bid\b' \
	'env true' 'env true; id > /dev/null'
change child-arguments 'sort.*-r' \
	'echo 1 | sort -u' 'echo 1 | sort -ru'
change child-status 'ended with 9, the golden has 4.*child' \
	'sh child || :' 'sh child || :'
echo 'exit 4' > good/child-status/child
echo 'exit 9' > bad/child-status/child
change extra-file-read 'secret\.txt' \
	'read -r line < list.txt' 'read -r line < list.txt; read -r line < secret.txt'
for side in good bad; do
	for file in list secret; do
		echo line > $side/extra-file-read/$file.txt
	done
done
change extra-connection "connect.*127\.0\.0\.1" \
	'python3 -c pass' "python3 -c '$connect' hello"
change sent-bytes "127\.0\.0\.1.*(byte|sent)|(byte|sent).*127\.0\.0\.1" \
	"python3 -c '$connect' hello" "python3 -c '$connect' hullo"
change listens 'listen' \
	'python3 -c pass' "python3 -c '$listen'"
change signal-outside 'SIGUSR2' \
	'kill -0 $$' "kill -USR2 $peer"

# The python that runs must not be a wrapper of many programs: its own children are not the point.
sed -i 's|^python3 |/usr/bin/python3 |; s|; python3 |; /usr/bin/python3 |' {good,bad}/*/prog

{
	echo '[gate]'
	echo 'golden_dir = "golden"'
	echo 'record_runs = 2'
	for name in "${names[@]}"; do
		printf '[[target]]\nname = "%s"\ncommand = ["sh", "prog"]\ncwd = "program/%s"\n' \
			"$name" "$name"
		printf 'sandbox = true\nfixtures = ["program/%s"]\n' "$name"
	done
} > renacer.toml

fill() { # good | bad: what `program` is
	rm -rf program
	mkdir program
	for name in "${names[@]}"; do
		cp -r "$1/$name" program/
	done
}

fill good
if ! renacer-gate record > record.log 2>&1; then
	cat record.log
	exit 1
fi
# Unchanged, everything passes: a gate that always fails would find every change, too.
if ! renacer-gate check > check.log 2>&1; then
	cat check.log
	exit 1
fi

fill bad
found=0 bad=0
for name in "${names[@]}"; do
	renacer-gate check "$name" > "$name.log" 2>&1
	rc=$?
	if [ $rc -ne 1 ]; then
		echo "$name: exit status $rc, not 1"
	elif ! grep -qE "$(< "good/$name.wanted")" "$name.log"; then
		echo "$name: the text does not say /$(< "good/$name.wanted")/"
	else
		found=$((found + 1))
		continue
	fi
	bad=1
	sed 's/^/    /' "$name.log"
done
echo "$found of ${#names[@]} changes found and named"
exit $bad
