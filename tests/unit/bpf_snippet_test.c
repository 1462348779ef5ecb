/* SPDX-License-Identifier: MIT */
/* bpf_snippet_test.c - which memory of a child of ours the kernel half copies */

#include "bpf_told.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/uio.h>

#define ELEMENTS 1024

static void
write_vector(void)
{
	static struct iovec v[ELEMENTS];
	static char bytes[ELEMENTS];
	int fd = open("/dev/null", O_WRONLY);

	for (int i = 0; i < ELEMENTS; i++) {
		bytes[i] = (char)i;
		v[i] = (struct iovec){ bytes + i, 1 };
	}
	if (writev(fd, v, ELEMENTS) != ELEMENTS)
		_exit(1);
}

static void
as_many_elements_as_there_can_be_are_all_copied(void **state)
{
	const struct hint rows[] = { { HINT_IOV_OUT, 1, 2, HINT_AT_EXIT, 0, 0 } };
	const struct record_call *c;
	const struct snippet *s;
	const void *bytes;
	struct told t;
	size_t at = 0;
	unsigned n = 0;

	(void)state;
	need_session();
	want(SYS_writev, rows, ARRAY_LEN(rows));
	trace(&t, write_vector);
	c = find_call(&t, RECORD_CALL, SYS_writev, &at);
	assert_non_null(c);
	assert_int_equal(c->n_snippets, 1 + ELEMENTS);
	for (unsigned i = 0; (s = snippet(c, i, &bytes)); i++) {
		assert_int_equal(s->state, SNIPPET_OK);
		if (s->size != 1)
			continue;
		assert_int_equal(*(const uint8_t *)bytes, n & 0xff);
		n++;
	}
	assert_int_equal(n, ELEMENTS);
	assert_int_equal(t.n_lost, 0);
	forget(&t);
}

#define LARGE 200000

static void
write_much(void)
{
	char *bytes = malloc(LARGE);
	int fd = open("/dev/null", O_WRONLY);

	for (int i = 0; i < LARGE; i++)
		bytes[i] = (char)(i * 7 + i / 256);
	if (write(fd, bytes, LARGE) != LARGE)
		_exit(1);
}

static void
what_fits_no_record_goes_ahead_in_several(void **state)
{
	const struct hint rows[] = { { HINT_DATA_OUT, 1, 2, HINT_AT_EXIT, 0, 0 } };
	const struct record_call *c = NULL;
	const struct snippet *s;
	const void *bytes;
	struct told t;
	size_t sum = 0, n_more = 0;

	(void)state;
	need_session();
	want(SYS_write, rows, ARRAY_LEN(rows));
	trace(&t, write_much);
	for (size_t i = 0; i < t.n; i++) {
		c = (const struct record_call *)t.records[i];
		if ((c->head.kind != RECORD_MORE && c->head.kind != RECORD_CALL) ||
			c->nr != SYS_write)
			continue;
		n_more += c->head.kind == RECORD_MORE;
		for (unsigned k = 0; (s = snippet(c, k, &bytes)); k++) {
			assert_int_equal(s->address, c->arg[1] + sum);
			for (uint32_t b = 0; b < s->size; b++, sum++)
				assert_int_equal(((const uint8_t *)bytes)[b],
					(uint8_t)(sum * 7 + sum / 256));
		}
	}
	assert_int_equal(sum, LARGE);
	assert_true(n_more >= 3);
	forget(&t);
}

static void
what_is_more_than_wanted_is_read_while_the_task_waits(void **state)
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
	session->control->data_bytes = 4096;
	trace(&t, write_much);
	c = find_call(&t, RECORD_CALL, SYS_write, &at);
	assert_non_null(c);
	assert_true(c->flags & CALL_STOPPED);
	s = snippet(c, 0, &bytes);
	assert_int_equal(s->state, SNIPPET_LATER);
	assert_int_equal(s->size, LARGE);
	assert_true(WIFEXITED(t.status));
	assert_int_equal(WEXITSTATUS(t.status), 0);
	forget(&t);
}

