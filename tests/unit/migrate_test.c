/* SPDX-License-Identifier: MIT */
/* migrate_test.c - goldens in the words of an older version, said in today's */
#include "test.h"

#include "base/mem.h"
#include "judge/migrate.h"

#include <string.h>

static const struct version_row some_rows[] = {
	{ 2, PROFILE_STRICT, EFFECT_CALL, NULL, "*", "calls are called otherwise" },
	{ 2, N_PROFILES, EFFECT_PATH, NULL, "/old/*", "what lies there is told otherwise" },
	{ 2, N_PROFILES, EFFECT_STREAM, "", "stdout", "standard output" },
	{ 3, N_PROFILES, EFFECT_STREAM, "", "standard output", "output" },
	{ 3, N_PROFILES, EFFECT_PATH, "type", "dir", "directory" },
	{ 3, N_PROFILES, EFFECT_STREAM, "text", "dir", "never" },
};
static const struct version_table table = { 3, some_rows, ARRAY_LEN(some_rows) };

static struct golden *
old_golden(uint32_t version)
{
	static const char *const argv[] = { "prog", NULL };
	struct golden *g = golden_new();
	struct effect *e;

	g->table = version;
	g->target = "t";
	g->argv = argv;
	g->n_runs = 1;
	g->profile = PROFILE_EFFECTS;
	g->fingerprint = (struct fingerprint){ "", "", "", "" };
	e = golden_add(g, EFFECT_EXIT, "exit");
	effect_number(g, e, "code", 0);
	e->n_runs = 1;
	e = golden_add(g, EFFECT_STREAM, "stdout");
	effect_text(g, e, "text", "hello");
	e->n_runs = 1;
	e = golden_add(g, EFFECT_PATH, "/a");
	effect_text(g, e, "type", "dir");
	e->n_runs = 1;
	return g;
}

static const struct effect *
find(const struct golden *g, enum effect_kind kind, const char *key)
{
	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].kind == kind && strcmp(g->effects[i].key, key) == 0)
			return &g->effects[i];
	return NULL;
}

static void
renames_of_all_versions_in_between_follow_each_other(void **state)
{
	AUTO(golden_free) struct golden *old = old_golden(1);
	AUTO(golden_free) struct golden *now = NULL;
	AUTO(str_done) struct str report = { 0 };
	const struct effect *e;

	(void)state;
	assert_int_equal(migrate_golden(&now, old, &table, &report), MIGRATE_REWORDED);
	assert_int_equal(now->table, 3);
	assert_non_null(find(now, EFFECT_STREAM, "output"));
	e = find(now, EFFECT_PATH, "/a");
	assert_non_null(e);
	assert_string_equal(effect_value(e, "type")->text, "directory");
	assert_non_null(strstr(report.data, "stream stdout: key 'stdout' is 'output' now"));
	assert_non_null(strstr(report.data, "path /a: type 'dir' is 'directory' now"));
}

static void
only_renames_newer_than_the_golden_count(void **state)
{
	AUTO(golden_free) struct golden *old = old_golden(2);
	AUTO(golden_free) struct golden *now = NULL;

	(void)state;
	assert_int_equal(migrate_golden(&now, old, &table, NULL), MIGRATE_REWORDED);
	assert_non_null(find(now, EFFECT_STREAM, "stdout"));
	assert_string_equal(
		effect_value(find(now, EFFECT_PATH, "/a"), "type")->text, "directory");
}

static void
what_only_a_recording_can_say_is_refused(void **state)
{
	AUTO(golden_free) struct golden *old = old_golden(1);
	AUTO(golden_free) struct golden *now = NULL;
	AUTO(str_done) struct str report = { 0 };

	(void)state;
	golden_add(old, EFFECT_PATH, "/old/x");
	assert_int_equal(migrate_golden(&now, old, &table, &report), MIGRATE_RECORD);
	assert_null(now);
	assert_string_equal(
		report.data, "version 2: what lies there is told otherwise (1 effect)\n");
	old->table = 2;
	assert_int_equal(migrate_golden(&now, old, &table, NULL), MIGRATE_REWORDED);
	golden_free(TAKE(now));
	old->table = 3;
	assert_int_equal(migrate_golden(&now, old, &table, NULL), MIGRATE_SAME);
}

static void
a_true_rewording_judges_as_before(void **state)
{
	AUTO(golden_free) struct golden *old = old_golden(1);
	AUTO(golden_free) struct golden *now = NULL;
	struct err err = { 0 };
	size_t n_probes;

	(void)state;
	assert_int_equal(migrate_golden(&now, old, &table, NULL), MIGRATE_REWORDED);
	assert_int_equal(migrate_verify(old, now, &table, &n_probes, &err), 0);
	assert_int_equal(n_probes, 1 + 3 * 3);
}

/* Two keys that become one, a value that got lost, an effect too few: a verdict would flip. */
static void
a_rewording_that_would_flip_a_verdict_is_found(void **state)
{
	static const struct version_row joining[] = {
		{ 2, N_PROFILES, EFFECT_PATH, "type", "dir", "thing" },
		{ 2, N_PROFILES, EFFECT_PATH, "type", "dir (another)", "thing" },
	};
	static const struct version_table joins = { 2, joining, ARRAY_LEN(joining) };
	AUTO(golden_free) struct golden *old = old_golden(1);
	AUTO(golden_free) struct golden *now = NULL;
	struct err err = { 0 };
	size_t n_probes;

	(void)state;
	assert_int_equal(migrate_golden(&now, old, &joins, NULL), MIGRATE_REWORDED);
	assert_int_equal(migrate_verify(old, now, &joins, &n_probes, &err), -1);
	assert_non_null(
		strstr(err.text, "would fail by the old words and pass by the new ones"));
	err_done(&err);
	now->n_effects--;
	assert_int_equal(migrate_verify(old, now, &joins, &n_probes, &err), -1);
	err_done(&err);
}

static void
rows_of_the_table_rise_to_todays_version(void **state)
{
	(void)state;
	assert_int_equal(versions.version, TABLE_VERSION);
	for (size_t i = 0; i < versions.n; i++) {
		assert_in_range(versions.rows[i].to, 2, TABLE_VERSION);
		assert_true(!i || versions.rows[i].to >= versions.rows[i - 1].to);
		assert_true(*versions.rows[i].now != '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(renames_of_all_versions_in_between_follow_each_other),
		cmocka_unit_test(only_renames_newer_than_the_golden_count),
		cmocka_unit_test(what_only_a_recording_can_say_is_refused),
		cmocka_unit_test(a_true_rewording_judges_as_before),
		cmocka_unit_test(a_rewording_that_would_flip_a_verdict_is_found),
		cmocka_unit_test(rows_of_the_table_rise_to_todays_version),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
