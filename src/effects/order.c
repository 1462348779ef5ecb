/* SPDX-License-Identifier: MIT */
/* order.c - orders that somebody outside can rely on */
#include "effects/order.h"

#include "effects/evidence.h"
#include "effects/order_own.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/runtime.h"

#include <string.h>

void
order_init(struct effects *fx)
{
	fx->order = mem_alloc(sizeof *fx->order);
	fx->order->dirs = map_new();
	fx->order->given = map_new();
}

static void
voice_done(struct voice *v)
{
	size_t at = 0;
	void *value;

	while (map_next(v->last, &at, NULL, NULL, &value)) {
		moment_done(value);
		mem_free(value);
	}
	map_free(v->last);
}

void
order_done(struct effects *fx)
{
	struct order *o = fx->order;

	for (size_t i = 0; i < o->n_durables; i++) {
		evidence_free(o->durables[i]->evidence);
		moment_done(&o->durables[i]->wrote);
	}
	for (size_t i = 0; i < o->n_voices; i++)
		voice_done(&o->voices[i]);
	for (int kind = 0; kind < N_LANDMARKS; kind++)
		for (size_t i = 0; i < MIN(o->n_landmarks[kind], (size_t)MAX_LANDMARKS); i++) {
			moment_done(&o->landmarks[kind][i].at);
			evidence_free(o->landmarks[kind][i].evidence);
		}
	map_free(o->given);
	map_free(o->dirs);
	mem_free(o->durables);
	mem_free(o);
}

/* Threads tell each other things through memory; nobody sees that. */
static bool
has_threads(const struct act *a)
{
	return a->task->process->n_threads > 0;
}

static struct voice *
voice_of(struct order *o, const struct stream *s, const struct peer_use *use)
{
	struct voice *v;

	for (size_t i = 0; i < o->n_voices; i++)
		if (o->voices[i].stream == s && o->voices[i].use == use)
			return &o->voices[i];
	if (o->n_voices == MAX_VOICES)
		return NULL;
	v = &o->voices[o->n_voices++];
	*v = (struct voice){ .stream = s, .use = use, .last = map_new() };
	return v;
}

/* A buffer that was full is written when it is full, which depends on the length of what was
 * said and not on what is meant. */
static bool
is_full_buffer(uint64_t n)
{
	return n > 0 && n % 1024 == 0;
}

void
order_spoke(const struct act *a, const struct stream *s, const struct peer_use *use, uint64_t n)
{
	struct voice *v;
	void **slot;

	if (n == 0 || has_threads(a) || (s && is_full_buffer(n)) ||
		!(v = voice_of(a->fx->order, s, use)))
		return;
	if (v->first.chain == 0)
		v->first = a->at;
	slot = map_number(v->last, a->at.chain);
	if (*slot)
		moment_done(*slot);
	else
		*slot = mem_alloc(sizeof(struct moment));
	*(struct moment *)*slot = causal_now(a->fx->causal, a->task->nr);
}

static struct durable *
new_durable(struct effects *fx)
{
	struct order *o = fx->order;
	struct durable *d = arena_alloc(fx->arena, sizeof *d);

	o->durables = mem_grow(
		o->durables, o->n_durables, &o->durables_capacity, sizeof(struct durable *));
	return o->durables[o->n_durables++] = d;
}

static void
changed(const struct act *a, struct durable *d)
{
	d->is_shared |= has_threads(a);
	if (d->dirty.chain == 0)
		d->dirty = a->at;
}

static void
landmark(const struct act *a, enum landmark_kind kind, struct name *n,
	const struct peer_use *use)
{
	struct order *o = a->fx->order;
	size_t at = o->n_landmarks[kind]++;

	if (at >= MAX_LANDMARKS || has_threads(a))
		return;
	o->landmarks[kind][at] = (struct landmark){
		.name = n, .use = use, .at = causal_now(a->fx->causal, a->task->nr)
	};
	evidence_keep(&o->landmarks[kind][at].evidence, a);
}

/* Locks and pid files, by their names. */
static void
note_lock(const struct act *a, struct name *n)
{
	const struct order *o = a->fx->order;

	if (!n || !runtime_holds_pid(n->path))
		return;
	for (size_t i = 0; i < MIN(o->n_landmarks[LANDMARK_LOCK], (size_t)MAX_LANDMARKS); i++)
		if (o->landmarks[LANDMARK_LOCK][i].name == n)
			return;
	landmark(a, LANDMARK_LOCK, n, NULL);
}

