/* SPDX-License-Identifier: MIT */
/* sandbox.c - the private directory of one run */

#include "gate/sandbox.h"

#include "base/file.h"
#include "base/str.h"
#include "gate/copy.h"
#include "gate/leftover.h"
#include "gate/paths.h"
#include "gate/perturb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* TMPDIR is not asked: a longer name here would show in what the target does. */
static const char *const places[] = { "/tmp", "/var/tmp" };

static void
release(struct sandbox *s)
{
	fd_close(s->lock);
	arena_free(s->arena);
	mem_free(s);
}

static const char *
make_dir(const struct sandbox *s, const char *name, mode_t mode)
{
	const char *path = arena_printf(s->arena, "%s/%s", s->root, name);

	if (mkdir(path, 0700) < 0 || chmod(path, mode) < 0)
		return NULL;
	copy_stamp(path);
	return path;
}

static int
make_dirs(struct sandbox *s, struct err *err)
{
	s->home = make_dir(s, "home", 0700);
	s->tmp = make_dir(s, s->perturbed & PERTURB_TMP ? "temporary" : "tmp", 01777);
	s->bin = make_dir(s, "bin", 0755);
	s->work = make_dir(s, "work", 0755);
	if (!s->home || !s->tmp || !s->bin || !s->work)
		return err_sys(err, "make the sandbox '%s'", s->root);
	/* Passable for a target that gives up root, not listable for everybody. */
	return chmod(s->root, 0711) < 0 ? err_sys(err, "open up '%s'", s->root) : 0;
}

int
sandbox_open(struct sandbox **out, unsigned perturbed, struct err *err)
{
	const char *name = perturbed & PERTURB_PATHS ? "renacer-in-a-longer-place" : "renacer";
	AUTO(sandbox_free) struct sandbox *s = mem_alloc(sizeof *s);

	s->arena = arena_new();
	s->lock = -1;
	s->perturbed = perturbed;
	for (size_t i = 0; i < ARRAY_LEN(places) && !s->root; i++)
		s->root = mkdtemp(arena_printf(s->arena, "%s/%s-XXXXXX", places[i], name));
	if (!s->root) {
		err_sys(err, "make a sandbox in /tmp or /var/tmp");
		return err_hint(err, "free some space, or make /tmp writable");
	}
	s->lock = leftover_lock(s->root);
	if (s->lock < 0)
		return err_sys(err, "lock the sandbox '%s'", s->root);
	if (make_dirs(s, err) < 0)
		return -1;
	*out = TAKE(s);
	return 0;
}

/* Each directory above `to`, from the top. */
static int
each_parent(struct sandbox *s, const char *to, int (*visit)(const char *path, struct err *err),
	struct err *err)
{
	for (const char *p = strchr(to, '/'); p; p = strchr(p + 1, '/'))
		if (visit(arena_printf(s->arena, "%s/%.*s", s->work, (int)(p - to), to), err) <
			0)
			return -1;
	return 0;
}

static int
make_parent(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0)
		return chmod(path, 0755) < 0 ? err_sys(err, "open up '%s'", path) : 0;
	return errno == EEXIST ? 0 : err_sys(err, "make '%s'", path);
}

static int
stamp_parent(const char *path, struct err *err)
{
	(void)err;
	copy_stamp(path);
	return 0;
}

int
sandbox_fill(struct sandbox *s, const struct target *target, struct err *err)
{
	const struct fixture *f = target->fixtures, *end = f + target->n_fixtures;

	for (; f < end; f++)
		if (each_parent(s, f->to, make_parent, err) < 0 ||
			copy_tree(f->from, paths_join(s->arena, s->work, f->to), err) < 0)
			return err_wrap(err, "fixture of target '%s'", target->name);
	/* Last, since every copy changes the directories above it. */
	for (f = target->fixtures; f < end; f++)
		if (each_parent(s, f->to, stamp_parent, err) < 0)
			return -1;
	copy_stamp(s->work);
	return 0;
}

static bool
is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* "../bin/tally" from work, "../../bin/tally" from work/sub. */
static const char *
way_to_bin(struct sandbox *s, const char *cwd, const char *name)
{
	AUTO(str_done) struct str way = { 0 };

	str_add(&way, "../");
	for (const char *p = cwd; *p; p++)
		if (p == cwd || p[-1] == '/')
			str_add(&way, "../");
	str_addf(&way, "bin/%s", name);
	return arena_strndup(s->arena, way.data, way.n);
}

int
sandbox_argv(struct sandbox *s, const struct target *target, const char *dir,
	const char *const **out, struct err *err)
{
	const char *program = target->argv[0], *cwd, *from, *name;
	const char **argv;
	size_t n = 0;

	*out = target->argv;
	if (!target->sandbox || program[0] == '/' || !strchr(program, '/'))
		return 0;
	cwd = paths_join(s->arena, s->work, target->cwd);
	if (is_program(paths_join(s->arena, cwd, program)))
		return 0;
	from = paths_join(s->arena, dir, program);
	if (!is_program(from)) {
		err_set(err, "program '%s' is neither in the sandbox nor in '%s'", program,
			dir);
		return err_hint(err, "build it first, for instance with setup = [\"make\", …]");
	}
	name = paths_last(from);
	if (copy_program(from, paths_join(s->arena, s->bin, name), err) < 0)
		return -1;
	copy_stamp(s->bin);
	while (target->argv[n])
		n++;
	argv = arena_array(s->arena, n + 1, sizeof *argv);
	memcpy(argv, target->argv, n * sizeof *argv);
	argv[0] = way_to_bin(s, target->cwd, name);
	*out = argv;
	return 0;
}

unsigned
sandbox_remove_leftovers(void)
{
	return leftovers_remove(places, ARRAY_LEN(places));
}

int
sandbox_remove(struct sandbox *s, struct err *err)
{
	int rc = s->keep ? 0 : dir_remove(s->root, err);

	if (s->keep)
		leftover_keep(s->lock);
	if (rc < 0) {
		err_wrap(err, "remove the sandbox '%s'", s->root);
		err_hint(err, "look there for a mount point that the target left");
	}
	release(s);
	return rc;
}

void
sandbox_free(struct sandbox *s)
{
	struct err err = { 0 };

	if (!s)
		return;
	if (s->root && !s->keep && dir_remove(s->root, &err) < 0)
		err_drop(&err); /* another failure is on its way to the user */
	release(s);
}
