/* SPDX-License-Identifier: MIT */
/* rule_files.c - the judges of rules over what becomes of files and descriptors: fd_leak,
 * durability
 */

#include "judge/rule_own.h"

#include "base/map.h"
#include "effects/leaks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * fd_leak
 */
struct leaking {
	const struct judging *j;
	struct map *rows;     /* seq -> row + 1, of what was left open */
	struct map *is_meant; /* row -> selected by where; NULL: all are */
	struct map *counts;   /* process -> how many */
	uint32_t *bad;
	size_t n_bad, bad_capacity;
	uint64_t n, most;
};

static void
find_rows(struct leaking *l, const struct leak *leaks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		*map_number(l->rows, leaks[i].seq) = NULL;
	for (size_t row = 0; row < columns_rows(l->j->columns); row++) {
		uint64_t seq = (uint64_t)columns_number(l->j->columns, COLUMN_SEQ, row);
		size_t was = map_count(l->rows);
		void **slot;

		if (!was)
			return;
		slot = map_number(l->rows, seq);
		if (map_count(l->rows) > was)
			map_remove(l->rows, &seq, sizeof seq);
		else
			*slot = (void *)(uintptr_t)(row + 1);
	}
}

/* Its own, and one that the rule means. */
static bool
counts(struct leaking *l, const struct leak *leak, size_t *row)
{
	uintptr_t at = (uintptr_t)map_get_number(l->rows, leak->seq);

	if (!at)
		return false;
	*row = at - 1;
	return columns_number(l->j->columns, COLUMN_PROCESS, *row) == leak->process &&
	       (!l->is_meant || map_get_number(l->is_meant, *row));
}

static void
count_leaks(struct leaking *l, const struct leak *leaks, size_t n)
{
	size_t row;

	for (size_t i = 0; i < n; i++) {
		void **slot;

		if (!counts(l, &leaks[i], &row))
			continue;
		slot = map_number(l->counts, leaks[i].process);
		*slot = (char *)*slot + 1;
		l->n++;
		l->most = MAX(l->most, (uint64_t)(uintptr_t)*slot);
		l->bad = mem_grow(l->bad, l->n_bad, &l->bad_capacity, sizeof *l->bad);
		l->bad[l->n_bad++] = (uint32_t)row;
	}
}

static void
conclude_leaks(const struct leaking *l, uint64_t n_looked)
{
	const struct judging *j = l->j;

	judging_conclude(
		j, &(struct finding_of_rule){
			   .is_broken = l->most > j->rule->max,
			   .n_looked = n_looked,
			   .wanted = arena_printf(j->arena,
				   "at most %" PRIu64 " in each process", j->rule->max),
			   .found = arena_printf(j->arena,
				   "%s left open, at most %" PRIu64 " by one process",
				   words_of_n(j->arena, l->n, "descriptor", "descriptors"),
				   l->most),
			   .rows = l->bad,
			   .n_rows = l->n_bad,
		   });
}

void
judge_fd_leak(const struct judging *j)
{
	AUTO(selection_done) struct selection s = { 0 };
	AUTO(map_free) struct map *rows = map_new();
	AUTO(map_free) struct map *meant = map_new();
	AUTO(map_free) struct map *counts = map_new();
	struct leaking l = { .j = j, .rows = rows, .counts = counts };
	const struct leak *leaks;
	size_t n;

	if (!j->effects)
		return judging_end(
			j, VERDICT_INCONCLUSIVE, "what processes left open was not kept");
	if (j->rule->where.expr) {
		if (!judging_select(j, &s, &j->rule->where) ||
			judging_is_empty(
				j, s.n_matched, s.n_looked, "call that 'where' selects"))
			return;
		l.is_meant = meant;
		for (size_t i = 0; i < s.n_rows; i++)
			*map_number(meant, s.rows[i]) = meant;
	}
	leaks = effects_leaks(j->effects, &n);
	find_rows(&l, leaks, n);
	count_leaks(&l, leaks, n);
	conclude_leaks(&l, columns_rows(j->columns));
	mem_free(l.bad);
}

