#!/bin/bash
# Under sudo the target runs as who called it: ids, groups, capabilities, environment, and the
# files that are written. Root stays root where nobody else is known to have called, or is told
# to. A file with rights of its own lends them to no target.
set -u
bad=0
fail() { echo "FAILED: $*"; bad=1; }
same() { # WHAT WANTED FOUND
	[ "$2" = "$3" ] || fail "$1: wanted '$2', found '$3'"
}
[ "$(id -u)" -eq 0 ] || { echo 'needs root'; exit 77; }
chmod 755 .
mkdir open
chmod 777 open
cd open || exit 1
here=$PWD
nobody=$(id -u nobody) nogroup=$(id -g nobody)
home=$(getent passwd nobody | cut -d: -f6)
sudo_to() { # UID GID COMMAND...: as sudo would, with groups of root's; in a subshell it becomes the command
	local become=()
	[ "$BASH_SUBSHELL" -eq 0 ] || become=(exec)
	"${become[@]}" setpriv --groups 4,24 env SUDO_UID="$1" SUDO_GID="$2" SUDO_USER=x SUDO_COMMAND=y HOME=/root USER=root \
		LOGNAME=root MAIL=/var/mail/root "${@:3}"
}

cat > look << 'END'
#!/bin/sh
echo "uid $(id -ru) $(id -u) gid $(id -rg) $(id -g)"
sed -n 's/^Groups:[[:space:]]*/groups /p; s/^Cap\(In[h]\|Prm\|Eff\|Amb\):[[:space:]]*/cap /p; s/^NoNewPrivs:[[:space:]]*/nnp /p' /proc/self/status
echo "home $HOME user ${USER-} ${LOGNAME-} mail ${MAIL-} sudo $(env | grep -c '^SUDO_')"
echo $(nice) $(ps -o cls= -p $$) $(grep 'nice' /proc/self/limits)
END
chmod 755 look
priority=$(./look | tail -n 1)
wanted() { # UID GID GROUPS HOME USER
	printf 'uid %s %s gid %s %s\ngroups %s\n' "$1" "$1" "$2" "$2" "$3"
	printf 'cap 0000000000000000\n%.0s' 1 2 3 4
	printf 'nnp 0\nhome %s user %s %s mail  sudo 0\n' "$4" "$5" "$5"
	echo "$priority"
}
backends='auto ptrace'
renacer-gate doctor | grep -q '^ok *ebpf' && backends+=' ebpf'
for backend in $backends; do
	same "a user, $backend" "$(wanted "$nobody" "$nogroup" "$nogroup" "$home" nobody)" \
		"$(sudo_to "$nobody" "$nogroup" renacer -f --backend $backend -o trace-$backend -- ./look | sed 's/ $//')"
	grep -q 'exited with 0' trace-$backend || fail "no trace with $backend"
done
same 'a user without an entry' "$(wanted 54321 54322 '' / '' | sed 's/ $//')" \
	"$(sudo_to 54321 54322 renacer -o trace-2 -- ./look | sed 's/ $//')"
same 'record' "$nobody" "$(sudo_to "$nobody" "$nogroup" renacer record -o stored.rtrace -- id -u)"
sudo_to "$nobody" "$nogroup" renacer report -o report.txt stored.rtrace || fail 'report'
# Not even a setuid program's way back is left.
same 'the way back' "$nobody" \
	"$(sudo_to "$nobody" "$nogroup" renacer -o trace-3 -- sh -c 'setpriv --reuid 0 id -u 2> /dev/null || id -u')"

# Of a limit that may be raised without rights, too.
if prlimit --nice=0:unlimited true 2> /dev/null; then
	same 'limits that may be raised' "$(prlimit --nice=0:unlimited ./look | tail -n 1)" \
		"$(sudo_to "$nobody" "$nogroup" prlimit --nice=0:unlimited renacer -o trace-5 -- ./look | tail -n 1)"
fi

