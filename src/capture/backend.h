/* SPDX-License-Identifier: MIT */
/*
 * backend.h - what a way to capture must offer; capture.c has the one list of them
 */
#ifndef CAPTURE_BACKEND_H
#define CAPTURE_BACKEND_H

#include "capture/capture.h"

/* The state behind the functions is the backend's own. Each does what the function of the same
 * name in capture.h promises. */
struct backend_ops {
	const char *name;
	MUST_CHECK int (*start)(void **out, const struct capture_opts *opts, struct err *err);
	MUST_CHECK int (*next)(void *state, struct event *event, struct err *err);
	const struct trace_header *(*header)(const void *state);
	const struct trace_footer *(*footer)(const void *state);
	int (*status)(const void *state);
	void (*free)(void *state);
	void (*probe)(struct backend_state *out, const struct capture_grant *grant);
};

extern const struct backend_ops ptrace_backend, seccomp_backend, ebpf_backend;

#endif
