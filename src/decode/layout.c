/* SPDX-License-Identifier: MIT */
/*
 * layout.c - a struct as text, field by field
 *
 * Fields for -v leave ", ..." behind when they are not shown, and so do numbers that differ
 * between equal runs in canonical text.
 */
#include "decode/layouts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MAX_FIELDS 64 /* of a layout that has an order of its own */

static uint64_t
field_value(const struct field *f, const uint8_t *bytes, enum arch arch)
{
	unsigned width = width_size(arch, f->width);
	uint64_t value = load_uint(bytes, width);
	bool is_signed = f->kind == ARG_LONG || f->kind == ARG_TIME || f->kind == ARG_INT ||
			 f->kind == ARG_FD || f->kind == ARG_PID || f->kind == ARG_DIRFD;

	if (is_signed && width && width < 8 && value >> (8 * width - 1))
		value |= UINT64_MAX << 8 * width;
	return value;
}

static bool
is_hidden(const struct text *t, const struct field *f)
{
	bool varies = f->flags & FIELD_VARIES || f->kind == ARG_TIME;

	return (f->flags & FIELD_VERBOSE && !t->how->verbose) ||
	       (varies && t->how->hide_addresses);
}

static void
show_chars(struct text *t, const uint8_t *bytes, size_t n)
{
	str_add_quoted(t->out, bytes, strnlen((const char *)bytes, n), SIZE_MAX);
}

static void
show_field(struct text *t, const struct field *f, const uint8_t *bytes, size_t n)
{
	if (f->kind == ARG_CHARS) {
		show_chars(t, bytes, n);
	} else if (f->kind != ARG_NEST) {
		text_value(t, f->kind, f->ref, field_value(f, bytes, t->arch));
	} else if (!f->count) {
		layout_show(t, f->ref, bytes, n);
	} else {
		size_t step = n / f->count;

		str_add_char(t->out, '[');
		for (unsigned i = 0; i < f->count; i++) {
			if (i)
				str_add(t->out, ", ");
			layout_show(t, f->ref, bytes + i * step, step);
		}
		str_add_char(t->out, ']');
	}
}

static void
show_name(struct text *t, const struct field *f, bool *is_first)
{
	if (!*is_first)
		str_add(t->out, ", ");
	*is_first = false;
	str_add(t->out, f->name);
	str_add_char(t->out, '=');
}

void
layout_show_but(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n,
	bool (*skip)(const struct field *f, uint64_t arg), uint64_t arg)
{
	size_t offset = 0, size;
	bool is_first = true, was_cut = false;

	str_add_char(t->out, '{');
	for (unsigned i = 0; i < l->n; i++, offset += size) {
		const struct field *f = &l->fields[i];

		offset = field_next(l, i, offset, t->arch);
		size = field_size(f, t->arch);
		if (offset + size > n)
			break;
		if (f->flags & FIELD_PAD || (skip && skip(f, arg)))
			continue;
		if (is_hidden(t, f)) {
			was_cut = true;
			continue;
		}
		show_name(t, f, &is_first);
		show_field(t, f, bytes + offset, size);
	}
	if (was_cut)
		str_add(t->out, is_first ? "..." : ", ...");
	str_add_char(t->out, '}');
}

void
layout_show(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	const struct field *only;

	l = layout_of(l, t->arch);
	only = &l->fields[0];
	if (l->print) {
		l->print(t, l, bytes, n);
	} else if (!l->is_value && !l->is_bare) {
		layout_show_but(t, l, bytes, n, NULL, 0);
	} else {
		if (l->is_value)
			str_add_char(t->out, '[');
		if (is_hidden(t, only))
			str_add(t->out, "...");
		else
			show_field(t, only, bytes, field_size(only, t->arch));
		if (l->is_value)
			str_add_char(t->out, ']');
	}
}

