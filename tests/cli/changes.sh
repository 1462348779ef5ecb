#!/bin/bash
# Deliberate changes: each program is recorded as it should be, then replaced by one that differs
# in a single way. The gate must fail with 1, and its text must name the thing that changed, and
# nothing else: as many differences as there are, counts of things aside.
#
# A row: change NAME N 'WHAT THE TEXT MUST SAY (extended regex)' GOOD BAD. GOOD and BAD are shell
# programs run as `sh prog`; act takes Python programs instead, run as `python3 -I act.py`.
set -u
python=/usr/bin/python3
[ -x $python ] || { echo "no $python"; exit 77; }
names=()

change() { # name n wanted good bad
	names+=("$1")
	mkdir -p good/"$1" bad/"$1"
	printf '%s\n' "$4" > good/"$1"/prog
	printf '%s\n' "$5" > bad/"$1"/prog
	printf '%s' "$3" > "good/$1.wanted"
	printf '%s' "$2" > "good/$1.n"
}

act() {
	change "$@"
	mv good/"$1"/prog good/"$1"/act.py
	mv bad/"$1"/prog bad/"$1"/act.py
}

# A peer outside the traced tree: answers nothing, closes what connects, ignores signals.
$python -c '
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

connect='import socket
peer = socket.create_connection(("127.0.0.1", '$port'))'
save='import os
with open("state.new", "w") as out:
    out.write("saved\n")
    out.flush()
    os.fsync(out.fileno())
os.rename("state.new", "state.json")'
mapped='import mmap
with open("image.bin", "w+b") as f:
    f.truncate(4096)
    m = mmap.mmap(f.fileno(), 4096)
    m[1000:1001] = b"x"
    m.close()'

change byte-of-output 1 "stdout: line 2 differs from column 2 on: wanted 'world', found 'wirld'" \
	"printf 'hello\nworld\n'" "printf 'hello\nwirld\n'"
change order-of-lines 1 "stdout: line 1 .*'one'" \
	"printf 'one\ntwo\n'" "printf 'two\none\n'"
change last-newline 1 'stdout: line 1 does not end in a newline' \
	"printf 'done\n'" "printf done"
change written-twice 1 "stdout: line 2 is not in the golden: 'once'" \
	'echo once' 'echo once; echo once'
change wrong-stream 1 "'warning' went to stderr instead of stdout" \
	'echo warning' 'echo warning >&2'
change exit-code 1 'exit status 3, the golden has 0' \
	'exit 0' 'exit 3'
change killed 1 'killed by SIGTERM, the golden has exit status 0' \
	'exit 0' 'kill -TERM $$'
change file-content 1 "config\.ini: line 1 differs from column 7 on: wanted 'depth=3', found 'depth=4'" \
	'echo depth=3 > config.ini' 'echo depth=4 > config.ini'
change file-missing 1 'file <cwd>/result\.txt was not written, the golden has it' \
	'echo 1 > result.txt' ':'
change truncated 1 "log\.txt: line 1 of the golden is missing: 'a'" \
	'echo a > log.txt; echo b >> log.txt' 'echo a > log.txt; echo b > log.txt'
act file-mode 1 'key\.pem: mode 0644, the golden has 0600' \
	'import os; os.close(os.open("key.pem", os.O_CREAT, 0o600))' \
	'import os; os.close(os.open("key.pem", os.O_CREAT, 0o644))'
act file-left 1 'file <cwd>/work\.tmp was written, the golden leaves it alone' \
	'import os; open("work.tmp", "w").close(); os.unlink("work.tmp")' \
	'import os; open("work.tmp", "w").close()'
act file-removed 1 'data\.txt was removed, the golden keeps it' \
	'import os' 'import os; os.unlink("data.txt")'
echo data | tee good/file-removed/data.txt > bad/file-removed/data.txt
act swapped-rename 1 'file <cwd>/b\.dat was written as <cwd>/a\.dat instead of' \
	'import os; open("a.dat", "w").close(); open("b.dat", "w").close(); os.rename("a.dat", "b.dat")' \
	'import os; open("a.dat", "w").close(); open("b.dat", "w").close(); os.rename("b.dat", "a.dat")'
act link-target 1 "symbolic link <cwd>/current points to 'v1', the golden has 'v2'" \
	'import os; os.symlink("v2", "current")' 'import os; os.symlink("v1", "current")'
act extra-directory 1 'directory <cwd>/cache was written, the golden leaves it alone' \
	'import os; os.mkdir("out")' 'import os; os.mkdir("out"); os.mkdir("cache")'
act lost-sync 1 'rename to <cwd>/state\.json came without fsync of its content' \
	"$save" "$(grep -v fsync <<< "$save")"
act mapped-byte 1 'image\.bin: other content of the same size \(4096 bytes\)' \
	"$mapped" "${mapped/b\"x\"/b\"y\"}"
change extra-child 1 'program /usr/bin/id was executed, the golden does not execute it' \
	'env true' 'env true; id > /dev/null'
change child-arguments 1 'sort was executed with other arguments: .*sort -u.*sort -ru' \
	'echo 1 | sort -u' 'echo 1 | sort -ru'
change child-status 1 'ended with 9, the golden has 4.*child' \
	'sh child || :' 'sh child || :'
echo 'exit 4' > good/child-status/child
echo 'exit 9' > bad/child-status/child
change extra-file-read 1 'file <cwd>/secret\.txt was read, the golden does not read it' \
	'read -r line < list.txt' 'read -r line < list.txt; read -r line < secret.txt'
for side in good bad; do
	for file in list secret; do
		echo line > $side/extra-file-read/$file.txt
	done
done
act extra-connection 1 "network: connect inet:127\.0\.0\.1:$port is not in the golden" \
	'import socket' "$connect"
act sent-bytes 1 "network: connect inet:127\.0\.0\.1:$port: other content of the same size \(5 bytes\)" \
	"$connect; peer.sendall(b'hello')" "$connect; peer.sendall(b'hullo')"
act listens 1 'network: listen inet:127\.0\.0\.1:.* is not in the golden' \
	'import socket' 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()'
change signal-outside 1 'signal: SIGUSR2 to a process outside is not in the golden' \
	'kill -0 $$' "kill -USR2 $peer"

{
	echo '[gate]'
	echo 'golden_dir = "golden"'
	echo 'record_runs = 2'
	for name in "${names[@]}"; do
		command='"sh", "prog"'
		[ ! -f "good/$name/act.py" ] || command="\"$python\", \"-I\", \"act.py\""
		printf '[[target]]\nname = "%s"\ncommand = [%s]\n' "$name" "$command"
		printf 'sandbox = true\nfixtures = ["program/%s/"]\n' "$name"
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
	n=$(grep -E '^ +[0-9]+\. ' "$name.log" | grep -vc 'count of')
	if [ $rc -ne 1 ]; then
		echo "$name: exit status $rc, not 1"
	elif ! tr '\n' ' ' < "$name.log" | grep -qE "$(< "good/$name.wanted")"; then
		echo "$name: the text does not say /$(< "good/$name.wanted")/"
	elif [ "$n" -ne "$(< "good/$name.n")" ]; then
		echo "$name: $n differences, not $(< "good/$name.n")"
	else
		found=$((found + 1))
		continue
	fi
	bad=1
	sed 's/^/    /' "$name.log"
done
echo "$found of ${#names[@]} changes found and named"
exit $bad
