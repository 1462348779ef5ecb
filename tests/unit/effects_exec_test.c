/* SPDX-License-Identifier: MIT */
/* effects_exec_test.c - processes and programs, signals, network, text that varies, merging */

#include "base/mem.h"
#include "unit/effects_run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#define EXIT_CODE(code_) ((code_) << 8)

static void
run_child(struct made *m, uint32_t task, const char *exe, const char *const *words, int status)
{
	const struct made_arg argv = { MADE_WORDS, 0, words, 0 };

	made_start(m, task, 1, task, 0);
	made_call(m, task, CALL_execve, 0, S(exe), argv, N(0));
	made_exec(m, task, exe);
	made_exit(m, task, status);
}

static const char *
exits(const struct made *m, const char *key)
{
	static char text[200];
	const struct effect *e = made_effect(m, EFFECT_EXEC, key);
	const struct value *v = e ? effect_value(e, "exits") : NULL;

	text[0] = '\0';
	for (size_t i = 0; v && i < v->n_list; i++) {
		strcat(text, i ? " " : "");
		strcat(text, v->list[i]);
	}
	return text;
}

static void
equal_commands_are_one_effect_with_a_count(void **state)
{
	static const char *const words[] = { "cp", "/box/w/a b", "/tmp/x", NULL };
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	run_child(&m, 2, "/usr/bin/cp", words, 0);
	run_child(&m, 3, "/usr/bin/cp", words, EXIT_CODE(4));
	made_start(&m, 4, 1, 4, 0);
	made_call(&m, 4, CALL_execve, -ENOENT, S("/bin/nope"), WORDS("nope"), N(0));
	made_exit(&m, 4, EXIT_CODE(127));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_EXEC), 3);
	assert_string_equal(
		made_text(&m, EFFECT_EXEC, "/bin/nope (ENOENT)", "result"), "ENOENT");
	assert_int_equal(
		made_number(&m, EFFECT_EXEC, "/usr/bin/cp '<cwd>/a b' <tmp>/x", "count"), 2);
	assert_string_equal(exits(&m, "/usr/bin/cp '<cwd>/a b' <tmp>/x"), "0 4");
	assert_string_equal(exits(&m, "fork of /usr/bin/prog"), "127");
	made_free(&m);
}

static void
the_words_of_execve_may_come_before_the_exec_or_after_it(void **state)
{
	(void)state;
	for (int after = 0; after < 2; after++) {
		struct made m = made_new(PROFILE_EFFECTS);

		made_exec(&m, 1, "/usr/bin/prog");
		made_start(&m, 2, 1, 2, 0);
		m.enter_seq = ++m.seq;
		if (after)
			made_exec(&m, 2, "/bin/one");
		made_call(&m, 2, CALL_execve, 0, S("/bin/one"), WORDS("one", "1"), N(0));
		if (!after)
			made_exec(&m, 2, "/bin/one");
		m.enter_seq = ++m.seq;
		if (after)
			made_exec(&m, 2, "/bin/two");
		made_call(&m, 2, CALL_execve, 0, S("/bin/two"), WORDS("two", "2"), N(0));
		if (!after)
			made_exec(&m, 2, "/bin/two");
		m.enter_seq = 0;
		made_exit(&m, 2, 0);
		made_finish(&m);
		assert_string_equal(exits(&m, "/bin/one 1"), "");
		assert_string_equal(exits(&m, "/bin/two 2"), "0");
		assert_int_equal(made_count(&m, EFFECT_EXEC), 2);
		made_free(&m);
	}
}

static void
an_end_that_the_run_brought_about_is_as_good_as_any(void **state)
{
	static const char *const words[] = { "worker", NULL };
	struct made m = made_new(PROFILE_EFFECTS);
	const char *key = "/usr/bin/worker";

	(void)state;
	run_child(&m, 2, key, words, 0);
	made_start(&m, 3, 1, 3, 0);
	made_call(&m, 3, CALL_execve, 0, S(key), WORDS("worker"), N(0));
	made_exec(&m, 3, key);
	made_call(&m, 1, CALL_kill, 0, N(40003), N(15));
	made_exit(&m, 3, 15);
	run_child(&m, 4, key, words, 13); /* SIGPIPE: its reader left */
	run_child(&m, 5, key, words, 11); /* SIGSEGV is its own */
	made_finish(&m);
	assert_int_equal(made_number(&m, EFFECT_EXEC, key, "count"), 4);
	assert_string_equal(exits(&m, key), "0 SIGSEGV");
	assert_int_equal(made_count(&m, EFFECT_SIGNAL), 0);
	made_free(&m);
}

