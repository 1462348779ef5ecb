/* SPDX-License-Identifier: MIT */
/* order_test.c - the orders that a golden tells, and those that it does not */

#include "unit/effects_run.h"

#include <sched.h>
#include <sys/socket.h>

#define W (O_WRONLY | O_CREAT)
#define INET(port_)                                                                            \
	{                                                                                      \
		2, 0, (port_) >> 8, (port_)&255, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0          \
	}

static bool
has_order(const struct made *m, const char *key)
{
	return made_effect(m, EFFECT_ORDER, key) != NULL;
}

/* A file that is opened and written; the descriptor stays open. */
static void
put(struct made *m, uint32_t task, int fd, const char *path)
{
	made_call(m, task, CALL_openat, fd, CWD, S(path), N(W), N(0644));
	made_call(m, task, CALL_write, 1, N(fd), OUT("x"), N(1));
}

static void
say(struct made *m, uint32_t task)
{
	made_call(m, task, CALL_write, 3, N(1), OUT("OK\n"), N(3));
}

static void
what_is_said_before_a_file_is_synced_is_told(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		struct made m = made_new(PROFILE_EFFECTS);

		put(&m, 1, 5, "/box/w/f");
		if (late)
			say(&m, 1);
		made_call(&m, 1, CALL_fsync, 0, N(5));
		if (!late)
			say(&m, 1);
		made_finish(&m);
		assert_int_equal(has_order(&m, "stdout spoke before <cwd>/f was synced"), late);
		assert_int_equal(made_count(&m, EFFECT_ORDER), late);
		made_free(&m);
	}
}

static void
what_was_said_before_the_write_does_not_count(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	for (int i = 0; i < 3; i++) {
		put(&m, 1, 5, "/box/w/f");
		made_call(&m, 1, CALL_fsync, 0, N(5));
		say(&m, 1);
	}
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_ORDER), 0);
	made_free(&m);
}

static void
a_file_that_nobody_syncs_has_no_order(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	put(&m, 1, 5, "/box/w/f");
	say(&m, 1);
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_ORDER), 0);
	made_free(&m);
}

static void
a_full_buffer_says_nothing(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);
	char bytes[4097];

	(void)state;
	memset(bytes, 'x', 4096);
	bytes[4096] = '\0';
	put(&m, 1, 5, "/box/w/f");
	made_call(&m, 1, CALL_write, 4096, N(1), OUT(bytes), N(4096));
	made_call(&m, 1, CALL_fsync, 0, N(5));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_ORDER), 0);
	made_free(&m);
}

/* All are written, then each is synced and a dot is printed: the first one synced is the only
 * one that nothing was said before, and which one that is depends on a hash. */
static void
the_order_of_a_loop_does_not_show(void **state)
{
	static const char *const paths[] = { "/box/w/a", "/box/w/b", "/box/w/c" };

	(void)state;
	for (int first = 0; first < 3; first++) {
		struct made m = made_new(PROFILE_EFFECTS);

		for (int i = 0; i < 3; i++)
			put(&m, 1, 5 + (first + i) % 3, paths[(first + i) % 3]);
		for (int i = 0; i < 3; i++) {
			made_call(&m, 1, CALL_fsync, 0, N(5 + (first + i) % 3));
			say(&m, 1);
		}
		made_finish(&m);
		assert_int_equal(made_count(&m, EFFECT_ORDER), 1);
		assert_int_equal(made_number(&m, EFFECT_ORDER,
					 "stdout spoke before files were synced", "count"),
			2);
		made_free(&m);
	}
}

static void
a_sync_of_everything_and_of_a_directory_counts(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_openat, 5, CWD, S("/box/w/f"), N(W | O_EXCL), N(0644));
	made_call(&m, 1, CALL_write, 1, N(5), OUT("x"), N(1));
	made_call(&m, 1, CALL_openat, 6, CWD, S("/box/w"), N(O_RDONLY | O_DIRECTORY), N(0));
	say(&m, 1);
	made_call(&m, 1, CALL_fsync, 0, N(6));
	made_call(&m, 1, CALL_sync, 0);
	made_finish(&m);
	assert_true(has_order(&m, "stdout spoke before <cwd> was synced"));
	assert_true(has_order(&m, "stdout spoke before <cwd>/f was synced"));
	made_free(&m);
}

