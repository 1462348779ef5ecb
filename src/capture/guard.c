/* SPDX-License-Identifier: MIT */
/*
 * guard.c - a process that ends the target when its tracer is killed
 *
 * It waits for the tracer through a pidfd, which has no second end that others could hold open.
 * Then it asks the kernel half of every process there is whether it belongs to the run, and
 * ends those that do. A process with SIGKILL pending forks no more, so what a look finds is all
 * that can still grow: looks go on until they find nobody alive. A pidfd is opened first and
 * asked about, so a number that is used again ends nobody else.
 *
 * Our own child, without a signal when it ends, not somebody's orphan: it can be ended and
 * reaped when the run is over. Not a second thread of the tracer's memory, for what kills a
 * process for want of memory kills all that share it. It allocates nothing: it may be the fork
 * of a process with threads, one of which was allocating just then.
 */

#include "capture/guard.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "capture/bpf_marks.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NAME "target-guard" /* not ours: "killall renacer" shall not end both */
#define LOOK_NS 2000000
#define N_QUIET 3u                        /* looks in a row that find nobody */
#define KILL_NS (10 * (uint64_t)NS_PER_S) /* then whoever lives cannot be ended */
#define FIRST_NS NS_PER_S                 /* for the command's first sign of life */

struct guard {
	pid_t pid;
	int pidfd;
};

/* --- in the guard --- */

static bool
has_ended(int pidfd)
{
	struct pollfd fd = { .fd = pidfd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

/* True: it was alive, and of the run. */
static bool
end_if_marked(const struct bpf_session *session, pid_t pid)
{
	AUTO(fd_close) int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0 || has_ended(fd) || !marks_has(session, fd))
		return false;
	syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
	return true;
}

/* One entry of /proc, as getdents64(2) gives it. */
struct entry {
	uint64_t inode, next;
	uint16_t size;
	uint8_t type;
	char name[];
};

static bool
look_at(const struct bpf_session *session, const uint8_t *entries, size_t n)
{
	bool any = false;

	for (size_t at = 0; at < n;) {
		const struct entry *entry = (const void *)(entries + at);
		pid_t pid = (pid_t)strtol(entry->name, NULL, 10);

		if (pid > 0 && end_if_marked(session, pid))
			any = true;
		at += entry->size;
	}
	return any;
}

static bool
look(const struct bpf_session *session)
{
	_Alignas(struct entry) uint8_t entries[8192];
	int dir = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool any = false;
	long n;

	while (dir >= 0 && (n = syscall(SYS_getdents64, dir, entries, sizeof entries)) > 0)
		any = look_at(session, entries, (size_t)n) || any;
	if (dir >= 0)
		close(dir);
	return any;
}

/* The command was told to the kernel half, and has made no step since. */
static bool
is_first_awaited(const struct bpf_control *c)
{
	return __atomic_load_n(&c->first_tid, __ATOMIC_ACQUIRE) &&
	       __atomic_load_n(&c->found, __ATOMIC_ACQUIRE) != c->run;
}

static void
end_all(const struct bpf_session *session)
{
	const struct timespec pause = { .tv_nsec = LOOK_NS };
	uint64_t began_ns = clock_monotonic_ns(), spent_ns = 0;
	unsigned quiet = 0;

	while (quiet < N_QUIET && spent_ns < KILL_NS) {
		bool any = look(session) ||
			   (spent_ns < FIRST_NS && is_first_awaited(session->control));

		quiet = any ? 0 : quiet + 1;
		nanosleep(&pause, NULL);
		spent_ns = clock_monotonic_ns() - began_ns;
	}
}

/* What reads the command line, ps(1) and pgrep -f, must not take the guard for its tracer. The
 * kernel shows the bytes from arg_start to arg_end of /proc/self/stat (proc(5)). */
static void
rename_command_line(pid_t tracer)
{
	unsigned long start = 0, end = 0;
	char stat[4096], *at;
	int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, stat, sizeof stat - 1);

	if (fd >= 0)
		close(fd);
	stat[n < 0 ? 0 : n] = '\0';
	at = strrchr(stat, ')');
	for (int field = 2; at && field < 48; field++)
		at = strchr(at + 1, ' ');
	if (!at || sscanf(at, " %lu %lu", &start, &end) != 2 || !start || end <= start + 1)
		return; /* it does its work under any name */
	memset((void *)start, 0, end - start);
	snprintf((void *)start, end - start, NAME " of %d", tracer);
}

/* A reader of the tracer's output waits until nobody holds its pipe any more. */
static void
close_all_but(const int *kept, size_t n)
{
	unsigned from = 0;

	for (size_t i = 0; i < n; i++) {
		if ((unsigned)kept[i] > from)
			syscall(SYS_close_range, from, (unsigned)kept[i] - 1, 0);
		from = (unsigned)kept[i] + 1;
	}
	syscall(SYS_close_range, from, ~0u, 0);
}

static void __attribute__((noreturn))
run_guard(const struct bpf_session *session, int tracer, pid_t tracer_pid, const int *kept)
{
	struct pollfd fd = { .fd = tracer, .events = POLLIN };

	setsid();
	close_all_but(kept, session->n_fds + 1);
	if (chdir("/") == 0) /* else its directory stays in use a little longer */
		prctl(PR_SET_NAME, NAME);
	rename_command_line(tracer_pid);
	while (poll(&fd, 1, -1) <= 0) {
	}
	end_all(session);
	_exit(0);
}

/* --- in the tracer --- */

static int
by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* In order, for close_all_but(). The caller frees it. */
static int *
kept_by_guard(const struct bpf_session *session, int tracer)
{
	int *kept = mem_array(session->n_fds + 1, sizeof *kept);

	memcpy(kept, session->fds, session->n_fds * sizeof *kept);
	kept[session->n_fds] = tracer;
	qsort(kept, session->n_fds + 1, sizeof *kept, by_number);
	return kept;
}

/* All signals wait for ever there; what was blocked here stays so. */
static pid_t
fork_guard(int *pidfd, const struct bpf_session *session, int tracer, const int *kept)
{
	pid_t self = getpid(), pid;
	sigset_t all, was;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &was);
	pid = (pid_t)syscall(SYS_clone, CLONE_PIDFD, 0, pidfd, 0, 0);
	if (!pid)
		run_guard(session, tracer, self, kept);
	sigprocmask(SIG_SETMASK, &was, NULL);
	return pid;
}

int
guard_new(struct guard **out, const struct bpf_session *session, struct err *err)
{
	struct guard guard;
	int *kept;

	*out = NULL;
	if (!marks_can_tell(session))
		return 0;
	AUTO(fd_close) int tracer = (int)syscall(SYS_pidfd_open, getpid(), 0);

	if (tracer < 0)
		return err_sys(err, "open a descriptor of this process");
	kept = kept_by_guard(session, tracer);
	guard.pid = fork_guard(&guard.pidfd, session, tracer, kept);
	mem_free(kept);
	if (guard.pid < 0)
		return err_sys(err, "start the target's guard");
	*out = mem_alloc(sizeof **out);
	**out = guard;
	return 0;
}

/* Somebody may have ended it, and whoever waits for all children have reaped it. */
void
guard_free(struct guard *guard)
{
	siginfo_t end;

	if (!guard)
		return;
	syscall(SYS_pidfd_send_signal, guard->pidfd, SIGKILL, NULL, 0);
	while (waitid(P_PIDFD, (id_t)guard->pidfd, &end, WEXITED | __WALL) < 0 &&
		errno == EINTR) {
	}
	close(guard->pidfd);
	mem_free(guard);
}
