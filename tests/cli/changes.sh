#!/bin/bash
# Deliberate changes, twenty and more each of C, Python, Rust and shell programs: each program is
# recorded as it should be, then replaced by one that differs in a single way. The gate must fail
# with 1, its first finding must name the thing that changed and be of the class expected, and
# there must be as many as there are causes: one, or n[NAME]. Unchanged, all pass three times.
#
# A row: what NAME CLASS 'WHAT THE FIRST FINDING SAYS (extended regex)'. change and act have two
# more fields: the programs GOOD and BAD, run as `sh prog` and `python3 -I act.py`. The deeds of c
# and rs are in tests/changes, compiled once as they should be and once with the mistakes.
set -u
python=/usr/bin/python3
[ -x $python ] || { echo "no $python"; exit 77; }
names=()

declare -A command wanted class exits n

row() { # name class wanted command
	names+=("$1")
	mkdir -p good/"$1" bad/"$1"
	class[$1]=$2
	wanted[$1]=$3
	command[$1]=$4
}

change() { # name class wanted good bad
	row "$1" "$2" "$3" '"sh", "prog"'
	printf '%s\n' "$4" > good/"$1"/prog
	printf '%s\n' "$5" > bad/"$1"/prog
}

act() {
	row "$1" "$2" "$3" "\"$python\", \"-I\", \"act.py\""
	printf '%s\n' "$4" > good/"$1"/act.py
	printf '%s\n' "$5" > bad/"$1"/act.py
}

c() { row "$1" "$2" "$3" "\"program/c\", \"$1\""; }
rs() { row "$1" "$2" "$3" "\"program/rs\", \"$1\""; }

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

change byte-of-output bytes "stdout: line 2 differs from column 2 on: wanted 'world', found 'wirld'" \
	"printf 'hello\nworld\n'" "printf 'hello\nwirld\n'"
change order-of-lines bytes "stdout: line 1 .*'one'" \
	"printf 'one\ntwo\n'" "printf 'two\none\n'"
change last-newline bytes 'stdout: line 1 does not end in a newline' \
	"printf 'done\n'" "printf done"
change written-twice bytes "stdout: line 2 is not in the golden: 'once'" \
	'echo once' 'echo once; echo once'
change wrong-stream argument "'warning' went to stderr instead of stdout" \
	'echo warning' 'echo warning >&2'
change exit-code result 'exit status 3, the golden has 0' \
	'exit 0' 'exit 3'
change killed result 'killed by SIGTERM, the golden has exit status 0' \
	'exit 0' 'kill -TERM $$'
change file-content bytes "config\.ini: line 1 differs from column 7 on: wanted 'depth=3', found 'depth=4'" \
	'echo depth=3 > config.ini' 'echo depth=4 > config.ini'
change file-missing removed 'file <cwd>/result\.txt was not written, the golden has it' \
	'echo 1 > result.txt' ':'
change truncated bytes "log\.txt: line 1 of the golden is missing: 'a'" \
	'echo a > log.txt; echo b >> log.txt' 'echo a > log.txt; echo b > log.txt'
act file-mode argument 'key\.pem: mode 0644, the golden has 0600' \
	'import os; os.close(os.open("key.pem", os.O_CREAT, 0o600))' \
	'import os; os.close(os.open("key.pem", os.O_CREAT, 0o644))'
act file-left added 'file <cwd>/work\.tmp was written, the golden leaves it alone' \
	'import os; open("work.tmp", "w").close(); os.unlink("work.tmp")' \
	'import os; open("work.tmp", "w").close()'
act file-removed added 'data\.txt was removed, the golden keeps it' \
	'import os' 'import os; os.unlink("data.txt")'
echo data | tee good/file-removed/data.txt > bad/file-removed/data.txt
act swapped-rename argument 'file <cwd>/b\.dat was written as <cwd>/a\.dat instead of' \
	'import os; open("a.dat", "w").close(); open("b.dat", "w").close(); os.rename("a.dat", "b.dat")' \
	'import os; open("a.dat", "w").close(); open("b.dat", "w").close(); os.rename("b.dat", "a.dat")'
act link-target argument "symbolic link <cwd>/current points to 'v1', the golden has 'v2'" \
	'import os; os.symlink("v2", "current")' 'import os; os.symlink("v1", "current")'
act extra-directory added 'directory <cwd>/cache was written, the golden leaves it alone' \
	'import os; os.mkdir("out")' 'import os; os.mkdir("out"); os.mkdir("cache")'
