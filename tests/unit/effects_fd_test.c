/* SPDX-License-Identifier: MIT */
/* effects_fd_test.c - descriptors followed to what they stand for */

#include "unit/effects_run.h"

#include <sched.h>
#include <sys/socket.h>

#define STDOUT(m_, field_) made_text(m_, EFFECT_STREAM, "stdout", field_)

static void
chunking_does_not_show(void **state)
{
	struct made one = made_new(PROFILE_EFFECTS), many = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&one, 1, CALL_write, 6, N(1), OUT("abcdef"), N(6));
	made_call(&many, 1, CALL_write, 1, N(1), OUT("a"), N(1));
	made_call(&many, 1, CALL_write, 3, N(1), OUT("bcdef"), N(5)); /* a short write */
	made_call(&many, 1, CALL_write, 2, N(1), OUT("ef"), N(2));
	made_finish(&one);
	made_finish(&many);
	assert_string_equal(STDOUT(&one, "text"), "abcdef");
	assert_string_equal(STDOUT(&many, "text"), "abcdef");
	assert_string_equal(STDOUT(&one, "digest"), STDOUT(&many, "digest"));
	made_free(&one);
	made_free(&many);
}

static void
every_way_to_copy_a_descriptor_leads_to_the_same_stream(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);
	const int32_t pair[] = { 20, 21 };

	(void)state;
	made_call(&m, 1, CALL_dup, 5, N(1));
	made_call(&m, 1, CALL_dup2, 6, N(5), N(6));
	made_call(&m, 1, CALL_dup3, 7, N(6), N(7), N(O_CLOEXEC));
	made_call(&m, 1, CALL_fcntl, 8, N(7), N(F_DUPFD_CLOEXEC), N(8));
	made_call(&m, 1, CALL_openat, 9, CWD, S("/proc/self/fd/8"), N(O_WRONLY), N(0));
	made_call(&m, 1, CALL_openat, 10, CWD, S("/dev/stdout"), N(O_WRONLY), N(0));
	made_call(&m, 1, CALL_pipe2, 0, GOT(pair, sizeof pair), N(0));
	made_call(&m, 1, CALL_close, 0, N(1));
	made_call(&m, 1, CALL_write, 1, N(9), OUT("a"), N(1));
	made_call(&m, 1, CALL_write, 1, N(10), OUT("b"), N(1));
	made_call(&m, 1, CALL_write, 1, N(21), OUT("x"), N(1)); /* internal */
	made_call(&m, 1, CALL_close_range, 0, N(5), N(9), N(0));
	made_call(&m, 1, CALL_write, -9, N(9), OUT("no"), N(2));
	made_finish(&m);
	assert_string_equal(STDOUT(&m, "text"), "ab");
	assert_int_equal(made_count(&m, EFFECT_STREAM), 1);
	made_free(&m);
}

static void
a_fork_has_its_own_table_and_threads_share_one(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_start(&m, 2, 1, 2, 0);
	made_start(&m, 3, 1, 1, CLONE_FILES | CLONE_FS | CLONE_THREAD);
	made_call(&m, 2, CALL_dup2, 1, N(2), N(1)); /* the child's stdout is its stderr */
	made_call(&m, 3, CALL_dup2, 7, N(1), N(7));
	made_call(&m, 2, CALL_write, 1, N(1), OUT("e"), N(1));
	made_call(&m, 1, CALL_write, 1, N(7), OUT("o"), N(1));
	made_finish(&m);
	assert_string_equal(STDOUT(&m, "text"), "o");
	assert_string_equal(made_text(&m, EFFECT_STREAM, "stderr", "text"), "e");
	made_free(&m);
}

static void
exec_closes_what_is_marked(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_fcntl, 5, N(1), N(F_DUPFD), N(5));
	made_call(&m, 1, CALL_fcntl, 6, N(1), N(F_DUPFD_CLOEXEC), N(6));
	made_exec(&m, 1, "/usr/bin/other");
	made_call(&m, 1, CALL_openat, 6, CWD, S("f"), N(O_WRONLY | O_CREAT), N(0644));
	made_call(&m, 1, CALL_write, 1, N(5), OUT("a"), N(1));
	made_call(&m, 1, CALL_write, 1, N(6), OUT("b"), N(1));
	made_finish(&m);
	assert_string_equal(STDOUT(&m, "text"), "a");
	made_free(&m);
}

