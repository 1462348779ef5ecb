/* SPDX-License-Identifier: MIT */
/* timed.c - one run of a target that nobody watches, for its time */

#include "gate/timed.h"

#include "base/clock.h"
#include "base/file.h"
#include "gate/child.h"
#include "gate/ready.h"
#include "gate/signals.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
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
	struct child child;
	uint64_t began_ns;
};

static void
become(const struct stopwatch *w)
{
	setsid();
	signals_default();
	capture_grant_leave(w->opts->grant);
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
	pid_t pid;

	w->out = memfd_create("stdout", MFD_CLOEXEC);
	w->err_out = memfd_create("stderr", MFD_CLOEXEC);
	if (w->out < 0 || w->err_out < 0)
		return err_sys(err, "make memory for its output");
	w->began_ns = clock_monotonic_ns();
	pid = fork();
	if (pid == 0)
		become(w);
	return child_hold(&w->child, pid, err);
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
	struct child_wait how = { .end_ns = w->began_ns + w->target->timeout_ns,
		.tick_ms = TICK_MS,
		.opts = w->opts };
	struct rusage usage;
	int rc = child_wait(&w->child, &how, &out->status, &usage, err);

	if (rc <= 0)
		return rc < 0 ? -1 : err_set(err, "it did not end before the timeout");
	note(out, &usage, clock_monotonic_ns() - w->began_ns);
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
		.target = target, .opts = opts, .out = -1, .err_out = -1, .child.pidfd = -1
	};
	int rc;

	*out = (struct timed){ .status = -1 };
	rc = ready_make(&w.ready, arena, config, target, opts, &printed, err);
	if (rc == 0)
		rc = start(&w, err);
	if (rc == 0)
		rc = wait_for(&w, out, err);
	child_end(&w.child);
	fd_close(w.out);
	fd_close(w.err_out);
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
