/* SPDX-License-Identifier: MIT */
/* launch_test.c - profile transpile: the way to a program, and its own text */

#include "base/mem.h"
#include "unit/effects_run.h"

#include <fcntl.h>

#define NO_WORDS ((struct made_arg){ MADE_WORDS, 0, (const char *const[]){ NULL }, 0 })

static void
execute(struct made *m, uint32_t task, const char *exe, struct made_arg words)
{
	made_call(m, task, CALL_execve, 0, S(exe), words, N(0));
	made_exec(m, task, exe);
}

static void
read_file(struct made *m, uint32_t task, const char *path)
{
	made_call(m, task, CALL_openat, 5, CWD, S(path), N(O_RDONLY), N(0));
	made_call(m, task, CALL_read, 0, N(5), N(0), N(10));
	made_call(m, task, CALL_close, 0, N(5));
}

static void
list_dir(struct made *m, uint32_t task, const char *path)
{
	made_call(m, task, CALL_openat, 5, CWD, S(path), N(O_RDONLY), N(0));
	made_call(m, task, CALL_getdents64, 24, N(5), N(0), N(100));
	made_call(m, task, CALL_close, 0, N(5));
}

/* 'o' its own, 'r' read, '-' not told. */
static char
told(const struct made *m, const char *key)
{
	const struct effect *e = made_effect(m, EFFECT_READ, key);

	return !e ? '-' : effect_value(e, "own") ? 'o' : 'r';
}

static void
text_is_what_an_interpreter_alone_reads_as_text(void **state)
{
	static const struct {
		const char *path;
		const char *exe;
		char wanted;
	} rows[] = {
		{ "/box/w/helper.py", "/usr/bin/python3.11", 'o' },
		{ "/box/w/helper.py", "/usr/bin/prog", 'r' },
		{ "/box/w/helper.py", "/usr/bin/ruby3.1", 'r' },
		{ "/box/w/helper.rb", "/usr/bin/ruby3.1", 'o' },
		{ "/box/w/data.csv", "/usr/bin/python3.11", 'r' },
		{ "/box/w/script", "/usr/bin/python3.11", 'o' },
		{ "/box/w/script", "/usr/bin/prog", 'r' },
		{ "/box/w/pythonic.txt", "/usr/bin/python3.11", 'r' },
		{ "/box/w/helper.pyx", "/usr/bin/python3.11", 'r' },
		{ "/box/w/package.json", "/usr/bin/node", 'o' },
		{ "/box/w/my-package.json", "/usr/bin/node", 'r' },
	};
	AUTO(str_done) struct str key = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct made m = made_new(PROFILE_TRANSPILE);

		execute(&m, 1, rows[i].exe, WORDS("x", "-B", "script", "data.csv"));
		read_file(&m, 1, rows[i].path);
		made_finish(&m);
		str_clear(&key);
		str_addf(&key, "<cwd>%s", rows[i].path + strlen("/box/w"));
		if (told(&m, key.data) != rows[i].wanted)
			fail_msg("%s by %s: %c", rows[i].path, rows[i].exe, told(&m, key.data));
		made_free(&m);
	}
}

static void
what_others_read_as_well_is_no_text(void **state)
{
	struct made m = made_new(PROFILE_TRANSPILE);

	(void)state;
	execute(&m, 1, "/usr/bin/python3.11", WORDS("python3", "main.py"));
	read_file(&m, 1, "/box/w/main.py");
	read_file(&m, 1, "/box/w/other.py");
	made_start(&m, 2, 1, 2, 0);
	execute(&m, 2, "/usr/bin/wc", WORDS("wc", "other.py"));
	read_file(&m, 2, "/box/w/other.py");
	made_exit(&m, 2, 0);
	made_finish(&m);
	assert_int_equal(told(&m, "<cwd>/main.py"), 'o');
	assert_int_equal(told(&m, "<cwd>/other.py"), 'r');
	made_free(&m);
}

static void
directories_are_searched_where_text_is(void **state)
{
	struct made m = made_new(PROFILE_TRANSPILE);

	(void)state;
	execute(&m, 1, "/usr/bin/python3.11", WORDS("python3", "src/main.py"));
	list_dir(&m, 1, "/box/w/src");
	list_dir(&m, 1, "/box/w/src/part");
	list_dir(&m, 1, "/box/w/data");
	list_dir(&m, 1, "/box/w");
	read_file(&m, 1, "/box/w/src/part/inner.py");
	made_finish(&m);
	assert_int_equal(told(&m, "<cwd>/src"), 'o');
	assert_int_equal(told(&m, "<cwd>/src/part"), 'o');
	assert_int_equal(told(&m, "<cwd>/data"), 'r');
	assert_int_equal(told(&m, "<cwd>"), 'r');
	made_free(&m);
}

