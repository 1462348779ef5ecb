/* SPDX-License-Identifier: MIT */
/*
 * antipattern-edge.c - what looks like an anti-pattern and is none, and what hides one
 *
 * antipattern-edge: a line for each, its name, the anti-pattern, and whether it is one ("yes",
 * "no"); antipattern-edge NAME does it.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
check(bool ok)
{
	if (!ok) {
		perror("antipattern-edge");
		exit(99);
	}
}

static int
scratch(const char *name, int flags)
{
	int fd = open(name, flags | O_CLOEXEC, 0644);

	check(fd >= 0);
	return fd;
}

/* Each a new file of an old name, as journals and locks are. */
static void
journals(void)
{
	for (int i = 0; i < 200; i++) {
		close(scratch("journal", O_WRONLY | O_CREAT | O_EXCL));
		check(unlink("journal") == 0);
	}
}

static void
replace(const char *name, bool durably)
{
	int dir, fd = scratch("new", O_WRONLY | O_CREAT | O_EXCL);

	check(write(fd, "what is known by now\n", 21) == 21);
	check(!durably || fsync(fd) == 0);
	close(fd);
	check(rename("new", name) == 0);
	if (!durably)
		return;
	dir = scratch(".", O_RDONLY | O_DIRECTORY);
	check(fsync(dir) == 0);
	close(dir);
}

static void
replaced(void)
{
	for (int i = 0; i < 200; i++) {
		replace("good", false);
		close(scratch("good", O_RDONLY));
	}
}

static void
truncated(void)
{
	for (int i = 0; i < 200; i++)
		close(scratch("log", O_WRONLY | O_CREAT | O_TRUNC));
}

static void
replaced_and_looked_at(void)
{
	struct stat st;

	for (int i = 0; i < 400; i++) {
		replace("good", false);
		check(stat("good", &st) == 0);
	}
}

static void
durable(void)
{
	for (int i = 0; i < 60; i++)
		replace("good", true);
}

static void
many_descriptors(void)
{
	struct stat st;
	char byte;

	for (int i = 0; i < 400; i++) {
		int fd = scratch("/etc/passwd", O_RDONLY);

		check(fcntl(fd, F_GETFL) >= 0 && lseek(fd, 1, SEEK_SET) == 1);
		check(fstat(fd, &st) == 0 && read(fd, &byte, 1) == 1);
		close(fd);
	}
}

static void
seeks(void)
{
	int fd = scratch("/etc/passwd", O_RDONLY);
	char bytes[8];

	for (int i = 0; i < 600; i++)
		check(lseek(fd, i % 8, SEEK_SET) >= 0 && read(fd, bytes, 8) == 8);
}

static int ends[2];

static void
put(void)
{
	check(write(ends[1], "x", 1) == 1);
}

static void
edge_triggered(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	char byte;

	check(pipe2(ends, O_NONBLOCK) == 0);
	check(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) == 0);
	for (int i = 0; i < 400; i++) {
		put();
		check(epoll_wait(epoll, &event, 1, 1000) == 1);
		while (read(ends[0], &byte, 1) == 1)
			continue;
		check(errno == EAGAIN);
	}
}

/* Somebody else was faster. */
static void
woken_for_nothing(void)
{
	struct pollfd p;
	char byte;

	check(pipe2(ends, O_NONBLOCK) == 0);
	for (int i = 0; i < 400; i++) {
		p = (struct pollfd){ .fd = ends[0], .events = POLLIN };
		put();
		check(poll(&p, 1, 1000) == 1 && read(ends[0], &byte, 1) == 1);
		check(read(ends[0], &byte, 1) < 0);
	}
}

static void
time_limit(void)
{
	const struct timeval limit = { .tv_usec = 4000 };
	char byte;

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	check(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0);
	for (int i = 0; i < 70; i++)
		check(read(ends[0], &byte, 1) < 0 && errno == EAGAIN);
}