# Root who stays root.
same 'root' 0 "$(env -u SUDO_UID renacer -o as-root-1 -- id -u)"
same 'sudo by root' 0 "$(sudo_to 0 0 renacer -o as-root-2 -- id -u)"
same '--as-root' 0 "$(sudo_to "$nobody" "$nogroup" renacer --as-root -o as-root-3 -- id -u)"
rm as-root-*
sudo_to joe 0 renacer -o trace-4 -- id 2> message
same 'status of a wrong SUDO_UID' 3 $?
grep -q "SUDO_UID is 'joe'" message || { cat message; fail 'the message of a wrong SUDO_UID'; }
setpriv --reuid "$nobody" --clear-groups renacer --as-root -- id 2> message
same 'status of --as-root without root' 2 $?

# The gate: goldens, artifacts, reports; sandbox, fixtures and what the target makes there.
printf 'x\n' > input
cat > renacer.toml << END
[gate]
golden_dir = "golden"
[[target]]
name = "made"
command = ["sh", "-c", "id -u; cat input; echo new > made; test -O input && test -O ."]
sandbox = true
fixtures = ["input"]
setup = ["sh", "-c", "$here/look | tail -n 1 > prepared"]
END
sudo_to "$nobody" "$nogroup" renacer-gate record || fail 'record'
sudo_to "$nobody" "$nogroup" renacer-gate check --junit junit.xml --json report.json -q || fail 'check'
same 'the limits of setup commands' "$priority" "$(cat prepared)"
echo y > input
sudo_to "$nobody" "$nogroup" renacer-gate check --artifacts artifacts > /dev/null
same 'a changed fixture' 1 $?
grep -q "$nobody" golden/made.golden || fail 'the golden holds another user'
[ -e artifacts/made.rtrace ] || fail 'no artifact'
rm message
same 'files of root' '' "$(find "$here" -mindepth 1 -user 0 ! -name look ! -name input ! -name renacer.toml)"

# Nothing of the configuration is read with more rights than the caller's.
sudo_to "$nobody" "$nogroup" renacer --as-root -f -e trace=open,openat,setresuid -o order -- \
	env SUDO_UID="$nobody" SUDO_GID="$nogroup" renacer-gate validate > /dev/null || fail 'validate'
awk '/setresuid/ { dropped = 1 } /renacer.toml/ { seen = 1; if (!dropped) early = 1 } END { exit !(seen && dropped) || early }' \
	order || { cat order; fail 'the configuration is read before root is given up'; }
# As many sessions are opened as the configuration has jobs; a child without rights reads that.
if renacer --backend ebpf -o /dev/null -- true 2> message; then
	mkdir several && chown "$nobody" several
	printf '[gate]\nbackend = "ebpf"\njobs = 3\n' > several/renacer.toml
	for i in 1 2 3 4; do printf '[[target]]\nname = "t%s"\nshell = "sleep 0.1; echo a"\n' $i; done >> several/renacer.toml
	sudo_to "$nobody" "$nogroup" renacer-gate record --config several/renacer.toml > message 2>&1 || fail 'three at a time'
	sudo_to "$nobody" "$nogroup" renacer --as-root --backend ebpf -f -e trace=open,openat,setresuid,bpf -o order -- \
		env SUDO_UID="$nobody" SUDO_GID="$nogroup" renacer-gate check --config several/renacer.toml > message || fail 'check'
	awk '{ pid = $1 == "[pid" ? $2 : "first" } /setresuid/ { dropped[pid] = 1 }
		/several.renacer.toml/ { seen++; early += !dropped[pid] } END { exit seen < 2 || early }' order ||
		{ cat order; fail 'the number of jobs is read with rights'; }
	sed -i 's/"ebpf"/"ptrace"/' several/renacer.toml
	sudo_to "$nobody" "$nogroup" renacer --as-root --backend ebpf -f -e trace=bpf -o order -- \
		env SUDO_UID="$nobody" SUDO_GID="$nogroup" renacer-gate check --config several/renacer.toml > message || fail 'check by ptrace'
	grep 'bpf(' order && fail 'ebpf is loaded for a configuration that does not want it'
