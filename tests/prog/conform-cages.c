/* conform-cages.c - what a process may do, taken away: filters, roots, rights, descriptors */

#include "conform.h"
#include "edges.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>

static const char *self;

static void
refused(void)
{
	MUST(!filter(SECCOMP_RET_ERRNO | 77, 0));
	for (int i = 0; i < 20; i++)
		MUST(syscall(SYS_getpgid, 0x5007001) == -1 && errno == 77);
	MUST(getppid() > 0);
}

static volatile sig_atomic_t n_trapped, trapped_nr;

static void
trapped(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	n_trapped++;
	trapped_nr = info->si_syscall;
}

static void
trap(void)
{
	struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO };

	sigaction(SIGSYS, &action, NULL);
	MUST(!filter(SECCOMP_RET_TRAP, 0));
	for (int i = 0; i < 20; i++)
		syscall(SYS_getpgid, 0x5007002);
	_exit(n_trapped == 20 && trapped_nr == SYS_getpgid ? 0 : 1);
}

static void
kill_process(void)
{
	MUST(!filter(SECCOMP_RET_KILL_PROCESS, 0));
	syscall(SYS_getpgid, 0x5007003);
}

static void *
ask(void *arg)
{
	syscall(SYS_getpgid, 0x5007004);
	return arg;
}

/* Only the thread ends; the process goes on. */
static void
kill_thread(void)
{
	pthread_t thread;

	MUST(!filter(SECCOMP_RET_KILL_THREAD, 0));
	MUST(!pthread_create(&thread, NULL, ask, NULL));
	sleep_ms(30);
	_exit(5);
}

static void
no_tracer(void)
{
	MUST(!filter(SECCOMP_RET_TRACE | 7, 0));
	for (int i = 0; i < 20; i++)
		MUST(syscall(SYS_getpgid, 0x5007005) == -1 && errno == ENOSYS);
}

static void
logged(void)
{
	MUST(!filter(SECCOMP_RET_LOG, 0));
	MUST(syscall(SYS_getpgid, 0x5007006) == -1 && errno == ESRCH);
}

static int notifier;

static void *
answer(void *arg)
{
	struct seccomp_notif ask;
	struct seccomp_notif_resp say;

	for (int i = 0; i < 10; i++) {
		memset(&ask, 0, sizeof ask);
		memset(&say, 0, sizeof say);
		MUST(!ioctl(notifier, SECCOMP_IOCTL_NOTIF_RECV, &ask));
		say.id = ask.id;
		say.val = i % 2 ? 1234 : 0;
		say.error = i % 2 ? 0 : -88;
		MUST(!ioctl(notifier, SECCOMP_IOCTL_NOTIF_SEND, &say));
	}
	return arg;
}

/* Another thread answers the calls of this one. */
static void
notified(void)
{
	pthread_t thread;

	notifier = filter(SECCOMP_RET_USER_NOTIF, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	MUST(notifier >= 0);
	MUST(!pthread_create(&thread, NULL, answer, NULL));
	for (int i = 0; i < 10; i++) {
		long rc = syscall(SYS_getpgid, 0x5007007);

		MUST(i % 2 ? rc == 1234 : rc == -1 && errno == 88);
	}
	pthread_join(thread, NULL);
}

/* Many filters, one on the other. */
static void
stacked(void)
{
	for (int i = 0; i < 20; i++)
		MUST(!filter(SECCOMP_RET_ERRNO | (uint32_t)(100 + i), 0));
	MUST(syscall(SYS_getpgid, 0x5007008) == -1 && errno == 119);
}

static void
filters(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*work)(void);
	} all[] = { { "errno", refused }, { "trap", trap }, { "kill process", kill_process },
		{ "kill thread", kill_thread }, { "trace", no_tracer }, { "log", logged },
		{ "notify", notified }, { "stacked", stacked } };

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		print_wait(all[i].name, wait_for(child_of(all[i].work)));
	WANT(20, "^CALL 2 getpgid\\(5007001, .* = -77 error DENIED");
	WANT(20, "^CALL 3 getpgid\\(5007002, .* DENIED");
	WANT(1, "^CALL 4 getpgid\\(5007003, .* (UNFINISHED|DENIED)");
	WANT(1, "^CALL 6 getpgid\\(5007004, .* (UNFINISHED|DENIED)");
	WANT(20, "^CALL 7 getpgid\\(5007005, .* = -38 error DENIED");
	WANT(1, "^CALL 8 getpgid\\(5007006, .* = -3 error");
	WANT(5, "^CALL 9 getpgid\\(5007007, .* = 1234");
	WANT(5, "^CALL 9 getpgid\\(5007007, .* = -88 error");
	WANT(1, "^CALL 11 getpgid\\(5007008, .* = -119 error DENIED");
}

