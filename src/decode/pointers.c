/* SPDX-License-Identifier: MIT */
/*
 * pointers.c - arguments that point to structs, alone or in arrays
 */
#include "decode/flags.h"
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
	if (t->is_ok)
		show_or_address(t, true, a->value, a->spec->ref, limit_of(t, a));
	else
		text_address(t, a->value);
}

/* Nobody to wait for: nothing is written. */
static bool
has_found(struct text *t, const struct arg *a)
{
	uint8_t bytes[4];

	if (a->spec->len == NO_LEN)
		return t->call->ret > 0;
	return text_read(t, true, arg_len(t->args, a), bytes, 4) && load_uint(bytes, 4);
}

void
show_ptr_found(struct text *t, const struct arg *a)
{
	if (t->is_ok && a->value && has_found(t, a))
		show_or_address(t, true, a->value, a->spec->ref, UINT64_MAX);
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

/* One entry: where its name and type stand differs between the two calls. */
static void
show_dirent(struct text *t, uint64_t address, const uint8_t *head, unsigned before, size_t size)
{
	bool is_old = t->id == CALL_getdents;
	unsigned wide = before / 2, name_at = before + (is_old ? 2 : 3);
	char name[256];
	size_t n = MIN(size - name_at, sizeof name);
	uint8_t type = head[before + 2];

	n = text_read_some(t, true, address + name_at, name, n);
	if (is_old && !text_read(t, true, address + size - 1, &type, 1))
		type = 0;
	str_addf(t->out, "{d_ino=%llu, d_off=%lld, d_reclen=%zu, ",
		(unsigned long long)load_uint(head, wide),
		wide == 8 ? (long long)load_uint(head + 8, 8)
			  : (long long)(int32_t)load_uint(head + 4, 4),
		size);
	for (unsigned step = 0; step < 2; step++) {
		if ((step == 0) == is_old) {
			str_add(t->out, "d_name=");
			str_add_quoted(t->out, name, strnlen(name, n), SIZE_MAX);
		} else {
			str_add(t->out, "d_type=");
			flags_add_value(t->out, &flags_dirent_types, type);
		}
		str_add(t->out, step ? "}" : ", ");
	}
}

/* How many entries; all of them with -v. */
void
show_dirents(struct text *t, const struct arg *a)
{
	uint64_t at = 0, n = t->is_ok ? (uint64_t)MAX(t->call->ret, 0) : 0;
	/* Where d_reclen stands: behind the inode and the offset. */
	unsigned before = t->id == CALL_getdents ? 2 * width_size(t->arch, WL) : 16, count = 0;
	bool in_full = t->is_ok && t->how->verbose && !t->how->hide_addresses;

	if (in_full)
		str_add_char(t->out, '[');
	else
		text_address(t, a->value);
	while (at < n) {
		uint8_t head[19];
		uint64_t size;

		if (!text_read(t, true, a->value + at, head, before + 3))
			break;
		size = load_uint(head + before, 2);
		if (size < before + 4)
			break;
		if (in_full && count)
			str_add(t->out, ", ");
		if (in_full)
			show_dirent(t, a->value + at, head, before, size);
		at += size;
		count++;
	}
	if (in_full) {
		str_add(t->out, at < n ? (count ? ", ...]" : "...]") : "]");
		return;
	}
	if (t->is_ok && !t->how->hide_addresses && at >= n)
		str_addf(t->out, " /* %u entr%s */", count, count == 1 ? "y" : "ies");
}