static void
locked(void)
{
	int a = scratch("lock", O_RDWR | O_CREAT), b = scratch("lock", O_RDWR);

	check(flock(a, LOCK_EX) == 0);
	for (int i = 0; i < 200; i++)
		check(flock(b, LOCK_EX | LOCK_NB) < 0 && errno == EAGAIN);
}

static void
naps(void)
{
	const struct timespec moment = { .tv_nsec = 20000 };
	char byte;

	check(pipe2(ends, O_NONBLOCK) == 0);
	for (int i = 0; i < 400; i++) {
		check(read(ends[0], &byte, 1) < 0);
		nanosleep(&moment, NULL);
	}
}

static void
write_late(void)
{
	const struct timespec moment = { .tv_nsec = 200000000 };

	check(pipe(ends) == 0);
	if (!fork()) {
		nanosleep(&moment, NULL);
		put();
		_exit(0);
	}
}

static void
filter(void)
{
	char byte;

	write_late();
	check(read(ends[0], &byte, 1) == 1);
}

static void
event_loop(void)
{
	char byte;

	for (int i = 0; i < 20; i++)
		check(poll(NULL, 0, 1) == 0);
	filter();
	write_late();
	check(read(ends[0], &byte, 1) == 1);
}

static void
blocks(void)
{
	static char block[1 << 15];
	int zero = scratch("/dev/zero", O_RDONLY);

	for (int i = 0; i < 4000; i++)
		check(read(zero, block, sizeof block) == sizeof block);
}

static void
ticks(void)
{
	const struct timespec moment = { .tv_nsec = 1000000 };

	for (int i = 0; i < 1100; i++)
		nanosleep(&moment, NULL);
}

static void
nothing(int signal)
{
	(void)signal;
}

/* One call, in many pieces. */
static void
interrupted(void)
{
	struct sigaction action = { .sa_handler = nothing, .sa_flags = SA_RESTART };
	const struct itimerval often = { { 0, 300 }, { 0, 300 } }, never = { 0 };
	const struct timespec moment = { .tv_sec = 1 };
	char byte;

	check(sigaction(SIGALRM, &action, NULL) == 0 && pipe(ends) == 0);
	if (!fork()) {
		nanosleep(&moment, NULL);
		put();
		_exit(0);
	}
	setitimer(ITIMER_REAL, &often, NULL);
	check(read(ends[0], &byte, 1) == 1);
	setitimer(ITIMER_REAL, &never, NULL);
}

static unsigned long turns_of_ms; /* as processor time */

static void
turn(unsigned long n)
{
	volatile unsigned long work = 0;

	for (unsigned long i = 0; i < n; i++)
		work += i;
}