/*
 * durability: what is known of each path, row by row.
 */
struct paper {
	uint32_t written, synced; /* row + 1; 0: never */
};

/* Something written came to a name, until its directory is synced. */
struct moved {
	uint32_t row;
	const char *directory;
	bool was_synced, directory_synced;
};

struct durability {
	const struct judging *j;
	struct map *papers;  /* path -> struct paper */
	uint32_t synced_all; /* row + 1 of the last sync of everything */
	struct moved *moved;
	size_t n, capacity;
};

static bool
is_call(const struct columns *c, size_t row, const char *const *names)
{
	const char *call = columns_text(c, COLUMN_SYSCALL, row, 0);

	for (; call && *names; names++)
		if (strcmp(call, *names) == 0)
			return true;
	return false;
}

static struct paper *
paper_of(struct durability *d, const char *path)
{
	void **slot = map_text(d->papers, path);

	if (!*slot)
		*slot = arena_alloc(d->j->arena, sizeof(struct paper));
	return *slot;
}

static const char *
directory_of(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return "/";
	return arena_strndup(arena, path, (size_t)(slash - path));
}

static bool
is_meant(const struct durability *d, size_t row, const char *to)
{
	const struct globs *globs = &d->j->rule->allow;
	const char *real = columns_real(d->j->columns, COLUMN_TO, row, 0);

	for (size_t i = 0; i < globs->n; i++)
		if (glob_matches(globs->items[i], to) ||
			(real && glob_matches(globs->items[i], real)))
			return true;
	return !globs->n;
}

static void
note_moved(struct durability *d, size_t row, const struct paper *paper, const char *to)
{
	if (!is_meant(d, row, to))
		return;
	d->moved = mem_grow(d->moved, d->n, &d->capacity, sizeof *d->moved);
	d->moved[d->n++] = (struct moved){
		.row = (uint32_t)row,
		.directory = directory_of(
			d->j->arena, columns_text(d->j->columns, COLUMN_TO, row, 0)),
		.was_synced = MAX(paper->synced, d->synced_all) > paper->written,
	};
}

/* A file without a name (O_TMPFILE) is known by its descriptor: "/proc/self/fd/3" or, with
 * AT_EMPTY_PATH, the descriptor alone. NULL: by nothing. */
static const char *
nameless(struct durability *d, size_t row, int64_t fd)
{
	const char *kind = columns_text(d->j->columns, COLUMN_FD_KIND, row, 0);

	if (fd == COLUMN_NULL ||
		(kind && strcmp(kind, "file") != 0 && strcmp(kind, "other") != 0))
		return NULL;
	return arena_printf(d->j->arena, "descriptor %" PRId64 " of %" PRId64, fd,
		columns_number(d->j->columns, COLUMN_PROCESS, row));
}

static const char *
source_of(struct durability *d, size_t row, const char *from)
{
	const char *number = from ? strstr(from, "/fd/") : NULL;

	if (!from)
		return nameless(d, row, columns_number(d->j->columns, COLUMN_FD, row));
	if (!number || strncmp(from, "/proc/", 6) != 0)
		return from;
	return nameless(d, row, strtoll(number + strlen("/fd/"), NULL, 10));
}

/* A directory takes what is in it along. */
static void
note_inside(struct durability *d, size_t row, const char *from, const char *to)
{
	size_t n = strlen(from), at = 0, size;
	const void *key;
	void *value;

	while (map_next(d->papers, &at, &key, &size, &value)) {
		const char *path = key;
		const struct paper *paper = value;

		if (size <= n || memcmp(path, from, n) != 0 || path[n] != '/' ||
			!paper->written)
			continue;
		note_moved(d, row, paper,
			arena_printf(d->j->arena, "%s%.*s", to, (int)(size - n), path + n));
	}
}

