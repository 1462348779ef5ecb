#!/bin/bash
# The tables of decode against what this machine has: the generator changes nothing, numbers are
# those of the kernel's headers, flag names have the headers' values, and lines are strace's.
set -u
cd "$ROOT" || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
complain() {
	echo "FAILED: $*"
	failed=1
}

mkdir "$scratch/def"
tools/gen-syscalls "$scratch/def" || complain "gen-syscalls"
for arch in x86_64 i386 x32 aarch64; do
	cmp "src/decode/$arch.def" "$scratch/def/$arch.def" || complain "$arch.def is not what tools/gen-syscalls makes"
done

# Numbers: each name that the header knows, and how many there were to compare.
check_numbers() { # DEF HEADER LEAST
	[ -r "/usr/include/x86_64-linux-gnu/asm/$2" ] || return 0
	{
		echo "#include <stdio.h>"
		[ "$2" != unistd_x32.h ] || echo "#define __X32_SYSCALL_BIT 0"
		echo "#include <asm/$2>"
		echo "int main(void) { int n = 0, bad = 0;"
		sed -n 's/^NR(\([0-9]*\), \([a-z0-9_]*\))$/\n#ifdef __NR_\2\nn++; if (__NR_\2 != \1) { puts("\2"); bad = 1; }\n#endif/p' "src/decode/$1.def"
		echo "printf(\"%d numbers of $1\\n\", n); return bad || n < $3; }"
	} > "$scratch/numbers.c"
	cc -w -o "$scratch/numbers" "$scratch/numbers.c" && "$scratch/numbers" || complain "numbers of $1"
}
check_numbers x86_64 unistd_64.h 330
check_numbers i386 unistd_32.h 420
check_numbers x32 unistd_x32.h 330

# Flags: one value a name. Names that headers do not have are left out, so the count is checked.
{
	echo "#define _GNU_SOURCE"
	for header in stdio.h fcntl.h sched.h signal.h poll.h sys/epoll.h sys/mman.h sys/socket.h sys/wait.h \
		sys/prctl.h sys/ptrace.h sys/eventfd.h sys/timerfd.h sys/inotify.h sys/mount.h sys/xattr.h sys/reboot.h \
		sys/resource.h sys/shm.h sys/msg.h sys/sem.h sys/random.h sys/personality.h sys/ioctl.h sys/timex.h time.h \
		sys/fanotify.h netinet/in.h netinet/tcp.h termios.h linux/magic.h linux/futex.h linux/bpf.h linux/keyctl.h \
		linux/seccomp.h linux/io_uring.h linux/landlock.h linux/capability.h linux/membarrier.h linux/perf_event.h \
		linux/fs.h linux/openat2.h; do
		echo "#if __has_include(<$header>)"
		echo "#include <$header>"
		echo "#endif"
	done
	echo "int main(void) { int n = 0, bad = 0;"
	# The tables of aarch64 have other numbers, and glibc calls F_GETLK F_GETLK64 on 64 bits.
	awk '/^TABLE/ { skip = /^TABLE_AARCH64/ } !skip' src/decode/flags_{file,event,memory,process,socket}.def |
		sed 's/\([A-Z]*(0x[0-9a-f]*, \)/\n\1/g; s/\(PART(0x[0-9a-f]*,\) *\n*/\1 /g' |
		sed -n 's/^\(BIT\|ONLY\)(\(0x[0-9a-f]*\), \([A-Z][A-Z0-9_]*\)).*/\2 \3/p' |
		grep -vE ' (O_LARGEFILE|F_[GS]ETLKW?64)$' |
		while read -r value name; do
			printf '#ifdef %s\nn++; if ((unsigned)(%s) != (unsigned)%s) { puts("%s"); bad = 1; }\n#endif\n' "$name" "$name" "$value" "$name"
		done
	echo 'printf("%d values\n", n); return bad || n < 900; }'
} > "$scratch/flags.c"
cc -w -o "$scratch/flags" "$scratch/flags.c" && "$scratch/flags" || complain "values of flags"
exit $failed
