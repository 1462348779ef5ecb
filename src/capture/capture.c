/* SPDX-License-Identifier: MIT */
/* capture.c - which backends there are */

#include "capture/capture.h"

#include "base/mem.h"
#include "capture/backend.h"
#include "capture/bpf_session.h"
#include "capture/choice.h"

const char *const capture_backend_names[N_BACKENDS + 1] = {
	[BACKEND_AUTO] = "auto",
	[BACKEND_PTRACE] = "ptrace",
	[BACKEND_SECCOMP] = "seccomp",
	[BACKEND_EBPF] = "ebpf",
};

static const struct backend_ops *const backends[N_BACKENDS] = {
	[BACKEND_PTRACE] = &ptrace_backend,
	[BACKEND_SECCOMP] = &seccomp_backend,
	[BACKEND_EBPF] = &ebpf_backend,
};

struct capture {
	const struct backend_ops *ops;
	void *state;
	struct choice choice;
};

int
capture_start(struct capture **out, const struct capture_opts *opts, struct err *err)
{
	struct choice choice = { 0 };
	struct capture_opts chosen = *opts;
	const struct backend_ops *ops;
	void *state = NULL;

	if (choice_make(&choice, opts, err) < 0)
		return -1;
	ops = backends[choice.backend];
	chosen.session = choice.session;
	if (ops->start(&state, &chosen, err) < 0) {
		choice_done(&choice);
		return -1;
	}
	*out = mem_alloc(sizeof **out);
	**out = (struct capture){ .ops = ops, .state = state, .choice = choice };
	return 0;
}

int
capture_next(struct capture *c, struct event *event, struct err *err)
{
	return c->ops->next(c->state, event, err);
}

enum capture_backend
capture_backend(const struct capture *c)
{
	return c->choice.backend;
}

const char *
capture_why(const struct capture *c)
{
	return c->choice.why;
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
	choice_done(&c->choice);
	mem_free(c);
}

void
capture_probe(struct backend_state *out, enum capture_backend which,
	const struct capture_grant *grant)
{
	assert(which > BACKEND_AUTO && which < N_BACKENDS);
	*out = (struct backend_state){ .name = capture_backend_names[which] };
	backends[which]->probe(out, grant);
}
