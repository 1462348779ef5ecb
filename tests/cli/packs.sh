#!/bin/bash
# Each pack passes a real program, and each of its rules is broken by a real program that keeps the
# other rules, under each backend that this machine allows; no report repeats a secret.
#
# All of it is one configuration: a target is called after the rule that it breaks, or pass.PACK.
set -u
fail() { echo "$*"; exit 1; }
python=/usr/bin/python3
[ -x $python ] || { echo 'no /usr/bin/python3'; exit 77; }
here=$PWD
secret=ghp_0123456789abcdefghijABCDEFGHIJ012345
mkdir -p home outside libs files
cp /usr/bin/true outside/tool
echo setting > home/setting
echo 'print(1)' > files/module.py
# Not in the command of the target, which reports do repeat: it stands in renacer.toml.
echo "import subprocess; subprocess.run(['/bin/true', 'Authorization: bearer $secret'])" > files/leak.txt
printf '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n' > files/hello.c
echo 'int nothing;' > nothing.c
cc -shared -fPIC -o libs/0.so nothing.c || fail 'cannot build a library'
preload=libs/0.so
for i in $(seq 120); do
	cp libs/0.so "libs/$i.so"
	preload+=:$here/libs/$i.so
done
search=$here/home
for i in $(seq 250); do search+=:$here/no-such-directory/$i; done

