/* SPDX-License-Identifier: MIT */
/*
 * ref.c - the project as it was at another commit, built beside this one
 *
 * A work tree of git's own, so that the objects are shared and nothing of this tree changes. It
 * knows of it for as long as it is there; what a killed gate left behind, `git worktree prune`
 * forgets.
 */

#include "gate/ref.h"

#include "base/file.h"
#include "base/mem.h"
#include "gate/errand.h"
#include "gate/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GIT_TIMEOUT_NS (300ull * 1000000000u)
#define BUILD_TIMEOUT_NS (3600ull * 1000000000u)
#define COMMIT_TEXT 41 /* 40 digits: a name in full */

struct ref {
	struct arena *arena;
	const struct capture_grant *grant;
	struct config *config;
	const char *top;  /* of this work tree */
	const char *room; /* ours, to be removed */
	const char *tree; /* in it */
	char commit[COMMIT_TEXT];
};

/* The directory that holds .git: dir or one above. */
static const char *
find_top(struct arena *arena, const char *dir)
{
	char *at = arena_strdup(arena, dir);

	for (;;) {
		char *slash = strrchr(at, '/');

		if (access(arena_printf(arena, "%s/.git", at), F_OK) == 0)
			return *at ? at : "/";
		if (!slash)
			return NULL;
		*slash = '\0';
	}
}

static int
make_room(struct ref *r, struct err *err)
{
	AUTO(mem_free) char *name = dir_make_scratch("renacer-ref-", err);

	if (!name)
		return -1;
	r->room = arena_strdup(r->arena, name);
	r->tree = arena_printf(r->arena, "%s/tree", name);
	return 0;
}

static int
check_out(struct ref *r, const char *name, const struct run_opts *opts, char **printed,
	struct err *err)
{
	const char *argv[] = { "git", "-C", r->top, "worktree", "add", "--quiet", "--detach",
		"--force", r->tree, name, NULL };
	struct errand errand = { "the command", argv, "/", GIT_TIMEOUT_NS, opts, NULL };

	/* A name that looks like an option would be one. */
	if (*name == '-' || !*name) {
		err_set(err, "'%s' is no name of a commit", name);
		return err_as(err, ERR_USAGE);
	}
	if (errand_run(&errand, printed, err) == 0)
		return 0;
	err_wrap(err, "check out '%s'", name);
	err_hint(err, "is it fetched? in CI: fetch-depth: 0, or git fetch origin %s", name);
	return err_as(err, ERR_USAGE);
}

/* What .git of the new tree says: a file that names a directory, where HEAD is. */
static int
read_commit(struct ref *r, struct err *err)
{
	AUTO(str_done) struct str link = { 0 }, head = { 0 };
	const char *dir;

	if (file_read(&link, arena_printf(r->arena, "%s/.git", r->tree), 4096, err) < 0)
		return -1;
	dir = str_text(&link);
	if (strncmp(dir, "gitdir: ", 8) != 0)
		return err_set(err, "git made a work tree of a form that is not known");
	dir = arena_strndup(r->arena, dir + 8, strcspn(dir + 8, "\n"));
	if (file_read(&head, arena_printf(r->arena, "%s/HEAD", dir), 4096, err) < 0)
		return -1;
	snprintf(r->commit, sizeof r->commit, "%s", str_text(&head));
	return 0;
}

int
ref_build(const struct config *config, const struct run_opts *opts, char **printed,
	struct err *err)
{
	struct errand errand = { "the build command", config->build, config->dir,
		BUILD_TIMEOUT_NS, opts, NULL };

	return config->build ? errand_run(&errand, printed, err) : 0;
}

static int
fill(struct ref *r, const struct config *config, const char *name, const struct run_opts *opts,
	char **printed, struct err *err)
{
	const char *below, *dir;
	struct stat st;

	r->top = find_top(r->arena, config->dir);
	if (!r->top) {
		err_set(err, "'%s' is not in a work tree of git", config->dir);
		return err_as(err, ERR_USAGE);
	}
	if (make_room(r, err) < 0 || check_out(r, name, opts, printed, err) < 0 ||
		read_commit(r, err) < 0)
		return -1;
	below = paths_below(r->top, config->dir);
	dir = below && *below ? paths_join(r->arena, r->tree, below) : r->tree;
	if (stat(dir, &st) < 0 || !S_ISDIR(st.st_mode))
		return err_set(err, "commit %.12s has no directory '%s'", r->commit, below);
	if (config_load_for(&r->config, config->path, dir, err) < 0)
		return err_wrap(err, "the targets at commit %.12s", r->commit);
	return ref_build(r->config, opts, printed, err) < 0
		       ? err_wrap(err, "commit %.12s", r->commit)
		       : 0;
}

int
ref_checkout(struct ref **out, const struct config *config, const char *name,
	const struct run_opts *opts, char **printed, struct err *err)
{
	AUTO(ref_free) struct ref *r = mem_alloc(sizeof *r);

	r->arena = arena_new();
	r->grant = opts->grant;
	*printed = NULL;
	if (fill(r, config, name, opts, printed, err) < 0)
		return -1;
	*out = TAKE(r);
	return 0;
}

const struct config *
ref_config(const struct ref *r)
{
	return r->config;
}

const char *
ref_commit(const struct ref *r)
{
	return r->commit;
}

void
ref_free(struct ref *r)
{
	struct err ignored = { 0 };
	char *printed = NULL;

	if (!r)
		return;
	if (r->room) {
		const char *argv[] = { "git", "-C", r->top, "worktree", "prune", NULL };
		const struct run_opts how = { .grant = r->grant }; /* not to be interrupted */
		struct errand prune = { "the command", argv, "/", GIT_TIMEOUT_NS, &how, NULL };

		if (dir_remove(r->room, &ignored) < 0 ||
			errand_run(&prune, &printed, &ignored) < 0)
			err_drop(&ignored); /* a directory of temporary files stays behind */
	}
	mem_free(printed);
	config_free(r->config);
	arena_free(r->arena);
	mem_free(r);
}
