/* SPDX-License-Identifier: MIT */
/* stage.c - a tape made ready for operators: claims of the golden, states, names that change */
#include "mutate/inner.h"

#include "base/map.h"

#include <fcntl.h>
#include <string.h>

static bool
changes_names(const struct step *s)
{
	switch ((enum step_kind)s->kind) {
	case STEP_RENAME:
	case STEP_LINK:
	case STEP_SYMLINK:
	case STEP_MKDIR:
	case STEP_REMOVE:
		return s->is_ok;
	case STEP_OPEN:
		return s->is_ok && s->look.flags & O_CREAT;
	default:
		return false;
	}
}

static void
index_event(struct stage *s, size_t i, size_t *capacity)
{
	const struct event *e = &s->tape->events[i];

	if (e->kind == EVENT_PATH) {
		*map_text(e->path.is_before ? s->before : s->after, e->path.path) =
			(void *)(i + 1);
		return;
	}
	s->last = i;
	if (e->kind == EVENT_START && !s->first)
		s->first = e->task;
	if (e->kind == EVENT_EXEC && e->task == s->first && !s->began)
		s->began = i + 1;
	if (!changes_names(&s->steps.items[i]))
		return;
	s->changes = mem_grow(s->changes, s->n_changes, capacity, sizeof *s->changes);
	s->changes[s->n_changes++] = i;
}

static void
index_effects(struct stage *s)
{
	for (size_t i = 0; i < s->steps.golden->n_effects; i++) {
		struct effect *e = &s->steps.golden->effects[i];

		if (e->about && e->kind == EFFECT_PATH)
			*map_text(s->paths, e->about) = e;
		if (e->about && e->kind == EFFECT_READ)
			*map_text(s->reads, e->about) = e;
	}
}

int
stage_open(struct stage *out, const struct tape *tape, const struct golden *golden,
	const struct effects_opts *opts, struct err *err)
{
	size_t capacity = 0;

	*out = (struct stage){ .tape = tape, .golden = golden };
	out->after = map_new();
	out->before = map_new();
	out->paths = map_new();
	out->reads = map_new();
	if (steps_take(&out->steps, tape, opts, err) < 0)
		return -1;
	out->made = out->steps.golden->made;
	out->n_made = out->steps.golden->n_made;
	effects_settle(out->steps.golden, golden);
	index_effects(out);
	for (size_t i = 0; i < tape->n; i++)
		index_event(out, i, &capacity);
	if (!out->began)
		return err_set(err, "the command never began");
	/* execve's own record comes after the event that tells of it. */
	while (out->began < out->last && out->steps.items[out->began].kind == STEP_EXEC)
		out->began++;
	return 0;
}

void
stage_done(struct stage *s)
{
	steps_done(&s->steps);
	map_free(s->after);
	map_free(s->before);
	map_free(s->paths);
	map_free(s->reads);
	mem_free(s->changes);
	*s = (struct stage){ 0 };
}

const struct effect *
stage_claim(const struct stage *s, enum effect_kind kind, const char *key)
{
	const struct golden *g = s->golden;

	for (size_t i = 0; key && i < g->n_effects; i++) {
		const struct effect *e = &g->effects[i];

		if (e->kind == kind && strcmp(e->key, key) == 0)
			return e->n_runs >= g->n_runs ? e : NULL;
	}
	return NULL;
}

/* An open number is stored as a text. */
static bool
is_open(const struct value *v)
{
	return v->kind == VALUE_TEXT && strcmp(v->text, "varies") == 0;
}

const struct value *
claim_value(const struct effect *claim, const char *field)
{
	const struct value *v = claim ? effect_value(claim, field) : NULL;

	return v && !is_open(v) ? v : NULL;
}

static const struct effect *
claim_about(const struct stage *s, const struct map *told, const char *path)
{
	const struct effect *e = path ? map_get_text(told, path) : NULL;

	return e ? stage_claim(s, e->kind, e->key) : NULL;
}

const struct effect *
stage_path_claim(const struct stage *s, const char *path)
{
	return claim_about(s, s->paths, path);
}

const struct effect *
stage_read_claim(const struct stage *s, const char *path)
{
	const struct effect *claim = claim_about(s, s->reads, path);
	const struct value *own = claim ? effect_value(claim, "own") : NULL;

	/* Another language has other program text: what a runtime reads is claimed of none.
	 */
	return own && own->number ? NULL : claim;
}

const struct effect *
stage_stream_claim(struct stage *s, size_t i)
{
	const struct step *step = stage_step(s, i);

	return step->look.kind == LOOK_STREAM ? stage_claim(s, EFFECT_STREAM, step->look.name)
					      : NULL;
}

const struct event *
stage_event(const struct stage *s, size_t i)
{
	return &s->tape->events[i];
}

