/* SPDX-License-Identifier: MIT */
/*
 * listing.c - what directories had in them, in the order in which the run was told of it
 *
 * Of several listings of one directory the longest counts, and of those the first: who empties
 * a directory goes through it while it shrinks.
 */
#include "effects/listing.h"

#include "effects/msg.h"
#include "effects/path.h"

#include <string.h>

#define MOST_NAMES 4096 /* of one listing: in longer ones no two orders are alike by chance */

/* One way through a directory, by one descriptor. */
struct listing {
	const char **names;
	size_t n, capacity;
	bool is_cut;
	const struct golden_listing *told; /* once it was asked for */
};

void
listing_init(struct effects *fx)
{
	if (fx->opts.listings)
		fx->listings = map_new();
}

static void
add_name(struct effects *fx, struct listing *l, const char *name, size_t n)
{
	AUTO(str_done) struct str escaped = { 0 };

	if ((n == 1 && *name == '.') || (n == 2 && memcmp(name, "..", 2) == 0))
		return;
	l->is_cut |= l->n == MOST_NAMES;
	if (l->is_cut)
		return;
	if (l->n == l->capacity) {
		const char **more = arena_array(fx->arena, 2 * l->n + 16, sizeof *more);

		if (l->n)
			memcpy(more, l->names, l->n * sizeof *more);
		l->capacity = 2 * l->n + 16;
		l->names = more;
	}
	str_add_escaped(&escaped, name, n);
	l->names[l->n++] = arena_strdup(fx->arena, str_text(&escaped));
}

/* The entries in the buffer that the call filled. */
static void
add_entries(const struct act *a, struct listing *l, const uint8_t *bytes, size_t n)
{
	bool is_old = a->id == CALL_getdents;
	size_t wide = a->call->arch == ARCH_I386 || a->call->arch == ARCH_X32 ? 4 : 8;
	/* Where d_reclen stands, and the name behind it: getdents(2). */
	size_t before = is_old ? 2 * wide : 16, name_at = before + (is_old ? 2 : 3);

	for (size_t at = 0; at + name_at < n;) {
		uint16_t size;
		const char *name = (const char *)bytes + at + name_at;

		memcpy(&size, bytes + at + before, sizeof size);
		if (size <= name_at || size > n - at)
			return;
		add_name(a->fx, l, name, strnlen(name, size - name_at));
		at += size;
	}
}

void
listing_note(const struct act *a, struct open_file *o)
{
	AUTO(mem_free) uint8_t *bytes = NULL;
	size_t n = a->call->ret > 0 ? (size_t)a->call->ret : 0;
	struct listing *best;
	void **slot;

	if (!a->fx->listings || !o->file->name || !n ||
		(a->id != CALL_getdents && a->id != CALL_getdents64))
		return;
	bytes = mem_array(n, 1);
	if (!call_read(a->call, 1, a->call->arg[1], bytes, n))
		return;
	if (!o->listing)
		o->listing = arena_alloc(a->fx->arena, sizeof *o->listing);
	add_entries(a, o->listing, bytes, n);
	slot = map_text(a->fx->listings, o->file->name->path);
	best = *slot;
	if (!best || o->listing->n > best->n || o->listing->is_cut)
		*slot = o->listing;
}

static const struct golden_listing *
told(struct golden *g, struct listing *l)
{
	struct golden_listing *copy;
	const char **names;

	if (l->told)
		return l->told;
	copy = arena_alloc(g->arena, sizeof *copy);
	names = arena_array(g->arena, l->n, sizeof *names);
	for (size_t i = 0; i < l->n; i++)
		names[i] = arena_strdup(g->arena, l->names[i]);
	*copy = (struct golden_listing){ names, l->n };
	l->told = copy;
	return copy;
}

void
listing_fill(
	struct effects *fx, const struct name *n, struct golden *g, struct golden_made *made)
{
	AUTO(str_done) struct str last = { 0 };
	struct listing *l =
		fx->listings ? map_get(fx->listings, n->path, path_parent(n->path)) : NULL;

	if (!l || l->is_cut)
		return;
	str_add_escaped(&last, path_last(n->path), strlen(path_last(n->path)));
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->names[i], str_text(&last)) == 0) {
			made->listing = told(g, l);
			made->rank = i;
			return;
		}
}
