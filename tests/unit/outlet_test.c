/* SPDX-License-Identifier: MIT */
/* outlet_test.c - a pipe emptied without blocking: nothing lost, the last bytes kept */

#include "unit/test.h"

#include "base/file.h"
#include "base/str.h"
#include "gate/outlet.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
pour(struct outlet *o, const char *text, size_t n)
{
	struct err err = { 0 };

	assert_int_equal(fd_write(outlet_fd(o), text, n, &err), 0);
}

static void
an_empty_pipe_does_not_block(void **state)
{
	AUTO(outlet_free) struct outlet *o = NULL;
	struct err err = { 0 };
	AUTO(mem_free) char *tail = NULL;

	(void)state;
	assert_int_equal(outlet_open(&o, NULL, 65536, &err), 0);
	outlet_drain(o);
	assert_int_equal(outlet_bytes(o), 0);
	assert_int_equal(outlet_finish(o, &err), 0);
	tail = outlet_tail(o, 100);
	assert_string_equal(tail, "");
}

static void
all_bytes_are_counted_and_the_last_are_kept(void **state)
{
	enum { LINES = 300000 }; /* more than twice what is kept */
	AUTO(outlet_free) struct outlet *o = NULL;
	struct err err = { 0 };
	AUTO(mem_free) char *tail = NULL;
	AUTO(str_done) struct str file = { 0 };
	char path[] = "/tmp/outlet_test-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(outlet_open(&o, path, 65536, &err), 0);
	for (int i = 0; i < LINES; i++) {
		pour(o, "abc\n", 4);
		if (i % 1000 == 0)
			outlet_drain(o);
	}
	pour(o, "last\n", 5);
	outlet_close_writer(o);
	assert_int_equal(outlet_finish(o, &err), 0);
	assert_int_equal(outlet_bytes(o), 4 * LINES + 5);
	tail = outlet_tail(o, 14);
	assert_string_equal(tail, "[1199992 bytes before]\nabc\nabc\nlast\n");
	assert_int_equal(file_read(&file, path, 0, &err), 0);
	assert_int_equal(file.n, 4 * LINES + 5);
	fd_close(fd);
	unlink(path);
}

static void
what_a_terminal_would_obey_is_made_visible(void **state)
{
	AUTO(outlet_free) struct outlet *o = NULL;
	struct err err = { 0 };
	AUTO(mem_free) char *tail = NULL;

	(void)state;
	assert_int_equal(outlet_open(&o, NULL, 65536, &err), 0);
	pour(o, "\033[2J\0\xff\n\n", 8);
	outlet_drain(o);
	tail = outlet_tail(o, 100);
	assert_string_equal(tail, "\\x1b[2J\\x00\\xff\n\n");
}

static void
a_file_that_cannot_be_written_is_said_at_the_end(void **state)
{
	AUTO(outlet_free) struct outlet *o = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(outlet_open(&o, "/dev/full", 65536, &err), 0);
	pour(o, "x", 1);
	outlet_drain(o);
	assert_int_equal(outlet_bytes(o), 1);
	assert_int_equal(outlet_finish(o, &err), -1);
	assert_non_null(strstr(err.text, "No space left"));
	err_done(&err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_pipe_does_not_block),
		cmocka_unit_test(all_bytes_are_counted_and_the_last_are_kept),
		cmocka_unit_test(what_a_terminal_would_obey_is_made_visible),
		cmocka_unit_test(a_file_that_cannot_be_written_is_said_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
