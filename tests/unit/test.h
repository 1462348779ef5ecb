/* SPDX-License-Identifier: MIT */
/* test.h - cmocka with what it needs included first */
#ifndef UNIT_TEST_H
#define UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

/* Each configuration that a test reads, as a file in $RENACER_SAMPLES: for tests of whoever
 * else says what a configuration may be. */
static inline void
test_sample(const char *name, const char *text)
{
	static unsigned nr;
	const char *dir = getenv("RENACER_SAMPLES");
	char path[4096];
	FILE *f;

	if (!dir)
		return;
	snprintf(path, sizeof path, "%s/%s-%03u.toml", dir, name, ++nr);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

#endif
