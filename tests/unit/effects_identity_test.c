/* SPDX-License-Identifier: MIT */
/* effects_identity_test.c - which of the calls that set ids are acts */

#include "unit/effects_run.h"

static const char *const acts_of_root[] = { "setresuid(1000, -1, -1)", "setgid(100)",
	"setreuid(-1, 0)" };

static void
ids_that_stay_are_no_act(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_setuid, 0, N(0));
	made_call(&m, 1, CALL_setresgid, 0, N(-1), N(0), N(-1));
	made_call(&m, 1, CALL_setreuid, 0, N(-1), N(-1));
	made_finish(&m);
	assert_int_equal(made_count(&m, EFFECT_PRIVILEGE), 0);
	made_free(&m);
}

static void
ids_that_change_are_acts_once(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_setgid, 0, N(100));
	made_call(&m, 1, CALL_setgid, 0, N(100));
	made_call(&m, 1, CALL_setresuid, 0, N(1000), N(-1), N(-1));
	made_call(&m, 1, CALL_setreuid, 0, N(-1), N(1000));
	made_call(&m, 1, CALL_setreuid, 0, N(-1), N(0));
	made_finish(&m);
	for (size_t i = 0; i < ARRAY_LEN(acts_of_root); i++)
		assert_non_null(made_effect(&m, EFFECT_PRIVILEGE, acts_of_root[i]));
	assert_non_null(made_effect(&m, EFFECT_PRIVILEGE, "setreuid(-1, 1000)"));
	assert_int_equal(made_number(&m, EFFECT_PRIVILEGE, "setgid(100)", "count"), 1);
	assert_int_equal(made_count(&m, EFFECT_PRIVILEGE), 4);
	made_free(&m);
}

static void
a_child_begins_with_the_ids_of_its_parent(void **state)
{
	struct made m = made_new(PROFILE_EFFECTS);

	(void)state;
	made_call(&m, 1, CALL_setuid, 0, N(1000));
	made_start(&m, 2, 1, 2, 0);
	made_call(&m, 2, CALL_setuid, 0, N(1000));
	made_exit(&m, 2, 0);
	made_finish(&m);
	assert_int_equal(made_number(&m, EFFECT_PRIVILEGE, "setuid(1000)", "count"), 1);
	made_free(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_that_stay_are_no_act),
		cmocka_unit_test(ids_that_change_are_acts_once),
		cmocka_unit_test(a_child_begins_with_the_ids_of_its_parent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