/* A string whose NUL lies behind the end of what is mapped, then one that is none. */
static void
open_at_the_end(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *two = mmap(
		NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(two + page, page);
	memcpy(two + page - 3, "end", 3);
	syscall(SYS_openat, 1, two + page - 3, 0);
	memcpy(two + page - 3, "ok", 3);
	syscall(SYS_openat, 2, two + page - 3, 0);
	syscall(SYS_openat, 3, 17, 0);
}

static void
a_string_is_copied_up_to_where_memory_ends(void **state)
{
	const struct hint rows[] = { { HINT_STRING, 1, HINT_NO_REG, HINT_AT_EXIT, 0, 4096 } };
	const struct record_call *c;
	const struct snippet *s;
	const void *bytes;
	struct told t;
	size_t at = 0;

	(void)state;
	need_session();
	want(SYS_openat, rows, ARRAY_LEN(rows));
	trace(&t, open_at_the_end);
	c = find_call(&t, RECORD_CALL, SYS_openat, &at);
	assert_int_equal(c->arg[0], 1);
	assert_int_equal(c->n_snippets, 2);
	s = snippet(c, 0, &bytes);
	assert_int_equal(s->size, 3);
	assert_memory_equal(bytes, "end", 3);
	s = snippet(c, 1, &bytes);
	assert_int_equal(s->state, SNIPPET_FAULT);
	assert_int_equal(s->address, c->arg[1] + 3);
	c = find_call(&t, RECORD_CALL, SYS_openat, &at);
	assert_int_equal(c->n_snippets, 1);
	s = snippet(c, 0, &bytes);
	assert_int_equal(s->size, 3);
	assert_string_equal(bytes, "ok");
	c = find_call(&t, RECORD_CALL, SYS_openat, &at);
	assert_int_equal(c->n_snippets, 1);
	s = snippet(c, 0, &bytes);
	assert_int_equal(s->state, SNIPPET_FAULT);
	assert_int_equal(t.n_lost, 0);
	forget(&t);
}

static void
open_nothing(void)
{
	char empty[] = "";
	char *const list[] = { empty, NULL };

	syscall(SYS_openat, 1, empty, list);
}

/* Of which Linux before 6.13 says that it has no bytes at all, not even its NUL. */
static void
an_empty_string_is_its_nul(void **state)
{
	const struct hint rows[] = { { HINT_STRING, 1, HINT_NO_REG, HINT_AT_EXIT, 0, 4096 },
		{ HINT_STRINGS, 2, HINT_NO_REG, HINT_AT_EXIT, 0, 4096 } };

	(void)state;
	need_session();
	for (size_t n = 1; n <= ARRAY_LEN(rows); n++) { /* quickly, then step by step */
		const struct record_call *c;
		const struct snippet *s;
		const void *bytes;
		struct told t;
		size_t at = 0;

		want(SYS_openat, rows, n);
		trace(&t, open_nothing);
		c = find_call(&t, RECORD_CALL, SYS_openat, &at);
		assert_int_equal(c->arg[0], 1);
		assert_true(c->n_snippets >= n);
		for (unsigned i = 0; (s = snippet(c, i, &bytes)); i++) {
			assert_int_equal(s->state, SNIPPET_OK);
			if (s->address != c->arg[1])
				continue;
			assert_int_equal(s->size, 1);
			assert_string_equal(bytes, "");
		}
		forget(&t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_elements_as_there_can_be_are_all_copied),
		cmocka_unit_test(what_fits_no_record_goes_ahead_in_several),
		cmocka_unit_test(what_is_more_than_wanted_is_read_while_the_task_waits),
		cmocka_unit_test(a_string_is_copied_up_to_where_memory_ends),
		cmocka_unit_test(an_empty_string_is_its_nul),
	};

	return cmocka_run_group_tests(tests, open_session, close_session) +
	       cmocka_run_group_tests(tests, open_without_loop, close_session);
}
