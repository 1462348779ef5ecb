/* SPDX-License-Identifier: MIT */
/* columns_test.c - what a run's events become in the table */

#include "unit/query_run.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>

static const char *
text(const struct asked *a, enum column column, size_t row)
{
	const char *found = columns_text(a->c, column, row, 0);

	return found ? found : "(null)";
}

/* The row of the nth call of that name. */
static size_t
row_of(const struct asked *a, const char *syscall, unsigned nth)
{
	for (size_t row = 0; row < columns_rows(a->c); row++)
		if (strcmp(text(a, COLUMN_SYSCALL, row), syscall) == 0 && nth-- == 0)
			return row;
	fail_msg("no call %s", syscall);
	return 0;
}

#define TEXT_IS(column_, row_, wanted_)                                                        \
	assert_string_equal(text(&a, COLUMN_##column_, row_), wanted_)
#define NUMBER_IS(column_, row_, wanted_)                                                      \
	assert_int_equal(columns_number(a.c, COLUMN_##column_, row_), wanted_)
#define IS_NULL(column_, row_) NUMBER_IS(column_, row_, COLUMN_NULL)

static const struct trace_footer whole = { .n_events = 1 };

static void
a_call_is_a_row_with_what_it_was_about(void **state)
{
	struct asked a;
	size_t row;

	(void)state;
	asked_start(&a, COLUMNS_ALL);
	made_call(&a.m, 1, CALL_openat, 5, CWD, S("out"), N(O_WRONLY | O_CREAT), N(0644));
	made_call(&a.m, 1, CALL_write, 3, N(5), OUT("abc"), N(3));
	made_call(&a.m, 1, CALL_close, 0, N(5));
	made_call(&a.m, 1, CALL_openat, -ENOENT, CWD, S("/etc/none"), N(O_RDONLY), N(0));
	made_call(&a.m, 1, CALL_getpid, 1);
	asked_finish(&a, &whole);
	assert_int_equal(columns_calls(a.c), 5);
	assert_null(columns_gap(a.c));

	row = row_of(&a, "openat", 0);
	TEXT_IS(EVENT, row, "call");
	TEXT_IS(FAMILY, row, "open");
	TEXT_IS(PATH, row, "<cwd>/out");
	TEXT_IS(FD_KIND, row, "file");
	TEXT_IS(FD_NAME, row, "<cwd>/out");
	NUMBER_IS(FD, row, 5);
	NUMBER_IS(RESULT, row, 5);
	TEXT_IS(ERRNO, row, "(null)");
	TEXT_IS(ACCESS, row, "write");
	assert_string_equal(columns_text(a.c, COLUMN_ACCESS, row, 1), "make");
	assert_null(columns_text(a.c, COLUMN_ACCESS, row, 2));
	TEXT_IS(CLASS, row, "file");
	IS_NULL(BYTES, row);

	row = row_of(&a, "write", 0);
	TEXT_IS(PATH, row, "<cwd>/out");
	NUMBER_IS(BYTES, row, 3);
	TEXT_IS(ACCESS, row, "write");
	NUMBER_IS(PROCESS, row, 1);
	NUMBER_IS(PID, row, 40001);
	IS_NULL(PARENT, row);
	TEXT_IS(EXEC, row, "/usr/bin/prog");

	/* What a close closed is known, though it is gone after it. */
	TEXT_IS(PATH, row_of(&a, "close", 0), "<cwd>/out");

	row = row_of(&a, "openat", 1);
	TEXT_IS(ERRNO, row, "ENOENT");
	TEXT_IS(PATH, row, "/etc/none");
	IS_NULL(RESULT, row);
	IS_NULL(FD, row);

	row = row_of(&a, "getpid", 0);
	TEXT_IS(PATH, row, "(null)");
	TEXT_IS(ACCESS, row, "(null)");
	asked_free(&a);
}

static void
calls_of_two_paths_have_both(void **state)
{
	struct asked a;
	size_t row;

	(void)state;
	asked_start(&a, COLUMNS_ALL);
	made_call(&a.m, 1, CALL_rename, 0, S("a"), S("/etc/b"));
	made_call(&a.m, 1, CALL_symlink, 0, S("not a path"), S("l"));
	made_call(&a.m, 1, CALL_openat, 3, CWD, S("from"), N(O_RDONLY), N(0));
	made_call(&a.m, 1, CALL_openat, 4, CWD, S("to"), N(O_WRONLY | O_CREAT), N(0644));
	made_call(&a.m, 1, CALL_sendfile, 9, N(4), N(3), N(0), N(9));
	made_call(&a.m, 1, CALL_copy_file_range, 9, N(3), N(0), N(4), N(0), N(9), N(0));
	asked_finish(&a, &whole);
	row = row_of(&a, "rename", 0);
	TEXT_IS(PATH, row, "<cwd>/a");
	assert_string_equal(columns_text(a.c, COLUMN_PATH, row, 1), "/etc/b");
	TEXT_IS(FROM, row, "<cwd>/a");
	TEXT_IS(TO, row, "/etc/b");
	row = row_of(&a, "symlink", 0);
	TEXT_IS(PATH, row, "<cwd>/l");
	TEXT_IS(FROM, row, "(null)");
	for (int i = 0; i < 2; i++) {
		row = row_of(&a, i ? "copy_file_range" : "sendfile", 0);
		TEXT_IS(FROM, row, "<cwd>/from");
		TEXT_IS(TO, row, "<cwd>/to");
		NUMBER_IS(BYTES, row, 9);
	}
	asked_free(&a);
}

static void
a_descriptor_is_what_it_stands_for(void **state)
{
	static const uint8_t address[16] = { AF_INET, 0, 0, 80, 127, 0, 0, 1 };
	const int32_t pair[] = { 20, 21 };
	struct asked a;
	size_t row;

	(void)state;
	asked_start(&a, COLUMNS_ALL);
	made_call(&a.m, 1, CALL_write, 1, N(1), OUT("x"), N(1)); /* held: pipe:[11] */
	made_call(&a.m, 1, CALL_pipe2, 0, GOT(pair, sizeof pair), N(0));
	made_call(&a.m, 1, CALL_write, 1, N(21), OUT("x"), N(1));
	made_call(&a.m, 1, CALL_epoll_create1, 7, N(0));
	made_call(&a.m, 1, CALL_openat, 8, CWD, S("/dev/null"), N(O_RDWR), N(0));
	made_call(&a.m, 1, CALL_openat, 9, CWD, S("/dev/tty"), N(O_RDWR), N(0));
	made_call(&a.m, 1, CALL_openat, 10, CWD, S("d"), N(O_RDONLY | O_DIRECTORY), N(0));
	made_call(&a.m, 1, CALL_socket, 11, N(AF_INET), N(SOCK_STREAM), N(0));
	made_call(&a.m, 1, CALL_connect, 0, N(11), GOT(address, 16), N(16));
	made_call(&a.m, 1, CALL_write, 1, N(11), OUT("x"), N(1));
	made_call(&a.m, 1, CALL_write, -EBADF, N(77), OUT("x"), N(1));
	asked_finish(&a, &whole);
	row = row_of(&a, "write", 0);
	TEXT_IS(FD_KIND, row, "pipe");
	TEXT_IS(FD_NAME, row, "stdout");
	TEXT_IS(FD_KIND, row_of(&a, "write", 1), "pipe");
	TEXT_IS(FD_KIND, row_of(&a, "epoll_create1", 0), "epoll");
	row = row_of(&a, "openat", 0);
	TEXT_IS(FD_KIND, row, "device");
	TEXT_IS(FD_NAME, row, "/dev/null");
	TEXT_IS(FD_KIND, row_of(&a, "openat", 1), "tty");
	TEXT_IS(FD_KIND, row_of(&a, "openat", 2), "dir");
	row = row_of(&a, "connect", 0);
	TEXT_IS(FD_KIND, row, "socket");
	TEXT_IS(PEER, row, "inet:127.0.0.1:80");
	TEXT_IS(PEER, row_of(&a, "write", 2), "inet:127.0.0.1:80");
	row = row_of(&a, "write", 3);
	NUMBER_IS(FD, row, 77);
	TEXT_IS(FD_KIND, row, "(null)");
	TEXT_IS(ERRNO, row, "EBADF");
	asked_free(&a);
}

static void
a_message_tells_whom_it_is_for_without_a_connection(void **state)
{
	static const uint8_t address[16] = { AF_INET, 0, 0, 53, 10, 0, 0, 9 };
	struct asked a;

	(void)state;
	asked_start(&a, COLUMNS_ALL);
	made_call(&a.m, 1, CALL_socket, 5, N(AF_INET), N(SOCK_DGRAM), N(0));
	made_call(&a.m, 1, CALL_sendto, 1, N(5), OUT("q"), N(1), N(0), GOT(address, 16), N(16));
	asked_finish(&a, &whole);
	TEXT_IS(PEER, row_of(&a, "sendto", 0), "inet:10.0.0.9:53");
	NUMBER_IS(BYTES, row_of(&a, "sendto", 0), 1);
	asked_free(&a);
}

/* Between fork and exec the child runs its parent's program; execve is a call of the program
 * that made it. */
static void
a_call_belongs_to_the_program_that_made_it(void **state)
{
	struct asked a;
	size_t row;

	(void)state;
	asked_start(&a, COLUMNS_ALL);
	made_call(&a.m, 1, CALL_fork, 40002);
	made_start(&a.m, 2, 1, 2, 0);
	made_call(&a.m, 2, CALL_close, 0, N(0));
	a.m.enter_seq = ++a.m.seq;
	made_exec(&a.m, 2, "/bin/child");
	made_call(&a.m, 2, CALL_execve, 0, S("/bin/child"), WORDS("child", "-v"));
	a.m.enter_seq = 0;
	made_call(&a.m, 2, CALL_getuid, 0);
	made_exit(&a.m, 2, 3 << 8);
	made_call(&a.m, 1, CALL_getuid, 0);
	asked_finish(&a, &whole);
	row = row_of(&a, "close", 0);
	TEXT_IS(EXEC, row, "/usr/bin/prog");
	NUMBER_IS(PARENT, row, 1);
	row = row_of(&a, "execve", 0);
	TEXT_IS(EXEC, row, "/usr/bin/prog");
	TEXT_IS(PATH, row, "/bin/child");
	row = row_of(&a, "getuid", 0);
	TEXT_IS(EXEC, row, "/bin/child");
	TEXT_IS(ARGV, row, "child -v");
	NUMBER_IS(PROCESS, row, 2);
	TEXT_IS(EXEC, row_of(&a, "getuid", 1), "/usr/bin/prog");
	for (row = 0; strcmp(text(&a, COLUMN_EVENT, row), "exit") != 0;)
		row++;
	NUMBER_IS(STATUS, row, 3);
	NUMBER_IS(PROCESS, row, 2);
	TEXT_IS(SIGNAL, row, "(null)");
	TEXT_IS(SYSCALL, row, "(null)");
	asked_free(&a);
}

static void
a_marked_region_is_between_its_markers(void **state)
{
	struct asked a;

	(void)state;
	asked_start(&a, COLUMNS_ALL);
	made_call(&a.m, 1, CALL_getuid, 0);
	made_call(&a.m, 1, CALL_access, -ENOENT, S("renacer:begin load"), N(0));
	made_call(&a.m, 1, CALL_getuid, 0);
	made_call(&a.m, 1, CALL_access, -ENOENT, S("/nowhere/renacer:end load"), N(0));
	made_call(&a.m, 1, CALL_getuid, 0);
	asked_finish(&a, &whole);
	TEXT_IS(MARK, row_of(&a, "getuid", 0), "(null)");
	TEXT_IS(MARK, row_of(&a, "access", 0), "(null)");
	TEXT_IS(MARK, row_of(&a, "access", 1), "(null)");
	TEXT_IS(MARK, row_of(&a, "getuid", 1), "load");
	TEXT_IS(MARK, row_of(&a, "getuid", 2), "(null)");
	asked_free(&a);
}

static void
what_a_trace_lacks_is_said(void **state)
{
	static const struct trace_footer lost = { .n_lost = 1, .reason = "1 event was lost" };
	struct asked a;

	(void)state;
	asked_start(&a, COLUMN_BIT(COLUMN_PATH) | COLUMN_BIT(COLUMN_LINE));
	made_call(&a.m, 1, CALL_getuid, 0);
	asked_finish(&a, &lost);
	assert_string_equal(columns_gap(a.c), "1 event was lost");
	assert_non_null(columns_lack(a.c, COLUMN_LINE)); /* no stacks */
	assert_non_null(columns_lack(a.c, COLUMN_FD));   /* not wanted */
	assert_null(columns_lack(a.c, COLUMN_PATH));
	assert_null(columns_lack(a.c, COLUMN_SEQ)); /* always there */
	asked_free(&a);
	asked_start(&a, 0);
	asked_finish(&a, NULL);
	assert_string_equal(columns_gap(a.c), "it ends without its footer");
	assert_int_equal(columns_calls(a.c), 0);
	asked_free(&a);
}

/* Distinct paths, sizes and results: what a row takes stays below what the header says. */
static void
a_row_takes_no_more_than_is_said(void **state)
{
	const size_t n = 20000;
	struct asked a;
	size_t texts = 0;

	(void)state;
	asked_start(&a, COLUMNS_ALL & ~COLUMN_BIT(COLUMN_REGION));
	made_call(&a.m, 1, CALL_openat, 5, CWD, S("out"), N(O_WRONLY | O_CREAT), N(0644));
	for (size_t i = 0; i < n; i++) {
		char path[64];

		snprintf(path, sizeof path, "/p/%zu", i % 100);
		made_call(&a.m, 1, CALL_write, (int64_t)(i * 7919 % 100000), N(5), OUT("x"),
			N(100000));
		made_call(&a.m, 1, CALL_access, -ENOENT, S(path), N(0));
		texts += strlen(path);
	}
	asked_finish(&a, &whole);
	assert_true(columns_bytes(a.c) / columns_rows(a.c) < COLUMNS_ROW_BYTES);
	assert_true(columns_bytes(a.c) / columns_rows(a.c) < 40);
	asked_free(&a);
}

static void
every_column_has_a_name_of_its_own_and_a_help(void **state)
{
	(void)state;
	for (int i = 0; i < N_COLUMNS; i++) {
		assert_true(
			strlen(column_specs[i].name) > 1 && strlen(column_specs[i].help) > 5);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(column_specs[i].name, column_specs[k].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_a_row_with_what_it_was_about),
		cmocka_unit_test(calls_of_two_paths_have_both),
		cmocka_unit_test(a_descriptor_is_what_it_stands_for),
		cmocka_unit_test(a_message_tells_whom_it_is_for_without_a_connection),
		cmocka_unit_test(a_call_belongs_to_the_program_that_made_it),
		cmocka_unit_test(a_marked_region_is_between_its_markers),
		cmocka_unit_test(what_a_trace_lacks_is_said),
		cmocka_unit_test(a_row_takes_no_more_than_is_said),
		cmocka_unit_test(every_column_has_a_name_of_its_own_and_a_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
