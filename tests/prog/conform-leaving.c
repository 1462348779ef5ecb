/* conform-leaving.c - what happens to processes while a tracer that has come lets go of them
 *
 * Each part has a flood of calls, which fills what is between them and whoever watches; then
 * all is calm for longer than that one stays; then something happens.
 */

#include "conform.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define CALM_MS 250

static int through[2]; /* a pipe that nobody else has */

static void
flood(int n)
{
	static char bytes[4096];

	if (!through[1])
		MUST(!pipe(through));
	for (int i = 0; i < n; i++) {
		MUST(write(through[1], bytes, sizeof bytes) == sizeof bytes);
		MUST(read(through[0], bytes, sizeof bytes) == sizeof bytes);
	}
}

#define N 300

/* SIGCONT that is blocked waits until it is asked for. */
static void
keeps(int argc, char **argv)
{
	const struct timespec none = { 0 };
	siginfo_t info;
	sigset_t set;

	(void)argc;
	(void)argv;
	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	flood(N);
	MUST(!kill(getpid(), SIGCONT));
	exactly_ms(CALM_MS);
	MUST(getppid() > 0);
	MUST(!sigpending(&set));
	printf("it waits: %s\n", yes(sigismember(&set, SIGCONT)));
	sigemptyset(&set);
	sigaddset(&set, SIGCONT);
	printf("it is %d\n", sigtimedwait(&set, &info, &none));
}

static const int job_signals[] = { SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU };

/* Stopped while it is to be let go of, in a call and between calls. */
static void
jobs(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (int i = 0; i < 4; i++) {
		int go[2], said[2], status;
		pid_t pid;
		char c;

		MUST(!pipe(go) && !pipe(said));
		pid = fork();
		if (!pid) {
			setpgid(0, 0);
			flood(N);
			MUST(write(said[1], "r", 1) == 1);
			if (i % 2)
				exactly_ms(CALM_MS);
			MUST(read(go[0], &c, 1) == 1);
			for (int k = 0; k < 20; k++)
				MUST(getppid() > 0);
			_exit(7);
		}
		MUST(read(said[0], &c, 1) == 1);
		exactly_ms(i < 2 ? 120 : CALM_MS);
		kill(pid, job_signals[i % 4]);
		print_wait("stop", next_of(pid));
		exactly_ms(20);
		MUST(write(go[1], "x", 1) == 1);
		exactly_ms(i < 2 ? 120 : 20);
		MUST(waitpid(pid, &status, WUNTRACED | WCONTINUED | WNOHANG) == 0);
		kill(pid, SIGCONT);
		status = next_of(pid);
		print_wait("end", WIFCONTINUED(status) ? next_of(pid) : status);
		close(go[0]), close(go[1]), close(said[0]), close(said[1]);
	}
}

static atomic_int n_bad;
static int halves[2];

/* All of it, or none: in one call. */
static void *
wait_for_all(void *arg)
{
	static char bytes[9000];

	(void)arg;
	n_bad += recv(halves[0], bytes, 9000, MSG_WAITALL) != 9000;
	return NULL;
}

static int full[2], stream[2];

static void *
write_all(void *arg)
{
	static char bytes[1 << 20];

	(void)arg;
	n_bad += write(full[1], bytes, sizeof bytes) != sizeof bytes;
	return NULL;
}

static void *
copy_all(void *arg)
{
	int from = *(int *)arg;

	n_bad += syscall(SYS_sendfile, stream[1], from, NULL, 1 << 20) != 1 << 20;
	return NULL;
}

static void *
poll_all(void *arg)
{
	struct pollfd p = { .fd = through[0], .events = POLLPRI };
	double from = now_ms();

	(void)arg;
	n_bad += poll(&p, 1, 900) != 0;
	n_bad += now_ms() - from < 899;
	return NULL;
}

static void *
sleep_all(void *arg)
{
	struct timespec t = { 0, 900000000 };

	(void)arg;
	n_bad += nanosleep(&t, NULL) != 0;
	return NULL;
}