/* A child writes, another one syncs, the parent speaks: order goes through fork and wait. */
static void
order_goes_through_children_that_were_waited_for(void **state)
{
	(void)state;
	for (int waited = 0; waited < 2; waited++) {
		struct made m = made_new(PROFILE_EFFECTS);

		made_start(&m, 2, 1, 2, 0);
		put(&m, 2, 5, "/box/w/f");
		made_exit(&m, 2, 0);
		if (waited)
			made_call(&m, 1, CALL_wait4, 40002, N(40002), N(0), N(0), N(0));
		say(&m, 1);
		made_start(&m, 3, 1, 3, 0);
		made_call(&m, 3, CALL_openat, 5, CWD, S("/box/w/f"), N(O_RDONLY), N(0));
		made_call(&m, 3, CALL_fsync, 0, N(5));
		made_exit(&m, 3, 0);
		made_finish(&m);
		assert_int_equal(made_count(&m, EFFECT_ORDER), waited);
		made_free(&m);
	}
}

static void
processes_with_threads_claim_nothing(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_start(&m, 2, 1, 1, CLONE_FILES | CLONE_FS | CLONE_THREAD);
	put(&m, 1, 5, "/box/w/f");
	say(&m, 1);
	made_call(&m, 1, CALL_fsync, 0, N(5));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_ORDER), 0);
	made_free(&m);
}

static void
the_old_removed_before_the_new_came_is_told(void **state)
{
	(void)state;
	for (int early = 0; early < 2; early++) {
		struct made m = made_new(PROFILE_EFFECTS);

		made_state(&m, true, "/box/w/old", PATH_FILE, 0644, "o");
		put(&m, 1, 5, "/box/w/t");
		if (early)
			made_call(&m, 1, CALL_unlink, 0, S("/box/w/old"));
		made_call(&m, 1, CALL_rename, 0, S("/box/w/t"), S("/box/w/new"));
		if (!early)
			made_call(&m, 1, CALL_unlink, 0, S("/box/w/old"));
		made_finish(&m);
		assert_int_equal(made_count(&m, EFFECT_ORDER), 1);
		assert_true(
			has_order(&m, early ? "<cwd>/old was removed before <cwd>/new came"
					    : "<cwd>/new came before <cwd>/old was removed"));
		made_free(&m);
	}
}

/* Several of both may come from a loop over a hash table. */
static void
of_several_that_go_and_come_no_order_is_told(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_state(&m, true, "/box/w/o1", PATH_FILE, 0644, "o");
	made_state(&m, true, "/box/w/o2", PATH_FILE, 0644, "o");
	put(&m, 1, 5, "/box/w/t");
	made_call(&m, 1, CALL_unlink, 0, S("/box/w/o1"));
	made_call(&m, 1, CALL_rename, 0, S("/box/w/t"), S("/box/w/new"));
	made_call(&m, 1, CALL_unlink, 0, S("/box/w/o2"));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_ORDER), 0);
	made_free(&m);
}

static void
a_name_that_was_missing_for_a_while_is_told(void **state)
{
	static const struct {
		const char *old_goes_to; /* NULL: it is removed */
		const char *wanted;      /* NULL: nothing */
		bool over;               /* the new one comes over the old one */
	} rows[] = {
		{ NULL, "<cwd>/f was gone before the new one came", false },
		{ "/box/w/f~", "<cwd>/f was moved away before the new one came", false },
		{ NULL, NULL, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct made m = made_new(PROFILE_EFFECTS);

		made_state(&m, true, "/box/w/f", PATH_FILE, 0644, "o");
		put(&m, 1, 5, "/box/w/t");
		if (rows[i].old_goes_to)
			made_call(&m, 1, CALL_rename, 0, S("/box/w/f"), S("/box/w/f~"));
		else if (!rows[i].over)
			made_call(&m, 1, CALL_unlink, 0, S("/box/w/f"));
		made_call(&m, 1, CALL_rename, 0, S("/box/w/t"), S("/box/w/f"));
		made_finish(&m);
		assert_int_equal(made_count(&m, EFFECT_ORDER), rows[i].wanted ? 1 : 0);
		if (rows[i].wanted)
			assert_true(has_order(&m, rows[i].wanted));
		made_free(&m);
	}
}

static void
listen_on(struct made *m)
{
	static const uint8_t address[16] = INET(7000);

	made_call(m, 1, CALL_socket, 8, N(AF_INET), N(SOCK_STREAM), N(0));
	made_call(m, 1, CALL_bind, 0, N(8), GOT(address, 16), N(16));
	made_call(m, 1, CALL_listen, 0, N(8), N(5));
}

static void
a_pid_file_and_its_listener_have_an_order(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		struct made m = made_new(PROFILE_EFFECTS);

		if (late)
			listen_on(&m);
		put(&m, 1, 5, "/box/w/x.pid");
		if (!late)
			listen_on(&m);
		made_finish(&m);
		assert_int_equal(made_count(&m, EFFECT_ORDER), 1);
		assert_true(has_order(&m,
			late ? "listen inet:127.0.0.1:7000 began before <cwd>/x.pid was made"
			     : "<cwd>/x.pid was made before listen inet:127.0.0.1:7000"));
		made_free(&m);
	}
}

