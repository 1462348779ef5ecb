/* conform-life.c - births, programs and ends of processes, as their parents see them */

#include "conform.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

extern char **environ;
static const char *self;

static void
die_3(void)
{
	_exit(3);
}

/* vfork: the parent stands still, memory is shared, the child may execute or end. */
static void
vforks(int argc, char **argv)
{
	static volatile int shared;
	char *args[] = { "true", NULL }, *none[] = { "no-such-program", NULL };
	pid_t pid;

	(void)argc;
	(void)argv;
	for (volatile int i = 0; i < 3; i++) {
		pid = vfork();
		if (!pid) {
			shared++;
			_exit(i);
		}
		print_wait("vfork", wait_for(pid));
	}
	pid = vfork();
	if (!pid) {
		shared += 10;
		execvp(args[0], args);
		_exit(1);
	}
	print_wait("vfork, exec", wait_for(pid));
	pid = vfork();
	if (!pid) {
		execvp(none[0], none);
		_exit(127);
	}
	print_wait("vfork, no program", wait_for(pid));
	printf("shared %d\n", shared);
	WANT(5, "^START [0-9]+ vfork parent 1");
}

static void
spawns(int argc, char **argv)
{
	char *args[] = { "sh", "-c", "echo from sh; exit 4", NULL };
	char *none[] = { "no-such-program", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid;

	(void)argc;
	(void)argv;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(
		&actions, 1, "spawned", O_WRONLY | O_CREAT | O_TRUNC, 0644);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	for (int i = 0; i < 5; i++) {
		MUST(!posix_spawnp(&pid, "sh", &actions, &attributes, args, environ));
		print_wait("spawned", wait_for(pid));
	}
	printf("no program: %s\n",
		strerrorname_np(posix_spawnp(&pid, none[0], NULL, NULL, none, environ)));
	WANT(6, "^START [0-9]+ vfork parent 1");
}

/* execve fails along PATH in every way there is, and then does not. */
static void
path_search(int argc, char **argv)
{
	static const char *const paths[] = { "absent", "file", "locked", "bad", "good" };
	char *args[] = { "program", "from PATH", NULL };
	char name[64];
	int fd;
	pid_t pid;

	(void)argc;
	(void)argv;
	for (int i = 2; i < 5; i++)
		MUST(!mkdir(paths[i], 0755));
	MUST((fd = open("file", O_CREAT | O_WRONLY, 0644)) >= 0 && !close(fd));
	for (int i = 2; i < 5; i++) {
		snprintf(name, sizeof name, "%s/program", paths[i]);
		fd = open(name, O_CREAT | O_WRONLY, i == 2 ? 0644 : 0755);
		dprintf(fd, i == 4 ? "#!/bin/sh\necho \"$1\" > told\nexit 5\n"
				   : "#!/no/such/shell\n");
		close(fd);
	}
	setenv("PATH", "absent:file:locked:bad:good", 1);
	pid = fork();
	if (!pid) {
		execvp(args[0], args);
		printf("execvp: %s\n", errno_name());
		fflush(stdout);
		_exit(1);
	}
	print_wait("first", wait_for(pid));
	MUST(!unlink("bad/program"));
	pid = fork();
	if (!pid) {
		execvp(args[0], args);
		_exit(1);
	}
	print_wait("second", wait_for(pid));
	WANT(2, "^CALL [23] execve\\(.* = -2 error .*\"absent/program\"");
	WANT(2, "^CALL [23] execve\\(.* = -20 error .*\"file/program\"");
	WANT(2, "^CALL [23] execve\\(.* = -13 error .*\"locked/program\"");
	WANT(2, "^CALL [23] execve\\(.* = -2 error .*\"bad/program\"");
	WANT(1, "^CALL 3 execve\\(.* = 0 .*\"good/program\"");
}

/* Double fork and setsid; the daemon goes on when all who started it are gone. */
static void
daemon_of(int argc, char **argv)
{
	int fds[2];
	pid_t pid;
	char c;

	(void)argc;
	(void)argv;
	MUST(!pipe(fds));
	pid = fork();
	if (!pid) {
		MUST(setsid() == getpid());
		if (fork())
			_exit(0);
		close(fds[1]);
		MUST(read(fds[0], &c, 1) == 0);
		sleep_ms(50);
		MUST(getppid() != pid && getsid(0) != getpid());
		for (int i = 0; i < 7; i++)
			syscall(SYS_getpgid, 0x5007001);
		dprintf(1, "daemon: parent is the reaper: %s\n", yes(getppid() == 1));
		_exit(0);
	}
	print_wait("middle", wait_for(pid));
	WANT(7, "^CALL 3 getpgid\\(5007001");
	WANT(1, "^EXIT 3 status 0 process");
}

static void *
become(void *arg)
{
	char *args[] = { (char *)self, "became", NULL };

	sleep_ms(20);
	execv(self, args);
	return arg;
}

static void *
stay(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void
became(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	printf("leads %s\n", yes(syscall(SYS_gettid) == getpid()));
	syscall(SYS_getpgid, 0x5007002);
	fflush(stdout);
	_exit(6);
}

/* execve by a thread: its leader is the argument "leader". */
static void
thread_execs(int argc, char **argv)
{
	pthread_t threads[4];

	(void)argv;
	WANT(1, "^CALL 1 getpgid\\(5007002");
	fflush(stdout);
	for (int i = 0; i < 3; i++)
		MUST(!pthread_create(&threads[i], NULL, stay, NULL));
	if (argc)
		become(NULL);
	MUST(!pthread_create(&threads[3], NULL, become, NULL));
	pthread_join(threads[3], NULL);
}

static void *
last_thread(void *arg)
{
	sleep_ms(30);
	for (int i = 0; i < 9; i++)
		syscall(SYS_getpgid, 0x5007003);
	exit(8);
	return arg;
}

/* The leader ends first. */
static void
leader_ends(int argc, char **argv)
{
	pid_t pid = fork();
	pthread_t thread;

	(void)argc;
	(void)argv;
	if (!pid) {
		MUST(!pthread_create(&thread, NULL, last_thread, NULL));
		pthread_exit(NULL);
	}
	sleep_ms(10);
	print_wait("process", wait_for(pid));
	WANT(9, "^CALL 3 getpgid\\(5007003");
	WANT(1, "^EXIT 2 status 800 process");
}

/* Many short children, in waves. */
static void
bomb(int argc, char **argv)
{
	int n = argc ? atoi(argv[0]) : 500, status, sum = 0;

	for (int done = 0; done < n; done += 50) {
		for (int i = 0; i < 50; i++) {
			pid_t pid = fork();

			MUST(pid >= 0);
			if (!pid) {
				syscall(SYS_getpgid, 0x5007004);
				_exit(i);
			}
		}
		for (int i = 0; i < 50; i++) {
			MUST(wait(&status) > 0 && WIFEXITED(status));
			sum += WEXITSTATUS(status);
		}
	}
	printf("sum of exits %d\n", sum);
	WANT(n, "^CALL [0-9]+ getpgid\\(5007004");
	WANT(n + 1, "^EXIT [0-9]+ status [0-9a-f]+ process");
}

/* waitid and its options; what is not taken stays. */
static void
waitids(int argc, char **argv)
{
	pid_t pid = child_of(die_3);
	siginfo_t info;

	(void)argc;
	(void)argv;
	MUST(!waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	printf("waitid: %d %d, of the child %s\n", info.si_code, info.si_status,
		yes(info.si_pid == pid));
	print_wait("again", wait_for(pid));
	MUST(waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == -1);
	printf("nobody: %s\n", errno_name());
	pid = child_of(die_3);
	MUST(waitid(P_PGID, 0, &info, WEXITED) == 0 && info.si_pid == pid);
	pid = fork();
	if (!pid) {
		raise(SIGSTOP);
		/* Who has ended has not been continued, for waitid(2). */
		sleep_ms(50);
		_exit(9);
	}
	MUST(!waitid(P_PID, (id_t)pid, &info, WSTOPPED));
	printf("stopped: %d %d\n", info.si_code, info.si_status);
	kill(pid, SIGCONT);
	MUST(!waitid(P_PID, (id_t)pid, &info, WCONTINUED));
	printf("continued: %d %d\n", info.si_code, info.si_status);
	MUST(!waitid(P_PID, (id_t)pid, &info, WEXITED));
	printf("ended: %d %d\n", info.si_code, info.si_status);
}

static void
pidfds(int argc, char **argv)
{
	struct clone_args args = { .flags = CLONE_PIDFD, .exit_signal = SIGCHLD };
	siginfo_t info;
	int fd = -1, ends[2];
	pid_t pid;

	(void)argc;
	(void)argv;
	args.pidfd = (uintptr_t)&fd;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (!pid)
		for (;;)
			pause();
	MUST(pid > 0 && fd >= 0);
	MUST(!pidfd_send_signal(fd, SIGTERM, NULL, 0));
	MUST(!waitid(P_PIDFD, (id_t)fd, &info, WEXITED));
	printf("pidfd: %d %d\n", info.si_code, info.si_status);
	MUST(pidfd_send_signal(fd, SIGTERM, NULL, 0) == -1);
	printf("gone: %s\n", errno_name());
	MUST(!pipe(ends));
	pid = fork();
	if (!pid) {
		char c;

		close(ends[1]);
		_exit(read(ends[0], &c, 1) ? 9 : 3); /* one that ends has no descriptors */
	}
	MUST((fd = pidfd_open(pid, 0)) >= 0);
	MUST(pidfd_getfd(fd, 700, 0) == -1);
	printf("getfd: %s\n", errno_name());
	close(ends[1]);
	print_wait("child", wait_for(pid));
}

/* Who becomes the parent of orphans, and what they are told. */
static void
orphans(int argc, char **argv)
{
	int fds[2], status;
	pid_t pid;
	char c;

	(void)argc;
	(void)argv;
	MUST(!pipe(fds) && !prctl(PR_SET_CHILD_SUBREAPER, 1));
	pid = fork();
	if (!pid) {
		if (fork())
			_exit(0);
		close(fds[1]);
		MUST(read(fds[0], &c, 1) == 0);
		_exit(getppid() == 1 ? 1 : 2);
	}
	print_wait("middle", wait_for(pid));
	sleep_ms(20);
	close(fds[1]);
	while (wait(&status) < 0)
		MUST(errno == EINTR);
	print_wait("orphan", status);
	/* Its parent's end is told by a signal. */
	pid = fork();
	if (!pid) {
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGUSR1);
			for (;;)
				pause();
		}
		sleep_ms(40);
		_exit(0);
	}
	print_wait("parent", wait_for(pid));
	wait(&status);
	print_wait("told", status);
}

/* Tables that two processes share without being threads. */
static int
use_shared(void *arg)
{
	*(int *)arg = open("/dev/null", O_RDONLY);
	MUST(!chdir("sub"));
	umask(077);
	_exit(7);
}

static void
shared(int argc, char **argv)
{
	static char stack[65536] __attribute__((aligned(16)));
	char name[4096];
	int fd = -1;
	pid_t pid;

	(void)argc;
	(void)argv;
	MUST(!mkdir("sub", 0755));
	pid = clone(use_shared, stack + sizeof stack,
		CLONE_VM | CLONE_FILES | CLONE_FS | SIGCHLD, &fd);
	print_wait("sharer", wait_for(pid));
	MUST(getcwd(name, sizeof name));
	printf("fd is open %s, in sub %s, umask 0%o\n", yes(fcntl(fd, F_GETFD) == 0),
		yes(strstr(name, "/sub")), umask(022));
	MUST(!close(fd));
	fd = open("made", O_CREAT | O_WRONLY, 0644);
	MUST(fd >= 0);
}

/* What a call is given and does not look at: pointers that no flag asks for, and where to tell
 * of a child that has not ended. */
static void
unasked(int argc, char **argv)
{
	char *closed = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *new =
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int gate[2], status = -1;
	pid_t pid;
	long got;
	char c;

	(void)argc;
	(void)argv;
	if (closed == MAP_FAILED || new == MAP_FAILED || pipe(gate) < 0)
		die_3();
	pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, new, new, new);
	if (!pid)
		_exit(read(gate[0], &c, 1) == 1 ? 5 : 6);
	got = syscall(SYS_wait4, pid, new, WNOHANG, new + 4096);
	printf("not yet: %ld\n", got);
	got = syscall(SYS_wait4, pid, closed, WNOHANG, closed);
	printf("not yet: %ld\n", got);
	got = syscall(SYS_waitid, P_PID, pid, new, WNOHANG | WEXITED, new + 4096);
	printf("not yet: %ld\n", got);
	got = syscall(SYS_waitid, P_PID, pid, NULL, WNOHANG | WEXITED, new + 4096);
	printf("not yet: %ld\n", got);
	if (write(gate[1], "x", 1) != 1 || waitpid(pid, &status, 0) != pid)
		die_3();
	printf("ended %d\n", WEXITSTATUS(status));
}

static const struct part parts[] = { { "vfork", vforks }, { "spawn", spawns },
	{ "path", path_search }, { "daemon", daemon_of }, { "became", became },
	{ "thread-execs", thread_execs }, { "leader-ends", leader_ends }, { "bomb", bomb },
	{ "waitid", waitids }, { "pidfd", pidfds }, { "orphans", orphans },
	{ "shared", shared }, { "unasked", unasked } };

int
main(int argc, char **argv)
{
	self = argv[0];
	return RUN_PART(parts);
}
