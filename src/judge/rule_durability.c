/* SPDX-License-Identifier: MIT */
/*
 * rule_durability.c - the judge of durability: what was written is on the disk before it comes
 * to its name
 *
 * A file is known by all of its names at once (links), and one that has none by what columns
 * call it, "nameless:1". What a write with O_SYNC leaves behind is clean if all was clean
 * before; an open that made or cut the file counts as a write until such a write comes, which
 * brings the size along.
 */

#include "judge/rule_own.h"

#include "base/map.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What is known of each file, row by row. */
struct paper {
	uint32_t written, synced; /* row + 1; 0: never */
	bool is_opened_only;      /* what it was written by is an open */
};

/* Something written came to a name, until its directory is synced. */
struct moved {
	uint32_t row;
	const char *directory;
	bool was_synced, directory_synced;
};

struct durability {
	const struct judging *j;
	struct map *papers;      /* path -> struct paper, which links share */
	struct map *descriptors; /* process and number -> what it stood for last */
	uint32_t synced_all;     /* row + 1 of the last sync of everything */
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

static bool
has_access(const struct columns *c, size_t row, const char *wanted)
{
	const char *text;

	for (unsigned nth = 0; (text = columns_text(c, COLUMN_ACCESS, row, nth)); nth++)
		if (strcmp(text, wanted) == 0)
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
		.was_synced = MAX(paper->synced, d->synced_all) >= paper->written,
	};
}

/* The file without a name behind the row's descriptor; NULL: it has a name, or is none. */
static const char *
nameless(const struct durability *d, size_t row)
{
	const char *name = columns_text(d->j->columns, COLUMN_FD_NAME, row, 0);

	return name && str_has_prefix(name, "nameless:") ? name : NULL;
}

/* Of a process, and of any: a child may name what its parent opened. */
static void **
descriptor(struct durability *d, int64_t process, int64_t fd)
{
	const int64_t key[] = { process, fd };

	return map_slot(d->descriptors, key, sizeof key);
}

static void
note_descriptor(struct durability *d, size_t row)
{
	int64_t fd = columns_number(d->j->columns, COLUMN_FD, row);
	int64_t process = columns_number(d->j->columns, COLUMN_PROCESS, row);
	const char *name = nameless(d, row);

	if (fd == COLUMN_NULL)
		return;
	*descriptor(d, process, fd) = (void *)name;
	if (name)
		*descriptor(d, 0, fd) = (void *)name;
}

/* A link's first name. "/proc/self/fd/3" stands there only for what has no name. */
static const char *
source_of(struct durability *d, size_t row, const char *from)
{
	const char *number = from ? strstr(from, "/fd/") : NULL;
	const char *name;
	int64_t fd;

	if (!from)
		return nameless(d, row);
	if (!number || !str_has_prefix(from, "/proc/"))
		return from;
	fd = strtoll(number + strlen("/fd/"), NULL, 10);
	name = *descriptor(d, columns_number(d->j->columns, COLUMN_PROCESS, row), fd);
	return name ? name : *descriptor(d, 0, fd);
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

		if (!paper || size <= n || memcmp(path, from, n) != 0 || path[n] != '/' ||
			!paper->written)
			continue;
		note_moved(d, row, paper,
			arena_printf(d->j->arena, "%s%.*s", to, (int)(size - n), path + n));
	}
}

/* RENAME_EXCHANGE: each comes to the name of the other. */
static void
note_swapped(struct durability *d, size_t row, const char *from, const char *to)
{
	struct paper *a = paper_of(d, from), *b = paper_of(d, to);

	if (a->written)
		note_moved(d, row, a, to);
	else
		note_inside(d, row, from, to);
	if (b->written)
		note_moved(d, row, b, from);
	else
		note_inside(d, row, to, from);
	*map_text(d->papers, from) = b;
	*map_text(d->papers, to) = a;
}

/* A rename, or a link: that leaves the old name where it was. */
static void
note_placed(struct durability *d, size_t row, bool is_link)
{
	const char *to = columns_text(d->j->columns, COLUMN_TO, row, 0);
	const char *from = source_of(d, row, columns_text(d->j->columns, COLUMN_FROM, row, 0));
	struct paper *paper;

	if (!from || !to)
		return;
	if (has_access(d->j->columns, row, "swap")) {
		note_swapped(d, row, from, to);
		return;
	}
	paper = paper_of(d, from);
	if (paper->written)
		note_moved(d, row, paper, to);
	else if (!is_link)
		note_inside(d, row, from, to);
	*map_text(d->papers, to) = paper;
	if (!is_link)
		*map_text(d->papers, from) = NULL;
}

