/* SPDX-License-Identifier: MIT */
/*
 * columns.h - the events of a run as a table: a row an event, a column a thing to ask of it
 *
 * Rows are calls (when they have returned, or will never) and, beside them, the life of tasks:
 * start, exec, signal, exit. They are in causal order: what brought an event about stands
 * before it; COLUMN_SEQ is its place in the trace. What descriptors stand for and how paths are
 * called is learned from `effects`, which must be fed with the same events.
 *
 * Hidden here: columns are kept in chunks, each with its least and largest value and as narrow
 * as these allow; texts are kept once, and rows hold their numbers. An event takes what
 * columns_bytes() says: about 30 bytes, never more than COLUMNS_ROW_BYTES for its row; distinct
 * texts and tasks come on top, once each.
 */
#ifndef QUERY_COLUMNS_H
#define QUERY_COLUMNS_H

#include "effects/effects.h"

enum column {
#define COLUMN(id_, ...) COLUMN_##id_,
#include "query/columns.def"
#undef COLUMN
	N_COLUMNS,
};
_Static_assert(N_COLUMNS < 64, "a set of columns is one word, with a bit to spare");

enum column_type {
	COLUMN_IS_NUMBER,
	COLUMN_IS_TIME, /* nanoseconds */
	COLUMN_IS_TEXT,
	COLUMN_IS_PATH, /* text with two spellings: "<cwd>/a" and "/home/me/a" */
	COLUMN_IS_SET,  /* several texts */
};

/* Which rows can have a value there. */
enum column_rows { COLUMN_OF_CALL, COLUMN_OF_LIFE, COLUMN_OF_ALL };

struct column_spec {
	const char *name;
	enum column_type type;
	enum column_rows rows;
	const char *help;
};
extern const struct column_spec column_specs[N_COLUMNS];

/* A set of columns: bit COLUMN_X. */
#define COLUMN_BIT(column) ((uint64_t)1 << (column))
#define COLUMNS_ALL (((uint64_t)1 << N_COLUMNS) - 1)
#define COLUMNS_ROW_BYTES 136
/* Those that only a run with stacks tells. */
#define COLUMNS_OF_STACKS                                                                      \
	(COLUMN_BIT(COLUMN_FUNCTION) | COLUMN_BIT(COLUMN_FILE) | COLUMN_BIT(COLUMN_LINE))

/* Beside the columns of a set: columns_lasting() will be asked. */
#define COLUMNS_LASTING ((uint64_t)1 << 63)

/* A value that is not there: null. */
#define COLUMN_NULL INT64_MIN

struct columns;

/* wanted: the columns that will be asked for (expr_columns()); only these are kept. */
struct columns *columns_new(uint64_t wanted);
void columns_free(struct columns *c);
AUTO_DEFINE(struct columns *, columns_free)

/* One run: columns_watch(), then effects_new(opts); every event to effects_event(), from where
 * it comes here by itself; effects_finish(); then columns_finish(), while the effects are still
 * there. From then on nothing but reading. */
void columns_watch(struct columns *c, struct effects_opts *opts);
MUST_CHECK int columns_finish(
	struct columns *c, const struct trace_footer *footer, struct err *err);

/* Is the run known to the end? NULL: it is; else why not, a sentence. */
const char *columns_gap(const struct columns *c);
/* Does the trace tell this column at all? "function" only with stacks. NULL: it does; else what
 * is missing, a sentence. */
const char *columns_lack(const struct columns *c, enum column column);

/* Calls of a trace with stacks whose own could not be followed at all: of these
 * COLUMNS_OF_STACKS are null for no reason of the program's. */
size_t columns_unfollowed(const struct columns *c);

size_t columns_rows(const struct columns *c);
size_t columns_calls(const struct columns *c); /* of them */
size_t columns_bytes(const struct columns *c); /* of memory, all in all */

/* One value of one row, in constant time. Of numbers and times: COLUMN_NULL when there is none.
 * Of texts: NULL then; the canonical spelling, borrowed until columns_free(). Sets and paths
 * may have several: nth from 0, NULL behind the last. */
int64_t columns_number(const struct columns *c, enum column column, size_t row);
const char *columns_text(const struct columns *c, enum column column, size_t row, unsigned nth);
/* The real spelling of what columns_text() gave; NULL: it has no other one. */
const char *columns_real(const struct columns *c, enum column column, size_t row, unsigned nth);
/* What columns_text() gave as it is called in any other run, with COLUMNS_LASTING: '*' for what
 * the run drew of a name that it made, <pid:1> for the number of a process in it. */
const char *columns_lasting(
	const struct columns *c, enum column column, size_t row, unsigned nth);
/* Is the (first) text that? Not where there is none. */
bool columns_is(const struct columns *c, enum column column, size_t row, const char *wanted);

#endif
