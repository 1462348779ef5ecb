/* SPDX-License-Identifier: MIT */
/*
 * antipattern.c - does one thing badly, or well: antipattern NAME bad|good, antipattern list
 *
 * Each anti-pattern of judge/antipattern.def has its row; "good" does the same work as one
 * would like to see it.
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
check(bool ok)
{
	if (!ok) {
		perror("antipattern");
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

static void
tiny_write(bool bad)
{
	int fd = scratch("log", O_WRONLY | O_CREAT | O_TRUNC);
	char block[2000];

	memset(block, 'x', sizeof block);
	for (size_t done = 0, n = bad ? 10 : sizeof block; done < sizeof block; done += n)
		check(write(fd, block, n) == (ssize_t)n);
	close(fd);
}

static void
one_byte_read(bool bad)
{
	char block[500];
	int fd;

	tiny_write(false);
	fd = scratch("log", O_RDONLY);
	for (size_t done = 0, n = bad ? 1 : sizeof block; done < sizeof block; done += n)
		check(read(fd, block, n) == (ssize_t)n);
	close(fd);
}

static void
redundant_stat(bool bad)
{
	struct stat st;

	tiny_write(false);
	for (int i = 0; i < 400; i++) {
		if (bad || i == 0)
			check(stat("log", &st) == 0);
	}
	/* Looking again after each change is no fault. */
	for (int i = 0; i < 40 && !bad; i++) {
		check(chmod("log", i % 2 ? 0644 : 0600) == 0);
		check(stat("log", &st) == 0);
	}
}

static void
path_probe_storm(bool bad)
{
	char name[64];

	for (int i = 0; i < 400; i++) {
		snprintf(name, sizeof name, bad ? "lib%d/libwanted.so" : "/etc/.", i);
		check(access(name, R_OK) == (bad ? -1 : 0));
	}
}

static void
n_plus_one_open(bool bad)
{
	int fd = -1;
	char byte;

	tiny_write(false);
	for (int i = 0; i < 200; i++) {
		if (fd < 0)
			fd = scratch("log", O_RDONLY);
		check(pread(fd, &byte, 1, i) == 1);
		if (bad) {
			close(fd);
			fd = -1;
		}
	}
}

static void
repeated_call(bool bad)
{
	struct sigaction action = { .sa_handler = SIG_IGN };

	for (int i = 0; i < (bad ? 1000 : 3); i++)
		check(sigaction(SIGUSR1, &action, NULL) == 0);
}

static void
busy_poll(bool bad)
{
	int ends[2];
	struct pollfd p;

	check(pipe(ends) == 0);
	p = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	for (int i = 0; i < (bad ? 1000 : 1); i++)
		check(poll(&p, 1, bad ? 0 : 20) == 0);
}

static void
fsync_storm(bool bad)
{
	int fd = scratch("log", O_WRONLY | O_CREAT | O_TRUNC);

	for (int i = 0; i < 64; i++) {
		check(write(fd, "a line of the journal\n", 22) == 22);
		if (bad || i == 63)
			check(fsync(fd) == 0);
	}
}

static void
run_true(int n, bool is_serial)
{
	for (int i = 0; i < n; i++) {
		pid_t child = fork();

		if (!child) {
			execl("/bin/true", "true", (char *)NULL);
			_exit(98);
		}
		check(child > 0);
		if (is_serial)
			check(waitpid(child, NULL, 0) == child);
	}
	while (wait(NULL) > 0)
		continue;
}

static void
exec_storm(bool bad)
{
	run_true(bad ? 80 : 2, true);
}

static void
eagain_spin(bool bad)
{
	char byte;
	int ends[2];

	check(pipe2(ends, O_NONBLOCK) == 0);
	for (int i = 0; i < 400; i++) {
		if (!bad)
			check(write(ends[1], "x", 1) == 1);
		check(read(ends[0], &byte, 1) == (bad ? -1 : 1));
	}
}

static void
chatty_socket(bool bad)
{
	char block[8000] = { 0 };
	int ends[2];

	check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	for (size_t done = 0, n = bad ? 40 : sizeof block; done < sizeof block; done += n)
		check(write(ends[0], block, n) == (ssize_t)n);
	for (int i = 0; i < 200 && !bad; i++) { /* a word each, by the same number */
		check(close(ends[0]) == 0 && close(ends[1]) == 0);
		check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
		check(write(ends[0], block, 40) == 40);
	}
}

static void *
pause_in_thread(void *nothing)
{
	pause();
	return nothing;
}

/* Whoever has no other thread keeps nobody from anything. */
static void
blocking_main_thread(bool bad)
{
	const struct timespec moment = { .tv_nsec = 200000000 };
	pthread_t thread;
	char byte;
	int ends[2];

	check(pipe(ends) == 0);
	if (!fork()) {
		nanosleep(&moment, NULL);
		_exit(write(ends[1], "x", 1) != 1);
	}
	if (bad)
		check(pthread_create(&thread, NULL, pause_in_thread, NULL) == 0);
	check(read(ends[0], &byte, 1) == 1);
	wait(NULL);
}

