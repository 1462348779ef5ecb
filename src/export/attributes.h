/* SPDX-License-Identifier: MIT */
/* attributes.h - lists of attributes and events that grow; export's own */
#ifndef EXPORT_ATTRIBUTES_H
#define EXPORT_ATTRIBUTES_H

#include "base/mem.h"
#include "export/names.h"
#include "export/span.h"

#define TEXT_MOST 4096u /* bytes of one text, TEXT_CUT included */
#define TEXT_CUT "…"    /* behind one that was longer */

/* Texts of these lists are the arena's, and have been through redact. */
struct wording {
	struct arena *arena;
	const struct export_names *names;
};
const char *wording_text(const struct wording *w, const char *text, size_t n);

struct attributes {
	struct span_attribute *items;
	size_t n, room;
};
void attributes_done(struct attributes *a);
/* keys are literals. Of a text that is NULL nothing is added. */
void attributes_text(
	struct attributes *a, const struct wording *w, const char *key, const char *text);
void attributes_int(struct attributes *a, const char *key, int64_t value);
void attributes_bool(struct attributes *a, const char *key, bool value);
void attributes_list(
	struct attributes *a, const char *key, const struct span_value *items, size_t n);
/* A copy that is the arena's. */
const struct span_attribute *attributes_keep(
	const struct attributes *a, const struct wording *w);

#define EVENTS_MOST 100u /* of one span; more are counted */
struct events {
	struct span_event *items;
	size_t n, room;
	uint32_t n_dropped;
};
void events_done(struct events *e);
/* a is emptied. */
void events_add(struct events *e, const struct wording *w, const char *name, uint64_t time_ns,
	struct attributes *a);

#endif
