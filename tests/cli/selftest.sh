#!/bin/bash
# selftest: mutations of a run are judged by its golden; what an outsider could see must be
# caught, what nobody could see must pass, under each profile.
set -u
python=/usr/bin/python3
[ -x $python ] || { echo "no $python"; exit 77; }

# A peer outside the traced tree, which answers nothing.
$python -c '
import signal, socket
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

cat > files.sh << 'END'
echo hello
mkdir -p made/below
echo one > made/one
mv made/one made/two
ln -s two made/link
ln made/two made/second
touch work.tmp && rm work.tmp
rm old.txt
chmod 600 made/two
sort -r in.txt | sed s/a/b/ > sorted.txt
cat in.txt >&2
sh -c 'echo from the child; exit 3' || echo it ended with $?
name=$(mktemp) && echo kept > "$name" && cat "$name" && rm "$name"
END
cat > plain.sh << 'END'
sort -r in.txt | sed s/a/b/ > sorted.txt
rm old.txt
echo done
END
cat > outside.py << END
import os, signal, socket, sys
peer = socket.create_connection(("127.0.0.1", $(< port)))
peer.sendall(b"hello")
os.kill($peer, signal.SIGUSR2)
with open("state.new", "w") as out:
    out.write("saved\n")
    out.flush()
    os.fsync(out.fileno())
os.rename("state.new", "state.json")
fd = os.open(".", os.O_RDONLY)
os.fsync(fd)
sys.stdout.write("first\n")
sys.stdout.flush()
sys.stdout.write("second\n")
sys.stdout.flush()
END
cat > through.py << 'END'
import os
r, w = os.pipe()
os.write(w, b"moved without being seen\n")
os.splice(r, 1, 25)
END
cat > listen.py << 'END'
import socket, threading
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
port = server.getsockname()[1]
def answer():
    peer, _ = server.accept()
    peer.sendall(peer.recv(100).upper())
    peer.close()
thread = threading.Thread(target=answer)
thread.start()
client = socket.create_connection(("127.0.0.1", port))
client.sendall(b"hello")
print(f"http://localhost:{port}/ said {client.recv(100).decode()}", flush=True)
thread.join()
END
printf 'alpha\nbeta\ngamma\n' > in.txt
echo old > old.txt

target() { # name profile command...
	printf '[[target]]\nname = "%s"\nprofile = "%s"\nsandbox = true\n' "$1" "$2"
	printf 'fixtures = ["in.txt", "old.txt", "%s"]\ncommand = [%s]\n' "$4" "$3, \"$4\""
}
{
	printf '[gate]\ngolden_dir = "golden"\nrecord_runs = 2\n'
	for profile in effects io counts; do
		target plain-$profile $profile '"sh"' plain.sh
		target outside-$profile $profile "\"$python\", \"-I\"" outside.py
	done
	target outside-strict strict "\"$python\", \"-I\"" outside.py
	target files effects '"sh"' files.sh
	target through effects "\"$python\", \"-I\"" through.py
	target listen effects "\"$python\", \"-I\"" listen.py
} > renacer.toml
bad=0
renacer-gate record > record.log 2>&1 || { cat record.log; exit 1; }
find . -type f -newer renacer.toml > before

# Under ptrace tasks take turns call by call, so that there is something to interleave.
if ! renacer-gate selftest --backend ptrace --json report.json > selftest.log 2>&1; then
	cat selftest.log
	bad=1
fi
# Every operator found a place somewhere, and a second time everything is the same.
$python - report.json << 'END' || bad=1
import json, sys

with open(sys.argv[1], encoding="utf-8") as report:
    targets = json.load(report)["targets"]
tried = {}
for target in targets:
    for rule in target["rules"]:
        tried[rule["name"]] = tried.get(rule["name"], 0) + rule["events"]
never = [name for name, n in tried.items() if n == 0]
if never or len(tried) < 50 or sum(tried.values()) < 1000:
    print(f"{sum(tried.values())} mutants of {len(tried)} operators, never tried: {never}")
    sys.exit(1)
print(f"{sum(tried.values())} mutants of {len(tried)} operators, {len(targets)} targets")
END
# Sites of changes that must be caught follow from the effects, and are the same every time; those of
# harmless ones follow from when things happened.
sites() { # log
	sed -n 's/^\(PASS.* changes caught\).*/\1/p; /caught$/p' "$1"
}
renacer-gate selftest > again.log 2>&1
[ -n "$(sites selftest.log)" ] || { echo 'no changes in the report'; bad=1; }
diff <(sites selftest.log) <(sites again.log) || { echo 'not the same twice'; bad=1; }

# It writes nothing but what it is asked for.
find . -type f -newer renacer.toml ! -name '*.log' ! -name report.json ! -name before ! -name after > after
diff <(grep -vE '\.log$|before$' before) after || { echo 'files were left'; bad=1; }

# A redaction that hides everything makes a golden that is blind; that is said.
cat > blind.toml << 'END'
[gate]
golden_dir = "blind"
[[target]]
name = "blind"
shell = "echo one; echo two"
redact = [{ pattern = '(?s).+', with = "…" }]
END
renacer-gate record --config blind.toml > /dev/null || bad=1
renacer-gate selftest --config blind.toml > blind.log
rc=$?
if [ $rc -ne 1 ] || ! grep -q 'drop-output: write(1, "one\\n", 4) .*the gate did not see it' blind.log; then
	echo "a golden that holds nothing back was not told, exit status $rc:"
	cat blind.log
	bad=1
fi

# Without a configuration, and what cannot be tested at all.
renacer-gate record --golden true.golden -- true > /dev/null || bad=1
renacer-gate selftest --golden true.golden -- true > /dev/null || { echo 'true'; bad=1; }
renacer-gate selftest --golden absent.golden -- true > /dev/null
[ $? -eq 5 ] || { echo 'a missing golden is exit status 5'; bad=1; }
renacer-gate selftest --golden true.golden -- false > /dev/null
[ $? -eq 1 ] || { echo 'a run that does not pass cannot be mutated'; bad=1; }
exit $bad