/* A pid namespace: the first in it is 1, and reaps. */
static void
namespaces(int argc, char **argv)
{
	pid_t pid;

	(void)argc;
	(void)argv;
	MUST(!unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS));
	pid = fork();
	if (!pid) {
		printf("inside: pid %d parent %d\n", getpid(), getppid());
		for (int i = 0; i < 3; i++) {
			pid = fork();
			if (!pid)
				_exit(getpid());
			printf("child %d: ", pid);
			print_wait("", wait_for(pid));
		}
		/* Killed with its namespace. */
		if (!fork())
			for (;;)
				pause();
		MUST(!sethostname("inside", 6));
		fflush(stdout);
		_exit(0);
	}
	print_wait("first", wait_for(pid));
}

static void
roots(int argc, char **argv)
{
	pid_t pid;
	int fd;

	(void)argc;
	(void)argv;
	MUST(!mkdir("root", 0755) && !mkdir("root/sub", 0755));
	pid = fork();
	if (!pid) {
		MUST(!chroot("root") && !chdir("/"));
		MUST((fd = open("/made", O_CREAT | O_WRONLY, 0644)) >= 0);
		MUST(write(fd, "inside\n", 7) == 7);
		MUST(!chdir("sub") && !rename("../made", "../sub/moved"));
		MUST(open("/etc/passwd", O_RDONLY) == -1 && errno == ENOENT);
		MUST(open("../../../../../made", O_RDONLY) == -1);
		_exit(0);
	}
	print_wait("in another root", wait_for(pid));
}

/* A program that is to run with other rights: ours are kept from it, or given. */
static void
rights(int argc, char **argv)
{
	struct stat st;
	char *args[] = { "as-owner", "ids", NULL };
	char command[4096];
	pid_t pid;

	(void)argc;
	(void)argv;
	snprintf(command, sizeof command, "cp '%s' as-owner && chmod 6755 as-owner", self);
	MUST(system(command) == 0);
	MUST(!chown("as-owner", 4711, 4712) && !chmod("as-owner", 06755));
	MUST(!stat("as-owner", &st) && (st.st_mode & 07000) == 06000);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		execv("as-owner", args);
		_exit(1);
	}
	print_wait("as owner", wait_for(pid));
	MUST(!unlink("as-owner"));
}

static void
ids(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("ids %d %d %d %d\n", getuid(), geteuid(), getgid(), getegid());
}

/* Started with nothing open: the first file becomes 0. */
static void
closed(int argc, char **argv)
{
	char *args[] = { (char *)self, "first-file", NULL };
	int status;
	pid_t pid = fork();

	(void)argc;
	(void)argv;
	if (!pid) {
		close(0);
		close(1);
		close(2);
		execv(self, args);
		_exit(1);
	}
	status = wait_for(pid);
	print_wait("without descriptors", status);
}

static void
first_file(int argc, char **argv)
{
	int fd = open("first", O_CREAT | O_WRONLY, 0644);

	(void)argc;
	(void)argv;
	MUST(write(1, "x", 1) == -1 && errno == EBADF);
	_exit(10 + fd);
}

/* One operation by a ring: entries that no call shows. "poll": a thread of the kernel's own
 * looks into the ring. */