/* A rename, or a link: that leaves the old name where it was. */
static void
note_placed(struct durability *d, size_t row, bool is_link)
{
	const char *to = columns_text(d->j->columns, COLUMN_TO, row, 0);
	const char *from = source_of(d, row, columns_text(d->j->columns, COLUMN_FROM, row, 0));
	struct paper *old, *new;

	if (!from || !to)
		return;
	old = paper_of(d, from);
	if (old->written)
		note_moved(d, row, old, to);
	else if (!is_link)
		note_inside(d, row, from, to);
	new = paper_of(d, to);
	*new = *old;
	if (!is_link)
		*old = (struct paper){ 0 };
}

/* A path of NULL: everything. */
static void
note_sync(struct durability *d, size_t row, const char *path)
{
	if (path)
		paper_of(d, path)->synced = (uint32_t)row + 1;
	else
		d->synced_all = (uint32_t)row + 1;
	for (size_t i = 0; i < d->n; i++)
		if (!path || strcmp(d->moved[i].directory, path) == 0)
			d->moved[i].directory_synced = true;
}

static bool
writes(const struct columns *c, size_t row)
{
	const char *text;

	for (unsigned nth = 0; (text = columns_text(c, COLUMN_ACCESS, row, nth)); nth++)
		if (strcmp(text, "write") == 0)
			return true;
	return false;
}

static void
note_row(struct durability *d, size_t row)
{
	static const char *const renames[] = { "rename", "renameat", "renameat2", NULL };
	static const char *const links[] = { "link", "linkat", NULL };
	static const char *const syncs[] = { "fsync", "fdatasync", NULL };
	static const char *const whole[] = { "sync", "syncfs", NULL };
	const struct columns *c = d->j->columns;
	const char *path = columns_text(c, COLUMN_PATH, row, 0);
	const char *to = columns_text(c, COLUMN_TO, row, 0); /* of a copy: it is written */
	const char *name = to     ? to
			   : path ? path
				  : nameless(d, row, columns_number(c, COLUMN_FD, row));
	const char *state = columns_text(c, COLUMN_STATE, row, 0);

	if (columns_text(c, COLUMN_ERRNO, row, 0) || !state || strcmp(state, "done") != 0)
		return;
	if (is_call(c, row, renames) || is_call(c, row, links))
		note_placed(d, row, is_call(c, row, links));
	else if (is_call(c, row, whole))
		note_sync(d, row, NULL);
	else if (is_call(c, row, syncs) && name)
		note_sync(d, row, name);
	else if (name && writes(c, row))
		paper_of(d, name)->written = (uint32_t)row + 1;
}

static void
conclude_durability(const struct durability *d)
{
	const struct judging *j = d->j;
	uint32_t *bad = arena_array(j->arena, d->n + 1, sizeof *bad);
	size_t n_bad = 0, n_file = 0, n_directory = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct moved *m = &d->moved[i];
		bool lacks_directory = j->rule->flag && !m->directory_synced;

		n_file += !m->was_synced;
		n_directory += lacks_directory;
		if (!m->was_synced || lacks_directory)
			bad[n_bad++] = m->row;
	}
	judging_conclude(
		j, &(struct finding_of_rule){
			   .is_broken = n_bad,
			   .n_looked = columns_rows(j->columns),
			   .wanted = j->rule->flag ? "each synced before it came to its "
						     "name, the directory after that"
						   : "each synced before it came to its name",
			   .found = arena_printf(j->arena,
				   "of %s renamed or linked %zu not synced before%s",
				   words_of_n(j->arena, d->n, "written file", "written files"),
				   n_file,
				   j->rule->flag
					   ? arena_printf(j->arena,
						     ", the directory of %zu not synced after",
						     n_directory)
					   : ""),
			   .rows = bad,
			   .n_rows = n_bad,
		   });
}

void
judge_durability(const struct judging *j)
{
	AUTO(map_free) struct map *papers = map_new();
	struct durability d = { .j = j, .papers = papers };

	for (size_t row = 0; row < columns_rows(j->columns); row++)
		note_row(&d, row);
	if (!judging_is_empty(j, d.n, columns_rows(j->columns),
		    "rename or link of a file that the run wrote"))
		conclude_durability(&d);
	mem_free(d.moved);
}
