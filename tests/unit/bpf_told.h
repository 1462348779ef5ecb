/* SPDX-License-Identifier: MIT */
/*
 * bpf_told.h - a child of ours is traced by the kernel half alone, and its records are kept
 *
 * Tests are skipped where the kernel half cannot be loaded: that needs rights, and a kernel
 * with BTF.
 */
#ifndef UNIT_BPF_TOLD_H
#define UNIT_BPF_TOLD_H

#include "test.h"

#include "base/mem.h"
#include "capture/bpf_session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Everything that was told, in the order of time. */
struct told {
	const struct record **records;
	size_t n, capacity;
	int status;
	pid_t pid;
	uint64_t n_lost;
	bool has_stopped;
};

static struct bpf_session *session;

static inline int
open_session(void **state)
{
	struct err err = { 0 };
	bool is_refused;

	(void)state;
	if (bpf_session_open(&session, 1u << 20, &err) == 0)
		return 0;
	/* Rights and kernels may be missing; a program that the verifier refuses is our fault.
	 */
	is_refused = err.sys == EINVAL || err.sys == EACCES || err.sys == E2BIG;
	err_print(&err, is_refused ? "refused" : "skipped", stderr);
	err_done(&err);
	return is_refused ? -1 : 0;
}

/* As on a kernel that has no bpf_loop(). */
static inline int
open_without_loop(void **state)
{
	int status;

	setenv("RENACER_TEST_LOOP", "none", true);
	status = open_session(state);
	unsetenv("RENACER_TEST_LOOP");
	return status;
}

static inline int
close_session(void **state)
{
	(void)state;
	bpf_session_free(session);
	session = NULL;
	return 0;
}

/* Stable: records of one time stand in the order of their ring. */
static inline void
sort(struct told *t)
{
	for (size_t i = 1; i < t->n; i++) {
		const struct record *r = t->records[i];
		size_t k = i;

		for (; k && t->records[k - 1]->time_ns > r->time_ns; k--)
			t->records[k] = t->records[k - 1];
		t->records[k] = r;
	}
}

static inline void
keep(struct told *t, const struct record *r)
{
	struct record *copy = mem_alloc(r->size);

	memcpy(copy, r, r->size);
	if (r->kind == RECORD_CALL && ((const struct record_call *)r)->flags & CALL_STOPPED)
		t->has_stopped = true;
	t->records = mem_grow(t->records, t->n, &t->capacity, sizeof *t->records);
	t->records[t->n++] = copy;
}

static inline void
read_ring(struct told *t, struct bpf_ring *r)
{
	uint64_t at = *r->consumer, end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);

	while (at < end) {
		const struct record *record = bpf_ring_at(r, at);

		keep(t, record);
		at = bpf_ring_after(r, at, record->size);
		__atomic_store_n(r->consumer, at, __ATOMIC_RELEASE);
	}
}

static inline void
read_rings(struct told *t)
{
	for (uint32_t i = 0; i < session->n_cpus; i++)
		read_ring(t, &session->rings[i]);
}

/* Runs it in a child that is tracked from its first call on; the run is over when the child
 * is. */
static inline void
trace(struct told *t, void (*child)(void))
{
	int go[2], left;
	char byte = 0;

	*t = (struct told){ 0 };
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	t->pid = fork();
	assert_true(t->pid >= 0);
	if (!t->pid) {
		if (read(go[0], &byte, 1) == 1)
			child();
		_exit(0);
	}
	bpf_session_begin(session, t->pid);
	assert_int_equal(write(go[1], &byte, 1), 1);
	while ((left = waitpid(t->pid, &t->status, WNOHANG)) == 0) {
		read_rings(t);
		if (t->has_stopped)
			kill(t->pid, SIGCONT);
		usleep(500);
	}
	assert_int_equal(left, t->pid);
	read_rings(t);
	bpf_session_end(session);
	close(go[0]);
	close(go[1]);
	for (uint32_t i = 0; i < session->n_cpus; i++)
		t->n_lost += session->cpus[i].n_lost;
	sort(t);
}

static inline void
forget(struct told *t)
{
	for (size_t i = 0; i < t->n; i++)
		mem_free((void *)(uintptr_t)t->records[i]);
	mem_free(t->records);
}

/* The next of its kind, from *at on; NULL: none. */
static inline const void *
find(const struct told *t, enum record_kind kind, size_t *at)
{
	while (*at < t->n) {
		const struct record *r = t->records[(*at)++];

		if (r->kind == kind)
			return r;
	}
	return NULL;
}

static inline const struct record_call *
find_call(const struct told *t, enum record_kind kind, uint32_t nr, size_t *at)
{
	const struct record_call *c;

	while ((c = find(t, kind, at)) && c->nr != nr)
		continue;
	return c;
}

/* The nth snippet, and its bytes. */
static inline const struct snippet *
snippet(const struct record_call *c, unsigned n, const void **bytes)
{
	const struct snippet *s = (const struct snippet *)(c + 1);

	for (; n < c->n_snippets; n--) {
		*bytes = s + 1;
		if (!n)
			return s;
		s = (const struct snippet *)((const uint8_t *)(s + 1) +
					     (s->state == SNIPPET_OK ? (s->size + 7) & ~7u
								     : 0));
	}
	return NULL;
}

/* All calls are wanted; of this one the rows are. */
static inline void
want(uint32_t nr, const struct hint *rows, uint8_t n)
{
	struct bpf_control *c = session->control;
	struct call_hints *h = &c->calls[0][nr];

	c->follow = c->want_input = 1;
	c->data_bytes = c->ring_bytes / 2;
	c->reserve_bytes = c->ring_bytes / 8;
	for (size_t i = 0; i < HINT_ARCHES * HINT_NRS; i++)
		c->calls[i / HINT_NRS][i % HINT_NRS] =
			(struct call_hints){ .word = 8, .flags = CALL_IS_WANTED };
	for (unsigned i = 0; i < n; i++)
		h->hint[i] = rows[i];
	h->n = n;
	for (unsigned i = 0; i < n; i++) {
		if (rows[i].when & HINT_AT_ENTRY)
			h->flags |= CALL_IS_EARLY;
	}
}

static inline void
need_session(void)
{
	if (!session)
		skip();
}

#endif
