/* SPDX-License-Identifier: MIT */
/*
 * fuzz_btf.c - no BTF leads the excerpt astray, and what it makes is sound
 *
 * The input is the kernel's BTF and the program's at once: its own names are looked for in it.
 */

#include "capture/btf_excerpt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO(btf_names_free) struct btf_names *names = btf_names_new();
	AUTO(str_done) struct str first = { 0 }, second = { 0 };
	struct err err = { 0 };
	uint32_t number;

	btf_names_ask(names, "btf_trace_sys_enter", &number);
	if (btf_names_add(names, data, n, &err) < 0 ||
		btf_excerpt(&first, data, n, names, &err) < 0) {
		err_done(&err);
		return 0;
	}
	assert(btf_excerpt(&second, first.data, first.n, names, &err) == 0);
	assert(second.n <= first.n);
	return 0;
}