/* Its event comes late, or never: a call that kills its own group has no result. */
static void
who_dies_while_the_signal_is_under_way_is_killed_by_it(void **state)
{
	static const struct {
		int state;
		int64_t whom;
	} rows[] = { { CALL_DONE, 40003 }, { CALL_DONE, 0 }, { CALL_UNFINISHED, 0 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct made m = made_new(PROFILE_EFFECTS);
		const char *key = "/usr/bin/worker";
		uint64_t early;

		made_start(&m, 2, 1, 2, 0);
		made_start(&m, 3, 1, 3, 0);
		made_call(&m, 3, CALL_execve, 0, S(key), WORDS("worker"), N(0));
		made_exec(&m, 3, key);
		early = m.seq++;
		made_exit(&m, 3, 9);
		m.enter_seq = early;
		m.state = rows[i].state;
		made_call(&m, 2, CALL_kill, 0, N(rows[i].whom), N(9));
		m.enter_seq = 0;
		m.state = CALL_DONE;
		made_exit(&m, 2, 9);
		made_finish(&m);
		assert_string_equal(exits(&m, key), "0");
		assert_int_equal(made_count(&m, EFFECT_SIGNAL), 0);
		made_free(&m);
	}
}

/* The result of execve never comes, and neither do the words that came before, if it is not
 * taken for done. */
static void
who_is_killed_at_the_start_of_a_program_has_executed_it(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);
	uint64_t enter;

	(void)state;
	made_start(&m, 2, 1, 2, 0);
	made_call(&m, 2, CALL_execve, -ENOENT, S("/usr/local/bin/sh"), WORDS("sh", "-c"), N(0));
	enter = ++m.seq;
	made_exec(&m, 2, "/usr/bin/sh");
	m.enter_seq = enter;
	m.state = CALL_UNFINISHED;
	made_call(&m, 2, CALL_execve, 0, S("/usr/bin/sh"), WORDS("sh", "-c"), N(0));
	m.enter_seq = 0;
	m.state = CALL_DONE;
	made_call(&m, 1, CALL_kill, 0, N(40002), N(9));
	made_exit(&m, 2, 9);
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_EXEC), 1);
	assert_string_equal(exits(&m, "/usr/bin/sh -c"), "0");
	made_free(&m);
}

static void
waiting_is_no_effect_unless_it_failed(void **state)
{
	static const char *const nap[] = { "sleep", "1", NULL }, *const bad[] = { "sleep", "x",
		NULL };
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	run_child(&m, 2, "/bin/sleep", nap, 0);
	run_child(&m, 3, "/bin/sleep", bad, EXIT_CODE(1));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_EXEC), 1);
	assert_string_equal(exits(&m, "/bin/sleep x"), "1");
	made_free(&m);
}

static void
what_failed_before_the_same_succeeded_is_a_retry(void **state)
{
	static const char *const words[] = { "ping", NULL }, *const nap[] = { "sleep", "1",
		NULL };
	struct made one = made_new(PROFILE_EFFECTS), many = made_new(PROFILE_EFFECTS);

	(void)state;
	run_child(&one, 2, "/bin/ping", words, 0);
	run_child(&one, 3, "/bin/sleep", nap, 0);
	for (uint32_t task = 2; task < 8; task += 2) {
		run_child(&many, task, "/bin/ping", words, EXIT_CODE(7));
		made_call(&many, 1, CALL_wait4, 40000 + task, N(-1), N(0), N(0));
		run_child(&many, task + 1, "/bin/sleep", nap, 0);
	}
	run_child(&many, 8, "/bin/ping", words, 0);
	made_finish(&one);
	made_finish(&many);
	assert_int_equal(made_number(&many, EFFECT_EXEC, "/bin/ping", "count"), 1);
	assert_string_equal(exits(&many, "/bin/ping"), "0");
	assert_int_equal(one.golden->n_effects, many.golden->n_effects);
	assert_int_equal(made_number(&one, EFFECT_COUNT, "programs", "n"),
		made_number(&many, EFFECT_COUNT, "programs", "n"));
	made_free(&one);
	made_free(&many);
}

