/* SPDX-License-Identifier: MIT */
/*
 * inner.h - how the table is kept; for the files of this room only
 *
 * What a column shows is in one to three vectors. Their numbers are values (of numbers and
 * times), numbers of texts, or keys into an attribute table that has one value for each thing
 * that many rows share: a task, a program, a syscall, an object.
 */
#ifndef QUERY_INNER_H
#define QUERY_INNER_H

#include "base/str.h"
#include "query/columns.h"
#include "query/dict.h"
#include "query/vector.h"

enum vector_id {
	V_EVENT, /* text */
	V_SEQ,
	V_CALL,   /* key: syscall, family, class */
	V_ACCESS, /* bits */
	V_STATE,  /* text */
	V_TASK,   /* key: process, parent, task, pid, tid */
	V_IMAGE,  /* key: exec, argv */
	V_PATH,   /* text, as the next two */
	V_FROM,
	V_TO,
	V_FD,
	V_OBJECT, /* key: fd_kind, fd_name */
	V_PEER,   /* text */
	V_ERRNO,  /* text */
	V_RESULT,
	V_BYTES,
	V_ASKED,
	V_START,
	V_DURATION,
	V_END,
	V_PLACE, /* key: function, file, line */
	V_REGION,
	V_MARK,   /* text */
	V_SIGNAL, /* text */
	V_STATUS,
	V_BUSY,
	V_LEFT, /* bits */
	V_RSS,
	V_CPU,
	N_VECTORS,
};

#define COLUMN_VECTORS 3

/* Where a column's values are. */
struct source {
	uint8_t n;
	uint8_t vectors[COLUMN_VECTORS]; /* enum vector_id */
	bool has_attribute;
};
extern const struct source column_sources[N_COLUMNS];

/* One value for each key; of key 0 NO_VALUE, as of what is not known. Texts are numbers of the
 * dictionary, sets are bits. */
struct attribute {
	int64_t *values;
	size_t n, capacity;
};

struct builder; /* builder.h: what is needed while events come in */

struct columns {
	uint64_t wanted;
	uint32_t vectors; /* bits: which are kept */
	struct vector vector[N_VECTORS];
	struct attribute attribute[N_COLUMNS];
	struct dict dict;
	struct attribute gaps; /* of a place: PLACE_GAP_* */
	size_t n_rows, n_calls, n_unfollowed;
	int64_t call_event; /* the text "call" */
	struct str gap;     /* empty: none */
	uint32_t *pieces;   /* rows, ascending: of calls that went on in another row */
	size_t n_pieces;
	bool has_regions, has_busy, has_stacks;
	struct builder *builder; /* NULL: finished */
	struct effects_watch watch;
};

/* What a place does not tell, though it is in a program. */
enum { PLACE_GAP_FUNCTION = 1, PLACE_GAP_FILE = 2 };

static inline bool
columns_keep(const struct columns *c, enum vector_id v)
{
	return c->vectors >> v & 1;
}

/* The texts of a set column: bit 1 << i is names[i]. */
const char *set_word(enum column column, unsigned bit);
unsigned set_words(enum column column);

void attribute_set(struct attribute *a, size_t key, int64_t value);

/* rows.c */
struct builder *builder_new(struct columns *c);
void builder_free(struct builder *b);
void builder_before(void *columns, struct effects *fx, const struct event *event);
void builder_after(void *columns, struct effects *fx, const struct event *event);
void builder_finish(struct builder *b);
bool builder_is_subset(const struct builder *b); /* only some calls were asked for */

#endif
