/* SPDX-License-Identifier: MIT */
/* world.c - the file system after the run, as it would be in a mutant */
#include "mutate/inner.h"

#include "base/map.h"

#include <string.h>

struct path_state *
world_state(struct stage *s, struct mutant *m, const char *path)
{
	size_t i = (size_t)(uintptr_t)map_get_text(s->after, path);
	struct event *e;

	if (i)
		return &mutant_edit(m, i - 1)->path;
	for (size_t k = 0; k < m->n_added; k++) {
		e = m->added[k].event;
		if (e->kind == EVENT_PATH && strcmp(e->path.path, path) == 0)
			return &e->path;
	}
	e = mutant_add(m, s->tape->n, EVENT_PATH, 0);
	e->path.path = arena_strdup(m->arena, path);
	e->path.type = PATH_ABSENT;
	return &e->path;
}

void
world_remove(struct stage *s, struct mutant *m, const char *path)
{
	struct path_state *state = world_state(s, m, path);

	*state = (struct path_state){ .path = state->path, .type = PATH_ABSENT };
}

/* `with`, under another name and as a state after the run. */
static void
set_state(struct path_state *state, const struct path_state *with)
{
	const char *path = state->path;

	*state = *with;
	state->path = path;
	state->is_before = false;
}

void
world_restore(struct stage *s, struct mutant *m, const char *path)
{
	size_t i = (size_t)(uintptr_t)map_get_text(s->before, path);

	if (!i)
		world_remove(s, m, path);
	else
		set_state(world_state(s, m, path), &s->tape->events[i - 1].path);
}

void
world_copy(struct stage *s, struct mutant *m, const char *from, const char *to)
{
	size_t i = (size_t)(uintptr_t)map_get_text(s->after, from);

	if (i)
		set_state(world_state(s, m, to), &s->tape->events[i - 1].path);
	else
		world_remove(s, m, to);
}

void
world_content(struct mutant *m, struct path_state *state, const void *bytes, size_t n)
{
	struct sha256 sum;

	sha256_init(&sum);
	sha256_add(&sum, bytes, n);
	sha256_done(&sum, state->sha256);
	state->size = n;
	state->n_head = (uint32_t)n;
	state->head = n ? arena_dup(m->arena, bytes, n) : NULL;
}

void
world_other_content(struct path_state *state, uint64_t size)
{
	char *digit = &state->sha256[0];

	*digit = *digit == '0' ? '1' : '0';
	state->size = size;
	state->n_head = 0;
	state->head = NULL;
}
