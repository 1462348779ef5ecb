/* SPDX-License-Identifier: MIT */
/*
 * args.c - which arguments a call has, and how wide things are for its caller
 *
 * calls.def says what a call usually takes; a row of variants.def replaces that list when a
 * register holds a certain value (fcntl's operation, open without O_CREAT) or the caller is of
 * another architecture (mmap of i386 takes a pointer to its arguments).
 */
#include "decode/arg.h"
#include "decode/words.h"

#define VARIANT(id_, arches_, reg_, mask_, value_, ...)                                        \
	{ CALL_##id_, arches_, reg_, mask_, value_,                                            \
		sizeof((const struct arg_spec[]){ __VA_ARGS__ }) / sizeof(struct arg_spec),    \
		(const struct arg_spec[]){ __VA_ARGS__ } },

#define ANY_ARCH 0xff
#define I386 (1 << ARCH_I386)
#define X32 (1 << ARCH_X32)
#define NOT_I386 (0xff & ~I386)

struct variant {
	uint16_t id;
	uint8_t arches; /* bits 1 << enum arch */
	uint8_t reg;
	uint64_t mask, value; /* (register & mask) == value */
	uint8_t n;
	const struct arg_spec *args;
};

/* Sorted by call, in the order of calls.def; among a call's rows the first that fits wins. */
static const struct variant variants[] = {
#include "decode/variants.def"
};

#undef VARIANT

/* By call: the place of its last row there, from 1; 0: it has none. Of several initializers of
 * one element the last counts, which is what is meant here. */
#define VARIANT(id_, ...) [CALL_##id_] = __COUNTER__ - FIRST_ROW + 1,
enum { FIRST_ROW = __COUNTER__ + 1 };
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
static const uint16_t last_rows[N_CALL_IDS] = {
#include "decode/variants.def"
};
#pragma GCC diagnostic pop
#undef VARIANT

static const struct variant *
variant_of(const struct call *call, enum call_id id)
{
	const struct variant *found = NULL;

	for (size_t at = last_rows[id]; at > 0 && variants[at - 1].id == id; at--) {
		const struct variant *v = &variants[at - 1];

		if (v->arches >> call->arch & 1 && (call->arg[v->reg] & v->mask) == v->value)
			found = v; /* the first that fits wins */
	}
	return found;
}

const struct arg_spec *
args_list(const struct call *call, const struct call_spec *spec, unsigned *n)
{
	const struct variant *v = variant_of(call, spec->id);

	*n = v ? v->n : spec->n_args;
	return v ? v->args : spec->args;
}

static bool
is_signed(uint8_t kind)
{
	return kind == ARG_INT || kind == ARG_FD || kind == ARG_DIRFD || kind == ARG_PID ||
	       kind == ARG_SIGNAL || kind == ARG_CLOCK;
}

static bool
is_int(uint8_t kind)
{
	return kind == ARG_UINT || kind == ARG_HEX || kind == ARG_UID || kind == ARG_MODE ||
	       kind == ARG_FILE_MODE || kind == ARG_ENUM || kind == ARG_IPC_KEY ||
	       kind == ARG_IOPRIO || kind == ARG_IOCTL || kind == ARG_QUOTA_OP ||
	       kind == ARG_SOCKOPT;
}

/* A register's or a field's value as wide as its kind says; word: bytes of the caller's long.
 */
static uint64_t
extend(uint8_t kind, uint64_t value, unsigned word)
{
	if (is_signed(kind))
		return (uint64_t)(int64_t)(int32_t)value;
	if (is_int(kind))
		return (uint32_t)value;
	if (word == 8)
		return value;
	if (kind == ARG_LONG || kind == ARG_TIME)
		return (uint64_t)(int64_t)(int32_t)value;
	return (uint32_t)value;
}

/* How many registers an argument takes; in them the low half comes first. */
static unsigned
take(struct arg *a, const struct call *call)
{
	uint8_t kind = a->spec->kind;
	uint64_t low = call->arg[a->reg];
	uint64_t high = a->reg < 5 ? call->arg[a->reg + 1] : 0;
	bool is_wide = kind == ARG_OFFSET || kind == ARG_POSITION || kind == ARG_OFFSET_FLAGS;

	if (is_wide && call->arch == ARCH_I386) {
		a->value = (uint32_t)low | high << 32;
		return 2;
	}
	/* An x32 caller's long is short, but its registers carry 64-bit offsets. */
	a->value = is_wide ? low : extend(kind, low, call->arch == ARCH_I386 ? 4 : 8);
	if (call->arch == ARCH_X32 && kind > ARG_SIGSET_FIELD)
		a->value = (uint32_t)a->value; /* pointers */
	return kind == ARG_POSITION ? 2 : 1;
}

void
args_from(struct args *out, const struct call *call, const struct call_spec *spec,
	const struct arg_spec *list, unsigned n)
{
	static const struct arg_spec raw = { "arg", ARG_HEXP, NO_LEN, NULL };
	unsigned reg = 0;

	out->n = 0;
	if (spec->id == CALL_unknown)
		n = 6;
	for (unsigned i = 0; i < n && reg < 6; i++) {
		struct arg *a = &out->arg[out->n];

		a->spec = spec->id == CALL_unknown ? &raw : &list[i];
		a->reg = (uint8_t)reg;
		reg += take(a, call);
		out->n += a->spec->kind != ARG_SKIP;
	}
	for (unsigned i = out->n; i < ARRAY_LEN(out->arg); i++) {
		out->arg[i].spec = NULL;
		out->arg[i].value = 0;
	}
}

