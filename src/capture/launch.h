/* SPDX-License-Identifier: MIT */
/*
 * launch.h - the command: found, forked, given its descriptors, executed
 *
 * What both kinds of backends share. Each says how it gets hold of the child, and how it learns
 * that the child runs the command.
 */
#ifndef CAPTURE_LAUNCH_H
#define CAPTURE_LAUNCH_H

#include "base/mem.h"
#include "capture/capture.h"

#include <sys/types.h>

struct launch {
	const struct capture_opts *opts;
	struct arena *arena;
	struct trace_header *header; /* argv, cwd, exe and aslr are filled in */
	pid_t pid;                   /* filled in: of the child, from begin() on */
	int report;                  /* filled in: closes when the child executes, and does not
					wait: EAGAIN while it has not */
	/* In the child, before it waits to be let go and at the last moment before its
	 * execve(2); NULL: nothing. They allocate nothing; an errno is why it fails. */
	int (*prepare)(void *arg);
	int (*depart)(void *arg);
	/* In the parent: the child has been made, and waits. NULL: nothing is to be done. */
	int (*begin)(void *arg, struct err *err);
	/* Until it runs the command: 0; it ended before: 1. */
	int (*await)(void *arg, struct err *err);
	void *arg;
};

/* capture.h, capture_start(): 0, and the command stands before its first instruction. */
MUST_CHECK int launch_run(struct launch *l, struct err *err);
/* What every backend says of itself and of this machine. */
void launch_fill_header(struct trace_header *h, struct arena *arena,
	const struct capture_opts *opts, const char *backend, uint32_t n_cpus);
/* The command is a program of i386; false where it is not found. */
bool launch_is_i386(const struct capture_opts *opts);

#endif
