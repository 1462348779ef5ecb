/* SPDX-License-Identifier: MIT */
/* errand.c - a command that is not judged: it prepares something, and must succeed */

#include "gate/errand.h"

#include "base/clock.h"
#include "gate/child.h"
#include "gate/outlet.h"
#include "gate/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 5
#define TAIL_LIMIT 4000 /* of what it printed, for people */

struct running {
	const struct errand *errand;
	struct outlet *outlet;
	struct child child;
};

/* In the child of a process that has one thread: it may still allocate. */
static void
become(const struct running *r)
{
	int null = open("/dev/null", O_RDONLY);

	setsid(); /* a group of its own, so that all of it can be ended at once */
	signals_default();
	capture_grant_leave(r->errand->opts->grant);
	if (null < 0 || dup2(null, 0) < 0 || dup2(outlet_fd(r->outlet), 1) < 0 ||
		dup2(outlet_fd(r->outlet), 2) < 0 || chdir(r->errand->dir) < 0)
		_exit(126);
	if (r->errand->sandbox && setenv("RENACER_SANDBOX", r->errand->sandbox, 1) < 0)
		_exit(126);
	execvp(r->errand->argv[0], (char *const *)(void *)r->errand->argv);
	dprintf(2, "%s: %s\n", r->errand->argv[0], strerror(errno));
	_exit(127);
}

static int
start(struct running *r, struct err *err)
{
	pid_t pid = fork();

	if (pid == 0)
		become(r);
	if (child_hold(&r->child, pid, err) < 0)
		return err_wrap(err, "%s '%s'", r->errand->what, r->errand->argv[0]);
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

static void
drain(void *outlet)
{
	outlet_drain(outlet);
}

static int
watch(struct running *r, struct err *err)
{
	struct child_wait how = { .end_ns = clock_monotonic_ns() + r->errand->timeout_ns,
		.tick_ms = TICK_MS,
		.opts = r->errand->opts,
		.tick = drain,
		.arg = r->outlet };
	struct rusage usage;
	int status, rc = child_wait(&r->child, &how, &status, &usage, err);

	if (rc <= 0)
		return rc < 0 ? -1 : fail(r, err, "did not end before the timeout");
	if (outlet_finish(r->outlet, err) < 0)
		return -1;
	return judge(r, status, err);
}

int
errand_run(const struct errand *e, char **printed, struct err *err)
{
	AUTO(outlet_free) struct outlet *outlet = NULL;
	struct running r = { .errand = e, .child.pidfd = -1 };
	int rc;

	*printed = NULL;
	if (outlet_open(&outlet, NULL, 0, err) < 0)
		return -1;
	r.outlet = outlet;
	rc = start(&r, err);
	outlet_close_writer(outlet);
	if (rc == 0)
		rc = watch(&r, err);
	child_end(&r.child);
	if (rc < 0)
		*printed = outlet_tail(outlet, TAIL_LIMIT);
	return rc;
}
