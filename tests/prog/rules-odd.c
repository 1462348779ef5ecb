/* rules-odd.c - deeds in odd ways, of which rules must neither miss one nor see one too many */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "deeds.h"

static void
nap(long ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	nanosleep(&t, NULL);
}

/* Waits, but not by nanosleep. */
static void
pause_for(long ms)
{
	struct timeval v = { ms / 1000, ms % 1000 * 1000 };

	select(0, NULL, NULL, NULL, &v);
}

static void
ring_after(long ms, long every)
{
	struct itimerval v = { { 0, every * 1000 }, { 0, ms * 1000 } };

	setitimer(ITIMER_REAL, &v, NULL);
}

static void
handle(int number, void (*handler)(int), int flags)
{
	struct sigaction a = { .sa_flags = flags };

	a.sa_handler = handler;
	MUST(sigaction(number, &a, NULL) == 0);
}

static void
ignore(int number)
{
	(void)number;
}

static sigjmp_buf out_of_handler;

static void
jump(int number)
{
	(void)number;
	siglongjmp(out_of_handler, 1);
}

struct pair {
	int in, out;
};

static struct pair
new_pipe(void)
{
	int fds[2];

	MUST(pipe(fds) == 0);
	return (struct pair){ fds[0], fds[1] };
}

static void
take(int fd)
{
	char c;

	MUST(read(fd, &c, 1) == 1);
}

static void
give(int fd)
{
	MUST(write(fd, "x", 1) == 1);
}

/* The child's 0. */
static pid_t
child(void)
{
	pid_t pid = fork();

	MUST(pid >= 0);
	return pid;
}

static void
collect(void)
{
	while (wait(NULL) > 0)
		;
}

#ifdef __x86_64__
/* A call by the table of 32-bit programs; `low` is memory that these can address. */
static long
call_32(long nr, const void *a, long b, long c)
{
	long r;

	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return r;
}

static void *
low(void)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	MUST(at != MAP_FAILED);
	return at;
}
#endif

/*
 * reads_N_*: N reads from a pipe.
 */
static void
reads_1_plain(void)
{
	struct pair p = new_pipe();

	give(p.out);
	take(p.in);
}

static void
reads_1_restarted(void)
{
	struct pair p = new_pipe();

	handle(SIGALRM, ignore, SA_RESTART);
	if (child() == 0) {
		pause_for(60);
		give(p.out);
		_exit(0);
	}
	ring_after(10, 10);
	take(p.in);
	ring_after(0, 0);
	collect();
}

static void
reads_1_stopped(void)
{
	struct pair p = new_pipe();
	pid_t me = getpid();

	if (child() == 0) {
		pause_for(20);
		kill(me, SIGSTOP);
		pause_for(20);
		kill(me, SIGCONT);
		pause_for(20);
		give(p.out);
		_exit(0);
	}
	take(p.in);
	collect();
}

static void
reads_1_left(void)
{
	struct pair p = new_pipe();
	char c;

	handle(SIGALRM, jump, SA_RESTART);
	ring_after(20, 0);
	if (sigsetjmp(out_of_handler, 1) == 0 && read(p.in, &c, 1) == 1)
		exit(1);
}

static void
reads_2_left_then_read(void)
{
	struct pair p = new_pipe();
	char c;

	handle(SIGALRM, jump, SA_RESTART);
	ring_after(20, 0);
	if (sigsetjmp(out_of_handler, 1) == 0 && read(p.in, &c, 1) == 1)
		exit(1);
	give(p.out);
	take(p.in);
}

static void
reads_2_interrupted(void)
{
	struct pair p = new_pipe();
	char c;

	handle(SIGALRM, ignore, 0);
	ring_after(20, 0);
	MUST(read(p.in, &c, 1) < 0 && errno == EINTR);
	give(p.out);
	take(p.in);
}

/* A task that has nothing to wait for but its nap naps when it sleeps; not yet while it is
 * stopped by who traces it. */
static void
until_asleep(pid_t tid)
{
	char path[40], stat[512], *state = NULL;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)tid);
	while (!state || state[2] != 'S') {
		int fd = open(path, O_RDONLY);
		ssize_t n = fd < 0 ? -1 : pread(fd, stat, sizeof stat - 1, 0);

		MUST(n > 0);
		close(fd);
		stat[n] = '\0';
		state = strrchr(stat, ')');
		MUST(state && state[2] != 'Z');
		pause_for(1);
	}
}

