/* SPDX-License-Identifier: MIT */
/*
 * origin.c - where in a program the calls of a run were made
 *
 * What a verdict shows is found again in the columns of its run by the event's number, in
 * another verdict by its words: the same rule or effect, the same difference, the same call. If
 * anything of that is unlike, nothing is said.
 */

#include "judge/origin.h"

#include "base/map.h"
#include "base/str.h"

#include <string.h>

#define C(id_) COLUMN_BIT(COLUMN_##id_)
const uint64_t origin_columns = C(SEQ) | C(FUNCTION) | C(FILE) | C(LINE);
#undef C

static bool
is_known(const struct origin *s)
{
	return s->function || s->at.file;
}

bool
origin_put(struct str *out, const struct origin *origin)
{
	if (!is_known(origin))
		return false;
	if (origin->at.file)
		str_add_printable(out, origin->at.file, strlen(origin->at.file));
	if (origin->at.file && origin->at.row)
		str_addf(out, ":%u", origin->at.row);
	if (origin->function) {
		str_add(out, origin->at.file ? " (" : "(");
		str_add_printable(out, origin->function, strlen(origin->function));
		str_add_char(out, ')');
	}
	if (origin->is_again)
		str_add(out, ", in a second run");
	return true;
}

bool
origin_of_row(struct origin *out, const struct columns *c, size_t row)
{
	int64_t line;

	*out = (struct origin){ .function = NULL };
	if (columns_lack(c, COLUMN_FUNCTION) || columns_lack(c, COLUMN_FILE) ||
		columns_lack(c, COLUMN_LINE))
		return false;
	line = columns_number(c, COLUMN_LINE, row);
	out->function = columns_text(c, COLUMN_FUNCTION, row, 0);
	out->at.file = columns_text(c, COLUMN_FILE, row, 0);
	out->at.row = line == COLUMN_NULL ? 0 : (uint32_t)line;
	out->at.column = out->at.row != 0;
	return is_known(out);
}

/* What findings and outcomes have in common. */
struct shown {
	const char *kind, *subject, *text, *call;
	uint64_t seq;
	struct origin *origin;
};

typedef void shown_fn(void *arg, const struct shown *shown);

static void
each_finding(struct finding *all, size_t n, shown_fn *fn, void *arg)
{
	for (size_t i = 0; i < n; i++) {
		struct finding *f = &all[i];

		fn(arg, &(struct shown){ f->rule_id, f->subject, f->wanted, f->call, f->seq,
				&f->origin });
		each_finding(f->members, f->n_members, fn, arg);
	}
}

static void
each(struct verdict *v, shown_fn *fn, void *arg)
{
	each_finding(v->findings, v->n_findings, fn, arg);
	for (size_t i = 0; i < v->n_outcomes; i++) {
		struct outcome *o = &v->outcomes[i];

		fn(arg, &(struct shown){
				o->type, o->name, o->wanted, o->call, o->seq, &o->origin });
	}
}

static bool
is_due(const struct shown *s)
{
	return s->seq && s->call && !is_known(s->origin);
}

static void
note_missing(void *arg, const struct shown *s)
{
	*(bool *)arg |= is_due(s);
}

bool
origins_are_missing(const struct verdict *v)
{
	bool any = false;

	each((struct verdict *)v, note_missing, &any); /* which changes nothing */
	return any;
}

struct rows {
	const struct columns *columns;
	struct map *by_seq; /* 1: wanted; the row plus 2 */
};

static void
want_row(void *arg, const struct shown *s)
{
	if (is_due(s))
		*map_number(((struct rows *)arg)->by_seq, s->seq) = (void *)1;
}

static void
take_row(void *arg, const struct shown *s)
{
	const struct rows *rows = arg;
	uintptr_t row = is_due(s) ? (uintptr_t)map_get_number(rows->by_seq, s->seq) : 0;

	if (row > 1)
		origin_of_row(s->origin, rows->columns, row - 2);
}

void
origins_from_columns(struct verdict *v, const struct columns *c)
{
	AUTO(map_free) struct map *by_seq = map_new();
	struct rows rows = { c, by_seq };

	if (columns_lack(c, COLUMN_FUNCTION))
		return;
	each(v, want_row, &rows);
	for (size_t row = 0; map_count(by_seq) && row < columns_rows(c); row++) {
		uint64_t seq = (uint64_t)columns_number(c, COLUMN_SEQ, row);

		if (map_get_number(by_seq, seq))
			*map_number(by_seq, seq) = (void *)(uintptr_t)(row + 2);
	}
	each(v, take_row, &rows);
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

struct search {
	const struct shown *wanted;
	const struct origin *found;
	size_t n; /* that are like it */
};

static void
look(void *arg, const struct shown *s)
{
	struct search *search = arg;
	const struct shown *w = search->wanted;

	if (!is_same_text(s->kind, w->kind) || !is_same_text(s->subject, w->subject) ||
		!is_same_text(s->text, w->text) || !is_same_text(s->call, w->call))
		return;
	search->n++;
	if (is_known(s->origin))
		search->found = s->origin;
}

static void
take_from(void *arg, const struct shown *s)
{
	struct search search = { .wanted = s };

	if (!is_due(s))
		return;
	each(arg, look, &search);
	if (search.n != 1 || !search.found)
		return; /* none, or no telling which */
	*s->origin = *search.found;
	s->origin->is_again = true;
}

void
origins_from_verdict(struct verdict *v, const struct verdict *other)
{
	each(v, take_from, (void *)other); /* only read */
}

struct visit {
	void (*fn)(void *arg, struct origin *origin);
	void *arg;
};

static void
visit(void *arg, const struct shown *s)
{
	const struct visit *v = arg;

	if (is_known(s->origin))
		v->fn(v->arg, s->origin);
}

void
origins_each(struct verdict *v, void (*fn)(void *arg, struct origin *origin), void *arg)
{
	each(v, visit, &(struct visit){ fn, arg });
}
