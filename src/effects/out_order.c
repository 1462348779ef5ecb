/* SPDX-License-Identifier: MIT */
/*
 * out_order.c - orders as sentences
 *
 * Where one of several like things is said by name, its place in a loop over a hash table would
 * show. So files are named only when all of them share an order; otherwise they are counted.
 */
#include "effects/order_own.h"

#include "effects/alias.h"
#include "effects/evidence.h"
#include "effects/names.h"
#include "effects/net.h"
#include "effects/runtime.h"

#include <string.h>

#define MAX_NAMED 8

static bool
put_name(struct out *o, struct str *key, const struct name *n)
{
	AUTO(str_done) struct str path = { 0 };

	if (runtime_kind(n->path, name_is_inside(o->fx, n->path)) == RUNTIME_CACHE)
		return false;
	alias_made_path(o->fx, &path, n);
	if (out_is_ignored(o, path.data))
		return false;
	str_add(key, path.data);
	return true;
}

static void
put_address(struct out *o, struct str *key, const char *word, const char *address)
{
	AUTO(str_done) struct str raw = { 0 };

	alias_word(o->fx, &raw, address, str_has_prefix(address, "unix:@"));
	str_addf(key, "%s ", word);
	str_add_escaped(key, str_text(&raw), raw.n);
}

/* False: that one is nobody's business. */
static bool
put_voice(struct out *o, struct str *key, const struct voice *v)
{
	/* When a runtime empties its buffers is not the program's choice. */
	if (v->stream && o->fx->opts.profile == PROFILE_TRANSPILE)
		return false;
	if (v->stream) {
		alias_path(o->fx, key, v->stream->key);
		return true;
	}
	if (v->use->kind == USE_ACCEPT)
		put_address(o, key, "listen", v->use->address);
	else if (v->use->kind == USE_CONNECT && !net_is_internal(o->fx, v->use))
		put_address(o, key, "connect", v->use->address);
	else
		return false;
	return true;
}

static struct effect *
add(struct out *o, const struct str *key, const struct evidence *evidence)
{
	struct effect *e = golden_add(o->golden, EFFECT_ORDER, key->data);

	evidence_put(o->fx, o->golden, e, evidence);
	return e;
}

/* Still there, so that its durability is somebody's concern. */
static const struct name *
name_of(const struct out *o, const struct durable *d)
{
	const struct name *n =
		d->file ? d->file->name : map_get_text(o->fx->names, *d->dir ? d->dir : "/");

	if (!d->was_synced || d->is_shared || !n || n->is_gone)
		return NULL;
	return n;
}

static void
one_voice(struct out *o, size_t index)
{
	const struct order *order = o->fx->order;
	AUTO(str_done) struct str voice = { 0 };
	size_t n_synced = 0, n_late = 0;
	const struct evidence *evidence = NULL;

	if (!put_voice(o, &voice, &order->voices[index]))
		return;
	for (size_t i = 0; i < order->n_durables; i++) {
		const struct durable *d = order->durables[i];

		if (!name_of(o, d))
			continue;
		n_synced++;
		n_late += d->spoke >> index & 1;
		if (d->spoke >> index & 1 && !evidence)
			evidence = d->evidence;
	}
	if (n_late == 0)
		return;
	if (n_late < n_synced || n_late > MAX_NAMED) {
		str_add(&voice, " spoke before files were synced");
		effect_number(o->golden, add(o, &voice, evidence), "count", (int64_t)n_late);
		return;
	}
	for (size_t i = 0; i < order->n_durables; i++) {
		const struct name *n = name_of(o, order->durables[i]);
		AUTO(str_done) struct str key = { 0 };

		if (!n)
			continue;
		str_addf(&key, "%s spoke before ", voice.data);
		if (!put_name(o, &key, n))
			continue;
		str_add(&key, " was synced");
		add(o, &key, order->durables[i]->evidence);
	}
}

static void
voices(struct out *o)
{
	const struct order *order = o->fx->order;

	for (size_t i = 0; i < order->n_voices; i++) {
		AUTO(str_done) struct str key = { 0 };

		one_voice(o, i);
		if (!order->voices[i].before_input || !put_voice(o, &key, &order->voices[i]))
			continue;
		str_add(&key, " spoke before stdin was read");
		add(o, &key, NULL);
	}
}

static void
answers(struct out *o)
{
	size_t at = 0;
	void *value;

	while (map_next(o->fx->peers, &at, NULL, NULL, &value)) {
		const struct peer_use *use = value;
		AUTO(str_done) struct str key = { 0 };

		if (use->kind != USE_ACCEPT || !use->speaks_first)
			continue;
		put_address(o, &key, "listen", use->address);
		str_add(&key, " spoke before it heard");
		add(o, &key, use->evidence);
	}
}

static bool
is_there(const struct name *n)
{
	return n->after ? n->after->type != PATH_ABSENT : !n->is_gone;
}

