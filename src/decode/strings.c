/* SPDX-License-Identifier: MIT */
/*
 * strings.c - text, paths, buffers, argv
 */
#include "decode/kinds.h"
#include "base/mem.h"
#include "decode/area.h"

#include <linux/limits.h>
#include <string.h>

bool
text_read(struct text *t, bool at_exit, uint64_t address, void *buf, size_t n)
{
	return text_read_some(t, at_exit, address, buf, n) == n;
}

size_t
text_read_some(struct text *t, bool at_exit, uint64_t address, void *buf, size_t n)
{
	return area_read(t->call, at_exit, address, buf, n, &t->hints[at_exit]);
}

/* The area that starts at an address, which knows whether more follows than was kept. */
static const struct area *
area_at(const struct text *t, bool at_exit, uint64_t address)
{
	for (uint32_t i = 0; i < t->call->n_areas; i++) {
		const struct area *a =
			&t->call->areas[(t->hints[at_exit] + i) % t->call->n_areas];

		if (a->address == address && a->at_exit == at_exit && !a->is_missing &&
			a->kind != AREA_STRUCT)
			return a;
	}
	return NULL;
}

/* A NUL-terminated string; limit counts characters shown, 0: all. */
static void
show_string(struct text *t, uint64_t address, size_t limit)
{
	const struct area *a = area_at(t, false, address);

	if (!a || a->kind != AREA_STRING || (!a->kept && a->size)) {
		text_address(t, address);
		return;
	}
	t->hints[0] = (uint32_t)(a - t->call->areas);
	str_add_quoted(t->out, a->kept ? (const char *)a->bytes : "", a->kept,
		limit ? limit : PATH_MAX - 1);
	if (a->kept < a->size && a->kept <= (limit ? limit : PATH_MAX - 1))
		str_add(t->out, "...");
}

static void
show_bytes(struct text *t, bool at_exit, uint64_t address, uint64_t n, size_t limit)
{
	AUTO(mem_free) char *buf = NULL;
	size_t wanted = MIN(n, limit), got;

	if (!n && address) {
		str_add(t->out, "\"\"");
		return;
	}
	buf = mem_alloc(wanted);
	got = address ? text_read_some(t, at_exit, address, buf, wanted) : 0;
	if (!got && wanted) {
		text_address(t, address);
		return;
	}
	str_add_quoted(t->out, buf, got, SIZE_MAX);
	if (got < n)
		str_add(t->out, "...");
}

void
text_bytes(struct text *t, bool at_exit, uint64_t address, uint64_t n)
{
	show_bytes(t, at_exit, address, n, t->how->string_limit);
}

void
show_str(struct text *t, const struct arg *a)
{
	show_string(t, a->value, t->how->string_limit);
}

void
show_path(struct text *t, const struct arg *a)
{
	const struct area *area = area_at(t, false, a->value);

	if (area && area->kind == AREA_STRING && area->kept && t->how->name_path &&
		t->how->name_path(t->how->arg, (const char *)area->bytes, area->kept, t->out))
		return;
	show_string(t, a->value, 0);
}

void
show_data_out(struct text *t, const struct arg *a)
{
	text_bytes(t, false, a->value, arg_len(t->args, a));
}

static uint64_t
result(const struct text *t)
{
	return t->is_ok && t->call->ret > 0 ? (uint64_t)t->call->ret : 0;
}

void
show_data_in(struct text *t, const struct arg *a)
{
	if (t->is_ok)
		text_bytes(t, true, a->value, MIN(result(t), arg_len(t->args, a)));
	else
		text_address(t, a->value);
}

void
show_random(struct text *t, const struct arg *a)
{
	uint64_t n = MIN(result(t), arg_len(t->args, a));
	uint8_t buf[64];
	size_t wanted = MIN(MIN(n, sizeof(buf)), t->how->string_limit), got;

	if (t->how->hide_addresses) {
		str_add(t->out, "<random>");
		return;
	}
	got = text_read_some(t, true, a->value, buf, wanted);
	if (!got) {
		text_address(t, a->value);
		return;
	}
	str_add_char(t->out, '"');
	for (size_t i = 0; i < got; i++)
		str_addf(t->out, "\\x%02x", buf[i]);
	str_add(t->out, got < n ? "\"..." : "\"");
}

void
show_raw_in(struct text *t, const struct arg *a)
{
	text_bytes(t, false, a->value, arg_len(t->args, a));
}

void
show_raw_out(struct text *t, const struct arg *a)
{
	uint64_t n = MIN(result(t), arg_len(t->args, a));
	bool is_path = t->id == CALL_getcwd;

	if (t->is_ok && is_path && n)
		n--; /* its NUL is counted */
	if (t->is_ok && n)
		show_bytes(t, true, a->value, n, is_path ? PATH_MAX : t->how->string_limit);
	else
		text_address(t, a->value);
}

/* How many pointers stand before the NULL; only what was taken counts. */
static size_t
count_strings(struct text *t, uint64_t address, bool *is_whole)
{
	uint8_t bytes[8];
	size_t n = 0;

	for (; n < MAX_ARGV; n++) {
		*is_whole = text_read(t, false, address + n * t->word, bytes, t->word);
		if (!*is_whole || !load_uint(bytes, t->word))
			break;
	}
	return n;
}

static void
show_strings(struct text *t, const struct arg *a, size_t limit)
{
	uint8_t bytes[8];
	bool is_whole = false;
	size_t n = a->value ? count_strings(t, a->value, &is_whole) : 0;

	if (!n && !is_whole) {
		text_address(t, a->value);
		return;
	}
	str_add_char(t->out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			str_add(t->out, ", ");
		if (i >= limit) {
			str_add(t->out, "...");
			break;
		}
		if (!text_read(t, false, a->value + i * t->word, bytes, t->word))
			break;
		show_string(t, load_uint(bytes, t->word), t->how->string_limit);
	}
	str_add(t->out, is_whole ? "]" : ", ...]");
}

void
show_argv(struct text *t, const struct arg *a)
{
	show_strings(t, a, t->how->verbose ? SIZE_MAX : t->how->list_limit);
}

void
show_envp(struct text *t, const struct arg *a)
{
	bool is_whole = false;
	size_t n;

	if (t->how->verbose) {
		show_strings(t, a, SIZE_MAX);
		return;
	}
	text_address(t, a->value);
	n = a->value ? count_strings(t, a->value, &is_whole) : 0;
	if ((n || is_whole) && !t->how->hide_addresses)
		str_addf(t->out,
			is_whole ? " /* %zu var%s */" : " /* %zu var%s, unterminated */", n,
			n == 1 ? "" : "s");
}