/* The field of that name, with its place; NULL: none, or beyond n. */
static const struct field *
find(const struct text *t, const struct layout *l, size_t n, const char *name, size_t *at)
{
	size_t offset = 0;

	for (unsigned i = 0; i < l->n; i++) {
		const struct field *f = &l->fields[i];
		size_t size = field_size(f, t->arch);

		offset = field_next(l, i, offset, t->arch);
		if (offset + size > n)
			return NULL;
		*at = offset;
		if (f->name && strcmp(f->name, name) == 0)
			return f;
		offset += size;
	}
	return NULL;
}

uint64_t
layout_get(const struct text *t, const struct layout *l, const uint8_t *bytes, size_t n,
	const char *name)
{
	const struct field *f;
	size_t at;

	l = layout_of(l, t->arch);
	f = find(t, l, n, name, &at);
	return f ? field_value(f, bytes + at, t->arch) : 0;
}

/* A comment 2026-11-20T23:45:55.896063891+0000, as strace writes it behind a point in time. */
static void
show_date(struct text *t, int64_t seconds, uint64_t ns)
{
	time_t when = (time_t)seconds;
	char text[40];
	struct tm tm;

	if ((!seconds && !ns) || ns > 999999999 || !localtime_r(&when, &tm))
		return;
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	str_addf(t->out, " /* %s", text);
	if (ns)
		str_addf(t->out, ".%09u", (unsigned)ns);
	strftime(text, sizeof(text), "%z", &tm);
	str_addf(t->out, "%s */", text);
}

void
layout_show_time(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n)
{
	layout_show_but(t, l, bytes, n, NULL, 0);
	if (!t->how->hide_addresses)
		show_date(t, (int64_t)layout_get(t, l, bytes, n, "tv_sec"),
			layout_get(t, l, bytes, n, "tv_nsec"));
}

/* A field that has its own nanoseconds beside it is a point in time. */
static void
show_date_of(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n,
	const struct field *f, uint64_t seconds)
{
	char other[32];
	size_t at;

	if (f->kind != ARG_TIME)
		return;
	snprintf(other, sizeof(other), "%s_nsec", f->name);
	if (find(t, l, n, other, &at))
		show_date(t, (int64_t)seconds, layout_get(t, l, bytes, n, other));
}

/* The places of all fields that n reaches; returns how many those are. */
static unsigned
find_all(const struct text *t, const struct layout *l, size_t n, size_t *at)
{
	size_t offset = 0;
	unsigned i = 0;

	assert(l->n <= MAX_FIELDS);
	for (; i < l->n; i++) {
		at[i] = field_next(l, i, offset, t->arch);
		offset = at[i] + field_size(&l->fields[i], t->arch);
		if (offset > n)
			break;
	}
	return i;
}

/* The field of that name, looked for from i on and around; n: there is none. Names come nearly
 * in the order of fields. */
static unsigned
next_named(const struct layout *l, unsigned n, unsigned i, const char *name)
{
	for (unsigned tried = 0; tried < n; tried++, i++) {
		const char *other;

		if (i >= n)
			i = 0;
		other = l->fields[i].name;
		if (other && strcmp(other, name) == 0)
			return i;
	}
	return n;
}

void
layout_show_order(struct text *t, const struct layout *l, const uint8_t *bytes, size_t n,
	const char *const *names)
{
	bool is_first = true, was_cut = false;
	size_t at[MAX_FIELDS];
	unsigned n_fields = find_all(t, l, n, at), i = 0;

	str_add_char(t->out, '{');
	for (; *names; names++) {
		const struct field *f;

		i = next_named(l, n_fields, i, *names);
		if (i == n_fields)
			continue;
		f = &l->fields[i];
		if (is_hidden(t, f)) {
			was_cut = true;
			continue;
		}
		show_name(t, f, &is_first);
		show_field(t, f, bytes + at[i], field_size(f, t->arch));
		show_date_of(t, l, bytes, n, f, field_value(f, bytes + at[i], t->arch));
	}
	if (was_cut)
		str_add(t->out, is_first ? "..." : ", ...");
	str_add_char(t->out, '}');
}