cat > renacer.toml << 'END'
include = [
END
for file in "$ROOT"/assertions/*.toml; do
	pack=$(basename "$file" .toml)
	echo "	{ path = \"assertions/$pack.toml\", target = [\"pass.$pack\", \"$pack-*\"] },"
done >> renacer.toml
cat >> renacer.toml << 'END'
]
[gate]
golden_dir = "golden"
profile = "counts"
record_runs = 1
END

# target NAME COMMAND...: the words of a TOML array.
declare -A also
target() {
	local name=$1 word
	shift
	printf '[[target]]\nname = "%s"\nsandbox = true\nfixtures = ["files/"]\ncommand = [' "$name"
	for word; do printf "'''%s''', " "$word"; done
	printf ']\n%s\n' "${more-}"
} >> renacer.toml
py() { # NAME CODE
	target "$1" $python -I -S -c "$2"
}

py pass.cli-startup 'print("hello")'
also["cli-startup-calls"]="cli-startup-probes"
more="env = { LD_LIBRARY_PATH = '$search' }" target cli-startup-calls "$(command -v ls)"
more="env = { LD_PRELOAD = '$here/$preload' }" target cli-startup-opens "$(command -v ls)"
py cli-startup-probes 'import os; [os.access("/none/%d" % i, 0) for i in range(300)]'
py cli-startup-output 'import time; time.sleep(3.2); print(1)'

py pass.durable-writes 'import os
f = open("new", "w"); f.write("x"); f.flush(); os.fsync(f.fileno()); f.close()
os.replace("new", "old"); os.fsync(os.open(".", os.O_RDONLY))'
py durable-writes-rename 'import os
f = open("new", "w"); f.write("x"); f.close(); os.replace("new", "old")'
py durable-writes-sync 'import os
try: os.fsync(99)
except OSError: pass'
py durable-writes-room 'import os
try: os.write(os.open("/dev/full", os.O_WRONLY), b"x")
except OSError: pass'

target pass.hermetic-build "$(command -v cc)" -o hello hello.c
py hermetic-build-network 'import socket; socket.socket().connect_ex(("127.0.0.1", 1))'
py hermetic-build-tools "import os; os.execv('$here/outside/tool', ['tool'])"
more="env = { HOME = '$here/home' }" py hermetic-build-inputs "open('$here/home/setting')"
py hermetic-build-writes 'open("/dev/full", "w")'

py pass.least-privilege 'open("out", "w").write("x"); open("/etc/passwd").read()'
py least-privilege-identity 'import os; os.setuid(os.getuid())'
py least-privilege-system 'import os
try: os.chroot("/none")
except OSError: pass'
py least-privilege-processes 'import ctypes
ctypes.CDLL(None).process_vm_readv(1, None, 0, None, 0, 0)'
py least-privilege-files 'import os
try: os.open("/etc/none/x", os.O_WRONLY | os.O_CREAT)
except OSError: pass'

py pass.low-syscalls 'import os; [os.write(1, b"x" * 100) for i in range(50)]'
py low-syscalls-total 'import os; [os.getppid() for _ in range(20100)]'
py low-syscalls-failed 'import os; [os.access("/none/%d" % i, 0) for i in range(2100)]'
py low-syscalls-writes 'import os; [os.write(1, b"x") for _ in range(1000)]'
py low-syscalls-reads 'import os
fd = os.open("hello.c", os.O_RDONLY)
for _ in range(300):
	if not os.read(fd, 1): os.lseek(fd, 0, 0)'
py low-syscalls-stats 'import os; [os.stat("hello.c") for _ in range(300)]'
py low-syscalls-opens 'import os; [os.close(os.open("hello.c", os.O_RDONLY)) for _ in range(100)]'
py low-syscalls-housekeeping 'import os
fd = os.open("hello.c", os.O_RDONLY)
[os.lseek(fd, 0, 0) for _ in range(1000)]'
py low-syscalls-polls 'import os, select
p = select.poll(); p.register(os.pipe()[0]); [p.poll(0) for _ in range(2000)]'
py low-syscalls-spins 'import os
r, w = os.pipe2(os.O_NONBLOCK)
for _ in range(1000):
	try: os.read(r, 1)
	except BlockingIOError: pass'
py low-syscalls-syncs 'import os
fd = os.open("f", os.O_CREAT | os.O_WRONLY)
for _ in range(100): os.write(fd, b"x" * 100); os.fsync(fd)'
py low-syscalls-executions 'import os
for _ in range(100): os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)'

py pass.no-network 'import socket, os
a, b = socket.socketpair(); os.write(a.fileno(), b"x"); print(os.read(b.fileno(), 1))'
py no-network-connect 'import socket; socket.socket().connect_ex(("127.0.0.1", 1))'
py no-network-send 'import socket
try: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))
except OSError: pass'

py pass.no-secrets 'import os, subprocess
open("/etc/passwd").read(); os.path.exists(os.path.expanduser("~/.netrc"))
subprocess.run(["/bin/echo", "--token-file", "f", "--password-stdin", "http://host:80/@x"])'
py no-secrets-files 'import os
try: os.open(".env", os.O_RDONLY)
except OSError: pass'
target no-secrets-argv $python -I -S leak.txt
py no-secrets-processes 'open("/proc/self/environ").read()'

py pass.no-shell 'import subprocess; subprocess.run(["/bin/true", "sh"])'
py no-shell-exec 'import os; os.system("true")'

py pass.no-subprocess 'import threading; t = threading.Thread(target=print); t.start(); t.join()'
py no-subprocess-fork 'import os
if os.fork() == 0: os._exit(0)
os.wait()'
py no-subprocess-exec 'import os; os.execv("/bin/true", ["true"])'

target pass.python-to-rust "$(command -v cat)" hello.c
target python-to-rust-interpreter /bin/sh -c 'cp /bin/true python3; ./python3'
target python-to-rust-modules "$(command -v cat)" module.py
also["python-to-rust-startup"]="python-to-rust-probes"
more="env = { LD_LIBRARY_PATH = '$search' }" target python-to-rust-startup "$(command -v ls)"
# shellcheck disable=SC2016 # a line of a shell
target python-to-rust-probes /bin/sh -c 'for i in 0 1 2 3 4 5 6 7 8 9; do for k in 0 1 2 3 4 5 6 7 8 9; do
	for l in 0 1 2 3 4 5 6 7 8 9; do test -e /none/$i$k$l; done; done; done; true'
# shellcheck disable=SC2016
target python-to-rust-output /bin/sh -c 'for i in 0 1 2 3 4 5 6 7 8 9; do for k in 0 1 2 3 4 5 6 7 8 9; do
	for l in 0 1 2 3; do echo $i$k$l; done; done; done'

# A server and its client: what the server does between accept and its answer is the parameter.
server() { # NAME CODE [CLOSE]
	py "$1" "import os, select, socket
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
if os.fork() == 0:
	c = socket.create_connection(s.getsockname()); c.send(b'ask'); c.recv(100); os._exit(0)
c = s.accept()[0]
c.recv(100)
$2
${3-c.send(b'answer'); c.close()}
os.wait(); os._exit(0)"
}
server pass.server-steady-state 'pass'
server server-steady-state-leak pass 'c.send(b"answer")'
server server-steady-state-answer pass 'c.close()'
server server-steady-state-processes 'os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)'
server server-steady-state-polls 'p = select.poll(); p.register(os.pipe()[0]); [p.poll(0) for _ in range(2000)]'
server server-steady-state-spins 'c.setblocking(False)
for _ in range(1000):
	try: c.recv(100)
	except BlockingIOError: pass
c.setblocking(True)'
server server-steady-state-opens '[os.close(os.open("hello.c", os.O_RDONLY)) for _ in range(100)]'

py pass.small-footprint 'print("hello")'
py small-footprint-time 'import time; time.sleep(5.2)'
py small-footprint-calls 'import os; [os.stat("/") for _ in range(20100)]'
py small-footprint-memory 'import mmap; mmap.mmap(-1, 300 << 20)'
py small-footprint-processes 'import os; [os._exit(0) if os.fork() == 0 else os.wait() for _ in range(65)]'

# The page has a line for each rule, and the program finds each pack by its name.
for file in "$ROOT"/assertions/*.toml; do
	pack=$(basename "$file" .toml)
	renacer-gate explain "$pack" > explained || fail "explain $pack"
	sed 1,2d explained | cmp - "$file" || fail "explain $pack is not what stands in the pack"
	sed -n 's/^name = "\(.*\)"$/\1/p' "$file" > names
	while read -r name; do
		grep -q "^| \`$pack\` | \`$name\` | ." "$ROOT/docs/packs.md" || fail "docs/packs.md lacks $name"
	done < names
	[ "$(grep -c "^| \`$pack\` |" "$ROOT/docs/packs.md")" -eq "$(wc -l < names)" ] ||
		fail "docs/packs.md has rules of $pack that there are not"
done

renacer-gate validate || fail 'the configuration does not validate'
renacer-gate record --jobs 2 > record.log 2>&1 || { cat record.log; fail 'cannot record'; }
for name in "${!also[@]}"; do echo "$name ${also[$name]}"; done > also
cat > look.py << 'END'
import glob, json, re, sys
verdicts = {v["name"]: v for v in json.load(open(sys.argv[1]))["targets"]}
also = dict(line.split() for line in open("also"))
bad = n = 0
def note(*words):
	global bad
	bad = 1
	print(*words)
for file in sorted(glob.glob(sys.argv[2] + "/assertions/*.toml")):
	pack = re.sub(r".*/|\.toml$", "", file)
	names = re.findall(r'^name = "(.*)"$', open(file).read(), re.M)
	for target in ["pass." + pack] + names:
		if target not in verdicts:
			note(target, "has no program")
			continue
		v = verdicts.pop(target)
		rules = {r["name"]: r for r in v["rules"]}
		if set(rules) != set(names):
			note(target, "was asked", sorted(rules), "not", names)
		for name, r in rules.items():
			want = "fail" if name in (target, also.get(target)) else "pass"
			n += 1
			if r["verdict"] != want:
				note(f"{target}: {name} is a {r['verdict']}, not a {want}:", r)
if verdicts:
	note("not of any pack:", *verdicts)
print(n, "verdicts on rules")
sys.exit(bad or n < 100)
END

# The project's own takes the place of one that came with us, here as in an include.
mkdir -p own/assertions own/below
printf '# of our own\n[[assertion]]\nname = "o"\ntype = "span_count"\nmax_spans = 9\n' > own/assertions/no-network.toml
sed 's/"o"/"n"/' own/assertions/no-network.toml > own/assertions/new.toml
printf 'include = ["assertions/no-network.toml", "assertions/new.toml"]\n[[target]]\nname = "t"\ncommand = ["true"]\n' > own/renacer.toml
for where in own own/below; do
	for name in no-network new; do
		(cd $where && renacer-gate explain $name) | sed 1,2d | cmp - own/assertions/$name.toml ||
			fail "explain $name in $where is not the project's own"
	done
	(cd $where && renacer-gate explain no-shell) | sed 1,2d | cmp - "$ROOT/assertions/no-shell.toml" ||
		fail "explain no-shell in $where"
done
renacer-gate explain --config own/renacer.toml no-network | grep -q 'own/assertions/no-network.toml' ||
	fail 'explain --config does not say which pack it is'

tested=
for backend in ptrace ebpf; do
	if [ $backend != ptrace ] && ! why=$("$BUILD/driver/conform" -p $backend 2>&1); then
		echo "skipped: backend $backend: $why"
		continue
	fi
	renacer-gate check --jobs 2 --backend $backend --json report.json --junit report.xml --sarif report.sarif \
		--markdown report.md -v > check.log 2>&1
	rc=$?
	$python look.py report.json "$ROOT" || fail "with the backend $backend"
	[ $rc -eq 1 ] || { grep -A5 '^ERROR\|^INCON' check.log; fail "$backend: exit status $rc, not 1"; }
	! grep -l "$secret" check.log report.* golden/* || fail "$backend: a secret stands in a report"
	grep -q "no-secrets-argv': 1 event.*looked at" check.log || fail "$backend: no event of no-secrets-argv"
	tested+=" $backend"
done
echo "packs pass and fail with$tested"
