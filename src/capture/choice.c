/* SPDX-License-Identifier: MIT */
/*
 * choice.c - which backend a run gets, and why
 *
 * ebpf where it loads and can do what is asked for, since it slows the target least. Else a
 * seccomp filter, when only some calls are wanted and it costs the target nothing; else ptrace,
 * which can do everything.
 */

#include "capture/choice.h"

#include "capture/bpf_marks.h"
#include "capture/bpf_session.h"
#include "capture/filter.h"
#include "capture/grant.h"
#include "capture/launch.h"
#include "symbol/symbol.h"

#include <stdio.h>

#define CAN(backend) (1u << BACKEND_##backend)

static bool
attaches(const struct capture_opts *opts)
{
	return opts->attach;
}

static bool
leaves_children(const struct capture_opts *opts)
{
	return !opts->follow;
}

static bool
needs_still(const struct capture_opts *opts)
{
	return opts->needs_still;
}

/* The kernel could follow frame pointers only, which C libraries are built without. */
static bool
needs_stacks(const struct capture_opts *opts)
{
	return opts->stack_depth;
}

/* Without a tracer that is done by a filter, which must not change what setuid programs do. */
static bool
denies_rings(const struct capture_opts *opts)
{
	return opts->deny_io_uring && !filter_is_free();
}

/* What not every backend can do. seccomp: only a child of ours can be given the filter, and
 * whoever has it must be traced: without a tracer the calls it stops for fail with ENOSYS. */
static const struct need {
	bool (*is_asked)(const struct capture_opts *opts);
	unsigned can; /* bits of backends */
	const char *what, *remedy;
} needs[] = {
	{ attaches, CAN(PTRACE), "attach to a process that runs", "use backend ptrace" },
	{ leaves_children, CAN(PTRACE) | CAN(EBPF), "leave children untraced",
		"trace them as well (-f), or use backend ptrace" },
	{ needs_still, CAN(PTRACE) | CAN(SECCOMP), "hold a task still to look at it",
		"use backend auto or ptrace" },
	{ needs_stacks, CAN(PTRACE) | CAN(SECCOMP), "take stacks",
		"use backend auto or ptrace" },
	{ denies_rings, CAN(PTRACE) | CAN(SECCOMP), "deny io_uring to the target",
		"use backend auto or ptrace, or set io_uring = \"allow\"" },
};

/* The first thing asked for that this backend cannot do; NULL: it can do all. */
static const struct need *
missing(enum capture_backend backend, const struct capture_opts *opts)
{
	for (size_t i = 0; i < ARRAY_LEN(needs); i++)
		if (!(needs[i].can & 1u << backend) && needs[i].is_asked(opts))
			return &needs[i];
	return NULL;
}

static int
take_named(struct choice *c, const struct capture_opts *opts, struct err *err)
{
	const struct need *lack = missing(opts->backend, opts);

	c->backend = opts->backend;
	snprintf(c->why, sizeof c->why, "it was asked for");
	if (lack) {
		err_set(err, "backend %s cannot %s", capture_backend_names[c->backend],
			lack->what);
		return err_hint(err, "%s", lack->remedy);
	}
	if (c->backend == BACKEND_EBPF && grant_session(&c->session, &c->is_own, opts, err) < 0)
		return err_wrap(err, "backend ebpf");
	return 0;
}

/* A filter is worth it when only some calls are wanted. It is not taken when it would need
 * no_new_privs, which changes what setuid programs do. */
static void
take_stopping(struct choice *c, const struct capture_opts *opts)
{
	bool filters = opts->wanted && !missing(BACKEND_SECCOMP, opts) && filter_is_free();

	c->backend = filters ? BACKEND_SECCOMP : BACKEND_PTRACE;
}

/* A session for this run; false: there is none, or it would not do, and c->why says so. */
static bool
take_session(struct choice *c, const struct capture_opts *opts)
{
	struct err err = { 0 };

	if (grant_session(&c->session, &c->is_own, opts, &err) < 0) {
		snprintf(c->why, sizeof c->why, "no ebpf: %s", err.text);
		err_drop(&err); /* said in `why`; another backend does as well */
		return false;
	}
	if (marks_can_tell(c->session))
		return true;
	choice_done(c);
	snprintf(c->why, sizeof c->why,
		"no ebpf: this kernel tells nobody without CAP_BPF whom to end, should the "
		"tracer be killed");
	return false;
}

static void
take_best(struct choice *c, const struct capture_opts *opts)
{
	const struct need *lack = missing(BACKEND_EBPF, opts);

	if (lack) {
		snprintf(c->why, sizeof c->why, "ebpf cannot %s", lack->what);
	} else if (launch_is_i386(opts)) {
		snprintf(c->why, sizeof c->why,
			"ebpf does not follow what ipc and socketcall of i386 lead to");
	} else if (take_session(c, opts)) {
		c->backend = BACKEND_EBPF;
		snprintf(c->why, sizeof c->why, "it loads, and slows the target least");
		return;
	}
	take_stopping(c, opts);
}

bool
choice_may_be_ebpf(enum capture_backend wish)
{
	return wish == BACKEND_EBPF || wish == BACKEND_AUTO;
}

int
choice_make(struct choice *out, const struct capture_opts *opts, struct err *err)
{
	*out = (struct choice){ .backend = BACKEND_PTRACE };
	if (opts->stack_depth && !symbol_is_available()) {
		err_set(err, "stacks cannot be taken: this build has no libdw");
		return err_hint(err, "build it with libdw-dev installed and WITH_DW=1");
	}
	if (opts->backend != BACKEND_AUTO)
		return take_named(out, opts, err);
	take_best(out, opts);
	return 0;
}

void
choice_done(struct choice *choice)
{
	if (choice->is_own)
		bpf_session_free(choice->session);
	*choice = (struct choice){ .backend = BACKEND_PTRACE };
}