static double
cpu_ms(void)
{
	struct timespec now;

	check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Without a call, once it is known how fast that goes. */
static void
compute_ms(unsigned long ms)
{
	if (!turns_of_ms) {
		double from = cpu_ms();

		turn(20000000);
		turns_of_ms = (unsigned long)(20000000 / (cpu_ms() - from));
	}
	turn(ms * turns_of_ms);
}

/* Asks for work, and computes, in pieces too short to be seen. */
static void
asks(void)
{
	struct pollfd p;
	double used = 0;

	check(pipe2(ends, O_NONBLOCK) == 0);
	/* A machine that gets faster makes the pieces shorter, and not the whole. */
	for (int i = 0; used < 1800; i++) {
		p = (struct pollfd){ .fd = ends[0], .events = POLLIN };
		compute_ms(15);
		if (i % 2)
			check(poll(&p, 1, 0) == 0);
		else
			used = cpu_ms();
	}
}

/* As much work, in pieces that somebody gets. */
static void
works(void)
{
	int fd = scratch("results", O_WRONLY | O_CREAT | O_TRUNC);

	for (int i = 0; i < 80; i++) {
		compute_ms(15);
		check(write(fd, "a result, and more of it\n", 25) == 25);
	}
}

/* Between two questions nothing is computed: it is stopped. */
static void
stopped(void)
{
	const struct timespec moment = { .tv_sec = 1, .tv_nsec = 500000000 };
	pid_t child = fork();

	if (!child) {
		for (;;) {
			(void)getppid();
			compute_ms(1);
		}
	}
	compute_ms(5);
	check(kill(child, SIGSTOP) == 0);
	nanosleep(&moment, NULL);
	check(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
}

static void
pair(void)
{
	pid_t child = fork();

	compute_ms(150);
	if (!child)
		_exit(0);
	check(waitpid(child, NULL, 0) == child);
}

static void
pairs_closed(void)
{
	for (int i = 0; i < 40; i++)
		scratch("/dev/null", O_RDONLY);
	for (int i = 0; i < 800; i++) {
		check(pipe(ends) == 0);
		close(ends[0]);
		close(ends[1]);
	}
}

enum { ONE_BY_ONE = 200 };

/* One byte at a time goes through a pipe; the reader has room for so many. */
static void
pass_bytes(size_t room, bool by_vectors)
{
	char block[4096];
	struct iovec parts[2] = { { block, room > 1 ? 1 : 0 },
		{ block + 1, room > 1 ? room - 1 : 1 } };
	int ends[2];

	check(pipe(ends) == 0);
	for (int i = 0; i < ONE_BY_ONE; i++) {
		check(write(ends[1], "x", 1) == 1);
		check((by_vectors ? readv(ends[0], parts, 2) : read(ends[0], block, room)) ==
			1);
	}
}

/* The reader has a buffer, and gets what there is: the writer has none. */
static void
trickle(void)
{
	pass_bytes(4096, false);
}

static void
trickle_vectors(void)
{
	pass_bytes(4096, true);
}

static void
picks(void)
{
	pass_bytes(1, false);
}

static void
picks_vectors(void)
{
	pass_bytes(1, true);
}

static const struct {
	const char *name, *pattern;
	bool is_one;
	void (*run)(void);
} rows[] = {
	{ "journals", "n-plus-one-open", false, journals },
	{ "replaced", "n-plus-one-open", false, replaced },
	{ "truncated", "n-plus-one-open", true, truncated },
	{ "replaced-and-looked-at", "redundant-stat", false, replaced_and_looked_at },
	{ "durable", "fsync-storm", false, durable },
	{ "many-descriptors", "repeated-call", false, many_descriptors },
	{ "seeks", "repeated-call", true, seeks },
	{ "edge-triggered", "eagain-spin", false, edge_triggered },
	{ "woken-for-nothing", "eagain-spin", false, woken_for_nothing },
	{ "time-limit", "eagain-spin", false, time_limit },
	{ "locked", "eagain-spin", false, locked },
	{ "naps", "eagain-spin", true, naps },
	{ "filter", "blocking-main-thread", false, filter },
	{ "event-loop", "blocking-main-thread", true, event_loop },
	{ "blocks", "TightLoop", false, blocks },
	{ "blocks", "excessive-io", false, blocks },
	{ "ticks", "TightLoop", false, ticks },
	{ "interrupted", "TightLoop", false, interrupted },
	{ "asks", "TightLoop", true, asks },
	{ "works", "TightLoop", false, works },
	{ "stopped", "TightLoop", false, stopped },
	{ "trickle", "one-byte-read", false, trickle },
	{ "trickle", "tiny-write", true, trickle },
	{ "trickle-vectors", "one-byte-read", false, trickle_vectors },
	{ "picks", "one-byte-read", true, picks },
	{ "picks-vectors", "one-byte-read", true, picks_vectors },
	{ "pair", "GodProcess", false, pair },
	{ "pairs-closed", "fd-leak", false, pairs_closed },
};

int
main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (argc < 2)
			printf("%s %s %s\n", rows[i].name, rows[i].pattern,
				rows[i].is_one ? "yes" : "no");
		else if (!strcmp(rows[i].name, argv[1]))
			return rows[i].run(), 0;
	}
	return argc < 2 ? 0 : 2;
}
