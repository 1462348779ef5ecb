/* SPDX-License-Identifier: MIT */
/*
 * calls.c - the table of calls: numbers, names, arguments
 */
#include "decode/decode.h"
#include "decode/arg.h"
#include "decode/words.h"

#include <stdio.h>
#include <string.h>

#define CALL(id_, classes_, ret_, ...)                                                         \
	static const struct arg_spec args_##id_[] = { __VA_ARGS__ };
#include "decode/calls.def"
#undef CALL

static const struct call_spec specs[N_CALL_IDS] = {
	[CALL_unknown] = { .id = CALL_unknown, .name = "unknown", .ret = RET_INT },
#define CALL(id_, classes_, ret_, ...)                                                         \
	[CALL_##id_] = { .id = CALL_##id_,                                                     \
		.name = #id_,                                                                  \
		.classes = classes_,                                                           \
		.ret = ret_,                                                                   \
		.n_args = sizeof(args_##id_) / sizeof(struct arg_spec),                        \
		.args = args_##id_ },
#include "decode/calls.def"
#undef CALL
};

#define NR(nr_, id_) [nr_] = CALL_##id_,
static const uint16_t x86_64_ids[] = {
#include "decode/x86_64.def"
};
static const uint16_t i386_ids[] = {
#include "decode/i386.def"
};
static const uint16_t x32_ids[] = {
#include "decode/x32.def"
};
static const uint16_t aarch64_ids[] = {
#include "decode/aarch64.def"
};
#undef NR

static const struct {
	const char *name;
	const uint16_t *ids;
	uint32_t n, base; /* base: what is added to the numbers of the table */
} arches[N_ARCHES] = {
	[ARCH_X86_64] = { "x86_64", x86_64_ids, ARRAY_LEN(x86_64_ids), 0 },
	[ARCH_I386] = { "i386", i386_ids, ARRAY_LEN(i386_ids), 0 },
	[ARCH_X32] = { "x32", x32_ids, ARRAY_LEN(x32_ids), 0x40000000 },
	[ARCH_AARCH64] = { "aarch64", aarch64_ids, ARRAY_LEN(aarch64_ids), 0 },
};

const struct call_spec *
decode_spec(enum arch arch, uint32_t nr)
{
	assert(arch < N_ARCHES);
	nr -= arches[arch].base; /* below it: wraps to a number no table has */
	return &specs[nr < arches[arch].n ? arches[arch].ids[nr] : CALL_unknown];
}

const struct call_spec *
decode_spec_by_name(const char *name)
{
	size_t low = 1, high = N_CALL_IDS;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(name, specs[middle].name);

		if (order == 0)
			return &specs[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct call_spec *
decode_spec_of(enum call_id id)
{
	assert(id < N_CALL_IDS);
	return &specs[id];
}

const char *
decode_name(enum arch arch, uint32_t nr, char room[32])
{
	const struct call_spec *spec = decode_spec(arch, nr);

	if (spec->id != CALL_unknown)
		return spec->name;
	snprintf(room, 32, "syscall_0x%x", nr);
	return room;
}

int
decode_nr(enum arch arch, enum call_id id)
{
	assert(arch < N_ARCHES);
	for (uint32_t nr = 0; id != CALL_unknown && nr < arches[arch].n; nr++) {
		if (arches[arch].ids[nr] == id)
			return (int)(nr + arches[arch].base);
	}
	return -1;
}

const char *
decode_arch_name(enum arch arch)
{
	assert(arch < N_ARCHES);
	return arches[arch].name;
}
