/* SPDX-License-Identifier: MIT */
/*
 * capture.h - run a command and hand out its events, one at a time
 *
 * Hidden here: ptrace stops, seccomp filters, threads, signals, CPU placement. Backends are
 * rows of one table (`struct backend_ops`, capture/backend.h) and give equal goldens for equal
 * programs.
 *
 * While a capture runs the process must have no other children, for it waits for all of them.
 * With needs_still the task of an event stands still until the next capture_next(), except
 * after EVENT_EXIT. We do not become the reaper of orphans: getppid(2) of a daemon stays what
 * it is untraced.
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include "base/err.h"
#include "decode/decode.h"
#include "model/event.h"

enum capture_backend {
	BACKEND_AUTO,
	BACKEND_PTRACE,
	BACKEND_SECCOMP,
	BACKEND_EBPF,
	N_BACKENDS
};
/* "auto", "ptrace", "seccomp", "ebpf"; ends in NULL */
extern const char *const capture_backend_names[N_BACKENDS + 1];

/* Where the target runs: with the tracer on one CPU, anywhere, or as it is measured to be best.
 */
enum capture_cpu { CPU_AUTO, CPU_PIN, CPU_SPREAD };

/* What needs privilege, done before there is a target, so that the privilege can be given up:
 * the kernel half of ebpf, loaded and attached, for so many runs at a time, if runs for which
 * `wish` was asked may get it. Takes nothing from anybody but its arguments. Never fails: where
 * ebpf does not load, the grant knows why, and that is told to whoever asks for it. */
struct capture_grant;
struct capture_grant *capture_grant_new(size_t n_runs, enum capture_backend wish);
void capture_grant_free(struct capture_grant *grant);
AUTO_DEFINE(struct capture_grant *, capture_grant_free)
/* Descriptors that lead to other processes' calls are open. */
bool capture_grant_is_open(const struct capture_grant *grant);
/* In a child that is to be another program: its limits are those that we began with. NULL:
 * nothing. */
void capture_grant_leave(const struct capture_grant *grant);

struct bpf_session;

struct capture_opts {
	enum capture_backend backend;
	const struct capture_grant *grant; /* NULL: what is needed is opened for this run */
	size_t grant_nr;                   /* which of its runs at a time this is, from 0 */
	/* For the backend ebpf, set by capture_start(), and borrowed. */
	struct bpf_session *session;
	enum capture_cpu cpu;
	const char *const *argv; /* ends in NULL; argv[0] is searched in envp's PATH */
	const char *const *envp; /* ends in NULL; NULL: ours */
	const char *cwd;         /* NULL: ours */
	int stdio[3];            /* descriptors that become 0, 1, 2; -1: ours */
	pid_t attach;            /* instead of argv: this process and its threads; 0: none */
	bool follow; /* forks, threads and what they execute; the gate always does */
	const struct call_set *wanted; /* NULL: all calls */
	uint32_t payload_limit;        /* bytes kept of each area of data; 4096 is usual */
	bool want_busy;  /* processor time between calls is looked for; not with `wanted` */
	bool want_input; /* keep and digest what is read, too */
	uint32_t stack_depth; /* frames kept of each call's stack; 0: no stacks */
	bool aslr;            /* false: personality(ADDR_NO_RANDOMIZE), noted when refused */
	bool deny_io_uring;   /* io_uring_setup fails with ENOSYS */
	bool needs_still; /* the task of an event must stand still, for its state is looked at
			     or it is to be slowed; else it need not */
	bool is_apart;    /* no /dev/tty, as it is in CI, and no core file, a process group not
			     ours */
	bool keep_fds; /* what is open above 2 here, and not close-on-exec, is open there too */
	/* The environment the target would have without a tracer. */
	const char *home, *tmp, *sandbox; /* for the header; NULL: none */
	/* Called at least every tick_ms while the target runs, also while it makes no call;
	 * true ends the run: everything is killed and the footer says was_cut. tick_ms 0:
	 * never. */
	bool (*tick)(void *arg);
	void *tick_arg;
	uint32_t tick_ms;
	/* Called when the first task exits; the rest of the tree then has linger_ms to end
	 * before the run counts as cut. 0: wait for ever. */
	uint32_t linger_ms;
};

struct capture;

/* Starts the target, stopped before its first instruction. Not found or not executable: -1 with
 * err->sys ENOENT or EACCES. A backend that was named and cannot do what the options ask for,
 * or does not work here, is an error with a remedy; BACKEND_AUTO takes another one. The caller
 * frees *out with capture_free(), which kills and reaps what is left of the tree (attached
 * targets are let go instead). */
MUST_CHECK int capture_start(
	struct capture **out, const struct capture_opts *opts, struct err *err);
/* 1: *event is filled, borrowed until the next call; 0: every tracee has ended; -1: see err. */
MUST_CHECK int capture_next(struct capture *c, struct event *event, struct err *err);
/* The backend that was taken, and why, a sentence without its full stop; for people. */
enum capture_backend capture_backend(const struct capture *c);
const char *capture_why(const struct capture *c);
const struct trace_header *capture_header(const struct capture *c);
/* Final after capture_next() said 0. */
const struct trace_footer *capture_footer(const struct capture *c);
/* Wait status of the first task, as wait(2); -1 while it runs. */
int capture_status(const struct capture *c);
void capture_free(struct capture *c);
AUTO_DEFINE(struct capture *, capture_free)

/* What this machine allows, for `doctor`: tries it with a child of our own. */
struct backend_state {
	const char *name;
	bool works;
	char text[200];   /* what was tried and how it ended */
	char remedy[300]; /* one thing to type or change; "" when it works */
	char but[320];    /* why `auto` does not take it although it works; "" when it may */
};
/* grant: as in struct capture_opts; its rights may have been given up since. */
void capture_probe(struct backend_state *out, enum capture_backend which,
	const struct capture_grant *grant);

#endif
