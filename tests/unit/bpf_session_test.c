/* SPDX-License-Identifier: MIT */
/*
 * bpf_session_test.c - what the kernel half tells of a child of ours, record by record
 *
 * Skipped where the kernel half cannot be loaded: that needs rights, and a kernel with BTF.
 */

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
};

static struct bpf_session *session;

static int
open_session(void **state)
{
	struct err err = { 0 };

	(void)state;
	if (bpf_session_open(&session, 1u << 20, &err) == 0)
		return 0;
	err_print(&err, "skipped", stderr);
	err_done(&err);
	return 0;
}

static int
close_session(void **state)
{
	(void)state;
	bpf_session_free(session);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	const struct record *left = *(const struct record *const *)a;
	const struct record *right = *(const struct record *const *)b;

	return left->time_ns < right->time_ns ? -1 : left->time_ns > right->time_ns;
}

static void
keep(struct told *t, const struct record *r)
{
	struct record *copy = mem_alloc(r->size);

	memcpy(copy, r, r->size);
	t->records = mem_grow(t->records, t->n, &t->capacity, sizeof *t->records);
	t->records[t->n++] = copy;
}

static void
read_ring(struct told *t, struct bpf_ring *r)
{
	uint64_t at = *r->consumer, end = __atomic_load_n(r->producer, __ATOMIC_ACQUIRE);

	while (at < end) {
		const uint32_t *head = (const uint32_t *)(r->data + (at & (r->size - 1)));
		uint32_t size = __atomic_load_n(head, __ATOMIC_ACQUIRE);

		if (size >> 31)
			break; /* still being written */
		if (!(size >> 30))
			keep(t, (const struct record *)(head + 2));
		at += ((size & 0x3fffffff) + 15) & ~7ull;
		__atomic_store_n(r->consumer, at, __ATOMIC_RELEASE);
	}
}

static void
read_rings(struct told *t)
{
	for (uint32_t i = 0; i < session->n_cpus; i++)
		read_ring(t, &session->rings[i]);
}

/* Runs it in a child that is tracked from its first call on; the run is over when the child
 * is. */
static void
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
		usleep(500);
	}
	assert_int_equal(left, t->pid);
	read_rings(t);
	bpf_session_end(session);
	close(go[0]);
	close(go[1]);
	for (uint32_t i = 0; i < session->n_cpus; i++)
		t->n_lost += session->cpus[i].n_lost;
	qsort(t->records, t->n, sizeof *t->records, compare);
}

static void
forget(struct told *t)
{
	for (size_t i = 0; i < t->n; i++)
		mem_free((void *)(uintptr_t)t->records[i]);
	mem_free(t->records);
}

/* The next of its kind, from *at on; NULL: none. */
static const void *
find(const struct told *t, enum record_kind kind, size_t *at)
{
	while (*at < t->n) {
		const struct record *r = t->records[(*at)++];

		if (r->kind == kind)
			return r;
	}
	return NULL;
}

static const struct record_call *
find_call(const struct told *t, enum record_kind kind, uint32_t nr, size_t *at)
{
	const struct record_call *c;

	while ((c = find(t, kind, at)) && c->nr != nr)
		continue;
	return c;
}

/* The nth snippet, and its bytes. */
static const struct snippet *
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
static void
want(uint32_t nr, const struct hint *rows, uint8_t n)
{
	struct bpf_control *c = session->control;
	struct call_hints *h = &c->calls[0][nr];

	c->follow = c->want_input = 1;
	c->data_bytes = 1u << 20;
	for (size_t i = 0; i < HINT_ARCHES * HINT_NRS; i++)
		c->calls[i / HINT_NRS][i % HINT_NRS] =
			(struct call_hints){ .word = 8, .flags = CALL_IS_WANTED };
	memcpy(h->hint, rows, n * sizeof *rows);
	h->n = n;
	for (unsigned i = 0; i < n; i++) {
		if (rows[i].when & HINT_AT_ENTRY)
			h->flags |= CALL_IS_EARLY;
	}
}

