/* SPDX-License-Identifier: MIT */
/*
 * op_name.c - operators on calls that change names, and on those that make content durable
 *
 * A site is a call that succeeded and after which no call changed the same names, so that the
 * world without it can be told: what was to be removed is still there, and so on.
 */
#include "mutate/inner.h"
#include "mutate/ops.h"

#include "base/map.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static bool
is_there_before(const struct stage *s, const char *path)
{
	size_t i = (size_t)(uintptr_t)map_get_text(s->before, path);

	return i && s->tape->events[i - 1].path.type != PATH_ABSENT;
}

static bool
is_there_after(const struct stage *s, const char *path)
{
	size_t i = (size_t)(uintptr_t)map_get_text(s->after, path);

	return i && s->tape->events[i - 1].path.type != PATH_ABSENT;
}

/* Below the sandbox every state is known, before the run and after it. */
static bool
is_known_world(const struct stage *s, const char *path)
{
	const char *box = s->tape->header.sandbox;
	size_t n = box ? strlen(box) : 0;

	return n && path && strncmp(path, box, n) == 0 && path[n] == '/';
}

static void
find_calls(struct stage *s, struct sites *out, enum step_kind kind,
	bool (*fits)(struct stage *s, size_t i))
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);

		if (step->kind != kind || !step->is_ok || !step->name || !fits(s, i))
			continue;
		sites_add(out, i, 0, 0);
		sites_add(out, i, 0, 1);
	}
}

/* The call itself: gone, or refused. */
static void
undo(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *e;

	m->what = arena_printf(m->arena, "%s %s", stage_say(s, m, site->at),
		site->how ? "failed with EACCES" : "was not made");
	if (!site->how) {
		mutant_drop(m, site->at);
		return;
	}
	e = mutant_edit(m, site->at);
	e->call.is_error = true;
	e->call.ret = -EACCES;
}

/* Removed for good, and a place whose changes are told. */
static bool
fits_remove(struct stage *s, size_t i)
{
	const char *name = stage_step(s, i)->name;

	return is_known_world(s, name) && !is_there_after(s, name) &&
	       !stage_is_renamed_later(s, i, name) &&
	       effects_would_tell(s->steps.effects, name);
}

static void
find_removes(struct stage *s, struct sites *out)
{
	find_calls(s, out, STEP_REMOVE, fits_remove);
}

static bool
not_removed(struct stage *s, const struct site *site, struct mutant *m)
{
	const struct event *e = stage_event(s, site->at);
	const struct step *step = stage_step(s, site->at);
	bool is_dir = step->id == CALL_rmdir ||
		      (step->id == CALL_unlinkat && e->call.arg[2] & AT_REMOVEDIR);

	undo(s, site, m);
	if (is_there_before(s, step->name)) {
		world_restore(s, m, step->name);
	} else {
		struct path_state *state = world_state(s, m, step->name);

		*state = (struct path_state){ .path = state->path,
			.type = is_dir ? PATH_DIR : PATH_FILE,
			.mode = is_dir ? 0755 : 0600 };
		if (!is_dir)
			world_content(m, state, "", 0);
	}
	return true;
}

static bool
fits_rename(struct stage *s, size_t i)
{
	const struct step *step = stage_step(s, i);

	return step->to && is_known_world(s, step->name) && is_known_world(s, step->to) &&
	       is_there_after(s, step->to) && !is_there_after(s, step->name) &&
	       !stage_is_renamed_later(s, i, step->name) &&
	       !stage_is_renamed_later(s, i, step->to) && stage_path_claim(s, step->to);
}

static void
find_renames(struct stage *s, struct sites *out)
{
	find_calls(s, out, STEP_RENAME, fits_rename);
}

static bool
not_renamed(struct stage *s, const struct site *site, struct mutant *m)
{
	const struct step *step = stage_step(s, site->at);

	undo(s, site, m);
	world_copy(s, m, step->to, step->name);
	world_restore(s, m, step->to);
	return true;
}

static bool
fits_link(struct stage *s, size_t i)
{
	const struct step *step = stage_step(s, i);

	return step->to && is_known_world(s, step->to) && is_there_after(s, step->to) &&
	       !stage_is_renamed_later(s, i, step->to) && stage_path_claim(s, step->to);
}

static void
find_links(struct stage *s, struct sites *out)
{
	find_calls(s, out, STEP_LINK, fits_link);
}

static bool
not_linked(struct stage *s, const struct site *site, struct mutant *m)
{
	undo(s, site, m);
	world_remove(s, m, stage_step(s, site->at)->to);
	return true;
}

