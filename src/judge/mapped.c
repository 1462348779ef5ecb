/* SPDX-License-Identifier: MIT */
/* mapped.c - the contents of two effects as the output maps leave them */

#include "judge/mapped.h"

#include "judge/content.h"
#include "judge/output_map.h"
#include "judge/say.h"

#include <string.h>

static const char *
text_of(const struct effect *e)
{
	const struct value *v = effect_value(e, "text");

	return v && v->kind == VALUE_TEXT ? v->text : NULL;
}

/* It is text, and longer than what is kept. */
static bool
is_cut(const struct effect *e)
{
	const struct value *v = effect_value(e, "text_kept");

	return v && v->kind == VALUE_BOOL && !v->number;
}

static bool
has_maps(const struct compare *c, const struct effect *golden, const struct effect *run)
{
	return c->opts->maps && c->opts->maps->n && golden && run &&
	       (golden->kind == EFFECT_STREAM || golden->kind == EFFECT_PATH);
}

static bool
is_doubtful(const struct effect *golden, const struct effect *run)
{
	return (is_cut(golden) || is_cut(run)) && (is_cut(golden) || text_of(golden)) &&
	       (is_cut(run) || text_of(run));
}

static void
add_use(struct compare *c, const struct effect *e, size_t map, size_t places)
{
	if (!places)
		return;
	c->uses = mem_grow(c->uses, c->n_uses, &c->uses_capacity, sizeof *c->uses);
	c->uses[c->n_uses++] = (struct map_use){ map, say_thing(c->arena, e), places };
}

static void
add_doubt(struct compare *c, const struct effect *golden, const struct effect *run)
{
	bool both = is_cut(golden) && is_cut(run);

	c->doubts = mem_grow(c->doubts, c->n_doubts, &c->doubts_capacity, sizeof *c->doubts);
	c->doubts[c->n_doubts++] = (struct doubt){
		.thing = say_thing(c->arena, run),
		.text = arena_printf(c->arena,
			"%s differs from the golden's (%s against %s), and the output maps "
			"cannot be applied: %s too long, only a digest was kept",
			say_thing(c->arena, run), content_size_words(c->arena, run),
			content_size_words(c->arena, golden),
			both             ? "both texts are"
			: is_cut(golden) ? "the golden's text is"
					 : "its text is"),
	};
}

/* Both texts after those maps; places as output_maps_apply() says. */
struct texts {
	struct str golden, run;
};

static bool
apply(struct texts *out, const struct output_maps *maps, const struct effect *golden,
	const struct effect *run, size_t *places)
{
	str_add(&out->golden, text_of(golden));
	str_add(&out->run, text_of(run));
	return output_maps_apply(maps, &out->golden, &out->run, places);
}

static void
texts_done(struct texts *t)
{
	str_done(&t->golden);
	str_done(&t->run);
}

bool
mapped_is_equal(
	struct compare *c, const struct effect *golden, const struct effect *run, bool counted)
{
	const struct output_maps *maps = c->opts->maps;
	AUTO(mem_free) size_t *places = NULL;
	struct texts texts = { 0 };
	bool equal;

	if (content_is_equal(golden, run))
		return true;
	if (!has_maps(c, golden, run))
		return false;
	if (!text_of(golden) || !text_of(run)) {
		if (!is_doubtful(golden, run))
			return false;
		if (counted)
			add_doubt(c, golden, run);
		return true;
	}
	places = mem_array(maps->n, sizeof *places);
	equal = apply(&texts, maps, golden, run, places);
	for (size_t i = 0; counted && i < maps->n; i++)
		add_use(c, run, i, places[i]);
	texts_done(&texts);
	return equal;
}

static const struct effect *
with_text(struct arena *arena, const struct effect *e, const struct str *text)
{
	struct effect *copy = arena_dup(arena, e, sizeof *e);

	copy->n_values = 0;
	copy->values = arena_array(arena, e->n_values + 1, sizeof *copy->values);
	for (size_t i = 0; i < e->n_values; i++)
		if (!content_is_field(e->values[i].name))
			copy->values[copy->n_values++] = e->values[i];
	copy->values[copy->n_values++] = (struct value){ .name = "text",
		.kind = VALUE_TEXT,
		.text = arena_strndup(arena, str_text(text), text->n) };
	return copy;
}

/* Those that had something to do: the others leave the texts as people know them. */
static struct output_maps
used_maps(struct compare *c, const size_t *places, const char **names)
{
	const struct output_maps *maps = c->opts->maps;
	struct output_map *used = arena_array(c->arena, maps->n, sizeof *used);
	struct output_maps out = { used, 0 };

	*names = "";
	for (size_t i = 0; i < maps->n; i++) {
		if (!places[i])
			continue;
		used[out.n++] = maps->items[i];
		*names = arena_printf(c->arena, "%s%s%s", *names, **names ? ", " : "",
			output_map_names[maps->items[i].kind]);
	}
	return out;
}

void
mapped_explain(struct difference *d, struct compare *c, const struct effect *golden,
	const struct effect *run)
{
	AUTO(mem_free) size_t *places = NULL;
	struct texts all = { 0 }, texts = { 0 };
	struct output_maps used;
	const char *names;

	if (!has_maps(c, golden, run) || !text_of(golden) || !text_of(run)) {
		content_explain(d, c->arena, golden, run);
		return;
	}
	places = mem_array(c->opts->maps->n, sizeof *places);
	apply(&all, c->opts->maps, golden, run, places);
	used = used_maps(c, places, &names);
	/* Without the idle maps they could be equal only by a map that counts wrong. */
	if (used.n && !apply(&texts, &used, golden, run, places)) {
		content_explain(d, c->arena, with_text(c->arena, golden, &texts.golden),
			with_text(c->arena, run, &texts.run));
		d->sentence = arena_printf(c->arena, "%s (after the output map%s %s)",
			d->sentence, used.n == 1 ? "" : "s", names);
	} else {
		content_explain(d, c->arena, golden, run);
	}
	texts_done(&all);
	texts_done(&texts);
}
