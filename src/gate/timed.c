/* SPDX-License-Identifier: MIT */
/* timed.c - one run of a target that nobody watches, for its time */

#include "gate/timed.h"

#include "base/clock.h"
#include "base/file.h"
#include "gate/ready.h"
#include "gate/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 100 /* between two looks at the timeout: a wait that ends at once otherwise */

const char *const measure_names[N_MEASURES] = { "wall", "cpu", "max_rss", "page_faults",
	"context_switches" };
const char *const measure_units[N_MEASURES] = { "s", "s", "bytes", "", "" };

struct stopwatch {
	const struct target *target;
	const struct run_opts *opts;
	struct ready ready;
	int out, err_out; /* memory files */
	pid_t pid;
	int pidfd;
	uint64_t began_ns;
};

static void
become(const struct stopwatch *w)
{
	setsid();
	signals_default();
	umask(022);
	if (!w->target->aslr)
		personality(ADDR_NO_RANDOMIZE);
	if (dup2(w->ready.in, 0) < 0 || dup2(w->out, 1) < 0 || dup2(w->err_out, 2) < 0 ||
		chdir(w->ready.cwd) < 0)
		_exit(126);
	execvpe(w->ready.argv[0], (char *const *)(void *)w->ready.argv,
		(char *const *)(void *)w->ready.envp);
	_exit(127);
}

static int
start(struct stopwatch *w, struct err *err)
{
	w->out = memfd_create("stdout", MFD_CLOEXEC);
	w->err_out = memfd_create("stderr", MFD_CLOEXEC);
	if (w->out < 0 || w->err_out < 0)
		return err_sys(err, "make memory for its output");
	w->began_ns = clock_monotonic_ns();
	w->pid = fork();
	if (w->pid == 0)
		become(w);
	if (w->pid < 0)
		return err_sys(err, "start it");
	w->pidfd = (int)syscall(SYS_pidfd_open, w->pid, 0);
	return w->pidfd < 0 ? err_sys(err, "watch it") : 0;
}

static double
seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void
note(struct timed *out, const struct rusage *usage, uint64_t wall_ns)
{
	out->value[MEASURE_WALL] = (double)wall_ns / NS_PER_S;
	out->value[MEASURE_CPU] = seconds(usage->ru_utime) + seconds(usage->ru_stime);
	out->value[MEASURE_RSS] = (double)usage->ru_maxrss * 1024;
	out->value[MEASURE_FAULTS] = (double)(usage->ru_minflt + usage->ru_majflt);
	out->value[MEASURE_SWITCHES] = (double)(usage->ru_nvcsw + usage->ru_nivcsw);
}

static int
wait_for(struct stopwatch *w, struct timed *out, struct err *err)
{
	struct pollfd p = { .fd = w->pidfd, .events = POLLIN };
	struct rusage usage;

	while (poll(&p, 1, TICK_MS) <= 0) {
		if (w->opts->is_interrupted && w->opts->is_interrupted(w->opts->arg))
			return err_set(err, "interrupted");
		if (clock_monotonic_ns() - w->began_ns > w->target->timeout_ns)
			return err_set(err, "it did not end before the timeout");
	}
	while (wait4(w->pid, &out->status, 0, &usage) < 0)
		if (errno != EINTR)
			return err_sys(err, "wait for it");
	note(out, &usage, clock_monotonic_ns() - w->began_ns);
	kill(-w->pid, SIGKILL); /* what it left running */
	w->pid = 0;
	return 0;
}

static int
check_end(const struct stopwatch *w, const struct timed *t, struct err *err)
{
	int ended = WIFEXITED(t->status) ? WEXITSTATUS(t->status) : 128 + WTERMSIG(t->status);

	if (ended == w->target->expect_exit)
		return 0;
	return err_set(err, "it exited %d, not %d", ended, w->target->expect_exit);
}

int
timed_run(struct timed *out, const struct config *config, const struct target *target,
	const struct run_opts *opts, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(mem_free) char *printed = NULL;
	struct stopwatch w = {
		.target = target, .opts = opts, .out = -1, .err_out = -1, .pidfd = -1
	};
	int rc;

	*out = (struct timed){ .status = -1 };
	rc = ready_make(&w.ready, arena, config, target, opts, &printed, err);
	if (rc == 0)
		rc = start(&w, err);
	if (rc == 0)
		rc = wait_for(&w, out, err);
	if (w.pid > 0) {
		kill(-w.pid, SIGKILL);
		kill(w.pid, SIGKILL);
		waitpid(w.pid, NULL, 0);
	}
	fd_close(w.out);
	fd_close(w.err_out);
	fd_close(w.pidfd);
	if (rc < 0) {
		ready_done(&w.ready);
		return -1;
	}
	rc = check_end(&w, out, err);
	if (rc == 0)
		return ready_remove(&w.ready, err);
	ready_done(&w.ready);
	return -1;
}
