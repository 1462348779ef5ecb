/* SPDX-License-Identifier: MIT */
/* imprint.c - a difference by its values, so that words may change */

#include "judge/imprint.h"

#include "base/digest.h"
#include "judge/content.h"

#include <string.h>

_Static_assert(sizeof((struct difference *)0)->imprint == 17, "sixteen digits and a NUL");

static void
add_text(struct sha256 *s, const char *text)
{
	if (text)
		sha256_add(s, text, strlen(text));
	sha256_add(s, text ? "" : "\1", 1); /* its NUL; "none" is no text */
}

static void
add_number(struct sha256 *s, int64_t n)
{
	sha256_add(s, &n, sizeof n);
}

static void
add_value(struct sha256 *s, const struct value *v)
{
	add_text(s, v->name);
	add_number(s, v->kind);
	if (v->kind == VALUE_TEXT)
		add_text(s, v->text);
	else if (v->kind != VALUE_LIST)
		add_number(s, v->number);
	else
		for (size_t i = 0; i < v->n_list; i++)
			add_text(s, v->list[i]);
}

/* Does this value take part in the difference? Without a field, and when the effect went
 * elsewhere, all of them do. */
static bool
takes_part(const struct difference *d, const struct effect *e, const char *name)
{
	if (!d->field)
		return true;
	if (strcmp(d->field, "content") == 0)
		return content_is_field(name);
	return effect_value(e, d->field) ? strcmp(d->field, name) == 0 : !d->golden || !d->run;
}

static bool
has_field(const struct difference *d)
{
	return !d->field || strcmp(d->field, "content") == 0 ||
	       (d->golden && effect_value(d->golden, d->field)) ||
	       (d->run && effect_value(d->run, d->field));
}

static void
add_effect(struct sha256 *s, const struct difference *d, const struct effect *e)
{
	bool all = !has_field(d);

	add_text(s, e ? e->key : NULL);
	for (size_t i = 0; e && i < e->n_values; i++)
		if (all || takes_part(d, e, e->values[i].name))
			add_value(s, &e->values[i]);
}

static void
finish(struct sha256 *s, char out[17])
{
	char hex[SHA256_HEX];

	sha256_done(s, hex);
	memcpy(out, hex, 16);
	out[16] = '\0';
}

void
imprint_take(struct difference *d)
{
	struct sha256 s;

	sha256_init(&s);
	add_text(&s, difference_class_names[d->class]);
	add_text(&s, effect_kind_names[(d->run ? d->run : d->golden)->kind]);
	add_text(&s, d->field);
	add_text(&s, d->identity);
	add_effect(&s, d, d->golden);
	add_effect(&s, d, d->run);
	if (d->golden && d->run && d->class == DIFF_REMOVED)
		add_text(&s, d->found); /* in so many runs */
	finish(&s, d->imprint);
}

void
imprint_join(char out[17], const struct difference *const *d, size_t n)
{
	struct sha256 s;

	sha256_init(&s);
	for (size_t i = 0; i < n; i++)
		add_text(&s, d[i]->imprint);
	finish(&s, out);
}