act lost-sync argument 'rename to <cwd>/state\.json came without fsync of its content' \
	"$save" "$(grep -v fsync <<< "$save")"
act mapped-byte bytes 'image\.bin: other content of the same size \(4096 bytes\)' \
	"$mapped" "${mapped/b\"x\"/b\"y\"}"
change extra-child added 'program /usr/bin/id was executed, the golden does not execute it' \
	'env true' 'env true; id > /dev/null'
change child-arguments argument 'sort was executed with other arguments: .*sort -u.*sort -ru' \
	'echo 1 | sort -u' 'echo 1 | sort -ru'
change child-status result 'ended with 9, the golden has 4.*child' \
	'sh child || :' 'sh child || :'
echo 'exit 4' > good/child-status/child
echo 'exit 9' > bad/child-status/child
change extra-file-read added 'file <cwd>/secret\.txt was read, the golden does not read it' \
	'read -r line < list.txt' 'read -r line < list.txt; read -r line < secret.txt'
for side in good bad; do
	for file in list secret; do
		echo line > $side/extra-file-read/$file.txt
	done
done
act extra-connection added "network: connect inet:127\.0\.0\.1:$port is not in the golden" \
	'import socket' "$connect"
act sent-bytes bytes "network: connect inet:127\.0\.0\.1:$port: other content of the same size \(5 bytes\)" \
	"$connect; peer.sendall(b'hello')" "$connect; peer.sendall(b'hullo')"
act listens added 'network: listen inet:127\.0\.0\.1:.* is not in the golden' \
	'import socket' 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()'
change signal-outside added 'signal: SIGUSR2 to a process outside is not in the golden' \
	'kill -0 $$' "kill -USR2 $peer"

change glob-order bytes "stdout: lines? 1 .*'a'" \
	'touch a b c; for f in *; do echo $f; done' 'touch a b c; for f in [c] [b] [a]; do echo $f; done'
n[lost-trap]=2
change lost-trap added 'work\.tmp was written' \
	'trap "rm work.tmp" EXIT; echo 1 > work.tmp' 'echo 1 > work.tmp'
change swallowed-by-true result 'exit status 0, the golden has 1' \
	'false || exit 1' 'false || true'
exits[swallowed-by-true]=1
change lost-umask argument 'secret: mode 0644, the golden has 0600' \
	'umask 077; echo 1 > secret' 'echo 1 > secret'
change carriage-returns bytes 'hosts\.txt: line 1 differs' \
	"printf 'a\nb\n' > hosts.txt" "printf 'a\r\nb\r\n' > hosts.txt"
n[hard-link-lost]=3
change hard-link-lost added 'program /usr/bin/cp was executed.* one two' \
	'echo 1 > one; ln one two' 'echo 1 > one; cp one two'
change wrong-directory argument 'page\.html was written as <cwd>/page\.html instead of' \
	'mkdir out; echo 1 > out/page.html' 'mkdir out; echo 1 > page.html'
n[pipe-cut]=2
change pipe-cut argument 'sed was executed with other arguments: .*1,3p.*1,2p' \
	'seq 5 | sed -n 1,3p' 'seq 5 | sed -n 1,2p'

act encoding bytes 'name\.txt: ' \
	'open("name.txt", "w", encoding="utf-8").write("Zürich\n")' \
	'open("name.txt", "w", encoding="latin-1").write("Zürich\n")'
act thousands bytes "stdout: line 1 differs.*: wanted '1234567', found '1,234,567'" \
	'print(f"{1234567}")' 'print(f"{1234567:,}")'
act json-order bytes 'config\.json: ' \
	'import json; open("config.json", "w").write(json.dumps({"b": 1, "a": 2}, sort_keys=True))' \
	'import json; open("config.json", "w").write(json.dumps({"b": 1, "a": 2}))'
act environment bytes 'stdout: line 1 differs' \
	'print("mode fast")' 'import os; print("mode", os.environ.get("MODE", "slow"))'
act temporary-left added 'file <tmp>/.* was left behind' \
	'import os, tempfile; fd, name = tempfile.mkstemp(); os.unlink(name)' \
	'import os, tempfile; fd, name = tempfile.mkstemp()'
act swallowed-exception result 'exit status 0, the golden has 1' \
	'import sys
try:
    open("absent")
except OSError:
    sys.exit(1)' \
	'import sys
try:
    open("absent")
except OSError:
    pass'
