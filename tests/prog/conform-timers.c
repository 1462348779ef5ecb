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

/* As long as the signals take to come, on a slow machine, too. */
static long
wait_ms(void)
{
	return RUN_MS * (long)slow();
}

static void
wait_by(int which)
{
	struct epoll_event event;
	long ms = wait_ms();

	switch (which) {
	case 0:
		poll(NULL, 0, (int)ms);
		break;
	case 1:
		epoll_wait(epoll_create1(EPOLL_CLOEXEC), &event, 1, (int)ms);
		break;
	case 2:
		nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
		break;
	case 3:
		select(0, NULL, NULL, NULL, &(struct timeval){ ms / 1000, ms % 1000 * 1000 });
		break;
	}
}

#define N_TRIES 3
#define N_IGNORED 30

struct waits {
	int ends[2];
	pid_t pid;
};

static struct waits
begin_wait(int which)
{
	struct waits w;
	double took;

	MUST(!pipe(w.ends));
	w.pid = fork();
	if (w.pid)
		return w;
	took = now_ms();
	wait_by(which);
	took = now_ms() - took;
	MUST(write(w.ends[1], &took, sizeof took) == sizeof took);
	_exit(0);
}

static double
end_wait(const struct waits *w)
{
	double took;

	MUST(read(w->ends[0], &took, sizeof took) == sizeof took);
	wait_for(w->pid);
	close(w->ends[0]);
	close(w->ends[1]);
	return took;
}

/* Of two processes that wait the same, one gets signals that are ignored, for so long. */
static void
wait_all(int ms, bool is_early[4], bool is_late[4])
{
	struct waits waits[4][2];

	for (int i = 0; i < 8; i++)
		waits[i / 2][i % 2] = begin_wait(i / 2);
	for (int n = 0; n < N_IGNORED; n++) {
		sleep_ms(ms / N_IGNORED);
		for (int i = 0; i < 4; i++)
			kill(waits[i][1].pid, n % 2 ? SIGURG : SIGWINCH);
	}
	for (int i = 0; i < 4; i++) {
		double alone = end_wait(&waits[i][0]), took = end_wait(&waits[i][1]);

		is_early[i] |= took < (double)wait_ms() - 1;
		is_late[i] &= took >= 2 * alone + (double)wait_ms() / 2;
	}
}

/* They make no wait shorter, ever, nor longer: a wait that began anew with each would be late
 * each time, and one that is late once may have waited for a processor. */
static void
undisturbed(int argc, char **argv)
{
	static const char *const names[] = { "poll", "epoll", "nanosleep", "select" };
	bool is_early[4] = { false }, is_late[4] = { true, true, true, true };

	(void)argv;
	for (int i = 0; i < N_TRIES; i++)
		wait_all(argc > 0 ? RUN_MS / 2 : 2 * RUN_MS, is_early, is_late);
	for (int i = 0; i < 4; i++)
		printf("%s: not early %s, not late %s\n", names[i], yes(!is_early[i]),
			yes(!is_late[i]));
}

static double
used_ms(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

/* Time that is spent is ours: that of a tracer is not counted here. */
static void
own_time(int argc, char **argv)
{
	double before = used_ms(), start = now_ms(), used;
	volatile unsigned long n = 0;

	(void)argc;
	(void)argv;
	while (now_ms() - start < RUN_MS)
		n += 1;
	used = used_ms() - before;
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
