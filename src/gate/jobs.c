/* SPDX-License-Identifier: MIT */
/*
 * jobs.c - several targets at once: a process for each, its verdict handed over in shared
 * memory
 *
 * A tracer waits for its tracees, and one process can be one tracer only; threads would not
 * help. The memory is mapped before the fork, so that pointers in it mean the same on both
 * sides. An interrupt reaches the workers through it, too: a signal would come twice to those
 * that a terminal has told already.
 */

#include "gate/inner.h"

#include "base/file.h"
#include "gate/carry.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHELF_BYTES                                                                            \
	((size_t)256 << 20) /* of address space; what is not touched costs nothing */
#define TICK_MS 50

struct shelf {
	volatile bool stop;
	bool is_done;
	struct verdict verdict;
	size_t n;
	_Alignas(16) char room[];
};

struct job {
	struct gate *gate;
	const struct target *target;
	size_t nr;   /* index of the target; SIZE_MAX: the job is idle */
	size_t slot; /* which job it is */
	pid_t pid;
	int pidfd;
	struct shelf *shelf;
};

/* In the worker: too much for the shelf ends it, and the parent says so. */
static void *
take_from_shelf(void *arg, size_t n)
{
	struct shelf *shelf = arg;
	size_t at = shelf->n;

	n = (n + 15) / 16 * 16;
	if (n > SHELF_BYTES - sizeof *shelf - at)
		_exit(1);
	shelf->n += n;
	return shelf->room + at;
}

static bool
is_told_to_stop(void *arg)
{
	const struct job *job = arg;
	const struct gate_opts *opts = job->gate->opts;

	return job->shelf->stop || (opts->is_interrupted && opts->is_interrupted(opts->arg));
}

static void __attribute__((noreturn)) work(struct job *job, target_fn function)
{
	struct gate_opts opts = *job->gate->opts;
	struct gate gate = *job->gate;
	struct luggage luggage = { take_from_shelf, job->shelf };

	/* Whoever started us may be killed: then this ends as by an interrupt. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	opts.is_interrupted = is_told_to_stop;
	opts.arg = job;
	opts.grant_nr = job->slot;
	gate.opts = &opts;
	function(&gate, job->target, &job->shelf->verdict);
	verdict_carry(&job->shelf->verdict, &luggage);
	job->shelf->is_done = true;
	_exit(0);
}

static int
start(struct job *job, struct gate *g, const struct target *target, size_t nr,
	target_fn function, struct err *err)
{
	void *room = mmap(NULL, SHELF_BYTES, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED)
		return err_sys(err, "map memory for a verdict");
	*job = (struct job){ .gate = g,
		.target = target,
		.nr = nr,
		.slot = job->slot,
		.shelf = room,
		.pidfd = -1 };
	job->pid = fork();
	if (job->pid == 0)
		work(job, function);
	if (job->pid > 0)
		job->pidfd = (int)syscall(SYS_pidfd_open, job->pid, 0);
	if (job->pidfd >= 0)
		return 0;
	err_sys(err, "start a worker");
	if (job->pid > 0) {
		kill(job->pid, SIGKILL);
		waitpid(job->pid, NULL, 0);
	}
	munmap(room, SHELF_BYTES);
	job->nr = SIZE_MAX;
	return -1;
}

static void
collect(struct job *job, struct verdict *out)
{
	struct gate *g = job->gate;
	struct luggage luggage = luggage_in_arena(g->arena);
	int status = 0;

	while (waitpid(job->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (job->shelf->is_done) {
		*out = job->shelf->verdict;
		verdict_carry(out, &luggage);
	} else {
		*out = verdict_begin(g, job->target);
		verdict_set(g, out, VERDICT_ERROR, "renacer/error",
			WIFSIGNALED(status)
				? arena_printf(g->arena, "its worker was killed by signal %d",
					  WTERMSIG(status))
				: "its worker ended without a verdict",
			NULL, NULL);
	}
	munmap(job->shelf, SHELF_BYTES);
	fd_close(job->pidfd);
	job->nr = SIZE_MAX;
}

static size_t
n_busy(const struct job *jobs, size_t n)
{
	size_t busy = 0;

	for (size_t i = 0; i < n; i++)
		busy += jobs[i].nr != SIZE_MAX;
	return busy;
}

/* Until a worker ends, or for a moment. */
static struct job *
wait_for_one(struct job *jobs, size_t n)
{
	struct pollfd polls[JOBS_MAX];

	for (size_t i = 0; i < n; i++)
		polls[i] = (struct pollfd){ .fd = jobs[i].nr == SIZE_MAX ? -1 : jobs[i].pidfd,
			.events = POLLIN };
	if (poll(polls, n, TICK_MS) <= 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (polls[i].fd >= 0 && polls[i].revents)
			return &jobs[i];
	return NULL;
}

static void
stop_all(struct job *jobs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (jobs[i].nr != SIZE_MAX)
			jobs[i].shelf->stop = true;
}

static bool
start_more(struct job *jobs, size_t n_jobs, struct plan *p, target_fn function)
{
	struct err err = { 0 };

	for (size_t i = 0; i < n_jobs && p->next < p->n; i++) {
		size_t nr = p->next;

		if (jobs[i].nr != SIZE_MAX)
			continue;
		p->next++;
		plan_tell(p, nr, false);
		if (start(&jobs[i], p->gate, p->targets[nr], nr, function, &err) == 0)
			continue;
		p->verdicts[nr] = verdict_begin(p->gate, p->targets[nr]);
		verdict_from_err(&p->verdicts[nr], p->gate->arena, &err);
		err_done(&err);
		p->is_done[nr] = true;
		plan_tell(p, nr, true);
		return false;
	}
	return true;
}

void
jobs_run(struct plan *p, size_t n_jobs, target_fn function)
{
	struct job jobs[JOBS_MAX], *ended;
	bool go_on = true;

	n_jobs = MIN(n_jobs, (size_t)JOBS_MAX);
	for (size_t i = 0; i < n_jobs; i++)
		jobs[i] = (struct job){ .nr = SIZE_MAX, .slot = i };
	for (;;) {
		if (plan_is_interrupted(p)) {
			stop_all(jobs, n_jobs);
			go_on = false;
		}
		go_on = go_on && start_more(jobs, n_jobs, p, function);
		if (!n_busy(jobs, n_jobs))
			return;
		ended = wait_for_one(jobs, n_jobs);
		if (!ended)
			continue;
		size_t nr = ended->nr;

		collect(ended, &p->verdicts[nr]);
		p->is_done[nr] = true;
		plan_tell(p, nr, true);
		go_on = go_on && !plan_ends_with(p, &p->verdicts[nr]);
	}
}
