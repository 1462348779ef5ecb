/* SPDX-License-Identifier: MIT */
/* attributes.c - lists of attributes and events that grow */

#include "export/attributes.h"

#include <string.h>

const char *
wording_text(const struct wording *w, const char *text, size_t n)
{
	AUTO(str_done) struct str room = { 0 };

	str_add_n(&room, text, n);
	if (w->names->redact)
		w->names->redact(w->names->arg, &room);
	/* Redacted first: what is cut through would not be found. */
	if (room.n > TEXT_MOST) {
		size_t end = TEXT_MOST - strlen(TEXT_CUT);

		while (end && ((uint8_t)room.data[end] & 0xc0) == 0x80)
			end--;
		str_cut(&room, end);
		str_add(&room, TEXT_CUT);
	}
	return arena_strdup(w->arena, str_text(&room));
}

void
attributes_done(struct attributes *a)
{
	mem_free(a->items);
	*a = (struct attributes){ 0 };
}

static struct span_value *
add(struct attributes *a, const char *key, enum span_value_kind kind)
{
	struct span_attribute *item;

	a->items = mem_grow(a->items, a->n, &a->room, sizeof *a->items);
	item = &a->items[a->n++];
	*item = (struct span_attribute){ .key = key, .value = { .kind = kind } };
	return &item->value;
}

void
attributes_text(
	struct attributes *a, const struct wording *w, const char *key, const char *text)
{
	struct span_value *value;

	if (!text)
		return;
	value = add(a, key, SPAN_TEXT);
	value->text = wording_text(w, text, strlen(text));
	value->n = strlen(value->text);
}

void
attributes_int(struct attributes *a, const char *key, int64_t value)
{
	add(a, key, SPAN_INT)->integer = value;
}

void
attributes_bool(struct attributes *a, const char *key, bool value)
{
	add(a, key, SPAN_BOOL)->truth = value;
}

void
attributes_list(struct attributes *a, const char *key, const struct span_value *items, size_t n)
{
	struct span_value *value = add(a, key, SPAN_LIST);

	value->items = items;
	value->n = n;
}

const struct span_attribute *
attributes_keep(const struct attributes *a, const struct wording *w)
{
	return a->n ? arena_dup(w->arena, a->items, a->n * sizeof *a->items) : NULL;
}

void
events_done(struct events *e)
{
	mem_free(e->items);
	*e = (struct events){ 0 };
}

void
events_add(struct events *e, const struct wording *w, const char *name, uint64_t time_ns,
	struct attributes *a)
{
	if (e->n == EVENTS_MOST) {
		e->n_dropped++;
	} else {
		e->items = mem_grow(e->items, e->n, &e->room, sizeof *e->items);
		e->items[e->n++] = (struct span_event){ .time_ns = time_ns,
			.name = name,
			.attributes = attributes_keep(a, w),
			.n_attributes = a->n };
	}
	attributes_done(a);
}
