/* SPDX-License-Identifier: MIT */
/* setup.c - the untraced command that prepares a run */

#include "gate/setup.h"

#include "base/clock.h"
#include "base/file.h"
#include "gate/outlet.h"
#include "gate/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 5
#define TAIL_LIMIT 4000 /* of what it printed, for people */

struct setup {
	const struct target *target;
	struct outlet *outlet;
	pid_t pid;
	int pidfd;
};

/* In the child: nothing but calls that are safe after fork. */
static void
become(const struct setup *s, const char *dir)
{
	int null = open("/dev/null", O_RDONLY);

	setsid(); /* a group of its own, so that all of it can be ended at once */
	signals_default();
	if (null < 0 || dup2(null, 0) < 0 || dup2(outlet_fd(s->outlet), 1) < 0 ||
		dup2(outlet_fd(s->outlet), 2) < 0 || chdir(dir) < 0)
		_exit(126);
	execvp(s->target->setup[0], (char *const *)(void *)s->target->setup);
	dprintf(2, "%s: %s\n", s->target->setup[0], strerror(errno));
	_exit(127);
}

static int
start(struct setup *s, const struct config *config, const struct sandbox *sandbox,
	struct err *err)
{
	setenv("RENACER_SANDBOX", sandbox->work, 1);
	s->pid = fork();
	if (s->pid == 0)
		become(s, config->dir);
	unsetenv("RENACER_SANDBOX");
	if (s->pid < 0)
		return err_sys(err, "start the setup command");
	s->pidfd = (int)syscall(SYS_pidfd_open, s->pid, 0);
	if (s->pidfd < 0)
		return err_sys(err, "watch the setup command");
	return 0;
}

static int
fail(const struct setup *s, struct err *err, const char *how)
{
	return err_set(err, "its setup command '%s' %s", s->target->setup[0], how);
}

static int
judge(const struct setup *s, int status, struct err *err)
{
	char how[64];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		snprintf(how, sizeof how, "exited %d", WEXITSTATUS(status));
	else
		snprintf(how, sizeof how, "was killed by signal %d", WTERMSIG(status));
	return fail(s, err, how);
}

static int
watch(struct setup *s, const struct run_opts *opts, struct err *err)
{
	uint64_t end_ns = clock_monotonic_ns() + s->target->timeout_ns;
	struct pollfd p = { .fd = s->pidfd, .events = POLLIN };
	int status;

	for (;;) {
		outlet_drain(s->outlet);
		if (poll(&p, 1, TICK_MS) > 0)
			break;
		if (opts->is_interrupted && opts->is_interrupted(opts->arg))
			return err_set(err, "interrupted");
		if (clock_monotonic_ns() > end_ns)
			return fail(s, err, "did not end before the timeout");
	}
	while (waitpid(s->pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(err, "wait for the setup command");
	kill(-s->pid, SIGKILL);
	s->pid = 0;
	if (outlet_finish(s->outlet, err) < 0)
		return -1;
	return judge(s, status, err);
}

int
setup_run(const struct config *config, const struct target *target,
	const struct sandbox *sandbox, const struct run_opts *opts, char **printed,
	struct err *err)
{
	AUTO(outlet_free) struct outlet *outlet = NULL;
	struct setup s = { .target = target, .pidfd = -1 };
	int rc;

	if (!target->setup)
		return 0;
	if (outlet_open(&outlet, NULL, 0, err) < 0)
		return -1;
	s.outlet = outlet;
	rc = start(&s, config, sandbox, err);
	outlet_close_writer(outlet);
	if (rc == 0)
		rc = watch(&s, opts, err);
	if (s.pid > 0) {
		kill(-s.pid, SIGKILL);
		kill(s.pid, SIGKILL); /* it may not have reached setsid() */
		waitpid(s.pid, NULL, 0);
	}
	fd_close(s.pidfd);
	if (rc < 0)
		*printed = outlet_tail(outlet, TAIL_LIMIT);
	return rc;
}