static void
a_close_that_is_reported_late_does_not_hit_the_next_open(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);
	uint64_t entered;

	(void)state;
	made_start(&m, 2, 1, 1, CLONE_FILES | CLONE_FS | CLONE_THREAD);
	made_call(&m, 1, CALL_dup, 5, N(2));
	entered = ++m.seq;                   /* A enters close(5), and the kernel does it */
	made_call(&m, 2, CALL_dup, 5, N(1)); /* B is given 5 */
	m.enter_seq = entered;
	made_call(&m, 1, CALL_close, 0, N(5)); /* only now A's end is seen */
	m.enter_seq = 0;
	made_call(&m, 2, CALL_write, 1, N(5), OUT("x"), N(1));
	made_call(&m, 2, CALL_close, 0, N(5)); /* this one counts */
	made_call(&m, 2, CALL_write, 1, N(5), OUT("y"), N(1));
	made_finish(&m);
	assert_string_equal(STDOUT(&m, "text"), "x");
	assert_string_equal(made_text(&m, EFFECT_STREAM, "unknown descriptor", "text"), "y");
	made_free(&m);
}

static void
a_close_that_is_reported_two_opens_late_hits_none_of_them(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);
	uint64_t entered;

	(void)state;
	made_start(&m, 2, 1, 1, CLONE_FILES | CLONE_FS | CLONE_THREAD);
	made_call(&m, 1, CALL_dup, 5, N(2));
	entered = ++m.seq;                     /* A enters close(5), and the kernel does it */
	made_call(&m, 2, CALL_dup, 5, N(2));   /* B is given 5, */
	made_call(&m, 2, CALL_close, 0, N(5)); /* closes it, */
	made_call(&m, 2, CALL_dup, 5, N(1));   /* and is given 5 again */
	m.enter_seq = entered;
	made_call(&m, 1, CALL_close, 0, N(5)); /* only now A's end is seen */
	m.enter_seq = 0;
	made_call(&m, 2, CALL_write, 1, N(5), OUT("x"), N(1));
	made_call(&m, 2, CALL_close, 0, N(5)); /* this one counts */
	made_call(&m, 2, CALL_write, 1, N(5), OUT("y"), N(1));
	made_finish(&m);
	assert_string_equal(STDOUT(&m, "text"), "x");
	assert_string_equal(made_text(&m, EFFECT_STREAM, "unknown descriptor", "text"), "y");
	made_free(&m);
}

static void
stdout_and_stderr_that_are_one_thing_are_one_stream(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_held(&m, 1, "pipe:[77]");
	made_held(&m, 2, "pipe:[77]");
	made_call(&m, 1, CALL_write, 1, N(2), OUT("b"), N(1));
	made_call(&m, 1, CALL_write, 1, N(1), OUT("a"), N(1));
	made_finish(&m);
	assert_string_equal(made_text(&m, EFFECT_STREAM, "stdout+stderr", "text"), "ba");
	made_free(&m);
}

/* msghdr at 0x2000, control at 0x2100: one SCM_RIGHTS message with one descriptor. */
static void
pass_descriptor(struct made *m, uint32_t task, enum call_id id, int socket, int32_t fd)
{
	struct event e = { .kind = EVENT_CALL, .task = task };
	uint64_t header[7] = { 0, 0, 0, 0, 0x2100, 20, 0 };
	struct {
		uint64_t len;
		int32_t level, type, fd;
	} control = { 20, SOL_SOCKET, SCM_RIGHTS, fd };
	bool in = id == CALL_recvmsg;
	struct area areas[] = {
		{ .arg = 1,
			.address = 0x2000,
			.size = 56,
			.kept = 56,
			.bytes = (uint8_t *)header,
			.at_exit = in },
		{ .arg = 1,
			.address = 0x2100,
			.size = 20,
			.kept = 20,
			.bytes = (uint8_t *)&control,
			.at_exit = in },
	};

	e.call = (struct call){ .nr = (uint32_t)decode_nr(ARCH_X86_64, id),
		.arg = { (uint64_t)socket, 0x2000 },
		.ret = 1,
		.n_areas = 2,
		.areas = areas };
	made_event(m, &e);
}

static void
descriptors_travel_through_sockets(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);
	const int32_t pair[] = { 10, 11 };

	(void)state;
	made_call(&m, 1, CALL_socketpair, 0, N(AF_UNIX), N(SOCK_STREAM), N(0),
		GOT(pair, sizeof pair));
	made_start(&m, 2, 1, 2, 0);
	made_call(&m, 2, CALL_close, 0, N(1));
	pass_descriptor(&m, 1, CALL_sendmsg, 10, 1);
	pass_descriptor(&m, 2, CALL_recvmsg, 11, 7);
	made_call(&m, 2, CALL_write, 1, N(7), OUT("x"), N(1));
	made_finish(&m);
	assert_string_equal(STDOUT(&m, "text"), "x");
	made_free(&m);
}

