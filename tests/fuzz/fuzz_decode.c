/* SPDX-License-Identifier: MIT */
/*
 * fuzz_decode.c - any call over any memory is fetched and written in bounded time and memory
 *
 * The input is the call: architecture, number, result, registers; the rest is the target's
 * memory, mapped at 4096, so that registers lead into it and its own bytes to itself.
 */

#include "decode/decode.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BASE 4096
#define MAX_AREAS 20000

struct target {
	const uint8_t *bytes;
	size_t n;
	struct area *areas;
	uint32_t n_areas;
	bool at_exit;
};

static size_t
read_target(void *arg, uint64_t address, void *buf, size_t n)
{
	struct target *t = arg;
	uint64_t offset = address - BASE;

	if (address < BASE || offset >= t->n)
		return 0;
	n = n < t->n - offset ? n : t->n - offset;
	memcpy(buf, t->bytes + offset, n);
	return n;
}

static void
take(void *arg, uint8_t nr_arg, enum area_kind kind, uint64_t address, uint64_t size)
{
	struct target *t = arg;
	struct area *a;

	if (nr_arg > 5)
		abort();
	if (t->n_areas == MAX_AREAS)
		return;
	a = &t->areas[t->n_areas++];
	*a = (struct area){ .arg = nr_arg,
		.kind = (uint8_t)kind,
		.at_exit = t->at_exit,
		.address = address,
		.size = size };
	if (address >= BASE && address - BASE < t->n) {
		uint64_t left = t->n - (address - BASE);

		a->bytes = t->bytes + (address - BASE);
		a->kept = (uint32_t)(size < left ? size : left);
	}
	a->is_missing = size && !a->kept;
}

static void
fetch(struct target *t, struct call *call, bool is_exit)
{
	struct fetch f = { .call = call,
		.peer = { read_target, t, NULL },
		.is_exit = is_exit,
		.want_input = true,
		.take = take,
		.take_arg = t };

	t->at_exit = is_exit;
	decode_fetch(&f);
	call->areas = t->areas;
	call->n_areas = t->n_areas;
}

static void
write_all(const struct call *call)
{
	static const struct decode_text hows[] = { { .string_limit = 32, .list_limit = 32 },
		{ .string_limit = 100, .list_limit = 1000, .verbose = true },
		{ .string_limit = 32, .list_limit = 32, .hide_addresses = true } };

	for (size_t i = 0; i < ARRAY_LEN(hows); i++) {
		AUTO(str_done) struct str line = { 0 }, result = { 0 };

		decode_call(&line, call, &hows[i]);
		for (unsigned nr = 0; nr < 7; nr++)
			decode_arg(&line, call, nr, &hows[i]);
		decode_result(&result, call, &hows[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct {
		uint8_t arch, state;
		uint16_t nr;
		int32_t ret;
		uint64_t arg[6];
	} head;
	struct target t = { 0 };
	struct call call = { 0 };

	if (size < sizeof(head))
		return 0;
	memcpy(&head, data, sizeof(head));
	call.arch = head.arch % N_ARCHES;
	call.nr = head.nr % 600 + (call.arch == ARCH_X32 ? 0x40000000 : 0);
	call.state = head.state % 4;
	call.ret = head.ret;
	call.is_error = head.ret < 0 && head.ret > -4096;
	memcpy(call.arg, head.arg, sizeof(call.arg));
	t.bytes = data + sizeof(head);
	t.n = size - sizeof(head);
	t.areas = calloc(MAX_AREAS, sizeof(*t.areas));
	fetch(&t, &call, false);
	fetch(&t, &call, true);
	write_all(&call);
	free(t.areas);
	return 0;
}