static void
a_fork_that_failed_is_a_retry_of_another_only_in_a_shell(void **state)
{
	static const struct {
		const char *program, *key;
		int asked, options, count; /* asked 0: nobody waits */
	} rows[] = {
		{ "/usr/bin/python3.11", "fork of /usr/bin/python3.11", -1, 0, 2 },
		{ "/usr/bin/bash", "fork of /usr/bin/bash", -1, 0, 1 },
		{ "/usr/bin/bash", "fork of /usr/bin/bash", 40002, WNOHANG, 1 },
		/* Both are parts of a pipeline, the first was faster. */
		{ "/usr/bin/bash", "fork of /usr/bin/bash", 0, 0, 2 },
		{ "/usr/bin/bash", "fork of /usr/bin/bash", -1, WNOHANG, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct made m = made_new(PROFILE_EFFECTS);

		made_exec(&m, 1, rows[i].program);
		made_start(&m, 2, 1, 2, 0);
		made_exit(&m, 2, EXIT_CODE(1));
		if (rows[i].asked)
			made_call(&m, 1, CALL_wait4, 40002, N(rows[i].asked), N(0),
				N(rows[i].options));
		made_start(&m, 3, 1, 3, 0);
		made_exit(&m, 3, 0);
		made_finish(&m);
		assert_int_equal(
			made_number(&m, EFFECT_EXEC, rows[i].key, "count"), rows[i].count);
		made_free(&m);
	}
}

/* `sleep 9 & kill $!`: whether it came to execute its command is chance. */
static void
what_a_shell_kills_before_it_is_a_program_is_no_fork(void **state)
{
	static const struct {
		const char *program, *key;
		int whom, status, count;
	} rows[] = {
		{ "/usr/bin/bash", "fork of /usr/bin/bash", 40002, 15, 0 },
		{ "/usr/bin/bash", "fork of /usr/bin/bash", 0, 15, 0 },
		{ "/usr/bin/bash", "fork of /usr/bin/bash", 40002, EXIT_CODE(0), 1 },
		{ "/usr/bin/bash", "fork of /usr/bin/bash", 40002, 9, 1 }, /* by another */
		{ "/usr/bin/bash", "fork of /usr/bin/bash", 40003, 15, 1 },
		{ "/usr/bin/python3.11", "fork of /usr/bin/python3.11", 40002, 15, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct made m = made_new(PROFILE_EFFECTS);

		made_exec(&m, 1, rows[i].program);
		made_start(&m, 2, 1, 2, 0);
		made_call(&m, 1, CALL_kill, 0, N(rows[i].whom), N(15));
		made_exit(&m, 2, rows[i].status);
		made_finish(&m);
		assert_int_equal(made_count(&m, EFFECT_EXEC), rows[i].count);
		if (rows[i].count)
			assert_int_equal(made_number(&m, EFFECT_EXEC, rows[i].key, "count"), 1);
		made_free(&m);
	}
}

static void
signals_to_the_outside_and_privileged_acts_are_effects(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_kill, 0, N(1), N(15));
	made_call(&m, 1, CALL_kill, 0, N(999), N(9));
	made_call(&m, 1, CALL_kill, 0, N(999), N(0)); /* asks only */
	made_call(&m, 1, CALL_kill, -EPERM, N(999), N(9));
	made_call(&m, 1, CALL_kill, 0, N(40001), N(10)); /* itself */
	made_call(&m, 1, CALL_setuid, 0, N(1000));
	made_call(&m, 1, CALL_setuid, -EPERM, N(0));
	made_finish(&m);
	assert_int_equal(made_number(&m, EFFECT_SIGNAL, "SIGTERM to process 1", "count"), 1);
	assert_int_equal(
		made_number(&m, EFFECT_SIGNAL, "SIGKILL to a process outside", "count"), 1);
	assert_int_equal(made_number(&m, EFFECT_PRIVILEGE, "setuid(1000)", "count"), 1);
	assert_int_equal(made_count(&m, EFFECT_SIGNAL) + made_count(&m, EFFECT_PRIVILEGE), 3);
	made_free(&m);
}

static struct made_arg
inet(struct sockaddr_in *room, int port)
{
	*room = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	return GOT(room, sizeof *room);
}

static void
connect_to(struct made *m, int fd, int port, int64_t ret, const char *text)
{
	struct sockaddr_in a;

	made_call(m, 1, CALL_socket, fd, N(AF_INET), N(SOCK_STREAM), N(0));
	made_call(m, 1, CALL_connect, ret, N(fd), inet(&a, port), N(sizeof a));
	if (text)
		made_call(m, 1, CALL_write, (int64_t)strlen(text), N(fd), OUT(text),
			N(strlen(text)));
	made_call(m, 1, CALL_close, 0, N(fd));
}

static void
peers_outside_are_effects_whatever_the_order(void **state)
{
	struct made a = made_new(PROFILE_EFFECTS), b = made_new(PROFILE_EFFECTS);
	const char *key = "connect inet:127.0.0.1:80";

	(void)state;
	connect_to(&a, 5, 80, -ECONNREFUSED, NULL);
	connect_to(&a, 5, 80, 0, "one");
	connect_to(&a, 5, 80, 0, "two");
	connect_to(&b, 5, 80, 0, "two");
	connect_to(&b, 5, 80, 0, "one");
	connect_to(&b, 6, 81, -ECONNREFUSED, NULL);
	made_finish(&a);
	made_finish(&b);
	assert_string_equal(made_text(&a, EFFECT_NET, key, "result"), "ok");
	assert_int_equal(made_number(&a, EFFECT_NET, key, "connections"), 2);
	assert_int_equal(made_number(&a, EFFECT_NET, key, "bytes_sent"), 6);
	assert_string_equal(made_text(&a, EFFECT_NET, key, "digest"),
		made_text(&b, EFFECT_NET, key, "digest"));
	assert_string_equal(made_text(&b, EFFECT_NET, "connect inet:127.0.0.1:81", "result"),
		"ECONNREFUSED");
	made_free(&a);
	made_free(&b);
}

static void
a_peer_that_the_run_serves_itself_is_internal(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);
	struct sockaddr_in a;
	uint32_t n = sizeof a;

	(void)state;
	made_call(&m, 1, CALL_socket, 5, N(AF_INET), N(SOCK_STREAM), N(0));
	made_call(&m, 1, CALL_bind, 0, N(5), inet(&a, 0), N(sizeof a));
	made_call(&m, 1, CALL_listen, 0, N(5), N(1));
	made_call(&m, 1, CALL_getsockname, 0, N(5), inet(&a, 41234), GOT(&n, sizeof n));
	connect_to(&m, 6, 41234, 0, "hello");
	made_call(&m, 1, CALL_accept, 7, N(5), N(0), N(0));
	made_call(&m, 1, CALL_write, 22, N(1), OUT("http://localhost:41234"), N(22));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_NET), 1);
	assert_non_null(made_effect(&m, EFFECT_NET, "listen inet:127.0.0.1:<port:1>"));
	assert_string_equal(
		made_text(&m, EFFECT_STREAM, "stdout", "text"), "http://localhost:<port:1>");
	made_free(&m);
}

