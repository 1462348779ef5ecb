/* SPDX-License-Identifier: MIT */
/*
 * guard.h - a process that ends the target when its tracer is killed
 *
 * Under ptrace(2) the kernel does that (PTRACE_O_EXITKILL); the backend ebpf holds nobody. The
 * guard is a fork of the tracer, in a session of its own, so that neither a terminal nor a
 * shell reaches it, without any descriptor but those of the kernel half, which stays attached
 * through it: so it knows of every process of the target, whoever its parent is by now and
 * since when the tracer is gone. It sleeps until its tracer ends, and costs nothing meanwhile.
 *
 * A target that kills its tracer and the guard alike (kill(-1, SIGKILL) by root) lives on:
 * nobody is left who knows it.
 */
#ifndef CAPTURE_GUARD_H
#define CAPTURE_GUARD_H

#include "capture/bpf_session.h"

struct guard;

/* Before the target is forked. *out is NULL where the kernel does not tell us which processes
 * it has marked (marks_can_tell()): then there is no guard. */
MUST_CHECK int guard_new(
	struct guard **out, const struct bpf_session *session, struct err *err);
/* The run has ended: the guard goes, and ends nobody. */
void guard_free(struct guard *guard);
AUTO_DEFINE(struct guard *, guard_free)

#endif
