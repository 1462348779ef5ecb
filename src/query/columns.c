/* SPDX-License-Identifier: MIT */
/* columns.c - the events of a run as a table: what is where, and reading it */
#include "query/columns.h"

#include "query/access.h"
#include "query/inner.h"
#include "query/fate.h"

#include <string.h>

const struct column_spec column_specs[N_COLUMNS] = {
#define COLUMN(id_, name_, type_, rows_, help_)                                                \
	[COLUMN_##id_] = { name_, COLUMN_IS_##type_, COLUMN_OF_##rows_, help_ },
#include "query/columns.def"
#undef COLUMN
};

#define DIRECT(v_)                                                                             \
	{                                                                                      \
		1, { v_ }, false                                                               \
	}
#define KEYED(v_)                                                                              \
	{                                                                                      \
		1, { v_ }, true                                                                \
	}
const struct source column_sources[N_COLUMNS] = {
	[COLUMN_EVENT] = DIRECT(V_EVENT),
	[COLUMN_SEQ] = DIRECT(V_SEQ),
	[COLUMN_SYSCALL] = KEYED(V_CALL),
	[COLUMN_FAMILY] = KEYED(V_CALL),
	[COLUMN_CLASS] = KEYED(V_CALL),
	[COLUMN_ACCESS] = DIRECT(V_ACCESS),
	[COLUMN_STATE] = DIRECT(V_STATE),
	[COLUMN_PROCESS] = KEYED(V_TASK),
	[COLUMN_PARENT] = KEYED(V_TASK),
	[COLUMN_TASK] = KEYED(V_TASK),
	[COLUMN_PID] = KEYED(V_TASK),
	[COLUMN_TID] = KEYED(V_TASK),
	[COLUMN_EXEC] = KEYED(V_IMAGE),
	[COLUMN_ARGV] = KEYED(V_IMAGE),
	[COLUMN_PATH] = { 3, { V_PATH, V_FROM, V_TO }, false },
	[COLUMN_FROM] = DIRECT(V_FROM),
	[COLUMN_TO] = DIRECT(V_TO),
	[COLUMN_FD] = DIRECT(V_FD),
	[COLUMN_FD_KIND] = KEYED(V_OBJECT),
	[COLUMN_FD_NAME] = KEYED(V_OBJECT),
	[COLUMN_PEER] = DIRECT(V_PEER),
	[COLUMN_LEFT] = DIRECT(V_LEFT),
	[COLUMN_ERRNO] = DIRECT(V_ERRNO),
	[COLUMN_RESULT] = DIRECT(V_RESULT),
	[COLUMN_BYTES] = DIRECT(V_BYTES),
	[COLUMN_ASKED] = DIRECT(V_ASKED),
	[COLUMN_DURATION] = DIRECT(V_DURATION),
	[COLUMN_START] = DIRECT(V_START),
	[COLUMN_END] = DIRECT(V_END),
	[COLUMN_FUNCTION] = KEYED(V_PLACE),
	[COLUMN_FILE] = KEYED(V_PLACE),
	[COLUMN_LINE] = KEYED(V_PLACE),
	[COLUMN_REGION] = DIRECT(V_REGION),
	[COLUMN_MARK] = DIRECT(V_MARK),
	[COLUMN_SIGNAL] = DIRECT(V_SIGNAL),
	[COLUMN_STATUS] = DIRECT(V_STATUS),
	[COLUMN_BUSY] = DIRECT(V_BUSY),
	[COLUMN_PEAK_RSS] = DIRECT(V_RSS),
	[COLUMN_CPU] = DIRECT(V_CPU),
};

const char *
set_word(enum column column, unsigned bit)
{
	if (column == COLUMN_ACCESS)
		return access_names[bit];
	if (column == COLUMN_LEFT)
		return fate_names[bit];
	return decode_class_name((uint32_t)1 << bit);
}

unsigned
set_words(enum column column)
{
	if (column == COLUMN_LEFT)
		return N_FATES;
	return column == COLUMN_ACCESS ? N_ACCESS_BITS : 17;
}

void
attribute_set(struct attribute *a, size_t key, int64_t value)
{
	while (a->n <= key) {
		a->values = mem_grow(a->values, a->n, &a->capacity, sizeof *a->values);
		a->values[a->n++] = NO_VALUE;
	}
	a->values[key] = value;
}

struct columns *
columns_new(uint64_t wanted)
{
	struct columns *c = mem_alloc(sizeof *c);

	c->wanted = wanted | COLUMN_BIT(COLUMN_SEQ) | COLUMN_BIT(COLUMN_EVENT);
	c->vectors = 1u << V_EVENT | 1u << V_SEQ;
	for (int i = 0; i < N_COLUMNS; i++)
		for (int k = 0; wanted & COLUMN_BIT(i) && k < column_sources[i].n; k++)
			c->vectors |= 1u << column_sources[i].vectors[k];
	if (wanted & COLUMN_BIT(COLUMN_REGION))
		c->vectors |= 1u << V_IMAGE;
	dict_init(&c->dict);
	c->call_event = dict_add(&c->dict, "call", NULL);
	c->builder = builder_new(c);
	return c;
}

void
columns_free(struct columns *c)
{
	if (!c)
		return;
	builder_free(c->builder);
	for (int i = 0; i < N_VECTORS; i++)
		vector_done(&c->vector[i]);
	for (int i = 0; i < N_COLUMNS; i++)
		mem_free(c->attribute[i].values);
	mem_free(c->gaps.values);
	dict_done(&c->dict);
	str_done(&c->gap);
	mem_free(c->pieces);
	mem_free(c);
}

void
columns_watch(struct columns *c, struct effects_opts *opts)
{
	c->watch = (struct effects_watch){ builder_before, builder_after, c };
	opts->watch = &c->watch;
	if (c->wanted & COLUMN_BIT(COLUMN_REGION))
		opts->regions = true;
	if (c->wanted & COLUMN_BIT(COLUMN_LEFT))
		opts->leaks = true;
}

int
columns_finish(struct columns *c, const struct trace_footer *footer, struct err *err)
{
	if (!c->builder)
		return err_set(err, "the columns were finished already");
	if (!footer)
		str_add(&c->gap, "it ends without its footer");
	else if (!trace_is_complete(footer))
		str_add(&c->gap, footer->reason[0] ? footer->reason : "it is not complete");
	else if (builder_is_subset(c->builder))
		str_add(&c->gap, "only some system calls were traced");
	if (c->n_rows > UINT32_MAX)
		return err_set(err, "%zu events are more than a table can hold", c->n_rows);
	builder_finish(c->builder);
	builder_free(TAKE(c->builder));
	for (int i = 0; i < N_VECTORS; i++)
		vector_seal(&c->vector[i]);
	return 0;
}

const char *
columns_gap(const struct columns *c)
{
	return c->gap.n ? c->gap.data : NULL;
}

const char *
columns_lack(const struct columns *c, enum column column)
{
	if (!(c->wanted & COLUMN_BIT(column)))
		return "nobody asked for it when the table was made";
	switch (column) {
	case COLUMN_FUNCTION:
	case COLUMN_FILE:
	case COLUMN_LINE:
		return c->has_stacks ? NULL : "the trace holds no stacks";
	case COLUMN_REGION:
		return c->has_regions ? NULL : "start-up and main were not told apart";
	case COLUMN_BUSY:
		return c->has_busy ? NULL : "processor time between calls was not looked for";
	default:
		return NULL;
	}
}

size_t
columns_unfollowed(const struct columns *c)
{
	return c->has_stacks ? c->n_unfollowed : 0;
}

size_t
columns_rows(const struct columns *c)
{
	return c->n_rows;
}

size_t
columns_calls(const struct columns *c)
{
	return c->n_calls;
}

size_t
columns_bytes(const struct columns *c)
{
	size_t bytes = sizeof *c + arena_bytes(c->dict.arena) +
		       c->dict.capacity * sizeof *c->dict.entries;

	for (int i = 0; i < N_VECTORS; i++)
		bytes += c->vector[i].bytes +
			 c->vector[i].capacity * sizeof *c->vector[i].chunks;
	for (int i = 0; i < N_COLUMNS; i++)
		bytes += c->attribute[i].capacity * sizeof(int64_t);
	return bytes;
}

static int64_t
raw_value(const struct columns *c, enum column column, size_t row, unsigned nth)
{
	const struct source *s = &column_sources[column];
	const struct attribute *a = &c->attribute[column];
	int64_t value;

	if (nth >= s->n || !(c->wanted & COLUMN_BIT(column)) ||
		row / ROWS_PER_CHUNK >= c->vector[s->vectors[nth]].n_chunks)
		return NO_VALUE;
	value = vector_get(&c->vector[s->vectors[nth]], row);
	if (value == NO_VALUE || !s->has_attribute)
		return value;
	return (size_t)value < a->n ? a->values[value] : NO_VALUE;
}

int64_t
columns_number(const struct columns *c, enum column column, size_t row)
{
	assert(column_specs[column].type <= COLUMN_IS_TIME);
	return raw_value(c, column, row, 0);
}

static const char *
nth_of_set(enum column column, int64_t bits, unsigned nth)
{
	for (unsigned i = 0; bits != NO_VALUE && i < set_words(column); i++)
		if (bits >> i & 1 && set_word(column, i) && nth-- == 0)
			return set_word(column, i);
	return NULL;
}

/* The nth that a row has; NULL: none. */
static const struct dict_entry *
entry_of(const struct columns *c, enum column column, size_t row, unsigned nth)
{
	for (unsigned i = 0; i < column_sources[column].n; i++) {
		int64_t value = raw_value(c, column, row, i);

		if (value > 0 && nth-- == 0)
			return &c->dict.entries[value];
	}
	return NULL;
}

const char *
columns_text(const struct columns *c, enum column column, size_t row, unsigned nth)
{
	const struct dict_entry *e;

	assert(column_specs[column].type > COLUMN_IS_TIME);
	if (column_specs[column].type == COLUMN_IS_SET)
		return nth_of_set(column, raw_value(c, column, row, 0), nth);
	e = entry_of(c, column, row, nth);
	return e ? e->text : NULL;
}

bool
columns_is(const struct columns *c, enum column column, size_t row, const char *wanted)
{
	const char *text = columns_text(c, column, row, 0);

	return text && strcmp(text, wanted) == 0;
}

const char *
columns_real(const struct columns *c, enum column column, size_t row, unsigned nth)
{
	const struct dict_entry *e = NULL;

	if (column_specs[column].type == COLUMN_IS_PATH || column == COLUMN_PEER)
		e = entry_of(c, column, row, nth);
	return e ? e->other : NULL;
}

const char *
columns_lasting(const struct columns *c, enum column column, size_t row, unsigned nth)
{
	const struct dict_entry *e = NULL;

	if (column_specs[column].type == COLUMN_IS_PATH)
		e = entry_of(c, column, row, nth);
	return e && e->lasting ? e->lasting : columns_text(c, column, row, nth);
}