static void
note_sync(struct durability *d, size_t row, const char *path)
{
	paper_of(d, path)->synced = (uint32_t)row + 1;
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->moved[i].directory, path) == 0)
			d->moved[i].directory_synced = true;
}

static void
note_sync_of_all(struct durability *d, size_t row)
{
	d->synced_all = (uint32_t)row + 1;
	for (size_t i = 0; i < d->n; i++)
		d->moved[i].directory_synced = true;
}

/* In it, or below; of the root only what is in it: others are mounted below that. */
static bool
is_below(const char *path, const char *directory)
{
	size_t n = strlen(directory);

	if (n == 1)
		return *path == '/' && !strchr(path + 1, '/');
	return strncmp(path, directory, n) == 0 && (path[n] == '/' || !path[n]);
}

/* syncfs: the file system of its descriptor. Which that is nobody tells: the directory's. */
static void
note_sync_of_system(struct durability *d, size_t row, const char *path)
{
	const char *kind = columns_text(d->j->columns, COLUMN_FD_KIND, row, 0);
	const char *directory =
		kind && strcmp(kind, "dir") == 0 ? path : directory_of(d->j->arena, path);
	const void *key;
	size_t at = 0;
	void *value;

	while (map_next(d->papers, &at, &key, NULL, &value)) {
		struct paper *paper = value;

		if (paper && (is_below(key, directory) || strcmp(key, path) == 0))
			paper->synced = (uint32_t)row + 1;
	}
	for (size_t i = 0; i < d->n; i++)
		if (is_below(d->moved[i].directory, directory))
			d->moved[i].directory_synced = true;
}

static void
note_write(struct durability *d, size_t row, const char *name)
{
	static const char *const opens[] = { "open", "openat", "openat2", "creat", NULL };
	const struct columns *c = d->j->columns;
	struct paper *paper = paper_of(d, name);
	bool was_clean = MAX(paper->synced, d->synced_all) >= paper->written;
	bool is_open = is_call(c, row, opens);

	if ((was_clean || paper->is_opened_only) && has_access(c, row, "sync"))
		paper->synced = (uint32_t)row + 1;
	paper->is_opened_only = is_open && (was_clean || paper->is_opened_only);
	paper->written = (uint32_t)row + 1;
}

static void
note_row(struct durability *d, size_t row)
{
	static const char *const renames[] = { "rename", "renameat", "renameat2", NULL };
	static const char *const links[] = { "link", "linkat", NULL };
	static const char *const syncs[] = { "fsync", "fdatasync", NULL };
	static const char *const whole[] = { "sync", NULL }, *const system[] = { "syncfs",
		NULL };
	const struct columns *c = d->j->columns;
	const char *path = columns_text(c, COLUMN_PATH, row, 0);
	const char *to = columns_text(c, COLUMN_TO, row, 0); /* of a copy: it is written */
	const char *name = to ? to : path ? path : nameless(d, row);
	const char *state = columns_text(c, COLUMN_STATE, row, 0);

	if (columns_text(c, COLUMN_ERRNO, row, 0) || !state || strcmp(state, "done") != 0)
		return;
	note_descriptor(d, row);
	if (is_call(c, row, renames) || is_call(c, row, links))
		note_placed(d, row, is_call(c, row, links));
	else if (is_call(c, row, whole))
		note_sync_of_all(d, row);
	else if (is_call(c, row, system) && name)
		note_sync_of_system(d, row, name);
	else if (is_call(c, row, syncs) && name)
		note_sync(d, row, name);
	else if (name && has_access(c, row, "write"))
		note_write(d, row, nameless(d, row) ? nameless(d, row) : name);
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
	AUTO(map_free) struct map *descriptors = map_new();
	struct durability d = { .j = j, .papers = papers, .descriptors = descriptors };

	for (size_t row = 0; row < columns_rows(j->columns); row++)
		note_row(&d, row);
	if (!judging_is_empty(j, d.n, columns_rows(j->columns),
		    "rename or link of a file that the run wrote"))
		conclude_durability(&d);
	mem_free(d.moved);
}
