/* SPDX-License-Identifier: MIT */
/* grant.c - what was opened while there was privilege */

#include "capture/grant.h"

#include "base/clock.h"
#include "base/mem.h"
#include "capture/bpf_session.h"
#include "capture/choice.h"
#include "capture/urgent.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

/* Each session costs every call of the machine a little, and its rings memory. */
#define SESSIONS_MAX 8u

struct capture_grant {
	struct bpf_session *sessions[SESSIONS_MAX];
	size_t n;
	uint64_t opening_ns;
	struct err why_not; /* of the first that did not open */
	bool is_urgent;     /* its user may be */
	struct rlimit before;
};

/* For tests: a ring that is soon full. Not read where the caller has less rights than we. */
static int
ring_bytes(size_t *out, struct err *err)
{
	const char *text = secure_getenv("RENACER_RING");
	char *end = NULL;

	*out = 0;
	if (!text)
		return 0;
	errno = 0;
	*out = strtoul(text, &end, 10);
	if (errno || end == text || *end || *out < BPF_RECORD_MAX || (*out & (*out - 1))) {
		err_set(err, "RENACER_RING is '%s', not a power of two from %u", text,
			BPF_RECORD_MAX);
		return err_hint(err, "unset RENACER_RING");
	}
	return 0;
}

static int
open_session(struct bpf_session **out, struct err *err)
{
	size_t bytes;

	return ring_bytes(&bytes, err) < 0 ? -1 : bpf_session_open(out, bytes, err);
}

struct capture_grant *
capture_grant_new(size_t n_runs, enum capture_backend wish)
{
	struct capture_grant *g = mem_alloc(sizeof *g);
	uint64_t began_ns;

	*g = (struct capture_grant){ .n = 0 };
	if (!choice_may_be_ebpf(wish))
		return g;
	began_ns = clock_monotonic_ns();
	while (g->n < MIN(n_runs, (size_t)SESSIONS_MAX) &&
		open_session(&g->sessions[g->n], &g->why_not) == 0)
		g->n++;
	g->is_urgent = g->n && urgency_permit(&g->before);
	g->opening_ns = clock_monotonic_ns() - began_ns;
	return g;
}

uint64_t
grant_opening_ns(const struct capture_grant *grant)
{
	return grant->opening_ns;
}

void
grant_forget(const struct capture_grant *grant)
{
	for (size_t i = 0; i < grant->n; i++)
		bpf_session_free(grant->sessions[i]);
}

void
capture_grant_leave(const struct capture_grant *grant)
{
	if (grant && grant->is_urgent)
		urgency_forbid(&grant->before);
}

void
capture_grant_free(struct capture_grant *grant)
{
	if (!grant)
		return;
	grant_forget(grant);
	capture_grant_leave(grant);
	err_done(&grant->why_not);
	mem_free(grant);
}

bool
capture_grant_is_open(const struct capture_grant *grant)
{
	return grant && grant->n;
}

int
grant_session(struct bpf_session **out, bool *is_own, const struct capture_opts *opts,
	struct err *err)
{
	const struct capture_grant *grant = opts->grant;

	*is_own = !grant || opts->grant_nr >= grant->n;
	if (!*is_own) {
		*out = grant->sessions[opts->grant_nr];
		return 0;
	}
	/* What did not open with all our rights will not open now. */
	if (grant && grant->why_not.text) {
		err_set(err, "%s", grant->why_not.text);
		return grant->why_not.hint ? err_hint(err, "%s", grant->why_not.hint) : -1;
	}
	if (open_session(out, err) == 0)
		return 0;
	if (grant && grant->n) {
		err_set(err, "it was opened for %zu run%s at a time, and this is one more",
			grant->n, grant->n == 1 ? "" : "s");
		err_hint(err, "say how many with --jobs, at most %u", SESSIONS_MAX);
	}
	return -1;
}