static void *
drain_all(void *arg)
{
	static _Thread_local char bytes[1 << 16];
	size_t left = 1 << 20;
	int fd = *(int *)arg;

	while (left) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n = poll(&p, 1, 2000) != 1 ? 0 : read(fd, bytes, sizeof bytes);

		if (n <= 0)
			break;
		left -= (size_t)n;
		if (left % (1 << 18) == 0)
			exactly_ms(120);
	}
	return NULL;
}

/* Threads of one process that all wait, beside one that floods and is let go of. */
static void
waits(int argc, char **argv)
{
	pthread_t threads[5], drains[2];
	int from = open("zeros", O_RDWR | O_CREAT | O_TRUNC, 0600);

	(void)argc;
	(void)argv;
	MUST(from >= 0 && !ftruncate(from, 1 << 20));
	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, halves) &&
		!socketpair(AF_UNIX, SOCK_STREAM, 0, stream) && !pipe(full) && !pipe(through));
	pthread_create(&threads[0], NULL, wait_for_all, NULL);
	pthread_create(&threads[1], NULL, write_all, NULL);
	pthread_create(&threads[2], NULL, poll_all, NULL);
	pthread_create(&threads[3], NULL, sleep_all, NULL);
	pthread_create(&threads[4], NULL, copy_all, &from);
	sleep_ms(20);
	for (int i = 0; i < 3; i++) {
		static char bytes[3000];

		flood(N);
		if (!i) {
			pthread_create(&drains[0], NULL, drain_all, &full[0]);
			pthread_create(&drains[1], NULL, drain_all, &stream[0]);
		}
		exactly_ms(CALM_MS);
		MUST(write(halves[1], bytes, sizeof bytes) == sizeof bytes);
	}
	for (int i = 0; i < 5; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(drains[i], NULL);
	unlink("zeros");
	printf("%d were cut short\n", n_bad);
}

static char **again;

static void *
execute(void *arg)
{
	(void)arg;
	exactly_ms(CALM_MS);
	execv("/proc/self/exe", again);
	return NULL;
}

/* A thread executes a program, while all are to be let go of. */
static void
executes(int argc, char **argv)
{
	char left[12];
	pthread_t thread;
	int n = argc ? atoi(argv[0]) : 3;

	if (!n) {
		printf("executed\n");
		return;
	}
	snprintf(left, sizeof left, "%d", n - 1);
	again = (char *[]){ "conform-leaving", "executes", left, NULL };
	flood(N);
	pthread_create(&thread, NULL, execute, NULL);
	if (n % 2)
		for (;;)
			pause();
	exactly_ms(CALM_MS + 1000);
}

static atomic_int n_handled;

static void
on_signal(int signal)
{
	(void)signal;
	n_handled++;
}

/* Signals of every kind come while it is let go of: each is handled, each call is whole. */
static void
signals(int argc, char **argv)
{
	static const int kinds[] = { SIGUSR1, SIGCONT, SIGALRM, SIGURG, SIGWINCH, 40 };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	int said[2];
	pid_t pid;
	char c;

	(void)argc;
	(void)argv;
	MUST(!pipe(said));
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 6; i++)
			sigaction(kinds[i], &action, NULL);
		for (int i = 0; i < 6; i++) {
			flood(N);
			MUST(write(said[1], "r", 1) == 1);
			while (n_handled < 6 * (i + 1))
				MUST(syscall(SYS_getppid) > 0 && usleep(300) <= 0);
		}
		_exit(n_handled == 36 ? 0 : 1);
	}
	for (int i = 0; i < 6; i++) {
		MUST(read(said[0], &c, 1) == 1);
		exactly_ms(100);
		for (int k = 0; k < 6; k++) {
			exactly_ms(1);
			kill(pid, kinds[k]);
		}
	}
	print_wait("child", next_of(pid));
}

static const struct part parts[] = { { "keeps", keeps }, { "jobs", jobs }, { "waits", waits },
	{ "executes", executes }, { "signals", signals } };

int
main(int argc, char **argv)
{
	return RUN_PART(parts);
}
