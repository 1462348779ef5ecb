/* SPDX-License-Identifier: MIT */
/*
 * pointers.c - arguments that point to structs, alone or in arrays
 */
#include "decode/kinds.h"
#include "decode/layouts.h"

#include <errno.h>
#include <string.h>

/* A struct of at most `limit` bytes; false: not taken or not readable. */
static bool
show_at(struct text *t, bool at_exit, uint64_t address, const struct layout *l, uint64_t limit)
{
	uint8_t bytes[MAX_STRUCT];
	size_t n = MIN(MIN(layout_size(l, t->arch), limit), sizeof(bytes));

	if (!address || !text_read(t, at_exit, address, bytes, n))
		return false;
	layout_show(t, l, bytes, n);
	return true;
}

static void
show_or_address(
	struct text *t, bool at_exit, uint64_t address, const struct layout *l, uint64_t limit)
{
	if (!show_at(t, at_exit, address, l, limit))
		text_address(t, address);
}

static uint64_t
limit_of(struct text *t, const struct arg *a)
{
	return a->spec->len == NO_LEN ? UINT64_MAX : arg_len(t->args, a);
}

void
show_ptr_in(struct text *t, const struct arg *a)
{
	show_or_address(t, false, a->value, a->spec->ref, limit_of(t, a));
}

void
show_ptr_out(struct text *t, const struct arg *a)
{
	/* Nobody to wait for: the status is not written. */
	bool has_nothing = (t->id == CALL_wait4 || t->id == CALL_waitpid) && t->call->ret == 0;

	if (t->is_ok && !has_nothing)
		show_or_address(t, true, a->value, a->spec->ref, limit_of(t, a));
	else
		text_address(t, a->value);
}

void
show_ptr_both(struct text *t, const struct arg *a)
{
	size_t start = t->out->n, middle;

	show_or_address(t, false, a->value, a->spec->ref, limit_of(t, a));
	middle = t->out->n;
	if (t->at_entry || !t->is_ok || !a->value)
		return;
	str_add(t->out, " => ");
	if (!show_at(t, true, a->value, a->spec->ref, limit_of(t, a)))
		str_cut(t->out, middle);
	else if (t->out->n - middle - 4 == middle - start &&
		 memcmp(t->out->data + start, t->out->data + middle + 4, middle - start) == 0)
		str_cut(t->out, middle); /* unchanged */
}

void
show_ptr_rem(struct text *t, const struct arg *a)
{
	if (t->call->state == CALL_RESTARTED || (t->call->is_error && t->call->ret == -EINTR))
		show_or_address(t, true, a->value, a->spec->ref, UINT64_MAX);
	else
		text_address(t, a->value);
}

static void
show_array(struct text *t, bool at_exit, uint64_t address, const struct layout *l,
	uint64_t count, size_t limit)
{
	size_t step = layout_size(l, t->arch);
	uint8_t byte;

	if (!address || (count && !text_read(t, at_exit, address, &byte, 1))) {
		text_address(t, address);
		return;
	}
	str_add_char(t->out, '[');
	for (uint64_t i = 0; i < count; i++) {
		if (i)
			str_add(t->out, ", ");
		if (i >= limit || !show_at(t, at_exit, address + i * step, l, UINT64_MAX)) {
			str_add(t->out, "...");
			break;
		}
	}
	str_add_char(t->out, ']');
}

static size_t
limit_of_list(const struct text *t)
{
	return t->how->verbose ? MAX_ELEMENTS : t->how->list_limit;
}

void
show_pair_in(struct text *t, const struct arg *a)
{
	show_array(t, false, a->value, a->spec->ref, 2, 2);
}

void
show_pair_out(struct text *t, const struct arg *a)
{
	if (t->is_ok)
		show_array(t, true, a->value, a->spec->ref, 2, 2);
	else
		text_address(t, a->value);
}

void
show_array_in(struct text *t, const struct arg *a)
{
	show_array(t, false, a->value, a->spec->ref, arg_len(t->args, a), limit_of_list(t));
}

void
show_array_out(struct text *t, const struct arg *a)
{
	if (t->is_ok)
		show_array(t, true, a->value, a->spec->ref, (uint64_t)MAX(t->call->ret, 0),
			limit_of_list(t));
	else
		text_address(t, a->value);
}

void
show_ptr_list(struct text *t, const struct arg *a)
{
	uint64_t count = arg_len(t->args, a);
	uint8_t bytes[8];

	if (!text_read(t, false, a->value, bytes, t->word)) {
		text_address(t, a->value);
		return;
	}
	str_add_char(t->out, '[');
	for (uint64_t i = 0; i < count; i++) {
		if (i)
			str_add(t->out, ", ");
		if (i >= limit_of_list(t) ||
			!text_read(t, false, a->value + i * t->word, bytes, t->word)) {
			str_add(t->out, "...");
			break;
		}
		show_or_address(t, false, load_uint(bytes, t->word), a->spec->ref, UINT64_MAX);
	}
	str_add_char(t->out, ']');
}

void
show_fd_pair(struct text *t, const struct arg *a)
{
	uint8_t bytes[8];

	if (!t->is_ok || !text_read(t, true, a->value, bytes, sizeof(bytes))) {
		text_address(t, a->value);
		return;
	}
	str_add_char(t->out, '[');
	text_fd(t, (int)load_uint(bytes, 4), true);
	str_add(t->out, ", ");
	text_fd(t, (int)load_uint(bytes + 4, 4), true);
	str_add_char(t->out, ']');
}

/* How many entries; with -v nothing more here, names are an effect's business. */
void
show_dirents(struct text *t, const struct arg *a)
{
	uint64_t at = 0, n = t->is_ok ? (uint64_t)MAX(t->call->ret, 0) : 0;
	/* Where d_reclen stands: behind the inode and the offset. */
	unsigned before = t->id == CALL_getdents ? 2 * width_size(t->arch, WL) : 16, count = 0;

	text_address(t, a->value);
	while (at < n) {
		uint8_t bytes[2];
		uint64_t size;

		if (!text_read(t, true, a->value + at + before, bytes, sizeof(bytes)))
			return;
		size = load_uint(bytes, sizeof(bytes));
		if (size < before + sizeof(bytes))
			return;
		at += size;
		count++;
	}
	if (t->is_ok && !t->how->hide_addresses)
		str_addf(t->out, " /* %u entr%s */", count, count == 1 ? "y" : "ies");
}
