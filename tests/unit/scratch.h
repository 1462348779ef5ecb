/* SPDX-License-Identifier: MIT */
/* scratch.h - a directory of a test's own to work in, gone behind it */
#ifndef UNIT_SCRATCH_H
#define UNIT_SCRATCH_H

#include "unit/test.h"

#include "base/file.h"
#include "base/mem.h"

#include <unistd.h>

/* As set-up and teardown of cmocka: *state is its path. */
static int
scratch_enter(void **state)
{
	char *dir = mem_strdup("/tmp/unit_test-XXXXXX");

	assert_non_null(mkdtemp(dir));
	assert_int_equal(chdir(dir), 0);
	*state = dir;
	return 0;
}

static int
scratch_leave(void **state)
{
	struct err err = { 0 };

	assert_int_equal(chdir("/"), 0);
	assert_int_equal(dir_remove(*state, &err), 0);
	mem_free(*state);
	return 0;
}

#endif