/* Empty directories, and symbolic links. */
static bool
fits_made(struct stage *s, size_t i)
{
	const char *name = stage_step(s, i)->name;
	size_t n = strlen(name);

	for (size_t k = s->last; k < s->tape->n; k++) {
		const struct event *e = stage_event(s, k);

		if (e->kind == EVENT_PATH && !e->path.is_before &&
			strncmp(e->path.path, name, n) == 0 && e->path.path[n] == '/')
			return false;
	}
	return is_known_world(s, name) && is_there_after(s, name) &&
	       !stage_is_renamed_later(s, i, name) && stage_path_claim(s, name);
}

static void
find_made(struct stage *s, struct sites *out)
{
	find_calls(s, out, STEP_MKDIR, fits_made);
	find_calls(s, out, STEP_SYMLINK, fits_made);
}

static bool
not_made(struct stage *s, const struct site *site, struct mutant *m)
{
	undo(s, site, m);
	world_remove(s, m, stage_step(s, site->at)->name);
	return true;
}

/* The one call that made something durable: no other of its kind for the same object, none for
 * all at once, no descriptor that syncs by itself. */
static bool
is_only_sync(struct stage *s, size_t i)
{
	const void *id = stage_step(s, i)->look.id;

	for (size_t k = 0; k < s->tape->n; k++) {
		const struct step *step = stage_step(s, k);

		if (step->kind == STEP_SYNC_ALL && step->is_ok)
			return false;
		if (k != i && step->kind == STEP_SYNC && step->is_ok && step->look.id == id)
			return false;
		if (step->look.id == id && step->look.flags & (O_SYNC | O_DSYNC))
			return false;
	}
	return true;
}

/* A claim about something right in this directory that says it was made durable there. */
static bool
claims_in_dir(struct stage *s, const char *dir)
{
	size_t n = strlen(dir);

	for (size_t k = s->last; k < s->tape->n; k++) {
		const struct event *e = stage_event(s, k);

		if (e->kind == EVENT_PATH && !e->path.is_before &&
			strncmp(e->path.path, dir, n) == 0 && e->path.path[n] == '/' &&
			!strchr(e->path.path + n + 1, '/') &&
			claim_value(stage_path_claim(s, e->path.path), "dir_synced"))
			return true;
	}
	return false;
}

static void
find_syncs(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);
		const char *path;

		if (step->kind != STEP_SYNC || !step->is_ok || step->look.kind != LOOK_FILE)
			continue;
		path = effects_path_of_file(step->look.id);
		if (path && is_only_sync(s, i) &&
			(claim_value(stage_path_claim(s, path), "synced") ||
				claims_in_dir(s, path)))
			sites_add(out, i, 0, 0);
	}
}

static bool
lost_sync(struct stage *s, const struct site *site, struct mutant *m)
{
	mutant_drop(m, site->at);
	m->what = arena_printf(m->arena, "%s was not made", stage_say(s, m, site->at));
	return true;
}

/* A rename of the file that was synced, later, by the same task, with nothing about either name
 * between. */
static size_t
rename_after(struct stage *s, size_t i)
{
	const struct step *sync = stage_step(s, i);

	for (size_t k = i + 1; sync->name && k < s->tape->n; k++) {
		const struct step *step = stage_step(s, k);

		if (step->kind == STEP_RENAME && step->is_ok && step->name &&
			strcmp(step->name, sync->name) == 0)
			return stage_event(s, k)->task == stage_event(s, i)->task ? k : 0;
		if (!step->by_fd && step->name && strcmp(step->name, sync->name) == 0)
			return 0;
	}
	return 0;
}

static void
find_late_syncs(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);
		size_t k;

		if (step->kind != STEP_SYNC || !step->is_ok || !is_only_sync(s, i))
			continue;
		k = rename_after(s, i);
		if (k && claim_value(stage_path_claim(s, stage_step(s, k)->to), "synced"))
			sites_add(out, i, k, 0);
	}
}

static bool
late_sync(struct stage *s, const struct site *site, struct mutant *m)
{
	mutant_move(m, site->with, site->at);
	m->what = arena_printf(m->arena, "%s came before %s", stage_say(s, m, site->with),
		stage_say(s, m, site->at));
	return true;
}

const struct operator op_not_removed = { "not-removed", true, TELLING,
	"temporary files and locks would be left behind", find_removes, not_removed };
const struct operator op_not_renamed = { "not-renamed", true, TELLING,
	"the new content would never get its name", find_renames, not_renamed };
const struct operator op_not_linked = { "not-linked", true, TELLING, "a name would be missing",
	find_links, not_linked };
const struct operator op_not_made = { "not-made", true, TELLING,
	"a directory or link would be missing", find_made, not_made };
const struct operator op_lost_sync = { "lost-sync", true, TELLING,
	"after a power cut the content could be gone", find_syncs, lost_sync };
const struct operator op_late_sync = { "late-sync", true, TELLING,
	"after a power cut the name could stand for an empty file", find_late_syncs,
	late_sync };