static void
failed_and_restarted_calls_do_nothing(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_write, -11, N(1), OUT("x"), N(1));
	m.state = CALL_RESTARTED;
	made_call(&m, 1, CALL_write, -512, N(1), OUT("x"), N(1));
	m.state = CALL_UNFINISHED;
	made_call(&m, 1, CALL_write, 0, N(1), OUT("x"), N(1));
	m.state = CALL_DENIED;
	made_call(&m, 1, CALL_write, 1, N(1), OUT("x"), N(1));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_STREAM), 0);
	made_free(&m);
}

static void
bytes_of_a_long_write_are_in_the_digest_though_not_kept(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);
	struct area area = { .arg = 1,
		.kind = AREA_DATA_OUT,
		.size = 3,
		.kept = 1,
		.has_digest = true,
		.bytes = (const uint8_t *)"x" };
	struct event e = { .kind = EVENT_CALL, .task = 1 };
	struct digest whole = { 0 };
	char hex[DIGEST_HEX];

	(void)state;
	digest_add(&area.digest, "xyz", 3);
	digest_add(&whole, "xyz", 3);
	digest_hex(&whole, hex);
	e.call = (struct call){ .nr = (uint32_t)decode_nr(ARCH_X86_64, CALL_write),
		.arg = { 1, 0x1000, 3 },
		.ret = 3,
		.n_areas = 1,
		.areas = &area };
	made_event(&m, &e);
	made_finish(&m);
	assert_string_equal(STDOUT(&m, "text"), "(no such field)");
	assert_string_equal(STDOUT(&m, "digest"), hex);
	made_free(&m);
}

static void
after_a_short_write_the_bytes_read_at_the_exit_count(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);
	struct area areas[] = {
		{ .arg = 1,
			.kind = AREA_DATA_OUT,
			.size = 9,
			.kept = 1,
			.has_digest = true,
			.bytes = (const uint8_t *)"x" },
		{ .arg = 1,
			.kind = AREA_DATA_OUT,
			.size = 3,
			.kept = 1,
			.has_digest = true,
			.at_exit = true,
			.bytes = (const uint8_t *)"x" },
	};
	struct event e = { .kind = EVENT_CALL, .task = 1 };
	char hex[DIGEST_HEX];

	(void)state;
	digest_add(&areas[0].digest, "xyzxyzxyz", 9);
	digest_add(&areas[1].digest, "xyz", 3);
	digest_hex(&areas[1].digest, hex);
	e.call = (struct call){ .nr = (uint32_t)decode_nr(ARCH_X86_64, CALL_write),
		.arg = { 1, 0x1000, 9 },
		.ret = 3,
		.n_areas = 2,
		.areas = areas };
	made_event(&m, &e);
	made_finish(&m);
	assert_int_equal(made_number(&m, EFFECT_STREAM, "stdout", "bytes"), 3);
	assert_string_equal(STDOUT(&m, "digest"), hex);
	made_free(&m);
}

static void
bytes_that_were_not_seen_are_said_to_be_opaque(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_write, 1, N(1), OUT("a"), N(1));
	made_call(&m, 1, CALL_sendfile, 9, N(1), N(0), N(0), N(9));
	made_finish(&m);
	assert_int_equal(made_number(&m, EFFECT_STREAM, "stdout", "bytes"), 10);
	assert_int_equal(made_number(&m, EFFECT_STREAM, "stdout", "opaque_bytes"), 9);
	assert_string_equal(STDOUT(&m, "digest"), "(no such field)");
	made_free(&m);
}

static void
binary_output_is_shown_in_hex(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_write, 2, N(1), OUT("\xff\x01"), N(2));
	made_finish(&m);
	assert_string_equal(STDOUT(&m, "hex"), "ff01");
	made_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunking_does_not_show),
		cmocka_unit_test(every_way_to_copy_a_descriptor_leads_to_the_same_stream),
		cmocka_unit_test(a_fork_has_its_own_table_and_threads_share_one),
		cmocka_unit_test(exec_closes_what_is_marked),
		cmocka_unit_test(a_close_that_is_reported_late_does_not_hit_the_next_open),
		cmocka_unit_test(a_close_that_is_reported_two_opens_late_hits_none_of_them),
		cmocka_unit_test(stdout_and_stderr_that_are_one_thing_are_one_stream),
		cmocka_unit_test(descriptors_travel_through_sockets),
		cmocka_unit_test(failed_and_restarted_calls_do_nothing),
		cmocka_unit_test(bytes_of_a_long_write_are_in_the_digest_though_not_kept),
		cmocka_unit_test(after_a_short_write_the_bytes_read_at_the_exit_count),
		cmocka_unit_test(bytes_that_were_not_seen_are_said_to_be_opaque),
		cmocka_unit_test(binary_output_is_shown_in_hex),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
