/* SPDX-License-Identifier: MIT */
/* fuzz_names.c - any text as a mangled name: it is shown, in bounded length */

#include "base/mem.h"
#include "symbol/symbol.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const schemes[] = { "_R", "_ZN", "" };

	for (size_t i = 0; i < ARRAY_LEN(schemes); i++) {
		AUTO(str_done) struct str name = { 0 }, shown = { 0 };

		str_add(&name, schemes[i]);
		str_add_n(&name, data, n);
		symbol_demangle(&shown, name.data);
		assert(strlen(str_text(&shown)) == shown.n);
	}
	return 0;
}
