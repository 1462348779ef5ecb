/* SPDX-License-Identifier: MIT */
/* antipattern_test.c - the table: every row can be asked, none says the same as another */

#include "unit/test.h"

#include "judge/antipattern.h"
#include "query/expr.h"

#include <string.h>

static void
every_expression_of_the_table_is_a_selection(void **state)
{
	static const struct {
		const char *name;
		const char *text[3];
	} rows[] = {
#define GROUPED(id_, name_, one_, two_, where_, of_, excuse_, ...)                             \
	{ name_, { (where_), (of_), (excuse_) } },
#define OTHER(id_, name_, columns_, where_, aside_, ...) { name_, { (where_), (aside_) } },
#include "judge/antipattern.def"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t k = 0; k < 3; k++) {
			AUTO(expr_free) struct expr *e = NULL;
			struct err err = { 0 };

			if (!rows[i].text[k])
				continue;
			if (expr_parse(&e, rows[i].text[k], (struct pos){ 0 }, &err) < 0)
				fail_msg("%s: %s: %s", rows[i].name, rows[i].text[k], err.text);
			assert_true(expr_is_selection(e));
		}
	}
}

static void
names_find_their_row(void **state)
{
	(void)state;
	for (enum antipattern i = 0; i < N_ANTIPATTERNS; i++) {
		const struct antipattern_spec *spec = &antipattern_specs[i];

		assert_int_equal(antipattern_by_name(spec->name), i);
		assert_true(spec->meaning && spec->remedy && spec->formula);
		assert_true(antipattern_columns(i) & COLUMN_BIT(COLUMN_EVENT));
	}
	assert_int_equal(antipattern_by_name("no-such"), N_ANTIPATTERNS);
}

static void
the_text_of_each_names_its_remedy(void **state)
{
	AUTO(str_done) struct str all = { 0 };

	(void)state;
	antipatterns_markdown(&all);
	for (enum antipattern i = 0; i < N_ANTIPATTERNS; i++) {
		AUTO(str_done) struct str one = { 0 };

		antipattern_explain(&one, i);
		assert_non_null(strstr(str_text(&one), antipattern_specs[i].remedy));
		assert_non_null(strstr(str_text(&all), antipattern_specs[i].remedy));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_expression_of_the_table_is_a_selection),
		cmocka_unit_test(names_find_their_row),
		cmocka_unit_test(the_text_of_each_names_its_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