/*
 * naps_*: a nanosleep of more than 50 ms.
 */
static void
naps_short(void)
{
	nap(1);
}

static void
naps_killed(void)
{
	pid_t pid = child();

	if (pid == 0)
		nap(60000);
	until_asleep(pid);
	pause_for(100);
	kill(pid, SIGKILL);
	collect();
}

static void *
nap_long(void *told)
{
	pid_t tid = gettid();

	MUST(write(*(int *)told, &tid, sizeof tid) == sizeof tid);
	nap(60000);
	return told;
}

static void
naps_at_exit(void)
{
	struct pair p = new_pipe();
	pthread_t t;
	pid_t tid;

	pthread_create(&t, NULL, nap_long, &p.out);
	MUST(read(p.in, &tid, sizeof tid) == sizeof tid);
	until_asleep(tid);
	pause_for(100);
	exit(0);
}

static void
naps_stopped(void)
{
	pid_t pid = child();

	if (pid == 0) {
		nap(80);
		_exit(0);
	}
	pause_for(20);
	kill(pid, SIGSTOP);
	pause_for(20);
	kill(pid, SIGCONT);
	collect();
}

static void
naps_interrupted(void)
{
	handle(SIGALRM, ignore, 0);
	ring_after(300, 0);
	nap(5000);
}

/*
 * order_*: "a" is synced and then renamed.
 */
static volatile int *is_synced; /* memory that processes share: no call tells of it */

static int
new_file(void)
{
	int fd = open("a", O_RDWR | O_CREAT, 0600);

	is_synced = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(is_synced != MAP_FAILED);
	MUST(fd >= 0 && write(fd, "x", 1) == 1);
	return fd;
}

static void
come(void)
{
	MUST(rename("a", "b") == 0);
}

static void
until_synced(void)
{
	while (!*is_synced)
		pause_for(5);
}

static void
sync_and_end(int fd)
{
	fsync(fd);
	*is_synced = 1;
	_exit(0);
}

static void *
sync_it(void *fd)
{
	fsync((int)(intptr_t)fd);
	*is_synced = 1;
	return NULL;
}

static pthread_t
sync_by_thread(int fd)
{
	pthread_t t;

	MUST(pthread_create(&t, NULL, sync_it, (void *)(intptr_t)fd) == 0);
	return t;
}

static void
order_plain(void)
{
	fsync(new_file());
	come();
}

static void
order_none(void)
{
	new_file();
	come();
}

static void
order_late(void)
{
	int fd = new_file();

	come();
	fsync(fd);
}

static void
order_failed(void)
{
	new_file();
	fsync(77);
	come();
}

static void
order_child(void)
{
	int fd = new_file();

	if (child() == 0)
		sync_and_end(fd);
	collect();
	come();
}

static void
order_child_not_waited_for(void)
{
	int fd = new_file();

	if (child() == 0)
		sync_and_end(fd);
	until_synced();
	come();
	collect();
}

static void
order_siblings(void)
{
	int fd = new_file();

	if (child() == 0)
		sync_and_end(fd);
	until_synced();
	if (child() == 0) {
		come();
		_exit(0);
	}
	collect();
}

static void
order_sigwait(void)
{
	int fd = new_file(), number;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (child() == 0)
		sync_and_end(fd);
	sigwait(&set, &number);
	come();
}

static void
order_told(void)
{
	int fd = new_file(), number;
	pid_t me = getpid();
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (child() == 0) {
		fsync(fd);
		kill(me, SIGUSR1);
		pause_for(50);
		_exit(0);
	}
	sigwait(&set, &number);
	come();
}

/* The lock is given up by the end of who has it. */
static void
order_locked(void)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct pair p = new_pipe();
	int fd = new_file();

	if (child() == 0) {
		MUST(fcntl(open("lock", O_RDWR | O_CREAT, 0600), F_SETLK, &lock) == 0);
		give(p.out);
		sync_and_end(fd);
	}
	take(p.in);
	MUST(fcntl(open("lock", O_RDWR | O_CREAT, 0600), F_SETLKW, &lock) == 0);
	come();
	collect();
}

