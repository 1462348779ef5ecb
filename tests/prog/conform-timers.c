/* conform-timers.c - timers of the target go as fast as time does, whoever watches
 *
 * Nothing is compared with a duration: what a timer has counted is held against the clock that
 * the program itself reads, and two waits of the same length against each other.
 */

#include "conform.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/timerfd.h>

#define RUN_MS 150

static volatile sig_atomic_t n_ticks, n_missed;

static void
tick(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	n_ticks++;
	n_missed += info->si_code == SI_TIMER ? info->si_overrun : 0;
}

/* Expirations are exact, however late they are read. */
static void
timerfd(int argc, char **argv)
{
	struct itimerspec each_ms = { { 0, 1000000 }, { 0, 1000000 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	uint64_t n, sum = 0;
	double start = now_ms(), before, after;

	(void)argc;
	(void)argv;
	MUST(!timerfd_settime(fd, 0, &each_ms, NULL));
	do {
		before = now_ms();
		MUST(read(fd, &n, sizeof n) == sizeof n);
		sum += n;
		after = now_ms();
	} while (after - start < RUN_MS);
	printf("not too many %s, not too few %s\n", yes((double)sum <= after - start + 1),
		yes((double)sum >= before - start - 2));
}

/* Those that were not delivered are counted as overruns. */
static void
posix_timer(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = tick, .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct itimerspec each_ms = { { 0, 1000000 }, { 0, 1000000 } }, never = { 0 };
	sigset_t set;
	double start, elapsed;
	timer_t timer;
	long sum;

	(void)argc;
	(void)argv;
	sigaction(SIGRTMIN, &action, NULL);
	MUST(!timer_create(CLOCK_MONOTONIC, &event, &timer));
	start = now_ms();
	MUST(!timer_settime(timer, 0, &each_ms, NULL));
	while (now_ms() - start < RUN_MS)
		sleep_ms(10);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	elapsed = now_ms() - start;
	sum = n_ticks + n_missed;
	MUST(!timer_settime(timer, 0, &never, NULL));
	printf("not too many %s, not too few %s\n", yes((double)sum <= elapsed + 2),
		yes((double)sum >= elapsed / 2));
}

static void
interval(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = tick, .sa_flags = SA_SIGINFO };
	struct itimerval each_ms = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
	double start = now_ms(), elapsed;

	(void)argc;
	(void)argv;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &each_ms, NULL);
	while ((elapsed = now_ms() - start) < RUN_MS)
		pause();
	setitimer(ITIMER_REAL, &never, NULL);
	printf("some %s, not too many %s\n", yes(n_ticks > RUN_MS / 50),
		yes(n_ticks <= elapsed + 2));
}

/* What is left of a sleep that was interrupted, and what was slept, are the whole. */
static void
remains(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = tick, .sa_flags = SA_SIGINFO };
	struct itimerval soon = { .it_value = { 0, 30000 } };
	struct timespec whole = { 2, 0 }, left = { 0 };
	double start, slept, sum;

	(void)argc;
	(void)argv;
	sigaction(SIGALRM, &action, NULL);
	start = now_ms();
	setitimer(ITIMER_REAL, &soon, NULL);
	MUST(nanosleep(&whole, &left) == -1 && errno == EINTR);
	slept = now_ms() - start;
	sum = slept + (double)left.tv_sec * 1e3 + (double)left.tv_nsec / 1e6;
	printf("not less than asked for %s, less than twice %s\n", yes(sum >= 1999),
		yes(left.tv_sec < 2 && sum < 4000));
}

static void
wait_by(int which)
{
	struct epoll_event event;

	switch (which) {
	case 0:
		poll(NULL, 0, RUN_MS);
		break;
	case 1:
		epoll_wait(epoll_create1(EPOLL_CLOEXEC), &event, 1, RUN_MS);
		break;
	case 2:
		nanosleep(&(struct timespec){ 0, RUN_MS * 1000000 }, NULL);
		break;
	case 3:
		select(0, NULL, NULL, NULL, &(struct timeval){ 0, RUN_MS * 1000 });
		break;
	}
}

/* Signals that are ignored make no wait longer or shorter: of two processes that wait the same,
 * one gets ten of them. */
static void
undisturbed(int argc, char **argv)
{
	static const char *const names[] = { "poll", "epoll", "nanosleep", "select" };
	struct {
		int ends[2];
		pid_t pid;
	} waits[4][2];
	double took[2];

	(void)argc;
	(void)argv;
	for (int i = 0; i < 8; i++) {
		int *ends = waits[i / 2][i % 2].ends;
		pid_t pid;

		MUST(!pipe(ends));
		pid = fork();
		if (!pid) {
			double start = now_ms();

			wait_by(i / 2);
			start = now_ms() - start;
			MUST(write(ends[1], &start, sizeof start) == sizeof start);
			_exit(0);
		}
		waits[i / 2][i % 2].pid = pid;
	}
	for (int n = 0; n < 10; n++) {
		sleep_ms(8);
		for (int i = 0; i < 4; i++)
			kill(waits[i][1].pid, n % 2 ? SIGURG : SIGWINCH);
	}
	for (int i = 0; i < 4; i++) {
		for (int k = 0; k < 2; k++) {
			MUST(read(waits[i][k].ends[0], &took[k], sizeof took[k]) == 8);
			wait_for(waits[i][k].pid);
		}
		printf("%s: not early %s, not late %s\n", names[i], yes(took[1] >= RUN_MS - 1),
			yes(took[1] < 2 * took[0] + RUN_MS / 2));
	}
}

/* Time that is spent is ours: that of a tracer is not counted here. */
static void
own_time(int argc, char **argv)
{
	struct rusage usage;
	double start = now_ms(), used;
	volatile unsigned long n = 0;

	(void)argc;
	(void)argv;
	while (now_ms() - start < RUN_MS)
		n += 1;
	getrusage(RUSAGE_SELF, &usage);
	used = (double)usage.ru_utime.tv_sec * 1e3 + (double)usage.ru_utime.tv_usec / 1e3 +
	       (double)usage.ru_stime.tv_sec * 1e3 + (double)usage.ru_stime.tv_usec / 1e3;
	printf("some %s, not more than there was %s\n", yes(used > 1),
		yes(used < now_ms() - start + 100));
}

static const struct part parts[] = { { "timerfd", timerfd }, { "posix", posix_timer },
	{ "interval", interval }, { "remains", remains }, { "undisturbed", undisturbed },
	{ "own", own_time } };

int
main(int argc, char **argv)
{
	return RUN_PART(parts);
}
