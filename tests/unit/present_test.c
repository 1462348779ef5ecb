/* SPDX-License-Identifier: MIT */
/* present_test.c - which texts tell the present moment */

#include "gate/present.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW_S 1795230689u /* 2026-11-21 03:11:29 UTC */

struct row {
	const char *text, *found; /* NULL: nothing is */
	bool is_minute;
};

static const struct row rows[] = {
	{ "it is 2026-11-21", "2026-11-21", false },
	{ "it is 2026-11-21.", "2026-11-21", false },
	{ "it was 2026-11-20", NULL, false },
	{ "-rw-r--r-- 1 a a 0 Nov 21 03:11 f", "Nov 21 03:11", true },
	{ "at 03:11", "03:11", true },
	{ "at 03:10", NULL, false },
	/* With a second it would have differed between recordings. */
	{ "at 03:11:29", NULL, false },
	{ "2026-11-21 02:46:59", NULL, false },
	{ "Last-Modified: Sat, 21 Nov 2026 02:46:59 GMT", NULL, false },
	{ "log-20261121-024659", NULL, false },
	{ "log-20261121.txt", "20261121", false },
	{ "x2026-11-21", NULL, false },
	{ "Nov 21, 2026", "Nov 21, 2026", false },
};

static void
the_minute_and_the_day_are_known_by_their_value(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena *arena = arena_new();
		struct golden *g = golden_new();
		struct present now;
		bool found;

		effect_text(g, golden_add(g, EFFECT_STREAM, "stdout"), "text", rows[i].text);
		found = present_find(&now, arena, g, NOW_S, NOW_S + 2);
		if (found != (rows[i].found != NULL) ||
			(found && (strcmp(now.text, rows[i].found) != 0 ||
					  now.is_minute != rows[i].is_minute)))
			fail_msg("'%s': found %s", rows[i].text, found ? now.text : "nothing");
		golden_free(g);
		arena_free(arena);
	}
}

static void
the_place_and_a_redaction_are_given(void **state)
{
	struct arena *arena = arena_new();
	struct golden *g = golden_new();
	struct present now;

	(void)state;
	effect_text(
		g, golden_add(g, EFFECT_STREAM, "stdout"), "text", "a\nb 4711\n2026-11-21\n");
	assert_true(present_find(&now, arena, g, NOW_S, NOW_S));
	assert_string_equal(now.where, "stdout line 3");
	assert_string_equal(now.redact,
		"{ pattern = '\\b\\d\\d\\d\\d-\\d\\d-\\d\\d\\b', with = \"<date>\" }");
	assert_true(present_find_pid(&now, arena, g, 4711));
	assert_string_equal(now.where, "stdout line 2");
	assert_false(present_find_pid(&now, arena, g, 4712));
	assert_false(present_find_pid(&now, arena, g, 471));
	golden_free(g);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_minute_and_the_day_are_known_by_their_value),
		cmocka_unit_test(the_place_and_a_redaction_are_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