/* What is written to stdout, and what of it is stored. Task 1 has the number 40001. */
static const struct {
	const char *written, *stored;
} texts[] = {
	{ "sh: line 1: 40001 Killed\n", "sh: line 1: <pid:1> Killed\n" },
	{ "sh: line 12:   40001 Killed\n", "sh: line 12: <pid:1> Killed\n" },
	{ "[1] 40001\n", "[1] <pid:1>\n" },
	{ "sshd[40001]: hi\n", "sshd[<pid:1>]: hi\n" },
	{ "thread 'main' (40001) panicked", "thread 'main' (<pid:1>) panicked" },
	{ "pid 40001", "pid <pid:1>" },
	{ "40000\n40001\n40002\n", "40000\n40001\n40002\n" }, /* numbers are numbers */
	{ "total: 40001", "total: 40001" },
	{ "at /box/w/x and /boxes", "at <sandbox>/w/x and /boxes" },
	{ "/tmp/other", "/tmp/other" },
};

static void
text_keeps_its_numbers_unless_it_tells_of_a_process(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct made m = made_new(PROFILE_EFFECTS);

		made_call(&m, 1, CALL_write, (int64_t)strlen(texts[i].written), N(1),
			OUT(texts[i].written), N(strlen(texts[i].written)));
		made_finish(&m);
		assert_string_equal(
			made_text(&m, EFFECT_STREAM, "stdout", "text"), texts[i].stored);
		made_free(&m);
	}
}

static void
say(struct made *m, uint32_t task, const char *text)
{
	made_call(m, task, CALL_write, (int64_t)strlen(text), N(1), OUT(text), N(strlen(text)));
}

