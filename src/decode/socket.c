/* SPDX-License-Identifier: MIT */
/*
 * socket.c - arguments of socket calls: addresses with their lengths, options
 */
#include "decode/kinds.h"
#include "decode/layouts.h"

static bool
length_at(struct text *t, bool at_exit, uint64_t address, uint32_t *out)
{
	uint8_t bytes[4];

	if (!text_read(t, at_exit, address, bytes, sizeof(bytes)))
		return false;
	*out = (uint32_t)load_uint(bytes, sizeof(bytes));
	return true;
}

/* What the kernel wrote: no more than the caller had room for. */
static uint32_t
length_written(struct text *t, const struct arg *a)
{
	uint32_t before = 0, after = 0;

	if (!length_at(t, true, arg_len(t->args, a), &after))
		return 0;
	return length_at(t, false, arg_len(t->args, a), &before) ? MIN(before, after) : after;
}

void
show_address_in(struct text *t, const struct arg *a)
{
	show_sockaddr(t, false, a->value, arg_len(t->args, a));
}

void
show_address_out(struct text *t, const struct arg *a)
{
	if (t->is_ok)
		show_sockaddr(t, true, a->value, length_written(t, a));
	else
		text_address(t, a->value);
}

void
show_length(struct text *t, const struct arg *a)
{
	bool is_of_nothing = a->spec->len != NO_LEN && !arg_len(t->args, a);
	uint32_t before, after;

	if (is_of_nothing || !length_at(t, false, a->value, &before)) {
		text_address(t, a->value);
		return;
	}
	str_addf(t->out, "[%d", (int)before);
	if (t->is_ok && length_at(t, true, a->value, &after) && after != before)
		str_addf(t->out, " => %d", (int)after);
	str_add_char(t->out, ']');
}

/* Options that are structs of one size. */
static const struct {
	uint32_t level, option;
	const struct layout *layout;
} structs[] = {
	{ 1, 13, &layout_linger }, /* SOL_SOCKET, SO_LINGER */
	{ 1, 17, &layout_ucred },  /* SO_PEERCRED */
};

static bool
show_struct(struct text *t, bool at_exit, uint64_t address, uint64_t n)
{
	uint8_t bytes[16];

	for (size_t i = 0; i < ARRAY_LEN(structs); i++) {
		const struct layout *l = structs[i].layout;

		if (t->args->arg[1].value != structs[i].level ||
			t->args->arg[2].value != structs[i].option ||
			layout_size(l, t->arch) != n || n > sizeof(bytes) ||
			!text_read(t, at_exit, address, bytes, n))
			continue;
		layout_show(t, l, bytes, n);
		return true;
	}
	return false;
}

static void
show_option(struct text *t, bool at_exit, uint64_t address, uint64_t n)
{
	uint8_t bytes[4];

	if (show_struct(t, at_exit, address, n))
		return;
	if (n == sizeof(bytes) && text_read(t, at_exit, address, bytes, sizeof(bytes)))
		str_addf(t->out, "[%d]", (int)load_uint(bytes, sizeof(bytes)));
	else
		text_bytes(t, at_exit, address, n);
}

void
show_opt_in(struct text *t, const struct arg *a)
{
	show_option(t, false, a->value, arg_len(t->args, a));
}

void
show_opt_out(struct text *t, const struct arg *a)
{
	if (t->is_ok)
		show_option(t, true, a->value, length_written(t, a));
	else
		text_address(t, a->value);
}
