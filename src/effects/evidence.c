/* SPDX-License-Identifier: MIT */
/* evidence.c - the call that made an effect, kept small and decoded only when asked */
#include "effects/evidence.h"

#include "effects/process.h"

#include <string.h>

#define MAX_AREAS 4
#define MAX_STRING 512
#define MAX_OTHER 64

struct evidence {
	uint64_t seq;
	uint32_t task;
	bool is_call;
	const char *program; /* borrowed from the image */
	struct call call;
	struct area areas[MAX_AREAS];
	uint8_t *bytes;
	size_t capacity;
};

static size_t
copied(const struct area *area)
{
	return MIN((size_t)area->kept,
		(size_t)(area->kind == AREA_STRING ? MAX_STRING : MAX_OTHER));
}

static void
copy_areas(struct evidence *e, const struct call *call)
{
	size_t n = 0, at = 0;

	e->call.n_areas = MIN(call->n_areas, (uint32_t)MAX_AREAS);
	for (uint32_t i = 0; i < e->call.n_areas; i++)
		n += copied(&call->areas[i]);
	if (n > e->capacity) {
		e->bytes = mem_resize(e->bytes, n, 1);
		e->capacity = n;
	}
	for (uint32_t i = 0; i < e->call.n_areas; i++) {
		size_t kept = copied(&call->areas[i]);

		e->areas[i] = call->areas[i];
		e->areas[i].kept = (uint32_t)kept;
		e->areas[i].bytes = kept ? e->bytes + at : NULL;
		if (kept)
			memcpy(e->bytes + at, call->areas[i].bytes, kept);
		at += kept;
	}
	e->call.areas = e->areas;
}

void
evidence_keep(struct evidence **slot, const struct act *a)
{
	struct evidence *e = *slot;

	if (!e)
		e = *slot = mem_alloc(sizeof *e);
	e->seq = a->event->seq;
	e->task = a->task->nr;
	e->program = process_program(a->task->process);
	e->is_call = a->call != NULL;
	if (a->call) {
		e->call = *a->call;
		copy_areas(e, a->call);
	}
}

void
evidence_free(struct evidence *e)
{
	if (e)
		mem_free(e->bytes);
	mem_free(e);
}

/* The sandbox has another name in every run: it would make equal findings look unlike. */
static void
hide_sandbox(const struct effects *fx, struct str *text)
{
	const char *sandbox = fx->header.sandbox, *found;
	struct str shown = { 0 };
	const char *rest = str_text(text);

	if (!sandbox || !*sandbox || !strstr(rest, sandbox))
		return;
	for (; (found = strstr(rest, sandbox)) != NULL; rest = found + strlen(sandbox)) {
		str_add_n(&shown, rest, (size_t)(found - rest));
		str_add(&shown, "<sandbox>");
	}
	str_add(&shown, rest);
	str_done(text);
	*text = shown;
}

void
evidence_put(const struct effects *fx, struct golden *g, struct effect *out,
	const struct evidence *e)
{
	const struct decode_text how = { .string_limit = 80, .list_limit = 16 };
	AUTO(str_done) struct str text = { 0 };
	AUTO(str_done) struct str clean = { 0 };

	if (!e)
		return;
	out->seq = e->seq;
	if (e->is_call) {
		decode_call(&text, &e->call, &how);
		str_add_char(&text, ' ');
		decode_result(&text, &e->call, &how);
	}
	str_add(&text, text.n ? ", by " : "by ");
	str_add(&text, *e->program ? e->program : "?");
	str_add(&text, " (task ");
	task_place(&text, fx->tasks[e->task]);
	str_add_char(&text, ')');
	hide_sandbox(fx, &text);
	str_add_printable(&clean, text.data, text.n);
	out->evidence = arena_strndup(g->arena, clean.data, clean.n);
}