static void
other_profiles_tell_everything(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	execute(&m, 1, "/usr/bin/env", WORDS("env", "python3", "main.py"));
	execute(&m, 1, "/usr/bin/python3.11", WORDS("python3", "main.py"));
	read_file(&m, 1, "/box/w/main.py");
	made_finish(&m);
	assert_int_equal(told(&m, "<cwd>/main.py"), 'r');
	assert_int_equal(made_count(&m, EFFECT_EXEC), 1);
	made_free(&m);
}

/* The programs that the first process executed one after the other; how many are told. */
static const struct {
	const char *exes[6];
	size_t n_told;
} ways[] = {
	{ { "/usr/bin/env", "/usr/bin/python3" }, 0 },
	{ { "/usr/bin/env", "/usr/bin/prog" }, 0 },
	{ { "/usr/bin/bash", "/usr/bin/env", "/usr/bin/bash", "/usr/bin/python3" }, 0 },
	{ { "/bin/sh", "/usr/bin/python3" }, 0 },
	{ { "/usr/bin/python3", "/usr/bin/python3" }, 0 },
	{ { "/bin/sh", "/usr/bin/prog" }, 1 },
	{ { "/usr/bin/python3", "/usr/bin/prog" }, 1 },
	{ { "/usr/bin/python3", "/usr/bin/ruby" }, 1 },
	{ { "/usr/bin/env", "/usr/bin/python3", "/usr/bin/prog" }, 1 },
	{ { "/usr/bin/prog", "/usr/bin/python3" }, 1 },
	{ { "/usr/bin/prog", "/usr/bin/env", "/usr/bin/python3" }, 2 },
	{ { "/bin/sh", "/usr/bin/prog", "/usr/bin/python3" }, 2 },
};

static void
launchers_lead_to_a_program_and_are_not_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct made m = made_new(PROFILE_TRANSPILE);

		for (size_t k = 0; ways[i].exes[k]; k++)
			execute(&m, 1, ways[i].exes[k], NO_WORDS);
		made_finish(&m);
		if (made_count(&m, EFFECT_EXEC) != ways[i].n_told)
			fail_msg("way %zu: %zu told", i, made_count(&m, EFFECT_EXEC));
		made_free(&m);
	}
}

static void
only_a_version_managers_children_are_its_own(void **state)
{
	(void)state;
	for (int shim = 0; shim < 2; shim++) {
		struct made m = made_new(PROFILE_TRANSPILE);

		execute(&m, 1, "/usr/bin/bash",
			WORDS("bash", shim ? "/home/u/.pyenv/shims/python3" : "wrapper"));
		read_file(&m, 1, "/box/w/settings");
		made_start(&m, 2, 1, 2, 0);
		execute(&m, 2, "/usr/bin/readlink", WORDS("readlink", "x"));
		made_exit(&m, 2, 0);
		execute(&m, 1, "/usr/bin/python3", WORDS("python3", "main.py"));
		made_start(&m, 3, 1, 3, 0);
		execute(&m, 3, "/usr/bin/cp", WORDS("/bin/cp", "a", "b"));
		made_exit(&m, 3, 0);
		made_start(&m, 4, 1, 4, 0);
		made_exit(&m, 4, 0);
		made_finish(&m);
		assert_int_equal(made_count(&m, EFFECT_EXEC), shim ? 1 : 2);
		assert_non_null(made_effect(&m, EFFECT_EXEC, "/usr/bin/cp a b"));
		assert_int_equal(told(&m, "<cwd>/settings"), '-');
		made_free(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_what_an_interpreter_alone_reads_as_text),
		cmocka_unit_test(what_others_read_as_well_is_no_text),
		cmocka_unit_test(directories_are_searched_where_text_is),
		cmocka_unit_test(other_profiles_tell_everything),
		cmocka_unit_test(launchers_lead_to_a_program_and_are_not_told),
		cmocka_unit_test(only_a_version_managers_children_are_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
