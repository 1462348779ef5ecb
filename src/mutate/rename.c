/* SPDX-License-Identifier: MIT */
/* rename.c - texts that stand for the same thing under another name, replaced everywhere */
#include "mutate/rename.h"

#include "mutate/inner.h"

#include <string.h>

void
renaming_add(struct renaming *r, const char *from, const char *to)
{
	size_t capacity = r->capacity;

	assert(strlen(from) == strlen(to));
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->from[i], from) == 0)
			return;
	r->from = mem_grow(r->from, r->n, &capacity, sizeof *r->from);
	r->to = mem_grow(r->to, r->n, &r->capacity, sizeof *r->to);
	r->from[r->n] = from;
	r->to[r->n++] = to;
}

void
renaming_done(struct renaming *r)
{
	mem_free(r->from);
	mem_free(r->to);
	*r = (struct renaming){ 0 };
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_whole(const char *text, size_t n, size_t at, size_t len)
{
	return (at == 0 || !is_digit(text[at - 1])) &&
	       (at + len == n || !is_digit(text[at + len]));
}

/* The next place at or behind `from`; SIZE_MAX: none. */
static size_t
find(const struct renaming *r, size_t pair, const char *text, size_t n, size_t from)
{
	size_t len = strlen(r->from[pair]);

	while (from + len <= n) {
		const char *hit = memmem(text + from, n - from, r->from[pair], len);

		if (!hit)
			break;
		from = (size_t)(hit - text);
		if (!r->whole_numbers || is_whole(text, n, from, len))
			return from;
		from++;
	}
	return SIZE_MAX;
}

static bool
is_in_text(const struct renaming *r, const char *text)
{
	for (size_t i = 0; text && i < r->n; i++)
		if (find(r, i, text, strlen(text), 0) != SIZE_MAX)
			return true;
	return false;
}

bool
renaming_is_in(const struct renaming *r, const struct golden *g)
{
	for (size_t i = 0; i < g->n_effects; i++) {
		const struct effect *e = &g->effects[i];

		if (is_in_text(r, e->key))
			return true;
		for (size_t k = 0; k < e->n_values; k++) {
			const struct value *v = &e->values[k];

			if (v->kind == VALUE_TEXT && is_in_text(r, v->text))
				return true;
			for (size_t w = 0; v->kind == VALUE_LIST && w < v->n_list; w++)
				if (is_in_text(r, v->list[w]))
					return true;
		}
	}
	return false;
}

/* A changed copy of the bytes, NUL-terminated; NULL: nothing in them is renamed. Each place is
 * replaced once, whatever the new names are. */
static char *
renamed(const struct renaming *r, struct arena *arena, const void *bytes, size_t n)
{
	char *copy = NULL;

	for (size_t i = 0; i < r->n; i++) {
		size_t len = strlen(r->from[i]);

		for (size_t at = find(r, i, bytes, n, 0); at != SIZE_MAX;
			at = find(r, i, bytes, n, at + len)) {
			if (!copy) {
				copy = arena_alloc(arena, n + 1);
				memcpy(copy, bytes, n);
			}
			memcpy(copy + at, r->to[i], len);
		}
	}
	return copy;
}

static const char *
renamed_text(const struct renaming *r, struct arena *arena, const char *text)
{
	char *copy = text ? renamed(r, arena, text, strlen(text)) : NULL;

	return copy ? copy : text;
}

static void
rename_call(const struct renaming *r, struct mutant *m, size_t i)
{
	const struct call *c = &m->events[i]->call;
	struct area *areas = NULL;

	for (uint32_t k = 0; k < c->n_areas; k++) {
		const struct area *a = &c->areas[k];
		char *bytes = a->kind != AREA_STRUCT && a->kept
				      ? renamed(r, m->arena, a->bytes, a->kept)
				      : NULL;

		if (!bytes)
			continue;
		if (!areas) {
			struct event *e = mutant_edit(m, i);

			areas = mutant_areas(m, e);
			c = &e->call;
		}
		areas[k].bytes = (uint8_t *)bytes;
		if (areas[k].has_digest && areas[k].kept == areas[k].size) {
			areas[k].digest = (struct digest){ 0 };
			digest_add(&areas[k].digest, bytes, areas[k].kept);
		}
	}
}

static void
rename_state(const struct renaming *r, struct mutant *m, size_t i)
{
	struct path_state *p = &mutant_edit(m, i)->path;
	char *head = p->n_head ? renamed(r, m->arena, p->head, p->n_head) : NULL;

	p->path = renamed_text(r, m->arena, p->path);
	p->target = renamed_text(r, m->arena, p->target);
	if (!head)
		return;
	if (p->n_head == p->size)
		world_content(m, p, head, p->n_head);
	else
		p->head = (uint8_t *)head;
}

void
renaming_apply(const struct renaming *r, struct mutant *m)
{
	for (size_t i = 0; i < m->tape->n; i++) {
		const struct event *e = m->events[i];

		if (!e)
			continue;
		if (e->kind == EVENT_CALL)
			rename_call(r, m, i);
		if (e->kind == EVENT_PATH)
			rename_state(r, m, i);
		if (e->kind == EVENT_EXEC)
			mutant_edit(m, i)->exec.path = renamed_text(r, m->arena, e->exec.path);
	}
	for (int i = 0; i < N_TAPE_STREAMS; i++) {
		struct received *to = &m->received[i];
		char *head = to->n_head ? renamed(r, m->arena, to->head, to->n_head) : NULL;

		if (!head)
			continue;
		to->head = head;
		if (to->digest.n == to->n_head) {
			to->digest = (struct digest){ 0 };
			digest_add(&to->digest, head, to->n_head);
		}
	}
}