fi
chmod 600 renacer.toml
sudo_to "$nobody" "$nogroup" renacer-gate validate > /dev/null 2> message && fail 'a file of root was read'
grep -q 'Permission denied' message || { cat message; fail 'the message of a file of root'; }

# Attaching needs root to the end, but what is written is the caller's.
attach() { # FILE COMMAND...: traces a process of root's until there is something in FILE, or in what becomes it
	sh -c 'while :; do sleep 0.02; done' &
	local loop=$! tracer
	sudo_to "$nobody" "$nogroup" "${@:2}" -p $loop -o "$1" 2> message &
	tracer=$!
	for _ in $(seq 500); do
		[ -z "$(find . -name "*$1*" -size +0)" ] || break
		sleep 0.02
	done
	kill $tracer
	wait $tracer
	kill $loop
	grep -q 'runs on untraced' message || { cat message; fail "no process of root was reached by $2"; }
	same "the owner of $1" "$nobody" "$(stat -c %u "$1")"
}
attach attached renacer
attach attached.rtrace renacer record

# Rights of the file: none of them reach the target, and no variable gets lost.
as_nobody() { env HOME=/ LD_LIBRARY_PATH=/nowhere TMPDIR=/var/tmp setpriv --reuid "$nobody" --regid "$nogroup" --clear-groups "$@"; }
cp "$BUILD/renacer" lent
if setcap cap_bpf,cap_perfmon+ep lent 2> /dev/null && as_nobody ./lent --version > /dev/null; then
	same 'file capabilities' "$(printf '%s\n' /nowhere /var/tmp 0000000000000000 "$nobody")" "$(as_nobody ./lent -f -o lent-trace -- sh -c \
		'printf "%s\n" "$LD_LIBRARY_PATH" "$TMPDIR"; sed -n "s/^CapPrm:[[:space:]]*//p" /proc/self/status; id -u')"
	# With ebpf they are enough; what a program with other rights reads is not shown, and missed.
	if renacer-gate doctor | grep -q '^ok *ebpf'; then
		same 'file capabilities, ebpf' "$nobody" "$(as_nobody ./lent --backend ebpf -f -o lent-ebpf -- id -u)"
		grep -q 'exited with 0' lent-ebpf || fail 'no trace by file capabilities'
		echo 'words of root' > secret
		chmod 600 secret
		cp "$(command -v cat)" cat-root
		chmod 4755 cat-root
		same 'a setuid program is run as ever' 'words of root' \
			"$(as_nobody ./lent --backend ebpf -f -o lent-secret -- sh -c './cat-root secret' 2> message)"
		as_nobody ./lent --backend ebpf -o lent-first -- ./cat-root secret > /dev/null 2> message-first
		grep -q 'one that another program starts has them' message-first ||
			{ cat message-first; fail 'rights lost by the command itself: no way out is told'; }
		! grep -q '^hint:.*ptrace' message-first || fail 'ptrace is said to keep rights'
		! grep -q 'words of root' lent-secret || fail 'what a setuid program read is shown'
		grep -q 'not complete.*rights' message || { cat message; fail 'a program that was not read is not missed'; }
	fi
else
	echo 'this file system holds no capabilities'
fi
cp "$BUILD/renacer" lent-root
chmod 4755 lent-root
same 'a setuid file' "$(printf '%s\n' "$nobody" "$nobody" /var/tmp)" "$(as_nobody env SUDO_UID=0 SUDO_GID=0 ./lent-root -f -o lent-trace-2 -- \
	sh -c 'id -u; id -ru; echo $TMPDIR')"
same 'a setuid file, with the name of another' "$nobody" "$(as_nobody env SUDO_UID=1 SUDO_GID=1 ./lent-root -o lent-trace-3 -- id -u)"
as_nobody ./lent-root --as-root -- id 2> message
same 'a setuid file, to stay root' 2 $?
exit $bad