static void
excessive_io(bool bad)
{
	int null = scratch("/dev/null", O_WRONLY);
	char block[256] = { 0 };

	for (int i = 0; i < (bad ? 50000 : 10); i++)
		check(write(null, block, sizeof block) == sizeof block);
}

static void
compute(double seconds)
{
	struct timespec now;
	volatile unsigned long work = 0;

	do {
		for (int i = 0; i < 100000; i++)
			work += (unsigned long)i;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	} while ((double)now.tv_sec + (double)now.tv_nsec / 1e9 < seconds);
}

static void
god_process(bool bad)
{
	for (int i = 0; i < 4; i++) {
		if (!fork()) {
			compute(bad ? 0.0 : 0.1);
			_exit(0);
		}
	}
	compute(bad ? 0.4 : 0.1);
	while (wait(NULL) > 0)
		continue;
}

static void
tight_loop(bool bad)
{
	int null = scratch("/dev/null", O_WRONLY);

	for (int i = 0; i < (bad ? 20000 : 20); i++)
		check(write(null, "x", 1) == 1);
}

/* Without any call: the clock is not asked. */
static void
spin(unsigned long n)
{
	volatile unsigned long work = 0;

	for (unsigned long i = 0; i < n; i++)
		work += i;
}

#define LONG_SPIN 4000000000ul /* two seconds and more */

static void
tight_compute(bool bad)
{
	spin(bad ? LONG_SPIN : 1000);
}

/* As long, but asleep, or stopped: that is no computing. */
static void
tight_sleep(bool bad)
{
	const struct timespec moment = { .tv_sec = 2 };
	pid_t child;

	if (bad) {
		spin(LONG_SPIN);
		return;
	}
	nanosleep(&moment, NULL);
	child = fork();
	if (!child) {
		for (;;)
			spin(1000);
	}
	check(kill(child, SIGSTOP) == 0);
	nanosleep(&moment, NULL);
	check(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
}

static void *
spin_in_thread(void *how)
{
	spin(*(const bool *)how ? LONG_SPIN : 1000);
	return NULL;
}

/* The first thread waits meanwhile, for long, and is not the one. */
static void
tight_thread(bool bad)
{
	pthread_t thread;

	check(pthread_create(&thread, NULL, spin_in_thread, &bad) == 0);
	check(pthread_join(thread, NULL) == 0);
}

/* Its end comes from outside, in the middle of it. */
static void
tight_killed(bool bad)
{
	const struct timespec moment = { .tv_nsec = 200000000 };
	struct timespec used = { 0 };
	clockid_t clock;
	pid_t child = fork();

	if (!child) {
		if (bad)
			spin(100 * LONG_SPIN);
		pause();
	}
	check(clock_getcpuclockid(child, &clock) == 0);
	do {
		nanosleep(&moment, NULL);
		check(clock_gettime(clock, &used) == 0);
	} while (bad && used.tv_sec < 2);
	check(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
}

static void
fd_leak(bool bad)
{
	for (int i = 0; i < 100; i++) {
		int fd = scratch("/etc/passwd", O_RDONLY);

		if (!bad)
			close(fd);
	}
}

static void
missing_cloexec(bool bad)
{
	for (int i = 0; i < 4; i++)
		check(open("/etc/passwd", O_RDONLY | (bad ? 0 : O_CLOEXEC)) >= 0);
	run_true(2, true);
}

static void
serial_waits(bool bad)
{
	run_true(40, bad);
}

static const struct {
	const char *name;
	void (*run)(bool bad);
} rows[] = {
	{ "tiny-write", tiny_write },
	{ "one-byte-read", one_byte_read },
	{ "redundant-stat", redundant_stat },
	{ "path-probe-storm", path_probe_storm },
	{ "n-plus-one-open", n_plus_one_open },
	{ "repeated-call", repeated_call },
	{ "busy-poll", busy_poll },
	{ "fsync-storm", fsync_storm },
	{ "exec-storm", exec_storm },
	{ "eagain-spin", eagain_spin },
	{ "chatty-socket", chatty_socket },
	{ "blocking-main-thread", blocking_main_thread },
	{ "excessive-io", excessive_io },
	{ "GodProcess", god_process },
	{ "TightLoop", tight_loop },
	{ "TightLoop-compute", tight_compute },
	{ "TightLoop-sleep", tight_sleep },
	{ "TightLoop-thread", tight_thread },
	{ "TightLoop-killed", tight_killed },
	{ "fd-leak", fd_leak },
	{ "missing-cloexec", missing_cloexec },
	{ "serial-waits", serial_waits },
};

int
main(int argc, char **argv)
{
	bool is_bad = argc == 3 && !strcmp(argv[2], "bad");

	for (size_t i = 0; argc == 2 && i < sizeof rows / sizeof *rows; i++)
		puts(rows[i].name);
	if (argc == 2)
		return 0;

	for (size_t i = 0; argc == 3 && i < sizeof rows / sizeof *rows; i++) {
		if (!strcmp(rows[i].name, argv[1])) {
			rows[i].run(is_bad);
			return 0;
		}
	}
	fprintf(stderr, "usage: antipattern NAME bad|good\n");
	return 2;
}
