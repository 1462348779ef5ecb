#!/bin/bash
# Where ebpf does not load: doctor says why and what to do, auto takes the next backend, one that
# is named ends with 3 and the same reason. And where it loads with less than root has, doctor
# finds what a run finds.
set -u
. "$ROOT/tests/cli/lib.sh"
[ "$(id -u)" -eq 0 ] || { echo 'needs root'; exit 77; }
renacer-gate doctor | grep -q '^ok *ebpf' || { echo 'ebpf does not work here'; exit 77; }
chmod 755 .
mkdir open
chmod 777 open
cd open || exit 1
cp "$BUILD/renacer" "$BUILD/renacer-gate" .
nobody=(setpriv --reuid nobody --regid nogroup --clear-groups env HOME=/)

# refused REASON REMEDY COMMAND...: what the machine is like in COMMAND.
refused() {
	local reason=$1 remedy=$2 key
	shift 2
	"$@" true 2> /dev/null || { echo "not here: $reason"; return; }
	says 0 "^no +ebpf +$reason" "$@" ./renacer-gate doctor
	told "remedy: $remedy" log
	told '^ok +ptrace ' log
	told '^ok +auto +takes ptrace' log
	says 3 "backend ebpf: $reason" "$@" ./renacer --backend ebpf -o trace -- true
	told "^hint: $remedy" log
	[ ! -s trace ] || { echo "$reason: a trace of nothing"; bad=1; }
	rm -f trace
	"$@" ./renacer --backend auto -f -o trace -- sh -c 'exit 0' 2> log || { cat log; bad=1; }
	told 'exited with 0' trace
	untold 'not complete' log
	rm -f trace
	key=$(mktemp -d look.XXXXXX)
	chmod 777 "$key"
	printf '[gate]\nbackend = "auto"\n\n[[target]]\nname = "one"\ncommand = ["true"]\n' > "$key/renacer.toml"
	says 0 'recorded' "$@" sh -c "cd $key && ../renacer-gate record"
	says 3 "backend ebpf: $reason" "$@" sh -c "cd $key && ../renacer-gate check --backend ebpf"
	says 0 "because +no ebpf: $reason" "$@" sh -c "cd $key && ../renacer-gate check -v"
	told '^PASS ' log
}

# shellcheck disable=SC2317 # it is called, by its name
no_types() { unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' sh "$@"; }
refused 'this kernel has no /sys/kernel/btf/vmlinux' 'use a kernel with CONFIG_DEBUG_INFO_BTF' no_types
refused 'this root is without CAP_BPF and CAP_PERFMON' 'in a container: --cap-add=BPF' \
	setpriv --bounding-set=-bpf,-perfmon,-sys_admin
refused 'this root is without CAP_BPF and CAP_PERFMON' 'in a container: --cap-add=BPF' \
	setpriv --bounding-set=-perfmon,-sys_admin
refused 'CAP_BPF and CAP_PERFMON are missing' 'use sudo, ' "${nobody[@]}"
refused 'CAP_BPF and CAP_PERFMON are missing, and no_new_privs is set' \
	'start it where no_new_privs is not set' setpriv --no-new-privs "${nobody[@]}"
refused 'these rights are those of a user namespace' 'run it outside of the rootless container' \
	unshare -Ur
# As a container's filter does, or a kernel that does not have it: bpf(2) is 321.
cp "$BUILD/prog/refuse-call" .
refused 'bpf\(2\) is refused, and a seccomp filter' 'in a container: --security-opt seccomp=unconfined' \
	./refuse-call 321 1
refused 'this kernel has no bpf\(2\)' 'use a kernel with CONFIG_BPF_SYSCALL' ./refuse-call 321 38

# close_range(2), 436, does not know before Linux 5.11 what we want of it, nor does it exist before
# 5.9: the target gets none of our descriptors all the same.
mkdir fds
printf '[[target]]\nname = "fds"\ncommand = ["sh", "-c", "ls /proc/self/fd | wc -l"]\n' > fds/renacer.toml
says 0 recorded sh -c 'cd fds && ../renacer-gate record 8< renacer.toml 9< renacer.toml'
for error in 22 38; do
	for backend in ptrace seccomp ebpf; do
		says 0 '^PASS ' sh -c "cd fds && ../refuse-call 436 $error ../renacer-gate check --backend $backend 8< renacer.toml 9< renacer.toml"
	done
done

# loads WHOSE COMMAND...: to whom `auto` gives ebpf, doctor says so.
loads() {
	local whose=$1
	shift
	says 0 '^ok +ebpf +loaded and attached' "$@" ./renacer-gate doctor
	told '^ok +auto +takes ebpf' log
	told '^ok +ptrace ' log
	told '^ok +seccomp ' log
	told "^ok +user +targets run as .*$whose" log
	"$@" ./renacer --backend ebpf -f -o trace -- sh -c 'exit 0' 2> log || { cat log; bad=1; }
	told 'exited with 0' trace
	untold 'not complete' log
	rm -f trace
}
loads 'root' setpriv --bounding-set=-sys_admin
loads 'who called sudo' env SUDO_UID="$(id -u nobody)" SUDO_GID="$(id -g nobody)"
if setcap cap_bpf,cap_perfmon+ep renacer-gate 2> /dev/null &&
	setcap cap_bpf,cap_perfmon+ep renacer && "${nobody[@]}" ./renacer --version > /dev/null; then
	loads "without the rights of this program's file" "${nobody[@]}"
	# One of the two is none.
	for one in cap_bpf cap_perfmon; do
		setcap $one+ep renacer-gate
		setcap $one+ep renacer
		refused 'CAP_BPF and CAP_PERFMON are missing' 'use sudo, ' "${nobody[@]}"
	done
	setcap -r renacer-gate
	setcap -r renacer
else
	echo 'this file system holds no capabilities'
fi
chmod 4755 renacer renacer-gate
loads "without the rights of this program's file" "${nobody[@]}"
exit $bad