static void
order_by_thread_joined(void)
{
	int fd = new_file();
	struct pair p = new_pipe();

	pthread_join(sync_by_thread(fd), NULL);
	give(p.out);
	take(p.in);
	come();
}

/* When it is joined it has ended long ago, and no call tells of that. */
static void
order_by_thread_joined_late(void)
{
	pthread_t t = sync_by_thread(new_file());

	until_synced();
	pause_for(50);
	pthread_join(t, NULL);
	come();
}

static void
order_by_thread_not_joined(void)
{
	sync_by_thread(new_file());
	until_synced();
	come();
}

/*
 * interval_*: chmod, mkdir, chown.
 */
static void
interval_in(void)
{
	MUST(chmod(".", 0700) == 0 && mkdir("x", 0700) == 0 && chown(".", -1, -1) == 0);
}

static void
interval_behind(void)
{
	MUST(chmod(".", 0700) == 0 && chown(".", -1, -1) == 0 && mkdir("x", 0700) == 0);
}

static void
interval_open(void)
{
	MUST(chmod(".", 0700) == 0 && mkdir("x", 0700) == 0);
}

static void
interval_nested(void)
{
	MUST(chmod(".", 0700) == 0 && chmod(".", 0700) == 0 && chown(".", -1, -1) == 0);
	MUST(mkdir("x", 0700) == 0 && chown(".", -1, -1) == 0);
}

static void
interval_outer(void)
{
	MUST(chmod(".", 0700) == 0 && mkdir("x", 0700) == 0);
	MUST(chmod(".", 0700) == 0 && chown(".", -1, -1) == 0);
}

static void
interval_child(void)
{
	MUST(chmod(".", 0700) == 0);
	if (child() == 0) {
		mkdir("x", 0700);
		_exit(0);
	}
	collect();
	MUST(chown(".", -1, -1) == 0);
}

/*
 * turns_*: every write is read soon.
 */
static void
turns_many(void)
{
	struct pair there = new_pipe(), back = new_pipe();

	if (child() == 0) {
		for (int i = 0; i < 100; i++) {
			take(there.in);
			give(back.out);
		}
		_exit(0);
	}
	for (int i = 0; i < 100; i++) {
		give(there.out);
		take(back.in);
	}
	collect();
}

static void
turns_late(void)
{
	struct pair p = new_pipe();

	give(p.out);
	pause_for(600);
	take(p.in);
}

/*
 * path_*: box/secret is read.
 */
static void
read_all(int fd)
{
	char room[64];

	MUST(fd >= 0 && read(fd, room, sizeof room) > 0);
}

static void
path_chroot_dots(void)
{
	MUST(unshare(CLONE_NEWUSER) == 0 && chroot("box") == 0 && chdir("/") == 0);
	read_all(open("../../secret", O_RDONLY));
}

static void
path_in_root(void)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };
	int dir = open("box", O_PATH);

	read_all((int)syscall(SYS_openat2, dir, "/../secret", &how, sizeof how));
}

static void
path_own_cwd(void)
{
	MUST(chdir("box") == 0);
	read_all(open("/proc/self/cwd/secret", O_RDONLY));
}

static void
path_up_from_cwd(void)
{
	MUST(mkdir("box/sub", 0700) == 0 && chdir("box/sub") == 0);
	read_all(open("/proc/thread-self/cwd/../secret", O_RDONLY));
}

static void
path_own_root(void)
{
	read_all(open("/proc/self/root/../proc/self/cwd/box/secret", O_RDONLY));
}

/* Another process's directory. */
static void
path_of_child(const char *what)
{
	struct pair p = new_pipe();
	pid_t pid = child();
	char path[64];

	if (pid == 0) {
		MUST(dup2(open("box", O_PATH), 70) == 70 && chdir("box") == 0);
		give(p.out);
		pause_for(5000);
		_exit(0);
	}
	take(p.in);
	snprintf(path, sizeof path, "/proc/%d/%s/secret", (int)pid, what);
	read_all(open(path, O_RDONLY));
	kill(pid, SIGKILL);
	collect();
}

static void
path_child_cwd(void)
{
	path_of_child("cwd");
}

static void
path_child_fd(void)
{
	path_of_child("fd/70");
}

