/* SPDX-License-Identifier: MIT */
/* bpf-none.c - the kernel half of the backend ebpf where it was not built: it says so */

#include "capture/bpf_session.h"

static int
refuse(struct err *err)
{
	err_set(err, "this program was built without it");
	return err_hint(err, "build it with libbpf and clang: tools/install-deps, then make");
}

int
bpf_session_open(struct bpf_session **out, size_t ring_bytes, struct err *err)
{
	(void)out;
	(void)ring_bytes;
	return refuse(err);
}

int
bpf_session_from_fds(struct bpf_session **out, const int *fds, size_t n_fds, struct err *err)
{
	(void)out;
	(void)fds;
	(void)n_fds;
	return refuse(err);
}

void
bpf_session_begin(struct bpf_session *s, pid_t first_tid)
{
	(void)first_tid;
	assert(!s); /* none was ever opened */
}

void
bpf_session_end(struct bpf_session *s)
{
	assert(!s);
}

int64_t
bpf_session_misses(const struct bpf_session *s)
{
	(void)s;
	return -1;
}

void
bpf_session_free(struct bpf_session *s)
{
	assert(!s);
}
