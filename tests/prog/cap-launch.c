/* cap-launch.c - a program starts as it would from a clean shell: nothing of the tracer's leaks
 */

#include "want.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

static void
signals(void)
{
	struct sigaction action;
	sigset_t mask;

	for (int i = 1; i < NSIG; i++) {
		if (i != SIGKILL && i != SIGSTOP && (i < 32 || i > SIGRTMIN)) {
			MUST(!sigaction(i, NULL, &action));
			MUST(action.sa_handler == SIG_DFL);
		}
	}
	sigprocmask(SIG_BLOCK, NULL, &mask);
	for (int i = 1; i < NSIG; i++)
		MUST(sigismember(&mask, i) <= 0);
}

static void
timers(void)
{
	struct itimerval timer;

	getitimer(ITIMER_REAL, &timer);
	MUST(!timer.it_value.tv_sec && !timer.it_value.tv_usec);
}

static void
descriptors(void)
{
	for (int fd = 0; fd < 3; fd++)
		MUST(fcntl(fd, F_GETFD) == 0);
	for (int fd = 3; fd < 1000; fd++)
		MUST(fcntl(fd, F_GETFD) == -1);
	WANT(3, "^HELD 1 [012] 0[0-7]+ ");
	WANT(0, "^HELD 1 ([3-9]|[12][0-9]+) ");
}

/* What is set stays set, and only for the task that set it. */
static void
affinity(void)
{
	cpu_set_t all, one, now;
	int last = -1;

	MUST(!sched_getaffinity(0, sizeof all, &all));
	MUST(CPU_COUNT(&all) == atoi(getenv("WANT_CPUS")));
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE; i++)
		last = CPU_ISSET(i, &all) ? i : last;
	CPU_SET(last, &one);
	MUST(!sched_setaffinity(0, sizeof one, &one));
	MUST(!sched_getaffinity(getpid(), sizeof now, &now) && CPU_EQUAL(&one, &now));
	if (!fork()) {
		MUST(!sched_getaffinity(0, sizeof now, &now) && CPU_EQUAL(&one, &now));
		_exit(0);
	}
	MUST(!sched_setaffinity(0, sizeof all, &all));
	MUST(!sched_getaffinity(0, sizeof now, &now) && CPU_EQUAL(&all, &now));
	CPU_ZERO(&one);
	MUST(sched_setaffinity(0, sizeof one, &one) == -1 && errno == EINVAL);
	MUST(sched_setaffinity(0, 8, (cpu_set_t *)8) == -1 && errno == EFAULT);
	MUST(sched_getaffinity(0, 1, &one) == -1 && errno == EINVAL);
	WANT(2, "^CALL 1 sched_setaffinity\\(0, 80, .* = 0( |$)");
	WANT(1, "^CALL 1 sched_setaffinity\\(0, 80, .* = -22 error");
	WANT(1, "^CALL 1 sched_setaffinity\\(0, 8, 8\\) = -14 error");
}

int
main(void)
{
	begin();
	signals();
	timers();
	descriptors();
	affinity();
	/* io_uring: 1 entry. */
	if (getenv("WANT_RING")) {
		unsigned params[30] = { 0 };
		long fd = syscall(SYS_io_uring_setup, 1, params);

		if (!strcmp(getenv("WANT_RING"), "denied"))
			MUST(fd == -1 && errno == ENOSYS);
		WANT(1, "^FOOTER %s .* rings %d ", fd < 0 ? "complete" : "incomplete", fd >= 0);
	} else {
		WANT(1, "^FOOTER complete ");
	}
	/* The first call told is the execve of the command itself. */
	WANT(1, "^EXEC 1 from 0 ");
	WANT(1, "^CALL 1 execve\\(.* = 0 ");
	return 0;
}