void
order_wrote(const struct act *a, struct file *f)
{
	if (!f->durable) {
		f->durable = new_durable(a->fx);
		f->durable->file = f;
		f->durable->writer = a->task->process;
		if (!has_threads(a))
			f->durable->wrote = causal_now(a->fx->causal, a->task->nr);
		note_lock(a, f->name);
	}
	changed(a, f->durable);
}

/* Which voices were heard after the change and before this sync? */
static void
synced(const struct act *a, struct durable *d)
{
	struct order *o = a->fx->order;
	uint64_t heard = 0;

	if (d->dirty.chain == 0)
		return;
	d->was_synced = true;
	d->is_shared |= has_threads(a);
	for (size_t i = 0; i < o->n_voices && !d->is_shared; i++) {
		size_t at = 0;
		void *value;

		while (map_next(o->voices[i].last, &at, NULL, NULL, &value)) {
			const struct moment *m = value;

			if (moment_knows(m, d->dirty, true) &&
				causal_knows(a->fx->causal, a->task->nr, m->at))
				heard |= 1ull << i;
		}
	}
	if (heard && !d->evidence)
		evidence_keep(&d->evidence, a);
	d->spoke |= heard;
	d->dirty = (struct stamp){ 0 };
}

void
order_synced(const struct act *a, struct file *f)
{
	struct durable *dir = f->name ? map_get_text(a->fx->order->dirs, f->name->path) : NULL;

	if (f->durable)
		synced(a, f->durable);
	if (dir)
		synced(a, dir);
}

void
order_synced_all(const struct act *a)
{
	for (size_t i = 0; i < a->fx->order->n_durables; i++)
		synced(a, a->fx->order->durables[i]);
}

static void
entry_changed(const struct act *a, const struct name *n)
{
	const char *dir = arena_intern(a->fx->arena, n->path, path_parent(n->path));
	void **slot = map_text(a->fx->order->dirs, dir);
	struct durable *d = *slot;

	if (!d) {
		d = *slot = new_durable(a->fx);
		d->dir = dir;
	}
	changed(a, d);
}

void
order_came(const struct act *a, struct name *n, bool by_rename)
{
	entry_changed(a, n);
	if (n->went) {
		n->was_missing = true;
		n->was_lost |= !n->old || !n->old->name;
		n->went = false;
	}
	if (by_rename)
		landmark(a, LANDMARK_CAME, n, NULL);
	else
		note_lock(a, n);
}

void
order_went(const struct act *a, struct name *n, bool by_rename)
{
	entry_changed(a, n);
	if (n->file && n->file->is_new)
		return;
	n->went = true;
	n->old = by_rename ? n->file : NULL;
	if (!by_rename)
		landmark(a, LANDMARK_REMOVED, n, NULL);
}

void
order_listens(const struct act *a, const struct peer_use *use)
{
	landmark(a, LANDMARK_LISTEN, NULL, use);
}

/* Is the file one of the words of the program's command line? */
static bool
is_named_by(const struct task *t, const char *path)
{
	const struct image *image = process_image(t->process);
	AUTO(str_done) struct str word = { 0 };

	for (size_t i = 1; i < image->n_argv; i++) {
		str_clear(&word);
		path_join(&word, t->place->cwd, image->argv[i], strlen(image->argv[i]));
		if (strcmp(word.data, path) == 0)
			return true;
	}
	return false;
}

void
order_opened(const struct act *a, const char *path)
{
	const struct process *p = a->task->process;
	struct given *g;
	void **slot;

	if (p == a->fx->first || process_image(p)->is_fork ||
		!map_get_text(a->fx->named, path) || !is_named_by(a->task, path))
		return;
	slot = map_text(a->fx->order->given, path);
	if (!*slot)
		*slot = arena_alloc(a->fx->arena, sizeof(struct given));
	g = *slot;
	for (size_t i = 0; i < g->n_openers; i++)
		if (g->openers[i] == p)
			return;
	if (g->n_openers < MAX_OPENERS)
		g->openers[g->n_openers++] = p;
}

void
order_heard(const struct act *a)
{
	struct order *o = a->fx->order;

	if (o->has_heard)
		return;
	o->has_heard = true;
	if (has_threads(a))
		return;
	for (size_t i = 0; i < o->n_voices; i++)
		o->voices[i].before_input =
			o->voices[i].stream &&
			causal_knows(a->fx->causal, a->task->nr, o->voices[i].first);
}
