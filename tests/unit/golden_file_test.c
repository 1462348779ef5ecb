/* SPDX-License-Identifier: MIT */
/* golden_file_test.c - which file a golden lives in, and when it is written */

#include "unit/test.h"

#include "store/golden.h"

#include "base/file.h"
#include "base/mem.h"
#include "store/trace.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scene {
	char dir[64], plain[80], packed[96];
	struct golden *golden;
	struct err err;
};

static int
set_up(void **state)
{
	struct scene *s = mem_alloc(sizeof *s);

	strcpy(s->dir, "/tmp/golden_test.XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->plain, sizeof s->plain, "%s/g.golden", s->dir);
	snprintf(s->packed, sizeof s->packed, "%s.zst", s->plain);
	s->golden = golden_new();
	for (int i = 0; i < 100; i++) {
		AUTO(str_done) struct str key = { 0 };

		str_addf(&key, "<cwd>/file-%d", i);
		golden_add(s->golden, EFFECT_READ, key.data);
	}
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;
	struct err err = { 0 };

	assert_int_equal(dir_remove(s->dir, &err), 0);
	golden_free(s->golden);
	err_done(&s->err);
	mem_free(s);
	return 0;
}

static bool
save(struct scene *s, size_t zst_above)
{
	bool written;

	if (golden_save(s->golden, s->plain, zst_above, &written, &s->err) < 0) {
		print_message("%s\n", s->err.text);
		fail();
	}
	return written;
}

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void
load(struct scene *s, const char *path)
{
	AUTO(golden_free) struct golden *g = NULL;

	if (golden_load(&g, path, &s->err) < 0) {
		print_message("%s\n", s->err.text);
		fail();
	}
	assert_int_equal(g->n_effects, s->golden->n_effects);
}

static void
refused(struct scene *s, int rc, enum err_kind kind, const char *wanted)
{
	assert_int_equal(rc, -1);
	assert_int_equal(s->err.kind, kind);
	if (!strstr(s->err.text, wanted)) {
		print_message("'%s' does not say '%s'\n", s->err.text, wanted);
		fail();
	}
	err_done(&s->err);
	s->err = (struct err){ 0 };
}

static void
put_file(struct scene *s, const char *path, const char *text)
{
	assert_int_equal(file_write(path, text, strlen(text), 0644, &s->err), 0);
}

static void
saving_twice_writes_once(void **state)
{
	struct scene *s = *state;
	struct stat before, after;

	for (size_t above = 0; above <= 100; above += 100) {
		const char *path = above ? s->packed : s->plain;

		assert_true(save(s, above));
		assert_int_equal(stat(path, &before), 0);
		assert_false(save(s, above));
		assert_int_equal(stat(path, &after), 0);
		assert_int_equal(before.st_ino, after.st_ino);
		load(s, s->plain);
	}
	golden_add(s->golden, EFFECT_READ, "more");
	assert_true(save(s, 100));
}

static void
one_form_replaces_the_other(void **state)
{
	struct scene *s = *state;
	enum file_kind kind;

	assert_true(save(s, 0));
	assert_true(is_there(s->plain) && !is_there(s->packed));
	assert_int_equal(store_file_kind(&kind, s->plain, &s->err), 0);
	assert_int_equal(kind, FILE_GOLDEN);
	assert_true(save(s, 100));
	assert_true(!is_there(s->plain) && is_there(s->packed));
	assert_int_equal(store_file_kind(&kind, s->packed, &s->err), 0);
	assert_int_equal(kind, FILE_GOLDEN_ZST);
	load(s, s->plain);
	load(s, s->packed);
	assert_true(save(s, 0));
	assert_true(is_there(s->plain) && !is_there(s->packed));
	assert_false(save(s, 1u << 20));
}

static void
a_golden_in_two_forms_is_refused_until_it_is_saved_again(void **state)
{
	struct scene *s = *state;
	struct golden *g = NULL;

	save(s, 0);
	put_file(s, s->packed, "whatever");
	refused(s, golden_load(&g, s->plain, &s->err), ERR_TOOL, "are both there");
	assert_true(save(s, 0));
	assert_true(is_there(s->plain) && !is_there(s->packed));
}

static void
an_absent_golden_is_missing_and_no_other_failure_is(void **state)
{
	struct scene *s = *state;
	struct golden *g = NULL;

	assert_int_equal(golden_load(&g, s->plain, &s->err), -1);
	assert_non_null(strstr(s->err.hint, "renacer-gate record"));
	refused(s, -1, ERR_MISSING, "g.golden': No such file");
	put_file(s, s->plain, "");
	refused(s, golden_load(&g, s->plain, &s->err), ERR_USAGE, "an empty file is no golden");
	put_file(s, s->plain, "nothing\n");
	refused(s, golden_load(&g, s->plain, &s->err), ERR_USAGE, "not a golden");
	unlink(s->plain);
	put_file(s, s->packed, "nothing\n");
	refused(s, golden_load(&g, s->plain, &s->err), ERR_TOOL, "decompress");
	unlink(s->packed);
	assert_int_equal(mkdir(s->plain, 0700), 0);
	refused(s, golden_load(&g, s->plain, &s->err), ERR_TOOL, "Is a directory");
}

static void
what_could_not_be_read_again_is_not_written(void **state)
{
	struct scene *s = *state;
	AUTO(golden_free) struct golden *g = golden_new();
	bool written;

	refused(s, golden_save(g, s->plain, 0, &written, &s->err), ERR_TOOL,
		"could not be read again");
	effect_number(g, golden_add(g, EFFECT_EXIT, "exit"), "no_such_field", 1);
	refused(s, golden_save(g, s->plain, 0, &written, &s->err), ERR_TOOL, "no_such_field");
	effect_number(s->golden, &s->golden->effects[0], "text", 1);
	refused(s, golden_save(s->golden, s->plain, 0, &written, &s->err), ERR_TOOL,
		"'text' cannot be a whole number");
	assert_false(is_there(s->plain));
}

static void
a_key_that_comes_twice_is_not_written(void **state)
{
	struct scene *s = *state;
	bool written;

	golden_add(s->golden, EFFECT_READ, "<cwd>/file-7");
	refused(s, golden_save(s->golden, s->plain, 0, &written, &s->err), ERR_TOOL,
		"stands here twice");
	assert_false(is_there(s->plain));
}

static void
a_golden_that_cannot_be_written_is_an_error(void **state)
{
	struct scene *s = *state;
	bool written;

	refused(s, golden_save(s->golden, "/absent/g.golden", 0, &written, &s->err), ERR_TOOL,
		"/absent/g.golden");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(saving_twice_writes_once),
		TEST(one_form_replaces_the_other),
		TEST(a_golden_in_two_forms_is_refused_until_it_is_saved_again),
		TEST(an_absent_golden_is_missing_and_no_other_failure_is),
		TEST(what_could_not_be_read_again_is_not_written),
		TEST(a_key_that_comes_twice_is_not_written),
		TEST(a_golden_that_cannot_be_written_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