exits[swallowed-exception]=1
act request-header bytes "network: connect inet:127\.0\.0\.1:$port: " \
	"$connect; peer.sendall(b'GET / HTTP/1.1\r\nAccept: a\r\n\r\n')" \
	"$connect; peer.sendall(b'GET / HTTP/1.1\r\nAccept: */*\r\n\r\n')"
act second-connection count "network: connect inet:127\.0\.0\.1:$port: .*2" \
	"$connect" "$connect; again = socket.create_connection((\"127.0.0.1\", $port))"
act copied-mode argument 'copy\.sh: mode 0644, the golden has 0755' \
	'import os, shutil; open("one.sh", "w").close(); os.chmod("one.sh", 0o755); shutil.copy("one.sh", "copy.sh")' \
	'import os, shutil; open("one.sh", "w").close(); os.chmod("one.sh", 0o755); shutil.copyfile("one.sh", "copy.sh")'
act not-removed removed 'data\.txt .*the golden removes it' \
	'import os; os.unlink("data.txt")' 'import os'
echo data | tee good/not-removed/data.txt > bad/not-removed/data.txt
act child-in-shell added 'program /bin/sh|program /usr/bin/dash' \
	'import subprocess; subprocess.run(["/usr/bin/true", "x"])' \
	'import subprocess; subprocess.run("/usr/bin/true x; :", shell=True)'
act killed-child result 'dash ended with SIGKILL, the golden has 0' \
	'import subprocess; subprocess.run(["/bin/sh", "child"])' \
	'import subprocess; subprocess.run(["/bin/sh", "child"])'
echo 'exit 0' > good/killed-child/child
echo 'kill -KILL $$' > bad/killed-child/child

c c-lost-fdatasync argument 'rename to <cwd>/data\.db came without fsync of its content'
c c-late-fdatasync argument 'rename to <cwd>/data\.db came without fsync of its content'
c c-in-place argument 'data\.db was written in place'
c c-lost-umask argument 'secret: mode 0644, the golden has 0600'
c c-lost-setuid-bit argument 'tool: mode 0755, the golden has 4755'
c c-short-write bytes 'page: '
c c-lost-append bytes "log: line 1 of the golden is missing: 'first'"
c c-lock-left added 'app\.lock was written, the golden leaves it alone'
c c-copy-for-link argument 'two is a file of its own, the golden has a hard link'
c c-link-for-file result 'two: is a symbolic link, the golden has a file'
c c-lost-xattr argument 'tagged: '
c c-other-signal result 'killed by SIGKILL, the golden has .*SIGTERM'
exits[c-other-signal]=143
c c-swallowed-error result 'exit status 0, the golden has 3'
exits[c-swallowed-error]=3
c c-error-to-stdout argument "'cannot open it' went to stdout instead of stderr"
c c-lost-flush removed "stdout: nothing was written, the golden has 'result 42'"
c c-orphan added 'fork of '
c c-child-word argument 'env was executed with other arguments: .*dry-run.*force'
c c-empty-file bytes "report: "
c c-lost-msync argument 'image: its content was not synced'
c c-fifo-for-file result 'inbox: is a fifo, the golden has a file'
n[c-other-port]=2
c c-other-port added "network: connect inet:127\.0\.0\.1:"
c c-directory-left added 'directory <cwd>/work was written, the golden leaves it alone'
[ "$(id -u)" != 0 ] || c c-setuid added 'setuid'

