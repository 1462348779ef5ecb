/* SPDX-License-Identifier: MIT */
/*
 * builder.h - a row in the making; for the files that make rows only
 *
 * rows.c has the order of things and what the call itself says; row_tasks.c who made it,
 * row_objects.c what it is about.
 */
#ifndef QUERY_BUILDER_H
#define QUERY_BUILDER_H

#include "base/map.h"
#include "effects/look.h"
#include "query/fate.h"
#include "query/inner.h"
#include "query/pieces.h"

/* A program as a process ran it. */
struct program {
	uint32_t process;
	uint64_t exec_seq;
	int64_t argv; /* text, as it was known when the first row came */
};

struct owner {
	size_t image_key, image_before;
	uint64_t exec_seq;
	bool has_image;
	const char *mark; /* of the marker call before; in the arena; NULL: none */
};

struct builder {
	struct columns *c;
	struct effects *fx;
	struct arena *arena;
	struct map *by_task;      /* task -> key, of V_TASK */
	struct map *by_process;   /* process -> struct owner */
	struct map *by_call;      /* call id, or the number of an unknown one -> key */
	struct map *by_object;    /* kind and name, two numbers of texts -> key */
	struct map *by_made;      /* files without a name: seq -> number */
	struct map *by_place;     /* address of a stack's frame -> key */
	struct map *by_path;      /* address of a text in effects -> number */
	struct program *programs; /* programs[i] has the key i + 1 */
	size_t n_programs, programs_capacity;
	size_t lost_place;                            /* its key; 0: none was needed */
	size_t n_tasks, n_calls, n_objects, n_places; /* keys given so far */
	struct str text;
	int64_t row[N_VECTORS];
	struct call_about about;
	int64_t fd;
	uint32_t fd_flags; /* as F_GETFL, of what the call works on; 0: not known */
	bool has_row;
	struct fates *fates; /* NULL: not wanted */
	struct pieces *pieces;
};

/* The number of a text of ours; NO_VALUE: NULL. */
int64_t row_text(struct builder *b, const char *text);
/* The same for a path that effects keeps, and will keep at that address; in canonical words. */
int64_t row_path(struct builder *b, const char *path);
/* Of the thing with this key, if somebody wants the column. */
void row_set(struct builder *b, enum column column, size_t key, int64_t value);

/* row_tasks.c: task and program of the row. NULL: effects does not know the task. */
struct owner *row_put_task(struct builder *b, const struct event *event);
/* Once all is known: programs are told their arguments only after their exec. */
void row_fill_argv(struct builder *b);

/* row_objects.c */
bool row_makes_fd(const struct builder *b, const struct call *call);
void row_put_objects(struct builder *b, const struct event *event); /* before the call */
void row_put_made(struct builder *b, const struct event *event);    /* after it */

#endif
