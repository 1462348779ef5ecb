/* SPDX-License-Identifier: MIT */
/* golden_number.c - the line of a number that a budget is held against */

#include "store/golden_line.h"

#include <string.h>

static int
take_amount(struct parser *p, const struct json **at, const char *name, uint64_t *out)
{
	const struct json *j;

	if (line_expect(p, at, name, &j) < 0)
		return -1;
	if (j->kind != JSON_INT || (!j->is_unsigned && j->integer < 0))
		return line_wrong_kind(p, j, "a whole number that is not negative");
	*out = (uint64_t)j->integer;
	return 0;
}

int
number_parse(struct parser *p, const struct json *at)
{
	struct golden *g = p->golden;
	struct golden_number *number;
	const char *name, **by;
	const struct json *j = at;

	if (line_text(p, at, &name) < 0)
		return -1;
	if (g->n_numbers && strcmp(g->numbers[g->n_numbers - 1].name, name) >= 0)
		return err_at(p->err, line_place_of(p, at),
			"number '%s' must stand before '%s', and once", name,
			g->numbers[g->n_numbers - 1].name);
	number = golden_number_add(g, name);
	j = at->next;
	if (take_amount(p, &j, "low", &number->low) < 0 ||
		take_amount(p, &j, "high", &number->high) < 0)
		return -1;
	if (number->low > number->high)
		return err_at(
			p->err, line_place_of(p, at), "number '%s': low is above high", name);
	if (j) {
		if (line_expect(p, &j, "by", &at) < 0 || line_list(p, at, &by) < 0)
			return -1;
		number->by = by;
		while (by[number->n_by])
			number->n_by++;
	}
	return line_expect_end(p, j);
}
