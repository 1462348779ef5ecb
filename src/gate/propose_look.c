/* SPDX-License-Identifier: MIT */
/* propose_look.c - what a command did, as far as a proposal names it: programs, peers, places
 */

#include "gate/propose_own.h"

#include "gate/paths.h"

#include <dirent.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_FILES 2000
#define MOST_INPUTS 20 /* of a sandbox; more is somebody's directory */

static bool
has(const struct name_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->items[i], name) == 0)
			return true;
	return false;
}

void
proposal_add(struct name_list *list, const char *name)
{
	if (has(list, name))
		return;
	list->items = mem_grow(list->items, list->n, &list->capacity, sizeof *list->items);
	list->items[list->n++] = name;
}

void
proposal_names_done(struct proposal *p)
{
	mem_free(p->programs.items);
	mem_free(p->peers.items);
	mem_free(p->written.items);
	mem_free(p->inputs.items);
	mem_free(p->made.items);
	mem_free(p->packs.items);
}

/* A name as a glob: what would be a pattern stands for any character. */
static char *
as_glob(struct arena *arena, const char *name)
{
	char *glob = arena_strdup(arena, name);

	for (char *c = glob; *c; c++)
		if (strchr("*?[]{}\\!", *c))
			*c = '?';
	return glob;
}

static bool
is_writing(const struct columns *c, size_t row)
{
	static const char *const words[] = { "write", "make", "remove", "change" };
	const char *text;

	for (unsigned nth = 0; (text = columns_text(c, COLUMN_ACCESS, row, nth)); nth++)
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (strcmp(text, words[i]) == 0)
				return true;
	return false;
}

/* The project, the home, the directory for scratch files as a whole; elsewhere the directory.
 */
static void
note_place(struct proposal *p, const char *path)
{
	const char *slash = strrchr(path, '/'),
		   *end = path[0] == '<' ? strchr(path, '>') : NULL;
	const char *dir;

	if (end && end[1] && end[1] != '/')
		end = NULL;
	if (!end && (!slash || slash == path || strncmp(path, "/dev/", 5) == 0)) {
		proposal_add(&p->written, as_glob(p->arena, path));
		return;
	}
	end = end ? end + 1 : slash;
	dir = as_glob(p->arena, arena_strndup(p->arena, path, (size_t)(end - path)));
	proposal_add(&p->written, dir);
	proposal_add(&p->written, arena_printf(p->arena, "%s/**", dir));
}

/* There before the command first wrote to it, hence not of its making. */
static void
note_input(struct proposal *p, const char *path, bool writes)
{
	static const char here[] = "<cwd>/";
	const char *name = path + strlen(here);
	struct stat s;

	if (strncmp(path, here, strlen(here)) != 0)
		return;
	p->writes_here |= writes;
	if (writes && !has(&p->inputs, name))
		proposal_add(&p->made, arena_strdup(p->arena, name));
	else if (!has(&p->made, name) && stat(paths_join(p->arena, p->dir, name), &s) == 0 &&
		 S_ISREG(s.st_mode))
		proposal_add(&p->inputs, arena_strdup(p->arena, name));
}

static void
look_at_paths(struct proposal *p, const struct columns *c, size_t row)
{
	bool writes = is_writing(c, row), failed = columns_text(c, COLUMN_ERRNO, row, 0);
	const char *path;

	for (unsigned nth = 0; (path = columns_text(c, COLUMN_PATH, row, nth)); nth++) {
		if (writes)
			note_place(p, path);
		if (!failed)
			note_input(p, path, writes);
	}
}

static void
look_at_peers(struct proposal *p, const struct columns *c, size_t row)
{
	static const char calls[] = " connect bind sendto sendmsg sendmmsg ";
	const char *peer = columns_text(c, COLUMN_PEER, row, 0),
		   *call = columns_text(c, COLUMN_SYSCALL, row, 0);

	if (!peer || !call || !strstr(calls, arena_printf(p->arena, " %s ", call)))
		return;
	while (peer) {
		const char *comma = strstr(peer, ", ");
		size_t n = comma ? (size_t)(comma - peer) : strlen(peer);

		proposal_add(&p->peers, as_glob(p->arena, arena_strndup(p->arena, peer, n)));
		peer = comma ? comma + 2 : NULL;
	}
}

void
proposal_look(struct proposal *p, const struct columns *c)
{
	for (size_t row = 0; c && row < columns_rows(c); row++) {
		const char *path = columns_text(c, COLUMN_PATH, row, 0);

		if (columns_is(c, COLUMN_EVENT, row, "exec"))
			proposal_add(&p->programs,
				as_glob(p->arena, columns_text(c, COLUMN_EXEC, row, 0)));
		else if (columns_is(c, COLUMN_FAMILY, row, "exec") && path &&
			 !columns_text(c, COLUMN_ERRNO, row, 0))
			proposal_add(&p->programs, as_glob(p->arena, path));
		p->lists_here |= columns_is(c, COLUMN_FAMILY, row, "getdents") && path &&
				 strncmp(path, "<cwd>", 5) == 0;
		look_at_paths(p, c, row);
		look_at_peers(p, c, row);
	}
}

/* How many files there are, counted to the most that a sandbox should be filled with. */
static size_t
count_files(const char *dir)
{
	char *const roots[] = { (char *)(uintptr_t)dir, NULL };
	FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	size_t n = 0;

	while (tree && n <= MOST_FILES && fts_read(tree))
		n++;
	if (tree)
		fts_close(tree);
	return n;
}

/* All that lies in dir, but what the command made and what is ours. */
static void
take_whole_dir(struct proposal *p)
{
	struct dirent **entries;
	int n = scandir(p->dir, &entries, NULL, alphasort);

	p->inputs.n = 0;
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
			strcmp(name, "golden") != 0 && strcmp(name, "renacer.toml") != 0 &&
			!has(&p->made, name))
			proposal_add(&p->inputs, arena_strdup(p->arena, name));
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

/* A golden beside what it lists would be one more thing to list. */
void
proposal_choose_sandbox(struct proposal *p)
{
	if (!p->writes_here && !p->lists_here)
		return;
	if (p->lists_here && count_files(p->dir) > MOST_FILES) {
		p->left_sandbox = "it lists its directory, which holds too much to be copied "
				  "for every run";
		return;
	}
	if (p->lists_here)
		take_whole_dir(p);
	p->sandbox = p->inputs.n <= MOST_INPUTS;
	if (!p->sandbox)
		p->left_sandbox = "it uses many files of its directory";
}

bool
proposal_keeps(const struct verdict *v, const char *pack)
{
	size_t n = strlen(pack), n_rules = 0;

	for (size_t i = 0; i < v->n_outcomes; i++) {
		const struct outcome *o = &v->outcomes[i];

		if (strncmp(o->name, pack, n) != 0 || o->name[n] != '-')
			continue;
		if (o->kind != VERDICT_PASS)
			return false;
		n_rules++;
	}
	return n_rules > 0;
}
