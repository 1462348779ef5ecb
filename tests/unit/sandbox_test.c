/* SPDX-License-Identifier: MIT */
/* sandbox_test.c - fixtures copied so that every copy looks the same, and gone afterwards */

#include "unit/scratch.h"

#include "base/file.h"
#include "base/str.h"
#include "gate/copy.h"
#include "gate/sandbox.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
put(const char *path, const char *text, mode_t mode)
{
	struct err err = { 0 };

	assert_int_equal(file_write(path, text, strlen(text), mode, &err), 0);
}

static struct stat
look(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st;
}

static void
a_copy_keeps_modes_and_links_and_fixes_times(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(mkdir("from", 0755), 0);
	assert_int_equal(mkdir("from/closed", 0755), 0);
	put("from/closed/x", "inside", 0640);
	put("from/run", "#!/bin/sh\n", 0755);
	assert_int_equal(symlink("no/where", "from/link"), 0);
	assert_int_equal(chmod("from/closed", 0555), 0);
	assert_int_equal(copy_tree("from", "to", &err), 0);
	assert_int_equal(look("to/closed").st_mode & 07777, 0555);
	assert_int_equal(look("to/closed/x").st_mode & 07777, 0640);
	assert_int_equal(look("to/run").st_mode & 07777, 0755);
	assert_true(S_ISLNK(look("to/link").st_mode));
	assert_int_equal(look("to").st_mtime, COPY_MTIME_S);
	assert_int_equal(look("to/closed").st_mtime, COPY_MTIME_S);
	assert_int_equal(look("to/run").st_mtime, COPY_MTIME_S);
	assert_int_equal(look("to/link").st_mtime, COPY_MTIME_S);
}

static void
what_cannot_be_copied_is_said_with_its_path(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(mkdir("odd", 0755), 0);
	assert_int_equal(mkfifo("odd/pipe", 0600), 0);
	assert_int_equal(copy_tree("odd", "odd2", &err), -1);
	assert_string_equal(
		err.text, "copy: 'odd': 'pipe': neither file, directory nor symbolic link");
	err_done(&err);
	put("one", "1", 0644);
	put("other", "2", 0644);
	assert_int_equal(copy_tree("one", "other", &err), -1);
	assert_string_equal(err.text, "copy: 'one': two fixtures give this file");
	err_done(&err);
}

static void
a_sandbox_has_a_name_of_fixed_length_and_goes_away(void **state)
{
	struct sandbox *s = NULL;
	struct err err = { 0 };
	AUTO(mem_free) char *root = NULL;

	(void)state;
	assert_int_equal(sandbox_open(&s, 0, &err), 0);
	root = mem_strdup(s->root);
	assert_int_equal(strlen(root), strlen("/tmp/renacer-XXXXXX"));
	assert_int_equal(look(s->home).st_mode & 07777, 0700);
	assert_int_equal(look(s->tmp).st_mode & 07777, 01777);
	/* What a target may leave: a directory nobody may read, a dangling link. */
	AUTO(str_done) struct str path = { 0 };
	str_addf(&path, "%s/locked", s->work);
	assert_int_equal(mkdir(path.data, 0), 0);
	str_clear(&path);
	str_addf(&path, "%s/dangling", s->home);
	assert_int_equal(symlink("/etc", path.data), 0);
	assert_int_equal(sandbox_remove(s, &err), 0);
	assert_int_equal(access(root, F_OK), -1);
	assert_int_equal(access("/etc/passwd", F_OK), 0);
}

static void
a_kept_sandbox_stays(void **state)
{
	struct sandbox *s = NULL;
	struct err err = { 0 };
	AUTO(mem_free) char *root = NULL;

	(void)state;
	assert_int_equal(sandbox_open(&s, 0, &err), 0);
	s->keep = true;
	root = mem_strdup(s->root);
	assert_int_equal(sandbox_remove(s, &err), 0);
	assert_int_equal(access(root, F_OK), 0);
	assert_int_equal(dir_remove(root, &err), 0);
}

