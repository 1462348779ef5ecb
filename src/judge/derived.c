/* SPDX-License-Identifier: MIT */
/* derived.c - a count is told by its parts, if these account for all of it */

#include "judge/derived.h"

#include <string.h>

/* What is counted, and how much one effect of that kind adds: a value of it, or 1. */
static const struct {
	const char *count;
	enum effect_kind kind;
	const char *value; /* NULL: each is one */
} rows[] = {
	{ "programs", EFFECT_EXEC, "count" },
	{ "paths changed", EFFECT_PATH, NULL },
	{ "files read", EFFECT_READ, NULL },
	{ "connections", EFFECT_NET, "connections" },
};

static const struct effect *
any_side(const struct difference *d)
{
	return d->run ? d->run : d->golden;
}

static size_t
row_of(const struct difference *count)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strcmp(any_side(count)->key, rows[i].count) == 0)
			return i;
	return ARRAY_LEN(rows);
}

static int64_t
number_of(const struct effect *e, const char *name, int64_t otherwise)
{
	const struct value *v = e ? effect_value(e, name) : NULL;

	return v && v->kind == VALUE_NUMBER ? v->number : otherwise;
}

/* How much the difference adds to the count of its kind. An effect that differs in several
 * values has several differences; only that of the counted value counts. */
static int64_t
part_of(size_t row, const struct difference *d)
{
	const char *name = rows[row].value;
	int64_t golden, run;

	if (any_side(d)->kind != rows[row].kind)
		return 0;
	if (!name)
		return !d->golden - !d->run;
	if (d->golden && d->run && d->field && strcmp(d->field, name) != 0 &&
		strcmp(d->field, "argv") != 0)
		return 0;
	golden = number_of(d->golden, name, 0);
	run = number_of(d->run, name, 0);
	return run - golden;
}

bool
derived_from(const struct difference *count, const struct difference *d)
{
	size_t row = row_of(count);

	return row < ARRAY_LEN(rows) && part_of(row, d) != 0;
}

static bool
is_told(const struct difference *count, const struct difference *d, size_t n)
{
	const struct value *a = count->golden ? effect_value(count->golden, "count") : NULL;
	const struct value *b = count->run ? effect_value(count->run, "count") : NULL;
	size_t row = row_of(count);
	int64_t rest;

	if (row == ARRAY_LEN(rows) || !a || !b || a->kind != VALUE_NUMBER ||
		b->kind != VALUE_NUMBER)
		return false;
	rest = b->number - a->number;
	for (size_t i = 0; i < n; i++)
		rest -= part_of(row, &d[i]);
	return rest == 0;
}

void
derived_mark(struct difference *d, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (any_side(&d[i])->kind == EFFECT_COUNT)
			d[i].is_derived = is_told(&d[i], d, n);
}