static void
need_session(void)
{
	if (!session)
		skip();
}

static void
write_hello(void)
{
	char text[] = "hello"; /* present: on the stack */

	if (write(-1, text, 5) >= 0)
		_exit(1);
}

static void
a_call_is_told_with_what_it_points_to(void **state)
{
	const struct hint rows[] = { { HINT_DATA_OUT, 1, 2, HINT_AT_EXIT, 0, 0 } };
	const struct record_call *c;
	const struct snippet *s;
	const void *bytes;
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, rows, ARRAY_LEN(rows));
	trace(&t, write_hello);
	c = find_call(&t, RECORD_CALL, SYS_write, &at);
	assert_non_null(c);
	assert_int_equal(c->head.pid, t.pid);
	assert_int_equal(c->head.tid, t.pid);
	assert_int_equal(c->arg[2], 5);
	assert_int_equal(c->ret, -EBADF);
	assert_int_equal(c->how, CALL_HOW_RETURNED);
	assert_true(c->enter_ns < c->head.time_ns);
	assert_int_equal(c->n_snippets, 1);
	s = snippet(c, 0, &bytes);
	assert_int_equal(s->address, c->arg[1]);
	assert_int_equal(s->state, SNIPPET_OK);
	assert_int_equal(s->size, 5);
	assert_memory_equal(bytes, "hello", 5);
	assert_int_equal(t.n_lost, 0);
	forget(&t);
}

static void
the_end_is_told_with_the_call_that_does_not_return(void **state)
{
	const struct record_call *c;
	const struct record_exit *e;
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_write, NULL, 0);
	trace(&t, write_hello);
	c = find_call(&t, RECORD_CALL, SYS_exit_group, &at);
	assert_non_null(c);
	assert_int_equal(c->how, CALL_HOW_UNFINISHED);
	e = find(&t, RECORD_EXIT, &at);
	assert_non_null(e);
	assert_int_equal(e->status, t.status);
	assert_true(e->is_process);
	assert_true(e->peak_rss_bytes > 100000);
	assert_null(find(&t, RECORD_EXIT, &at));
	forget(&t);
}

static void
run_true(void)
{
	execl("/bin/sh", "sh", "-c", "exit 3", NULL);
}

static void
an_exec_is_told_with_path_and_arguments(void **state)
{
	const struct record_exec *e;
	struct told t;
	char path[64];
	const char *text;
	size_t at = 0;
	ssize_t n = readlink("/proc/self/exe", path, sizeof path);

	(void)state;
	(void)n;
	need_session();
	want(SYS_write, NULL, 0);
	trace(&t, run_true);
	e = find(&t, RECORD_EXEC, &at);
	assert_non_null(e);
	assert_int_equal(e->former_tid, e->head.tid);
	assert_int_equal(e->is_secure, 0);
	assert_true(e->has_path);
	text = (const char *)(e + 1);
	n = (ssize_t)strlen(realpath("/bin/sh", NULL));
	assert_int_equal(e->n_path, n);
	assert_memory_equal(text, realpath("/bin/sh", NULL), (size_t)n);
	text += (e->n_path + 7) & ~7u;
	assert_string_equal(text, "/bin/sh");
	text += (e->n_filename + 7) & ~7u;
	assert_int_equal(e->n_args, sizeof "sh\0-c\0exit 3");
	assert_memory_equal(text, "sh\0-c\0exit 3", e->n_args);
	assert_int_equal(WEXITSTATUS(t.status), 3);
	forget(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_told_with_what_it_points_to),
		cmocka_unit_test(the_end_is_told_with_the_call_that_does_not_return),
		cmocka_unit_test(an_exec_is_told_with_path_and_arguments),
	};

	return cmocka_run_group_tests(tests, open_session, close_session);
}