static void
a_relative_program_comes_along(void **state)
{
	static const char *const argv[] = { "build/tool", "x", NULL };
	static const char *const bare[] = { "tool", NULL };
	struct target target = { .name = "t", .argv = argv, .sandbox = true, .cwd = "a/b" };
	AUTO(sandbox_free) struct sandbox *s = NULL;
	AUTO(str_done) struct str path = { 0 };
	struct err err = { 0 };
	const char *const *out;

	assert_int_equal(mkdir("build", 0755), 0);
	put("build/tool", "#!/bin/sh\n", 0755);
	assert_int_equal(sandbox_open(&s, 0, &err), 0);
	assert_int_equal(sandbox_argv(s, &target, *state, &out, &err), 0);
	assert_string_equal(out[0], "../../../bin/tool");
	assert_string_equal(out[1], "x");
	assert_null(out[2]);
	str_addf(&path, "%s/tool", s->bin);
	assert_int_equal(look(path.data).st_mode & 07777, 0755);
	/* A name for PATH, and a target without a sandbox, stay what they are. */
	target.argv = bare;
	assert_int_equal(sandbox_argv(s, &target, *state, &out, &err), 0);
	assert_ptr_equal(out, bare);
	target.argv = argv;
	target.sandbox = false;
	assert_int_equal(sandbox_argv(s, &target, *state, &out, &err), 0);
	assert_ptr_equal(out, argv);
}

static void
a_program_that_is_nowhere_is_an_error(void **state)
{
	static const char *const argv[] = { "build/none", NULL };
	struct target target = { .name = "t", .argv = argv, .sandbox = true, .cwd = "" };
	AUTO(sandbox_free) struct sandbox *s = NULL;
	struct err err = { 0 };
	const char *const *out;

	assert_int_equal(sandbox_open(&s, 0, &err), 0);
	assert_int_equal(sandbox_argv(s, &target, *state, &out, &err), -1);
	assert_non_null(strstr(err.text, "program 'build/none' is neither in the sandbox"));
	err_done(&err);
}

static void
fixtures_keep_their_path_or_give_their_contents(void **state)
{
	struct fixture fixtures[] = { { "deep/data", "deep/data" }, { "deep/data", "" } };
	struct target target = { .name = "t", .fixtures = fixtures, .n_fixtures = 2 };
	AUTO(sandbox_free) struct sandbox *s = NULL;
	AUTO(str_done) struct str path = { 0 };
	struct err err = { 0 };

	(void)state;
	assert_int_equal(mkdir("deep", 0755), 0);
	assert_int_equal(mkdir("deep/data", 0755), 0);
	put("deep/data/f", "f", 0644);
	assert_int_equal(sandbox_open(&s, 0, &err), 0);
	assert_int_equal(sandbox_fill(s, &target, &err), 0);
	str_addf(&path, "%s/deep/data/f", s->work);
	assert_int_equal(access(path.data, F_OK), 0);
	str_clear(&path);
	str_addf(&path, "%s/deep", s->work);
	assert_int_equal(look(path.data).st_mode & 07777, 0755);
	assert_int_equal(look(path.data).st_mtime, COPY_MTIME_S);
	str_clear(&path);
	str_addf(&path, "%s/f", s->work);
	assert_int_equal(access(path.data, F_OK), 0);
	assert_int_equal(look(s->work).st_mtime, COPY_MTIME_S);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_keeps_modes_and_links_and_fixes_times),
		cmocka_unit_test(what_cannot_be_copied_is_said_with_its_path),
		cmocka_unit_test(a_sandbox_has_a_name_of_fixed_length_and_goes_away),
		cmocka_unit_test(a_kept_sandbox_stays),
		cmocka_unit_test(a_relative_program_comes_along),
		cmocka_unit_test(a_program_that_is_nowhere_is_an_error),
		cmocka_unit_test(fixtures_keep_their_path_or_give_their_contents),
	};

	return cmocka_run_group_tests(tests, scratch_enter, scratch_leave);
}