static void
an_answer_before_the_question_is_told(void **state)
{
	(void)state;
	for (int early = 0; early < 2; early++) {
		struct made m = made_new(PROFILE_EFFECTS);

		listen_on(&m);
		made_call(&m, 1, CALL_accept, 9, N(8), N(0), N(0));
		if (early)
			made_call(&m, 1, CALL_sendto, 2, N(9), OUT("yo"), N(2), N(0));
		made_call(&m, 1, CALL_recvfrom, 2, N(9), GOT("hi", 2), N(2), N(0));
		made_call(&m, 1, CALL_sendto, 2, N(9), OUT("yo"), N(2), N(0));
		made_finish(&m);
		assert_int_equal(
			has_order(&m, "listen inet:127.0.0.1:7000 spoke before it heard"),
			early);
		made_free(&m);
	}
}

static void
an_answer_before_its_file_is_synced_is_told(void **state)
{
	(void)state;
	for (int early = 0; early < 2; early++) {
		struct made m = made_new(PROFILE_EFFECTS);

		listen_on(&m);
		made_call(&m, 1, CALL_accept, 9, N(8), N(0), N(0));
		made_call(&m, 1, CALL_recvfrom, 2, N(9), GOT("hi", 2), N(2), N(0));
		put(&m, 1, 5, "/box/w/f");
		if (early)
			made_call(&m, 1, CALL_sendto, 2, N(9), OUT("ok"), N(2), N(0));
		made_call(&m, 1, CALL_fdatasync, 0, N(5));
		if (!early)
			made_call(&m, 1, CALL_sendto, 2, N(9), OUT("ok"), N(2), N(0));
		made_finish(&m);
		assert_int_equal(
			has_order(&m, "listen inet:127.0.0.1:7000 spoke before <cwd>/f was "
				      "synced"),
			early);
		made_free(&m);
	}
}

static void
a_question_before_the_input_is_read_is_told_except_of_rewrites(void **state)
{
	static const enum profile profiles[] = { PROFILE_EFFECTS, PROFILE_TRANSPILE };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
		struct made m = made_new(profiles[i]);

		say(&m, 1);
		made_call(&m, 1, CALL_read, 1, N(0), GOT("y", 1), N(1));
		made_finish(&m);
		assert_int_equal(has_order(&m, "stdout spoke before stdin was read"), i == 0);
		made_free(&m);
	}
}

static void
a_program_begun_before_its_file_is_written_is_told(void **state)
{
	(void)state;
	for (int late = 0; late < 2; late++) {
		struct made m = made_new(PROFILE_EFFECTS);

		if (!late)
			put(&m, 1, 5, "/box/w/in");
		made_start(&m, 2, 1, 2, 0);
		if (late)
			put(&m, 1, 5, "/box/w/in");
		made_call(&m, 2, CALL_execve, 0, S("/usr/bin/cat"), WORDS("cat", "in"), N(0));
		made_exec(&m, 2, "/usr/bin/cat");
		made_call(&m, 2, CALL_openat, 7, CWD, S("in"), N(O_RDONLY), N(0));
		made_exit(&m, 2, 0);
		made_call(&m, 1, CALL_wait4, 40002, N(-1), N(0), N(0), N(0));
		made_finish(&m);
		assert_int_equal(
			has_order(&m, "<cwd>/in was written while a program that is given "
				      "it ran"),
			late);
		made_free(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_before_a_file_is_synced_is_told),
		cmocka_unit_test(what_was_said_before_the_write_does_not_count),
		cmocka_unit_test(a_file_that_nobody_syncs_has_no_order),
		cmocka_unit_test(a_full_buffer_says_nothing),
		cmocka_unit_test(the_order_of_a_loop_does_not_show),
		cmocka_unit_test(a_sync_of_everything_and_of_a_directory_counts),
		cmocka_unit_test(order_goes_through_children_that_were_waited_for),
		cmocka_unit_test(processes_with_threads_claim_nothing),
		cmocka_unit_test(the_old_removed_before_the_new_came_is_told),
		cmocka_unit_test(of_several_that_go_and_come_no_order_is_told),
		cmocka_unit_test(a_name_that_was_missing_for_a_while_is_told),
		cmocka_unit_test(a_pid_file_and_its_listener_have_an_order),
		cmocka_unit_test(an_answer_before_the_question_is_told),
		cmocka_unit_test(an_answer_before_its_file_is_synced_is_told),
		cmocka_unit_test(
			a_question_before_the_input_is_read_is_told_except_of_rewrites),
		cmocka_unit_test(a_program_begun_before_its_file_is_written_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
