/* SPDX-License-Identifier: MIT */
/*
 * fuzz_context.c - what an environment hands on: any bytes are a trace parent or a clock that
 * can be passed on and is the same then, or none
 */

#include "base/context.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes end where the sanitizer looks; so does what is passed on. */
static void
read_parent(const char *data, size_t size)
{
	AUTO(str_done) struct str text = { 0 };
	struct trace_parent parent, again;

	if (!trace_parent_read(&parent, data, size))
		return;
	assert(strlen(parent.trace_id) == 32 && strlen(parent.parent_id) == 16);
	trace_parent_put(&text, &parent);
	assert(text.n == 55 && trace_parent_read(&again, text.data, text.n));
	assert(strcmp(parent.trace_id, again.trace_id) == 0);
	assert(strcmp(parent.parent_id, again.parent_id) == 0);
	assert(parent.flags == again.flags);
}

static void
read_clock(const char *data, size_t size)
{
	AUTO(str_done) struct str text = { 0 }, again = { 0 };
	uint64_t clock;

	str_add_n(&text, data, size);
	if (!lamport_read(&clock, str_text(&text)))
		return;
	assert(clock < UINT64_MAX / 2 + 20);
	str_addf(&again, "%llu", (unsigned long long)clock);
	assert(strcmp(str_text(&again), str_text(&text)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_parent((const char *)data, size);
	read_clock((const char *)data, size);
	return 0;
}