static void
path_dev_fd(void)
{
	char path[64];

	snprintf(path, sizeof path, "/dev/fd/%d/secret", open("box", O_PATH));
	read_all(open(path, O_RDONLY));
}

static void
path_up_from_link(void)
{
	MUST(mkdir("box/sub", 0700) == 0 && symlink("box/sub", "link") == 0);
	read_all(open("link/../secret", O_RDONLY));
}

static void
path_moved_directory(void)
{
	MUST(rename("box", "other") == 0);
	read_all(open("other/secret", O_RDONLY));
}

/*
 * net_*: 127.0.0.1:7, or bad.sock.
 */
static struct sockaddr_in
port_7(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(7) };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static void
net_socketcall(void)
{
#ifdef __x86_64__
	struct sockaddr_in a = port_7();
	char *at = low();
	uint32_t *words = (uint32_t *)(void *)(at + 256);

	memcpy(at, &a, sizeof a);
	words[0] = (uint32_t)socket(AF_INET, SOCK_STREAM, 0);
	words[1] = (uint32_t)(uintptr_t)at;
	words[2] = sizeof a;
	MUST(call_32(102, (void *)3, (long)words, 0) != -ENOSYS);
#else
	exit(77);
#endif
}

static void
net_no_family(void)
{
	struct sockaddr_in a = port_7();

	a.sin_family = AF_UNSPEC;
	MUST(sendto(socket(AF_INET, SOCK_DGRAM, 0), "x", 1, 0, (void *)&a, sizeof a) == 1);
}

static void
net_inet6(void)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(7) };

	a.sin6_addr = in6addr_loopback;
	connect(socket(AF_INET6, SOCK_DGRAM, 0), (void *)&a, sizeof a);
}

static void
net_unix_link(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "good.sock" };

	MUST(symlink("bad.sock", "good.sock") == 0);
	connect(socket(AF_UNIX, SOCK_STREAM, 0), (void *)&a, sizeof a);
}

/* As getaddrinfo does between two addresses. */
static void
net_leave(void)
{
	struct sockaddr a = { .sa_family = AF_UNSPEC };

	MUST(connect(socket(AF_INET, SOCK_DGRAM, 0), &a, sizeof a) == 0);
}

static void
swap_names(void)
{
	MUST(mkdir("u", 0700) == 0 && mkdir("v", 0700) == 0);
	MUST(syscall(SYS_renameat2, AT_FDCWD, "u", AT_FDCWD, "v", 2) == 0);
}

static const struct deed deeds[] = {
	DEED(reads_1_plain),
	DEED(reads_1_restarted),
	DEED(reads_1_stopped),
	DEED(reads_1_left),
	DEED(reads_2_left_then_read),
	DEED(reads_2_interrupted),
	DEED(naps_short),
	DEED(naps_killed),
	DEED(naps_at_exit),
	DEED(naps_stopped),
	DEED(naps_interrupted),
	DEED(order_plain),
	DEED(order_none),
	DEED(order_late),
	DEED(order_failed),
	DEED(order_child),
	DEED(order_child_not_waited_for),
	DEED(order_siblings),
	DEED(order_sigwait),
	DEED(order_told),
	DEED(order_locked),
	DEED(order_by_thread_joined),
	DEED(order_by_thread_joined_late),
	DEED(order_by_thread_not_joined),
	DEED(interval_in),
	DEED(interval_behind),
	DEED(interval_open),
	DEED(interval_nested),
	DEED(interval_outer),
	DEED(interval_child),
	DEED(turns_many),
	DEED(turns_late),
	DEED(path_chroot_dots),
	DEED(path_in_root),
	DEED(path_own_cwd),
	DEED(path_up_from_cwd),
	DEED(path_own_root),
	DEED(path_child_cwd),
	DEED(path_child_fd),
	DEED(path_dev_fd),
	DEED(path_up_from_link),
	DEED(path_moved_directory),
	DEED(net_socketcall),
	DEED(net_no_family),
	DEED(net_inet6),
	DEED(net_unix_link),
	DEED(net_leave),
	DEED(swap_names),
};

int
main(int argc, char **argv)
{
	return deeds_run(deeds, sizeof deeds / sizeof *deeds, argc, argv);
}