static void
writers_that_run_at_once_are_told_in_the_order_of_their_forks(void **state)
{
	/* Who writes when: tasks 2 and 3 are children of 1, 4 is a child of 2. */
	static const uint32_t orders[][5] = { { 1, 2, 4, 3, 1 }, { 1, 3, 1, 4, 2 },
		{ 1, 4, 3, 1, 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
		struct made m = made_new(PROFILE_EFFECTS);
		bool forked = false;

		for (size_t k = 0; k < 5; k++) {
			static const char *const words[] = { "", "last", "two", "three",
				"four" };
			uint32_t task = orders[i][k];

			say(&m, task, task == 1 && !forked ? "first " : words[task]);
			if (forked)
				continue;
			made_start(&m, 2, 1, 2, 0);
			made_start(&m, 3, 1, 3, 0);
			made_start(&m, 4, 2, 4, 0);
			forked = true;
		}
		made_finish(&m);
		assert_string_equal(made_text(&m, EFFECT_STREAM, "stdout", "text"),
			"first fourtwothreelast");
		made_free(&m);
	}
}

static struct golden *
recording(const char *output, const char *read, int children)
{
	static const char *const words[] = { "child", NULL };
	struct made m = made_new(PROFILE_EFFECTS);
	struct golden *g;

	made_call(&m, 1, CALL_write, (int64_t)strlen(output), N(1), OUT(output),
		N(strlen(output)));
	for (int i = 0; i < children; i++)
		run_child(&m, 2 + (uint32_t)i, "/bin/child", words, 0);
	if (read) {
		made_call(&m, 1, CALL_openat, 3, CWD, S(read), N(O_RDONLY), N(0));
		made_call(&m, 1, CALL_read, 0, N(3), N(0), N(10));
	}
	made_finish(&m);
	g = TAKE(m.golden);
	made_free(&m);
	return g;
}

static void
recordings_are_merged_into_required_optional_and_open(void **state)
{
	struct golden *runs[] = { recording("x", "/box/a", 2), recording("x", NULL, 3) };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct merged merged = { .arena = arena };
	struct made m = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(effects_merge(&m.golden, runs, 2, &merged, &err), 0);
	assert_int_equal(merged.n_unstable, 0);
	assert_int_equal(m.golden->n_runs, 2);
	assert_int_equal(made_effect(&m, EFFECT_STREAM, "stdout")->n_runs, 2);
	assert_int_equal(made_effect(&m, EFFECT_READ, "<sandbox>/a")->n_runs, 1);
	assert_string_equal(made_text(&m, EFFECT_EXEC, "/bin/child", "count"), "varies");
	golden_free(m.golden);
	golden_free(runs[0]);
	golden_free(runs[1]);
}

static void
output_that_differs_makes_recordings_unstable(void **state)
{
	struct golden *runs[] = { recording("x", NULL, 0), recording("y", NULL, 0) };
	AUTO(arena_free) struct arena *arena = arena_new();
	struct merged merged = { .arena = arena };
	struct golden *golden = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(effects_merge(&golden, runs, 2, &merged, &err), 0);
	assert_int_equal(merged.n_unstable, 1);
	assert_string_equal(merged.unstable[0].sentence, "stream stdout: is \"x\" and \"y\"");
	assert_int_equal(merged.unstable[0].run, 1);
	golden_free(golden);
	golden_free(runs[0]);
	golden_free(runs[1]);
}

static void
nothing_traced_is_an_error(void **state)
{
	static const char *const argv[] = { "x", NULL };
	struct trace_header header = { .argv = argv };
	struct effects_opts opts = { .profile = PROFILE_EFFECTS };
	AUTO(effects_free) struct effects *fx = effects_new(&header, &opts);
	struct golden *g = NULL;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(effects_finish(fx, NULL, &g, &err), -1);
	assert_int_equal(err.kind, ERR_UNSURE);
	assert_null(g);
	err_done(&err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_commands_are_one_effect_with_a_count),
		cmocka_unit_test(the_words_of_execve_may_come_before_the_exec_or_after_it),
		cmocka_unit_test(an_end_that_the_run_brought_about_is_as_good_as_any),
		cmocka_unit_test(who_dies_while_the_signal_is_under_way_is_killed_by_it),
		cmocka_unit_test(who_is_killed_at_the_start_of_a_program_has_executed_it),
		cmocka_unit_test(waiting_is_no_effect_unless_it_failed),
		cmocka_unit_test(what_failed_before_the_same_succeeded_is_a_retry),
		cmocka_unit_test(a_fork_that_failed_is_a_retry_of_another_only_in_a_shell),
		cmocka_unit_test(what_a_shell_kills_before_it_is_a_program_is_no_fork),
		cmocka_unit_test(signals_to_the_outside_and_privileged_acts_are_effects),
		cmocka_unit_test(peers_outside_are_effects_whatever_the_order),
		cmocka_unit_test(a_peer_that_the_run_serves_itself_is_internal),
		cmocka_unit_test(text_keeps_its_numbers_unless_it_tells_of_a_process),
		cmocka_unit_test(writers_that_run_at_once_are_told_in_the_order_of_their_forks),
		cmocka_unit_test(recordings_are_merged_into_required_optional_and_open),
		cmocka_unit_test(output_that_differs_makes_recordings_unstable),
		cmocka_unit_test(nothing_traced_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
