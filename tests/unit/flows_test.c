/* SPDX-License-Identifier: MIT */
/* flows_test.c - profile io: what passed that is not told by what is there in the end */
#include "unit/effects_run.h"

#include <sched.h>

#define FILE_KEY "<cwd>/x"

static void
put(struct made *m, uint32_t task, int flags, const char *text)
{
	made_call(m, task, CALL_openat, 5, CWD, S("/box/w/x"), N(O_WRONLY | O_CREAT | flags),
		N(0644));
	made_call(m, task, CALL_write, (int64_t)strlen(text), N(5), OUT(text), N(strlen(text)));
	made_call(m, task, CALL_close, 0, N(5));
}

static void
get(struct made *m, const char *text)
{
	size_t n = strlen(text);

	made_call(m, 1, CALL_openat, 6, CWD, S("/box/w/x"), N(O_RDONLY), N(0));
	made_call(m, 1, CALL_read, (int64_t)n, N(6), READ(text), N(n));
	made_call(m, 1, CALL_close, 0, N(6));
}

static void
the_content_of_a_file_is_told_once(void **state)
{
	struct made m = made_new(PROFILE_IO);

	(void)state;
	put(&m, 1, O_TRUNC, "now 12:00\n");
	get(&m, "now 12:00\n");
	made_state(&m, false, "/box/w/x", PATH_FILE, 0644, "now 12:00\n");
	made_finish(&m);
	assert_null(made_effect(&m, EFFECT_FLOW, FILE_KEY " out"));
	assert_int_equal(made_number(&m, EFFECT_FLOW, FILE_KEY " in", "whole"), 1);
	assert_int_equal(made_number(&m, EFFECT_FLOW, FILE_KEY " in", "bytes"), -1);
	made_free(&m);
}

static void
a_copy_that_was_not_seen_is_as_long_as_the_file(void **state)
{
	struct made m = made_new(PROFILE_IO);

	(void)state;
	put(&m, 1, O_TRUNC, "4711\n");
	made_call(&m, 1, CALL_openat, 6, CWD, S("/box/w/x"), N(O_RDONLY), N(0));
	made_call(&m, 1, CALL_openat, 7, CWD, S("/box/w/y"), N(O_WRONLY | O_CREAT | O_EXCL),
		N(0644));
	made_call(&m, 1, CALL_copy_file_range, 5, N(6), N(0), N(7), N(0), N(100), N(0));
	made_state(&m, false, "/box/w/x", PATH_FILE, 0644, "4711\n");
	made_state(&m, false, "/box/w/y", PATH_FILE, 0644, "4711\n");
	made_finish(&m);
	assert_int_equal(made_number(&m, EFFECT_FLOW, FILE_KEY " in", "whole"), 1);
	assert_int_equal(made_count(&m, EFFECT_FLOW), 1);
	made_free(&m);
}

static void
what_is_not_there_in_the_end_is_told_by_its_flow(void **state)
{
	struct made m = made_new(PROFILE_IO);

	(void)state;
	put(&m, 1, O_TRUNC, "one");
	get(&m, "one");
	put(&m, 1, O_TRUNC, "two");
	made_state(&m, false, "/box/w/x", PATH_FILE, 0644, "two");
	made_finish(&m);
	assert_int_equal(made_number(&m, EFFECT_FLOW, FILE_KEY " out", "bytes"), 6);
	assert_int_equal(made_number(&m, EFFECT_FLOW, FILE_KEY " in", "bytes"), 3);
	assert_int_equal(made_number(&m, EFFECT_FLOW, FILE_KEY " in", "whole"), -1);
	made_free(&m);
}

static void
who_of_several_writers_was_first_is_no_flow(void **state)
{
	struct made m = made_new(PROFILE_IO);

	(void)state;
	made_start(&m, 2, 1, 2, 0);
	made_start(&m, 3, 1, 3, 0);
	put(&m, 3, O_APPEND | O_EXCL, "b\n"); /* told first, and second in the file */
	put(&m, 2, O_APPEND, "a\n");
	made_exit(&m, 2, 0);
	made_exit(&m, 3, 0);
	made_state(&m, false, "/box/w/x", PATH_FILE, 0644, "a\nb\n");
	made_finish(&m);
	assert_null(made_effect(&m, EFFECT_FLOW, FILE_KEY " out"));
	assert_string_equal(made_text(&m, EFFECT_PATH, FILE_KEY, "text"), "a\nb\n");
	made_free(&m);
}

static void
lines_appended_to_an_old_file_have_no_order_either(void **state)
{
	struct made m = made_new(PROFILE_IO);

	(void)state;
	made_state(&m, true, "/box/w/x", PATH_FILE, 0644, "old\n");
	made_start(&m, 2, 1, 2, 0);
	made_start(&m, 3, 1, 3, 0);
	put(&m, 3, O_APPEND, "b\n");
	put(&m, 2, O_APPEND, "a\n");
	made_exit(&m, 2, 0);
	made_exit(&m, 3, 0);
	made_state(&m, false, "/box/w/x", PATH_FILE, 0644, "old\nb\na\n");
	made_finish(&m);
	assert_string_equal(made_text(&m, EFFECT_PATH, FILE_KEY, "text"), "old\na\nb\n");
	assert_null(made_effect(&m, EFFECT_FLOW, FILE_KEY " out"));
	made_free(&m);
}

static void
what_was_written_to_a_stream_is_told_as_the_stream(void **state)
{
	struct made m = made_new(PROFILE_IO);

	(void)state;
	made_call(&m, 1, CALL_write, 3, N(1), OUT("abc"), N(3));
	made_finish(&m);
	assert_string_equal(made_text(&m, EFFECT_STREAM, "stdout", "text"), "abc");
	assert_int_equal(made_count(&m, EFFECT_FLOW), 0);
	made_free(&m);
}

static void
a_pipe_belongs_to_a_process_whichever_thread_made_it(void **state)
{
	static const int32_t pair[] = { 3, 4 };
	static const uint64_t as_thread = CLONE_VM | CLONE_FILES | CLONE_THREAD | CLONE_SIGHAND;
	struct made m = made_new(PROFILE_IO);

	(void)state;
	made_start(&m, 2, 1, 1, as_thread);
	made_call(&m, 2, CALL_pipe2, 0, GOT(pair, sizeof pair), N(0));
	made_start(&m, 3, 1, 3, 0);
	made_call(&m, 3, CALL_write, 4, N(4), OUT("sub\n"), N(4));
	made_call(&m, 1, CALL_read, 4, N(3), READ("sub\n"), N(64));
	made_exit(&m, 3, 0);
	made_finish(&m);
	assert_string_equal(
		made_text(&m, EFFECT_FLOW, "pipe 1 of task 1 through", "text"), "sub\n");
	made_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_content_of_a_file_is_told_once),
		cmocka_unit_test(a_copy_that_was_not_seen_is_as_long_as_the_file),
		cmocka_unit_test(what_is_not_there_in_the_end_is_told_by_its_flow),
		cmocka_unit_test(who_of_several_writers_was_first_is_no_flow),
		cmocka_unit_test(lines_appended_to_an_old_file_have_no_order_either),
		cmocka_unit_test(what_was_written_to_a_stream_is_told_as_the_stream),
		cmocka_unit_test(a_pipe_belongs_to_a_process_whichever_thread_made_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
