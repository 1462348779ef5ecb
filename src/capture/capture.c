/* SPDX-License-Identifier: MIT */
/* capture.c - which backends there are, and which one to take */

#include "capture/capture.h"

#include "base/mem.h"
#include "capture/backend.h"
#include "capture/filter.h"

const char *const capture_backend_names[N_BACKENDS + 1] = {
	[BACKEND_AUTO] = "auto",
	[BACKEND_PTRACE] = "ptrace",
	[BACKEND_SECCOMP] = "seccomp",
};

static const struct backend_ops *const backends[N_BACKENDS] = {
	[BACKEND_PTRACE] = &ptrace_backend,
	[BACKEND_SECCOMP] = &seccomp_backend,
};

struct capture {
	const struct backend_ops *ops;
	void *state;
};

/* A filter is worth it when only some calls are wanted. It is not taken when it would need
 * no_new_privs, which changes what setuid programs do, and it needs children that are traced:
 * without a tracer a call that the filter stops for fails with ENOSYS. */
static enum capture_backend
choose(const struct capture_opts *opts)
{
	if (opts->backend != BACKEND_AUTO)
		return opts->backend;
	if (opts->wanted && opts->follow && !opts->attach && filter_is_free())
		return BACKEND_SECCOMP;
	return BACKEND_PTRACE;
}

int
capture_start(struct capture **out, const struct capture_opts *opts, struct err *err)
{
	const struct backend_ops *ops = backends[choose(opts)];
	void *state = NULL;

	if (ops->start(&state, opts, err) < 0)
		return -1;
	*out = mem_alloc(sizeof **out);
	**out = (struct capture){ .ops = ops, .state = state };
	return 0;
}

int
capture_next(struct capture *c, struct event *event, struct err *err)
{
	return c->ops->next(c->state, event, err);
}

const struct trace_header *
capture_header(const struct capture *c)
{
	return c->ops->header(c->state);
}

const struct trace_footer *
capture_footer(const struct capture *c)
{
	return c->ops->footer(c->state);
}

int
capture_status(const struct capture *c)
{
	return c->ops->status(c->state);
}

void
capture_free(struct capture *c)
{
	if (!c)
		return;
	c->ops->free(c->state);
	mem_free(c);
}

void
capture_probe(struct backend_state *out, enum capture_backend which)
{
	assert(which > BACKEND_AUTO && which < N_BACKENDS);
	*out = (struct backend_state){ .name = capture_backend_names[which] };
	backends[which]->probe(out);
}
