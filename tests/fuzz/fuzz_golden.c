/* SPDX-License-Identifier: MIT */
/*
 * fuzz_golden.c - any bytes: what is taken for a golden prints a text that is taken again and
 * prints the same; what is not is an error with a place
 */

#include "store/golden.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO(golden_free) struct golden *g = NULL, *again = NULL;
	AUTO(str_done) struct str first = { 0 }, second = { 0 };
	struct err err = { 0 };

	if (golden_parse(&g, "fuzz", (const char *)data, n, &err) < 0) {
		assert(err.text && err.place);
		err_done(&err);
		return 0;
	}
	golden_print(&first, g);
	if (golden_parse(&again, "again", first.data, first.n, &err) < 0)
		assert(!"what was printed is no golden");
	golden_print(&second, again);
	assert(first.n == second.n && memcmp(first.data, second.data, first.n) == 0);
	return 0;
}
