/* SPDX-License-Identifier: MIT */
/* errand.c - a command that is not judged: it prepares something, and must succeed */

#include "gate/errand.h"

#include "base/clock.h"
#include "base/file.h"
#include "gate/outlet.h"
#include "gate/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 5
#define TAIL_LIMIT 4000 /* of what it printed, for people */

struct running {
	const struct errand *errand;
	struct outlet *outlet;
	pid_t pid;
	int pidfd;
};

/* In the child: nothing but calls that are safe after fork. */
static void
become(const struct running *r)
{
	int null = open("/dev/null", O_RDONLY);

	setsid(); /* a group of its own, so that all of it can be ended at once */
	signals_default();
	if (null < 0 || dup2(null, 0) < 0 || dup2(outlet_fd(r->outlet), 1) < 0 ||
		dup2(outlet_fd(r->outlet), 2) < 0 || chdir(r->errand->dir) < 0)
		_exit(126);
	execvp(r->errand->argv[0], (char *const *)(void *)r->errand->argv);
	dprintf(2, "%s: %s\n", r->errand->argv[0], strerror(errno));
	_exit(127);
}

static int
start(struct running *r, struct err *err)
{
	r->pid = fork();
	if (r->pid == 0)
		become(r);
	if (r->pid < 0)
		return err_sys(err, "start %s '%s'", r->errand->what, r->errand->argv[0]);
	r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
	if (r->pidfd < 0)
		return err_sys(err, "watch %s", r->errand->what);
	return 0;
}

static int
fail(const struct running *r, struct err *err, const char *how)
{
	return err_set(err, "%s '%s' %s", r->errand->what, r->errand->argv[0], how);
}

static int
judge(const struct running *r, int status, struct err *err)
{
	char how[64];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		snprintf(how, sizeof how, "exited %d", WEXITSTATUS(status));
	else
		snprintf(how, sizeof how, "was killed by signal %d", WTERMSIG(status));
	return fail(r, err, how);
}

static int
watch(struct running *r, struct err *err)
{
	const struct run_opts *opts = r->errand->opts;
	uint64_t end_ns = clock_monotonic_ns() + r->errand->timeout_ns;
	struct pollfd p = { .fd = r->pidfd, .events = POLLIN };
	int status;

	for (;;) {
		outlet_drain(r->outlet);
		if (poll(&p, 1, TICK_MS) > 0)
			break;
		if (opts && opts->is_interrupted && opts->is_interrupted(opts->arg))
			return err_set(err, "interrupted");
		if (clock_monotonic_ns() > end_ns)
			return fail(r, err, "did not end before the timeout");
	}
	while (waitpid(r->pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "wait for %s", r->errand->what);
	kill(-r->pid, SIGKILL);
	r->pid = 0;
	if (outlet_finish(r->outlet, err) < 0)
		return -1;
	return judge(r, status, err);
}

int
errand_run(const struct errand *e, char **printed, struct err *err)
{
	AUTO(outlet_free) struct outlet *outlet = NULL;
	struct running r = { .errand = e, .pidfd = -1 };
	int rc;

	*printed = NULL;
	if (outlet_open(&outlet, NULL, 0, err) < 0)
		return -1;
	r.outlet = outlet;
	rc = start(&r, err);
	outlet_close_writer(outlet);
	if (rc == 0)
		rc = watch(&r, err);
	if (r.pid > 0) {
		kill(-r.pid, SIGKILL);
		kill(r.pid, SIGKILL); /* it may not have reached setsid() */
		waitpid(r.pid, NULL, 0);
	}
	fd_close(r.pidfd);
	if (rc < 0)
		*printed = outlet_tail(outlet, TAIL_LIMIT);
	return rc;
}
