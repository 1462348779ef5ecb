/* conform-restart.c - calls that wait, and what signals make of them
 *
 * Each call waits in a process of its own, four times: for a signal whose handler restarts
 * calls, for one whose handler does not, for one that is ignored, and stopped and continued. A
 * child sends it three, and then makes the call end. All wait at the same time.
 */

#include "conform.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <mqueue.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

/* Of calls with a limit: behind all signals; and where their end is told. */
#define LONG_MS (600L * (long)slow())
#define LAST_MS (5000L * (long)slow())

/* What a worker waits on; `finish`, of its child, makes it end. */
static int ends[2], id;
static uint32_t *word;
static pid_t finisher;

static struct timespec
span(long ms)
{
	return (struct timespec){ ms / 1000, ms % 1000 * 1000000 };
}

static void
handle(int signal)
{
	(void)signal;
}

static void
make_pipe(void)
{
	MUST(!pipe(ends));
}

static void
make_pair(void)
{
	MUST(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

static void
make_timed_pair(void)
{
	struct timeval limit = { LAST_MS / 1000, 0 };

	make_pair();
	setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

static void
make_full_pipe(void)
{
	static char bytes[65536];

	make_pipe();
	MUST(write(ends[1], bytes, sizeof bytes) == sizeof bytes);
}

static void
make_word(void)
{
	word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	MUST(word != MAP_FAILED);
}

static void
make_semaphore(void)
{
	MUST((id = semget(IPC_PRIVATE, 1, 0600)) >= 0);
}

static void
make_queue(void)
{
	MUST((id = msgget(IPC_PRIVATE, 0600)) >= 0);
}

static void
make_event(void)
{
	MUST((ends[0] = eventfd(0, EFD_CLOEXEC)) >= 0);
	ends[1] = ends[0];
}

/* All kinds have one file: whoever waits must not come before the one that it waits for. */
static int locking[2];

static void
make_lock(void)
{
	MUST(!pipe2(locking, O_CLOEXEC));
	MUST((ends[0] = open("locked", O_RDWR | O_CREAT, 0600)) >= 0);
}

static void
put_byte(void)
{
	MUST(write(ends[1], "12345678", 8) == 8);
}

static void
take_bytes(void)
{
	static char bytes[65536];

	MUST(read(ends[0], bytes, sizeof bytes) > 0);
}

static void
wake(void)
{
	*word = 1;
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void
up(void)
{
	MUST(!semop(id, &(struct sembuf){ 0, 1, 0 }, 1));
}

static void
send_message(void)
{
	struct {
		long type;
		char text[8];
	} message = { 1, "message" };

	MUST(!msgsnd(id, &message, 8, 0));
}

static void
do_nothing(void)
{
}

static void
send_last(void)
{
	kill(getppid(), SIGUSR2);
}

static long
by_read(void)
{
	char c[8];

	return read(ends[0], c, 8);
}

static long
by_write(void)
{
	static char bytes[4096];

	return write(ends[1], bytes, sizeof bytes);
}

static long
by_recv(void)
{
	char c[8];

	return recv(ends[0], c, 8, 0);
}

static long
by_poll(void)
{
	return poll(&(struct pollfd){ .fd = ends[0], .events = POLLIN }, 1, (int)LAST_MS);
}

static long
by_ppoll(void)
{
	struct timespec limit = span(LAST_MS);

	return ppoll(&(struct pollfd){ .fd = ends[0], .events = POLLIN }, 1, &limit, NULL);
}

static long
by_select(void)
{
	struct timeval limit = { LAST_MS / 1000, 0 };
	fd_set set;

	FD_ZERO(&set);
	FD_SET(ends[0], &set);
	return select(ends[0] + 1, &set, NULL, NULL, &limit);
}

static long
by_epoll(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int ep = epoll_create1(EPOLL_CLOEXEC);

	epoll_ctl(ep, EPOLL_CTL_ADD, ends[0], &event);
	return epoll_wait(ep, &event, 1, (int)LAST_MS);
}

/* Who is waked before it waits again after a signal finds the word changed. */
static long
woken(long rc)
{
	return rc == -1 && errno == EAGAIN ? 0 : rc;
}

static long
by_futex(void)
{
	return woken(syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0));
}

static long
by_futex_limit(void)
{
	struct timespec limit = span(LAST_MS);

	return woken(syscall(SYS_futex, word, FUTEX_WAIT, 0, &limit, NULL, 0));
}

static long
by_semop(void)
{
	return semop(id, &(struct sembuf){ 0, -1, 0 }, 1);
}

static long
by_msgrcv(void)
{
	char message[64];

	return msgrcv(id, message, 8, 0, 0);
}

static long
by_waitpid(void)
{
	return waitpid(finisher, NULL, 0) == finisher ? 1 : -1;
}

static long
by_waitid(void)
{
	siginfo_t info;

	return waitid(P_PID, (id_t)finisher, &info, WEXITED | WNOWAIT);
}

static long
by_flock(void)
{
	return flock(open("locked", O_RDWR), LOCK_EX);
}

static long
by_nanosleep(void)
{
	struct timespec left = span(LONG_MS);
	double start = now_ms();
	long rc = nanosleep(&left, &left);

	if (rc == 0 && now_ms() - start < (double)LONG_MS)
		return 77;
	return rc;
}

static long
by_sleep_until(void)
{
	struct timespec until, more = span(LONG_MS);
	double start = now_ms();
	long rc;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += more.tv_sec;
	until.tv_nsec += more.tv_nsec;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	rc = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	errno = (int)rc;
	if (rc == 0 && now_ms() - start < (double)LONG_MS)
		return 77;
	return rc ? -1 : 0;
}

static long
by_epoll_limit(void)
{
	struct epoll_event event;
	double start = now_ms();
	long rc = epoll_wait(epoll_create1(EPOLL_CLOEXEC), &event, 1, (int)LONG_MS);

	return rc == 0 && now_ms() - start < (double)LONG_MS ? 77 : rc;
}

static long
by_timerfd(void)
{
	struct itimerspec timer = { .it_value = span(LONG_MS) };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	uint64_t n;

	MUST(!timerfd_settime(fd, 0, &timer, NULL));
	return read(fd, &n, 8) == 8 ? (long)n : -1;
}

static long
by_timed_wait(void)
{
	struct timespec limit = span(LONG_MS);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	return sigtimedwait(&set, NULL, &limit);
}

static long
by_pause(void)
{
	return pause();
}

static long
by_suspend(void)
{
	sigset_t none;

	sigemptyset(&none);
	return sigsuspend(&none);
}

static const struct waiting {
	const char *name;
	void (*prepare)(void);
	long (*wait)(void);
	void (*finish)(void);
} waitings[] = {
	{ "read", make_pipe, by_read, put_byte },
	{ "read-eventfd", make_event, by_read, put_byte },
	{ "write", make_full_pipe, by_write, take_bytes },
	{ "recv", make_pair, by_recv, put_byte },
	{ "recv-limit", make_timed_pair, by_recv, put_byte },
	{ "poll", make_pipe, by_poll, put_byte },
	{ "ppoll", make_pipe, by_ppoll, put_byte },
	{ "select", make_pipe, by_select, put_byte },
	{ "epoll", make_pipe, by_epoll, put_byte },
	{ "epoll-limit", do_nothing, by_epoll_limit, do_nothing },
	{ "futex", make_word, by_futex, wake },
	{ "futex-limit", make_word, by_futex_limit, wake },
	{ "semop", make_semaphore, by_semop, up },
	{ "msgrcv", make_queue, by_msgrcv, send_message },
	{ "waitpid", do_nothing, by_waitpid, do_nothing },
	{ "waitid", do_nothing, by_waitid, do_nothing },
	{ "flock", make_lock, by_flock, do_nothing },
	{ "nanosleep", do_nothing, by_nanosleep, do_nothing },
	{ "sleep-until", do_nothing, by_sleep_until, do_nothing },
	{ "timerfd", do_nothing, by_timerfd, do_nothing },
	{ "sigtimedwait", do_nothing, by_timed_wait, do_nothing },
	{ "pause", do_nothing, by_pause, send_last },
	{ "sigsuspend", do_nothing, by_suspend, send_last },
};

static const struct {
	const char *name;
	int signal, flags;
} kinds[] = { { "restarts", SIGUSR1, SA_RESTART }, { "interrupts", SIGUSR1, 0 },
	{ "ignored", SIGURG, -1 }, { "stopped", SIGSTOP, -1 } };

#define N_WAITINGS (sizeof waitings / sizeof waitings[0])
#define N_KINDS (sizeof kinds / sizeof kinds[0])

/* On a slow machine all of it takes longer, and what is pestered has limits that are later. */
static void
pester(size_t w, size_t k)
{
	int locked = waitings[w].wait == by_flock ? open("locked", O_RDWR) : -1;

	if (locked >= 0)
		MUST(!flock(locked, LOCK_EX) && write(locking[1], "", 1) == 1);
	sleep_ms(60);
	for (int i = 0; i < 3; i++) {
		kill(getppid(), kinds[k].signal);
		sleep_ms(20);
		if (kinds[k].signal == SIGSTOP)
			kill(getppid(), SIGCONT);
		sleep_ms(20);
	}
	waitings[w].finish();
	_exit(0);
}

/* Prints through the pipe that its parent reads in order. */
static void
work(size_t w, size_t k, int out)
{
	struct sigaction action = { .sa_handler = handle, .sa_flags = kinds[k].flags };
	char line[100];
	long rc;
	int n;

	if (kinds[k].flags >= 0)
		MUST(!sigaction(kinds[k].signal, &action, NULL));
	sigaction(SIGUSR2, &(struct sigaction){ .sa_handler = handle }, NULL);
	waitings[w].prepare();
	finisher = fork();
	if (!finisher)
		pester(w, k);
	if (waitings[w].wait == by_flock)
		MUST(read(locking[0], line, 1) == 1);
	rc = waitings[w].wait();
	n = snprintf(line, sizeof line, "%s %s: %ld %s\n", waitings[w].name, kinds[k].name, rc,
		rc < 0 ? errno_name() : "");
	while (waitpid(finisher, NULL, 0) < 0 && errno == EINTR)
		;
	if (waitings[w].prepare == make_semaphore)
		semctl(id, 0, IPC_RMID);
	if (waitings[w].prepare == make_queue)
		msgctl(id, IPC_RMID, NULL);
	MUST(write(out, line, (size_t)n) == n);
	_exit(0);
}

int
main(int argc, char **argv)
{
	static int outs[N_WAITINGS][N_KINDS][2];
	char line[200];

	begin();
	for (size_t w = 0; w < N_WAITINGS; w++) {
		if (argc > 1 && strcmp(argv[1], waitings[w].name))
			continue;
		for (size_t k = 0; k < N_KINDS; k++) {
			MUST(!pipe2(outs[w][k], O_CLOEXEC));
			if (!fork())
				work(w, k, outs[w][k][1]);
			close(outs[w][k][1]);
		}
	}
	for (size_t w = 0; w < N_WAITINGS; w++) {
		for (size_t k = 0; k < N_KINDS && outs[w][k][0]; k++) {
			ssize_t n = read(outs[w][k][0], line, sizeof line);

			printf("%.*s", n > 0 ? (int)n : 0, line);
		}
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
