/* SPDX-License-Identifier: MIT */
/*
 * op_file.c - operators on the files that the run leaves behind
 *
 * Sites are states after the run about which the golden makes the claim that is then broken.
 */
#include "mutate/inner.h"
#include "mutate/ops.h"

#include "base/map.h"

#include <fcntl.h>
#include <string.h>

typedef bool (*claims_fn)(const struct effect *claim, const struct path_state *state);

static void
find_states(struct stage *s, struct sites *out, claims_fn claims, uint32_t n_ways)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *e = stage_event(s, i);
		const struct effect *claim;

		if (e->kind != EVENT_PATH || e->path.is_before || e->path.type == PATH_ABSENT)
			continue;
		claim = stage_path_claim(s, e->path.path);
		for (uint32_t how = 0; how < n_ways && claim && claims(claim, &e->path); how++)
			sites_add(out, i, 0, how);
	}
}

static bool
claims_content(const struct effect *claim, const struct path_state *state)
{
	return state->type == PATH_FILE && claim_value(claim, "sha256");
}

static void
find_content(struct stage *s, struct sites *out)
{
	find_states(s, out, claims_content, 3);
}

static bool
is_whole(const struct path_state *state)
{
	return state->n_head == state->size && state->size > 0;
}

static bool
byte_of_file(struct stage *s, const struct site *site, struct mutant *m)
{
	struct path_state *state = &mutant_edit(m, site->at)->path;
	const struct value *text = effect_value(stage_path_claim(s, state->path), "text");
	uint8_t *bytes;
	size_t at;

	if (!state->size)
		return false;
	m->what = arena_printf(
		m->arena, "one byte of %s was another one", stage_say(s, m, site->at));
	if (!is_whole(state)) {
		world_other_content(state, state->size);
		return true;
	}
	at = stage_open_byte(
		(const char *)state->head, state->n_head, text ? text->text : NULL, site->how);
	if (at == SIZE_MAX)
		return false;
	bytes = arena_dup(m->arena, state->head, state->n_head);
	bytes[at] = other_byte(bytes[at]);
	world_content(m, state, bytes, state->n_head);
	return true;
}

/* Cut in the middle, emptied, its last byte lost. */
static bool
cut_file(struct stage *s, const struct site *site, struct mutant *m)
{
	struct path_state *state = &mutant_edit(m, site->at)->path;
	uint64_t size = site->how == 0 ? state->size / 2 : site->how == 1 ? 0 : state->size - 1;

	if (!state->size)
		return false;
	if (is_whole(state) || !size)
		world_content(m, state, state->head, size);
	else
		world_other_content(state, size);
	m->what = arena_printf(m->arena, "%s was cut to %llu bytes", stage_say(s, m, site->at),
		(unsigned long long)size);
	return true;
}

static bool
claims_mode(const struct effect *claim, const struct path_state *state)
{
	(void)state;
	return claim_value(claim, "mode") != NULL;
}

static void
find_modes(struct stage *s, struct sites *out)
{
	find_states(s, out, claims_mode, 3);
}

static bool
other_mode(struct stage *s, const struct site *site, struct mutant *m)
{
	static const uint32_t bits[] = { 0004, 0200, 0111 };
	struct path_state *state = &mutant_edit(m, site->at)->path;

	state->mode ^= bits[site->how];
	m->what = arena_printf(
		m->arena, "%s had mode %04o", stage_say(s, m, site->at), state->mode & 07777u);
	return true;
}

static bool
claims_target(const struct effect *claim, const struct path_state *state)
{
	return state->type == PATH_SYMLINK && state->target && claim_value(claim, "target");
}

static void
find_targets(struct stage *s, struct sites *out)
{
	find_states(s, out, claims_target, 1);
}

static bool
other_target(struct stage *s, const struct site *site, struct mutant *m)
{
	struct path_state *state = &mutant_edit(m, site->at)->path;

	state->target = arena_printf(m->arena, "%s.old", state->target);
	m->what = arena_printf(
		m->arena, "%s pointed to %s", stage_say(s, m, site->at), state->target);
	return true;
}

static bool
claims_type(const struct effect *claim, const struct path_state *state)
{
	return (state->type == PATH_FILE || state->type == PATH_DIR) &&
	       claim_value(claim, "type");
}

static void
find_types(struct stage *s, struct sites *out)
{
	find_states(s, out, claims_type, 1);
}

static bool
other_type(struct stage *s, const struct site *site, struct mutant *m)
{
	struct path_state *state = &mutant_edit(m, site->at)->path;

	*state = (struct path_state){
		.path = state->path, .type = PATH_SYMLINK, .mode = 0777, .target = "elsewhere"
	};
	m->what = arena_printf(m->arena, "%s was a symbolic link", stage_say(s, m, site->at));
	return true;
}

static bool
claims_presence(const struct effect *claim, const struct path_state *state)
{
	(void)state;
	return claim_value(claim, "type") != NULL;
}

static void
find_attributes(struct stage *s, struct sites *out)
{
	find_states(s, out, claims_presence, 1);
}