rs rs-lost-sync argument 'rename to <cwd>/state\.json came without fsync of its content'
rs rs-lost-directory-sync argument 'state\.json.*directory'
rs rs-key-mode argument 'id_key: mode 0644, the golden has 0600'
rs rs-lost-append bytes "events\.log: line 1 of the golden is missing: 'one'"
rs rs-lost-buffer bytes 'table\.csv: '
rs rs-wrong-directory argument 'page\.html was written as <cwd>/page\.html instead of'
rs rs-crlf bytes 'notes\.txt: line 1 differs'
rs rs-bom bytes 'data\.json: line 1 differs'
rs rs-number-format bytes "stdout: line 1 differs.*: wanted 'sum 0.30', found 'sum 0.30000000000000004'"
rs rs-order bytes "stdout: line 1 .*cherry"
rs rs-panic result 'exit status 101, the golden has 0'
rs rs-wrong-stream argument "'progress 100 %' went to stdout instead of stderr"
rs rs-child-argument argument 'env was executed with other arguments: .*depth=1.*depth=2'
rs rs-swallowed-child result 'exit status 0, the golden has 4'
exits[rs-swallowed-child]=4
n[rs-other-child]=2
rs rs-other-child added 'bash'
rs rs-telemetry added "network: connect inet:127\.0\.0\.1:$port is not in the golden"
rs rs-retry count "network: connect inet:127\.0\.0\.1:$port: .*2"
rs rs-request-header bytes "network: connect inet:127\.0\.0\.1:$port: other content of the same size"
rs rs-name-lookup added 'network: send inet:127\.0\.0\.1:53 is not in the golden'
rs rs-temporary-left added 'scratch\.d'
rs rs-extra-read added 'secret\.txt was read, the golden does not read it'
rs rs-link-target argument "current points to 'release-1', the golden has 'release-2'"
rs rs-truncated bytes 'block: '
rs rs-not-executable argument 'run\.sh: mode 0644, the golden has 0755'
rs rs-closed-input bytes "stdout: "
for side in good bad; do
	cp {good/extra-file-read,$side/rs-extra-read}/list.txt
	cp {good/extra-file-read,$side/rs-extra-read}/secret.txt
done

build() { # side: what good/ and bad/ have beside the rows
	local bad=0
	local -a cfg=()
	[ "$1" = good ] || { bad=1; cfg=(--cfg bad); }
	gcc -std=gnu17 -O1 -DBAD=$bad -o "$1/c" "$ROOT/tests/changes/changes.c" &&
		rustc --edition 2021 "${cfg[@]}" -o "$1/rs" "$ROOT/tests/changes/changes.rs"
}
command -v rustc > /dev/null || { echo 'no rustc: tools/install-deps corpus'; exit 77; }
for side in good bad; do
	build $side || { echo "cannot build the programs of '$side'"; exit 1; }
done

{
	echo '[gate]'
	echo 'golden_dir = "golden"'
	echo 'record_runs = 2'
	for name in "${names[@]}"; do
		printf '[[target]]\nname = "%s"\ncommand = [%s]\n' "$name" "${command[$name]}"
		printf 'sandbox = true\nfixtures = ["program/%s/"]\n' "$name"
		printf 'expect_exit = %d\nenv = { PEER = "%s", MODE = "careful" }\n' \
			"${exits[$name]-0}" "$port"
	done
} > renacer.toml

fill() { # good | bad: what `program` is
	rm -rf program
	mkdir program
	cp "$1/c" "$1/rs" program/
	for name in "${names[@]}"; do
		cp -r "$1/$name" program/
	done
}

fill good
# A recording waits for another second to begin; several can wait at once.
if ! renacer-gate record --jobs 8 > record.log 2>&1; then
	cat record.log
	exit 1
fi
# Unchanged, everything passes: a gate that always fails would find every change, too.
if ! renacer-gate check --jobs 2 --runs 3 > check.log 2>&1; then
	cat check.log
	exit 1
fi

fill bad
for name in "${names[@]}"; do
	printf '%s\t%s\t%s\t%s\n' "$name" "${class[$name]}" "${n[$name]-1}" "${wanted[$name]}"
done > rows
renacer-gate check --jobs 2 --json report.json > bad.log 2>&1
rc=$?
[ $rc -eq 1 ] || { echo "exit status $rc, not 1"; cat bad.log; exit 1; }
$python - report.json rows << 'END'
import json, re, sys

with open(sys.argv[1], encoding="utf-8") as report:
    targets = {t["name"]: t for t in json.load(report)["targets"]}
bad = 0
rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[2], encoding="utf-8")]
for name, wanted_class, n, wanted in rows:
    target = targets[name]
    found = [f for f in target["findings"] if f["level"] == "error"]
    text = found[0]["text"] if found else ""
    if target["verdict"] != "fail":
        why = "it " + target["verdict"]
    elif found[0]["rule"] != "renacer/" + wanted_class:
        why = f"class {found[0]['rule']}, not {wanted_class}"
    elif not re.search(wanted, text):
        why = f"the first finding does not say /{wanted}/"
    elif len(found) != int(n):
        why = f"{len(found)} findings, not {n}"
    else:
        continue
    bad += 1
    print(f"{name}: {why}")
    for finding in found:
        print(f"    {finding['rule']}: {finding['text']}")
        for member in finding["members"]:
            print(f"        {member['rule']}: {member['text']}")
print(f"{len(rows) - bad} of {len(rows)} changes found and named")
sys.exit(bad > 0 or len(rows) < 80)
END