static void
ring(int argc, char **argv)
{
	bool polls = argc > 0 && !strcmp(argv[0], "poll");
	struct io_uring_params params = { .flags = polls ? IORING_SETUP_SQPOLL : 0,
		.sq_thread_idle = 100 };
	int fd = (int)syscall(SYS_io_uring_setup, 8, &params), file;
	struct io_uring_sqe *entries;
	unsigned *array, *tail;
	char *queue;

	if (fd < 0) {
		printf("no ring\n");
		return;
	}
	file = open("by-ring", O_CREAT | O_WRONLY, 0644);
	queue = mmap(NULL, params.sq_off.array + params.sq_entries * 4, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQ_RING);
	entries = mmap(NULL, params.sq_entries * sizeof *entries, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_POPULATE, fd, IORING_OFF_SQES);
	MUST(queue != MAP_FAILED && entries != MAP_FAILED);
	entries[0] = (struct io_uring_sqe){ .opcode = IORING_OP_WRITE,
		.fd = file,
		.addr = (uintptr_t) "by a ring\n",
		.len = 10 };
	array = (unsigned *)(void *)(queue + params.sq_off.array);
	tail = (unsigned *)(void *)(queue + params.sq_off.tail);
	array[0] = 0;
	__atomic_store_n(tail, 1, __ATOMIC_RELEASE);
	MUST(syscall(SYS_io_uring_enter, fd, 1, 1,
		     IORING_ENTER_GETEVENTS | (polls ? IORING_ENTER_SQ_WAKEUP : 0), NULL,
		     0) == 1);
	printf("written\n");
}

/* A debugger: stops its child at each call, reads its registers. N: after so many calls. */
static void
debugger(int argc, char **argv)
{
	struct user_regs_struct regs;
	int status, n = 0;
	pid_t pid;

	for (int i = argc ? atoi(argv[0]) : 0; i > 0; i--)
		syscall(SYS_getpgid, 0);
	pid = fork();
	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(5);
		raise(SIGSTOP);
		for (int i = 0; i < 10; i++)
			syscall(SYS_getpgid, 0x5007009);
		_exit(4);
	}
	MUST(waitpid(pid, &status, 0) == pid);
	if (!WIFSTOPPED(status)) {
		print_wait("not to be debugged", status);
		return;
	}
	MUST(!ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD));
	for (;;) {
		MUST(!ptrace(PTRACE_SYSCALL, pid, NULL, NULL));
		MUST(waitpid(pid, &status, 0) == pid);
		if (!WIFSTOPPED(status))
			break;
		if (WSTOPSIG(status) != (SIGTRAP | 0x80))
			continue;
		MUST(!ptrace(PTRACE_GETREGS, pid, NULL, &regs));
		n += regs.orig_rax == SYS_getpgid;
	}
	print_wait("debugged", status);
	printf("stops at getpgid: %d\n", n);
}

/* Numbers of another ABI: of i386 by int $0x80, and those that x32 would have. */
static void
other_abi(int argc, char **argv)
{
	long ret;

	(void)argc;
	(void)argv;
	errno = 0;
	printf("x32: %ld %s\n", syscall(0x40000000 | SYS_getpgid, 0), errno_name());
	for (int i = 0; i < 10; i++)
		__asm__ volatile("int $0x80"
				 : "=a"(ret)
				 : "a"(132), "b"(0x500700a)
				 : "memory", "r8", "r9", "r10", "r11");
	printf("i386: %ld\n", ret);
	WANT(10, "^CALL 1 getpgid\\(500700a, .* = -3 error");
}

static const struct part parts[] = { { "filters", filters }, { "namespaces", namespaces },
	{ "roots", roots }, { "rights", rights }, { "ids", ids }, { "closed", closed },
	{ "first-file", first_file }, { "ring", ring }, { "debugger", debugger },
	{ "abi", other_abi } };

int
main(int argc, char **argv)
{
	self = argv[0];
	return RUN_PART(parts);
}
