/* SPDX-License-Identifier: MIT */
/*
 * doubt.c - profile strict: what in a run only time may have decided
 *
 * Two things. A process looks for a name that another one makes or removes, and nothing says
 * which of both comes first: a loop that waits for a file. And a process starts another child
 * when one of several has ended: which of them it was is chance, as with `make -j`.
 */
#include "effects/doubt.h"

#include "effects/causal.h"

#include <string.h>

/* What was last done about a path. */
struct touch {
	struct stamp at;
	const struct process *by; /* NULL: nothing so far */
};

struct touched {
	struct touch changed, looked;
};

struct doubts {
	struct map *paths;    /* path -> struct touched */
	struct map *children; /* number of a process -> struct children */
};

struct children {
	uint32_t n_waited_for; /* made, and not collected */
	bool has_picked;       /* one was collected while there were others */
};

static struct doubts *
doubts_of(struct effects *fx)
{
	if (!fx->doubts) {
		fx->doubts = arena_alloc(fx->arena, sizeof *fx->doubts);
		fx->doubts->paths = map_new();
		fx->doubts->children = map_new();
	}
	return fx->doubts;
}

void
doubt_free(struct effects *fx)
{
	if (!fx->doubts)
		return;
	map_free(fx->doubts->paths);
	map_free(fx->doubts->children);
}

/* Might what this task does now as well have come before that? */
static bool
is_race(const struct act *a, const struct touch *before)
{
	return before->by && before->by != a->task->process &&
	       !causal_knows(a->fx->causal, a->task->nr, before->at);
}

static void
note_path(const struct act *a, const char *path, bool changes)
{
	void **slot = map_text(doubts_of(a->fx)->paths, path);
	struct touched *t =
		*slot ? *slot : (*slot = arena_alloc(a->fx->arena, sizeof(struct touched)));
	struct touch now = { a->at, a->task->process };

	if (is_race(a, &t->changed) || (changes && is_race(a, &t->looked)))
		a->fx->doubt = arena_printf(a->fx->arena,
			"one process looks for '%s' while another one makes or removes it",
			path);
	if (changes)
		t->changed = now;
	else
		t->looked = now;
}

/* Did the call give the name to something, or take it away? */
static bool
is_change(const struct act *a, const char *path)
{
	const struct name *n = map_get_text(a->fx->names, path);

	return n && n->change_seq == a->event->seq;
}

static struct children *
children_of(const struct act *a)
{
	void **slot = map_number(doubts_of(a->fx)->children, a->task->process->nr);

	if (!*slot)
		*slot = arena_alloc(a->fx->arena, sizeof(struct children));
	return *slot;
}

static void
note_child(const struct act *a, bool is_collected)
{
	struct children *c = children_of(a);

	if (is_collected) {
		c->n_waited_for -= c->n_waited_for > 0;
		c->has_picked = c->n_waited_for > 0;
		return;
	}
	if (c->has_picked)
		a->fx->doubt = "a process starts another one when one of several has ended, "
			       "whichever that is";
	c->n_waited_for++;
}

void
doubt_note(const struct act *a, const struct line *line)
{
	bool is_done = !line->is_error, changes;

	if (a->fx->doubt)
		return;
	changes = line->path && is_done && is_change(a, line->path);
	/* Who makes what is there already neither looks nor changes. */
	if (line->path && (changes || line->is_missing || (is_done && line->is_quiet)))
		note_path(a, line->path, changes);
	if (line->kind == CANON_WAIT && is_done)
		note_child(a, true);
	else if (line->kind == CANON_TASK && is_done && strcmp(line->family, "thread") != 0)
		note_child(a, false);
}