const struct step *
stage_step(const struct stage *s, size_t i)
{
	return &s->steps.items[i];
}

/* Is `path` this name or below it? */
static bool
is_at_or_below(const char *path, const char *name)
{
	size_t n = name ? strlen(name) : 0;

	return n && strncmp(path, name, n) == 0 && (!path[n] || path[n] == '/');
}

bool
stage_is_renamed_later(const struct stage *s, size_t i, const char *path)
{
	for (size_t k = s->n_changes; k-- > 0 && s->changes[k] > i;) {
		const struct step *step = stage_step(s, s->changes[k]);

		if (step->kind == STEP_OPEN ? step->name && strcmp(step->name, path) == 0
					    : is_at_or_below(path, step->name) ||
						      is_at_or_below(path, step->to))
			return true;
	}
	return false;
}

const char *
stage_say(const struct stage *s, struct mutant *m, size_t i)
{
	const struct event *e = stage_event(s, i);
	const struct decode_text how = { .string_limit = 40, .list_limit = 8 };
	AUTO(str_done) struct str call = { 0 };
	AUTO(str_done) struct str text = { 0 };

	if (e->kind == EVENT_CALL) {
		decode_call(&call, &e->call, &how);
		str_add_char(&call, ' ');
		decode_result(&call, &e->call, &how);
	} else if (e->kind == EVENT_EXIT) {
		str_addf(&call, "exit with wait status %#x", (unsigned)e->exit.status);
	} else if (e->kind == EVENT_EXEC) {
		str_addf(&call, "exec of %s", e->exec.path);
	} else if (e->kind == EVENT_PATH) {
		str_add(&call, e->path.path);
	} else {
		str_addf(&call, "event %llu", (unsigned long long)(e->seq / TAPE_STEP));
	}
	if (e->task)
		str_addf(&call, " of task %u", e->task);
	str_add_printable(&text, str_text(&call), call.n);
	return arena_strdup(m->arena, str_text(&text));
}

bool
stage_bytes(const struct stage *s, size_t i, struct str *out)
{
	const struct call *c = &stage_event(s, i)->call;
	uint64_t n = stage_step(s, i)->n_bytes;

	for (uint32_t k = 0; k < c->n_areas; k++)
		if (c->areas[k].kind == AREA_DATA_OUT && c->areas[k].at_exit)
			return false;
	for (uint32_t k = 0; k < c->n_areas && n > 0; k++) {
		const struct area *a = &c->areas[k];
		uint64_t part = MIN(n, a->size);

		if (a->kind != AREA_DATA_OUT)
			continue;
		if (a->kept < part)
			return false;
		str_add_n(out, a->bytes, part);
		n -= part;
	}
	return n == 0;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\0';
}

static bool
stands_in(const char *golden_text, const char *text, size_t n, size_t at)
{
	size_t from = at, to = at;

	while (from > 0 && !is_blank(text[from - 1]))
		from--;
	while (to < n && !is_blank(text[to]))
		to++;
	return memmem(golden_text, strlen(golden_text), text + from, to - from) != NULL;
}

size_t
stage_open_byte(const char *text, size_t n, const char *golden_text, unsigned share)
{
	size_t start = n ? MIN(n - 1, n * share / 2) : 0;

	for (size_t k = 0; k < n; k++) {
		size_t at = (start + k) % n;

		if (!golden_text ||
			(!is_blank(text[at]) && stands_in(golden_text, text, n, at)))
			return at;
	}
	return SIZE_MAX;
}

uint8_t
other_byte(uint8_t b)
{
	if (b >= '0' && b <= '9')
		return b == '9' ? '0' : (uint8_t)(b + 1);
	if ((b | 32) >= 'a' && (b | 32) <= 'z')
		return (b | 32) == 'z' ? (uint8_t)(b - 25) : (uint8_t)(b + 1);
	return b == '#' ? '%' : b < 128 ? '#' : (uint8_t)(b ^ 1);
}

void
sites_add(struct sites *s, size_t at, size_t with, uint32_t how)
{
	s->items = mem_grow(s->items, s->n, &s->capacity, sizeof *s->items);
	s->items[s->n++] = (struct site){ at, with, how };
}

/* splitmix64 (Steele, Lea, Flood 2014): a fixed start, so that every run chooses the same. */
static uint64_t
next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void
sites_sample(struct sites *s, const char *operator_name, size_t limit)
{
	uint64_t state = 0;

	if (s->n <= limit)
		return;
	for (const char *p = operator_name; *p; p++)
		state = state * 131 + (unsigned char)*p;
	/* One of each of `limit` equal parts. */
	for (size_t k = 0; k < limit; k++) {
		size_t from = k * s->n / limit, to = (k + 1) * s->n / limit;

		s->items[k] = s->items[from + next_random(&state) % (to - from)];
	}
	s->n = limit;
}