static void
missing(struct out *o)
{
	size_t at = 0;
	void *value;

	while (map_next(o->fx->names, &at, NULL, NULL, &value)) {
		const struct name *n = value;
		AUTO(str_done) struct str key = { 0 };

		if (!n->was_missing || !is_there(n) || name_existed(o->fx, n) != EXISTED_YES ||
			runtime_is_volatile(n->path) || !put_name(o, &key, n))
			continue;
		str_add(&key, n->was_lost ? " was gone before the new one came"
					  : " was moved away before the new one came");
		add(o, &key, n->evidence);
	}
}

static bool
is_removal(const struct out *o, const struct landmark *l)
{
	return l->name && !is_there(l->name) && name_existed(o->fx, l->name) == EXISTED_YES;
}

static bool
is_arrival(const struct out *o, const struct landmark *l)
{
	(void)o;
	return l->name && l->name->arrived && is_there(l->name);
}

/* The one of its kind; NULL: there are none, or several, whose order may be a loop's. */
static const struct landmark *
the_one(const struct out *o, enum landmark_kind kind,
	bool (*is_it)(const struct out *o, const struct landmark *l))
{
	const struct order *order = o->fx->order;
	const struct landmark *one = NULL;

	if (order->n_landmarks[kind] > MAX_LANDMARKS)
		return NULL;
	for (size_t i = 0; i < order->n_landmarks[kind]; i++) {
		const struct landmark *l = &order->landmarks[kind][i];

		if (!is_it(o, l))
			continue;
		if (one)
			return NULL;
		one = l;
	}
	return one;
}

static void
replacement(struct out *o)
{
	const struct landmark *went = the_one(o, LANDMARK_REMOVED, is_removal);
	const struct landmark *came = the_one(o, LANDMARK_CAME, is_arrival);
	AUTO(str_done) struct str key = { 0 };

	if (!went || !came)
		return;
	if (moment_knows(&came->at, went->at.at, true)) {
		if (!put_name(o, &key, went->name))
			return;
		str_add(&key, " was removed before ");
		if (!put_name(o, &key, came->name))
			return;
		str_add(&key, " came");
		add(o, &key, went->evidence);
	} else if (moment_knows(&went->at, came->at.at, true)) {
		if (!put_name(o, &key, came->name))
			return;
		str_add(&key, " came before ");
		if (!put_name(o, &key, went->name))
			return;
		str_add(&key, " was removed");
		add(o, &key, came->evidence);
	}
}

static void
lock_and_listener(struct out *o, const struct landmark *lock, const struct landmark *listen)
{
	AUTO(str_done) struct str key = { 0 };

	if (!lock->name || !listen->use)
		return;
	if (moment_knows(&listen->at, lock->at.at, true)) {
		if (!put_name(o, &key, lock->name))
			return;
		str_add(&key, " was made before ");
		put_address(o, &key, "listen", listen->use->address);
		add(o, &key, lock->evidence);
	} else if (moment_knows(&lock->at, listen->at.at, true)) {
		put_address(o, &key, "listen", listen->use->address);
		str_add(&key, " began before ");
		if (!put_name(o, &key, lock->name))
			return;
		str_add(&key, " was made");
		add(o, &key, listen->evidence);
	}
}

static bool
is_below(const struct process *p, const struct process *top)
{
	for (; p; p = p->parent)
		if (p == top)
			return true;
	return false;
}

/* Had it begun, and not been waited for, when the file was first written by another? */
static bool
ran_meanwhile(const struct process *p, const struct durable *d)
{
	bool is_before =
		d->wrote.at.chain == p->forked.chain && d->wrote.at.tick <= p->forked.tick;

	return !is_below(d->writer, p) && !is_before &&
	       moment_knows(&d->wrote, p->forked, true) &&
	       !moment_knows(&d->wrote, p->ended.at, true);
}

static void
given_files(struct out *o)
{
	size_t at = 0;
	const void *path;
	void *value;

	while (map_next(o->fx->order->given, &at, &path, NULL, &value)) {
		const struct given *g = value;
		const struct name *n = map_get_text(o->fx->names, path);
		const struct durable *d = n && n->file ? n->file->durable : NULL;
		AUTO(str_done) struct str key = { 0 };
		bool is_early = false;

		for (size_t i = 0; d && i < g->n_openers; i++)
			is_early |= ran_meanwhile(g->openers[i], d);
		if (!is_early || !put_name(o, &key, n))
			continue;
		str_add(&key, " was written while a program that is given it ran");
		add(o, &key, n->evidence);
	}
}

void
out_orders(struct out *o)
{
	const struct order *order = o->fx->order;
	size_t n_locks = MIN(order->n_landmarks[LANDMARK_LOCK], (size_t)MAX_LANDMARKS);
	size_t n_listens = MIN(order->n_landmarks[LANDMARK_LISTEN], (size_t)MAX_LANDMARKS);

	voices(o);
	answers(o);
	missing(o);
	replacement(o);
	for (size_t i = 0; i < n_locks; i++)
		for (size_t k = 0; k < n_listens; k++)
			lock_and_listener(o, &order->landmarks[LANDMARK_LOCK][i],
				&order->landmarks[LANDMARK_LISTEN][k]);
	given_files(o);
}