static bool
other_attributes(struct stage *s, const struct site *site, struct mutant *m)
{
	struct path_state *state = &mutant_edit(m, site->at)->path;

	if (state->type == PATH_SYMLINK)
		return false;
	state->attributes = state->attributes && strcmp(state->attributes, "user.st=1\n") != 0
				    ? NULL
				    : "user.st=1\n";
	m->what = arena_printf(m->arena, "%s %s", stage_say(s, m, site->at),
		state->attributes ? "had the extended attribute user.st"
				  : "lost its extended attributes");
	return true;
}

static bool
is_parent_of_state(struct stage *s, struct mutant *m, const char *dir)
{
	size_t n = strlen(dir);

	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *e = m->events[i];

		if (e && e->kind == EVENT_PATH && !e->path.is_before &&
			e->path.type != PATH_ABSENT && strncmp(e->path.path, dir, n) == 0 &&
			e->path.path[n] == '/')
			return true;
	}
	return false;
}

/* What was made is not there; what was changed is as it was. */
static bool
not_written(struct stage *s, const struct site *site, struct mutant *m)
{
	struct path_state *state = &mutant_edit(m, site->at)->path;
	const char *path = state->path;
	const void *id = NULL;

	if (state->type != PATH_FILE && is_parent_of_state(s, m, path))
		return false;
	/* Its calls go with it: the one that opened or made it, and all by its descriptors. */
	for (size_t i = 0; i < s->tape->n && !id; i++)
		if (stage_step(s, i)->look.kind == LOOK_FILE && stage_step(s, i)->look.id &&
			effects_path_of_file(stage_step(s, i)->look.id) &&
			strcmp(effects_path_of_file(stage_step(s, i)->look.id), path) == 0)
			id = stage_step(s, i)->look.id;
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);

		if ((id && step->look.id == id) ||
			(step->is_ok &&
				(step->kind == STEP_MKDIR || step->kind == STEP_SYMLINK) &&
				step->name && strcmp(step->name, path) == 0) ||
			(step->is_ok && step->to && strcmp(step->to, path) == 0 &&
				(step->kind == STEP_RENAME || step->kind == STEP_LINK)))
			mutant_drop(m, i);
	}
	world_restore(s, m, path);
	m->what = arena_printf(m->arena, "%s was not written", path);
	return true;
}

/* Beside something that the run leaves: a file, a directory, a link to nowhere. */
static void
find_extra(struct stage *s, struct sites *out)
{
	for (uint32_t how = 0; how < 3; how++)
		sites_add(out, s->began, 0, how);
}

static bool
extra_path(struct stage *s, const struct site *site, struct mutant *m)
{
	static const uint8_t types[] = { PATH_FILE, PATH_DIR, PATH_SYMLINK };
	const char *dir = s->tape->header.cwd;
	const char *path = arena_printf(m->arena, "%s/selftest-left-behind", dir);
	enum call_id ids[] = { CALL_openat, CALL_mkdirat, CALL_symlinkat };
	struct event *call;
	struct path_state *state;

	if (!effects_would_tell(s->steps.effects, path) || map_get_text(s->after, path))
		return false;
	call = mutant_add_call(m, site->at, s->first, ids[site->how], site->how ? 0 : 900);
	call->call.arg[0] = call->call.arg[1] = (uint64_t)AT_FDCWD;
	if (site->how == 0)
		call->call.arg[2] = O_CREAT | O_EXCL | O_WRONLY;
	if (site->how == 2)
		mutant_give(m, call, 0, AREA_STRING, "nowhere", 7);
	mutant_give(m, call, site->how == 2 ? 2 : 1, AREA_STRING, path, strlen(path));
	state = world_state(s, m, path);
	*state = (struct path_state){ .path = path,
		.type = types[site->how],
		.mode = site->how ? 0755 : 0644,
		.target = site->how == 2 ? "nowhere" : NULL };
	if (site->how == 0)
		world_content(m, state, "", 0);
	m->what = arena_printf(
		m->arena, "%s %s was left behind", path_type_names[types[site->how]], path);
	return true;
}

const struct operator op_byte_of_file = { "byte-of-file", true, TELLING,
	"whoever reads the file would read something else", find_content, byte_of_file };
const struct operator op_cut_file = { "cut-file", true, TELLING, "a file would end too early",
	find_content, cut_file };
const struct operator op_other_mode = { "other-mode", true, TELLING,
	"others could read, write or run what they should not", find_modes, other_mode };
const struct operator op_other_target = { "other-target", true, TELLING,
	"a link would lead elsewhere", find_targets, other_target };
const struct operator op_other_type = { "other-type", true, TELLING,
	"a link would stand where a file or directory was promised", find_types, other_type };
const struct operator op_other_attributes = { "other-attributes", true, TELLING,
	"capabilities, ACLs or labels of a file would be others", find_attributes,
	other_attributes };
const struct operator op_not_written = { "not-written", true, TELLING,
	"a result would be missing", find_attributes, not_written };
const struct operator op_extra_path = { "extra-path", true, ALL_PROFILES,
	"something would be left behind that nobody expects", find_extra, extra_path };