void
args_of(struct args *out, const struct call *call, const struct call_spec *spec)
{
	unsigned n;
	const struct arg_spec *list = args_list(call, spec, &n);

	args_from(out, call, spec, list, n);
}

bool
args_any(struct args *out, struct args_case *when, enum arch arch, const struct call_spec *spec,
	unsigned i)
{
	const struct call call = { .arch = (uint8_t)arch };
	size_t at = last_rows[spec->id], end = at;

	while (at > 0 && variants[at - 1].id == spec->id)
		at--;
	for (; at < end; at++) {
		const struct variant *v = &variants[at];
		bool is_for = v->arches >> arch & 1;

		if (is_for && !i--) {
			args_from(out, &call, spec, v->args, v->n);
			*when = (struct args_case){ v->mask, v->value, v->reg };
			return true;
		}
		if (is_for && !v->mask) /* it always fits: none behind it counts */
			return false;
	}
	if (i)
		return false;
	args_from(out, &call, spec, spec->args, spec->n_args);
	*when = (struct args_case){ 0 };
	return true;
}

uint64_t
arg_len(const struct args *args, const struct arg *a)
{
	return a->spec->len < args->n ? args->arg[a->spec->len].value : 0;
}

unsigned
width_size(enum arch arch, enum width width)
{
	static const uint8_t bytes[N_ARCHES][WK + 1] = {
		[ARCH_X86_64] = { [W1] = 1, [W2] = 2, [W4] = 4, [W8] = 8, [WL] = 8, [WK] = 8 },
		[ARCH_I386] = { [W1] = 1, [W2] = 2, [W4] = 4, [W8] = 8, [WL] = 4, [WK] = 4 },
		[ARCH_X32] = { [W1] = 1, [W2] = 2, [W4] = 4, [W8] = 8, [WL] = 4, [WK] = 8 },
		[ARCH_AARCH64] = { [W1] = 1, [W2] = 2, [W4] = 4, [W8] = 8, [WL] = 8, [WK] = 8 },
	};

	return bytes[arch][width];
}

uint64_t
load_uint(const void *bytes, unsigned n)
{
	const uint8_t *p = bytes;
	uint64_t value = 0;

	for (unsigned i = 0; i < n && i < 8; i++)
		value |= (uint64_t)p[i] << 8 * i;
	return value;
}

const struct layout *
layout_of(const struct layout *l, enum arch arch)
{
	const struct layout *other = arch == ARCH_I386      ? l->i386
				     : arch == ARCH_X32     ? l->x32
				     : arch == ARCH_AARCH64 ? l->aarch64
							    : NULL;

	return other ? other : l;
}

/* Alignment of a field: its own size, but never above 4 for i386. */
static size_t
align_of(const struct layout *l, const struct field *f, enum arch arch)
{
	size_t align = 1;

	if (f->kind == ARG_NEST) {
		const struct layout *inner = layout_of(f->ref, arch);

		for (unsigned i = 0; i < inner->n; i++)
			align = MAX(align, align_of(inner, &inner->fields[i], arch));
	} else if (f->kind != ARG_CHARS) {
		align = width_size(arch, f->width);
	}
	if (arch == ARCH_I386 || (l->is_packed && arch != ARCH_AARCH64))
		align = MIN(align, 4);
	return align;
}

size_t
field_size(const struct field *f, enum arch arch)
{
	size_t count = f->count ? f->count : 1;

	if (f->kind == ARG_NEST)
		return count * layout_size(f->ref, arch);
	return count * (f->kind == ARG_CHARS ? 1 : width_size(arch, f->width));
}

size_t
field_next(const struct layout *l, unsigned i, size_t offset, enum arch arch)
{
	size_t align = align_of(l, &l->fields[i], arch);

	return (offset + align - 1) & ~(align - 1);
}

size_t
layout_size(const struct layout *l, enum arch arch)
{
	size_t offset = 0, widest = 1;

	l = layout_of(l, arch);
	for (unsigned i = 0; i < l->n; i++) {
		size_t align = align_of(l, &l->fields[i], arch);

		offset =
			((offset + align - 1) & ~(align - 1)) + field_size(&l->fields[i], arch);
		widest = MAX(widest, align);
	}
	return (offset + widest - 1) & ~(widest - 1);
}

/* The kernel's struct rt_sigframe of each architecture: a siginfo, a ucontext, the mask behind
 * the registers in it. x32 has the frame of x86_64. */
uint64_t
arg_sigmask(uint64_t stack, enum arch arch)
{
	static const uint16_t offsets[N_ARCHES] = { [ARCH_X86_64] = 296,
		[ARCH_I386] = 12 + 128 + 108,
		[ARCH_X32] = 296,
		[ARCH_AARCH64] = 128 + 40 };

	return stack ? stack + offsets[arch] : 0;
}
