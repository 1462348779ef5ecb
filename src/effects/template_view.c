/* SPDX-License-Identifier: MIT */
/* template_view.c - a run as it looks through the holes of a golden */
#include "effects/template.h"

#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"

#include <string.h>

static void
set_number(struct effect *e, const char *name, int64_t number)
{
	for (size_t i = 0; i < e->n_values; i++)
		if (strcmp(e->values[i].name, name) == 0 && e->values[i].kind == VALUE_NUMBER)
			e->values[i].number = number;
}

static void
set_text(struct effect *e, const char *name, const char *text)
{
	for (size_t i = 0; i < e->n_values; i++)
		if (strcmp(e->values[i].name, name) == 0 && e->values[i].kind == VALUE_TEXT)
			e->values[i].text = text;
}

void
template_settle(struct golden *g, struct effect *e, const char *text)
{
	struct digest digest = { 0 };
	struct sha256 sum;
	char join_hex[DIGEST_HEX], sum_hex[SHA256_HEX];
	size_t n = strlen(text);

	digest_add(&digest, text, n);
	digest_hex(&digest, join_hex);
	sha256_init(&sum);
	sha256_add(&sum, text, n);
	sha256_done(&sum, sum_hex);
	set_number(e, "bytes", (int64_t)n);
	set_number(e, "size", (int64_t)n);
	set_text(e, "digest", arena_strdup(g->arena, join_hex));
	set_text(e, "sha256", arena_strdup(g->arena, sum_hex));
	set_text(e, "text", arena_strdup(g->arena, text));
}

struct looking {
	struct template_of of;
	struct golden *view;
};

static const char *
through(const struct looking *l, const char *template, const char *text)
{
	AUTO(str_done) struct str out = { 0 };

	template_apply(&l->of, &out, template, text);
	return arena_strdup(l->view->arena, str_text(&out));
}

static bool
is_text(const struct value *v, const struct value *w)
{
	return v && w && v->kind == VALUE_TEXT && w->kind == VALUE_TEXT;
}

/* Words are matched at their places; those beyond the golden's stand as they are. */
static void
look_at_list(const struct looking *l, struct value *v, const struct value *golden)
{
	const char **list = arena_array(l->view->arena, v->n_list + 1, sizeof *list);
	bool has_word = golden && golden->kind == VALUE_LIST;

	for (size_t i = 0; i < v->n_list; i++)
		list[i] = through(
			l, has_word && i < golden->n_list ? golden->list[i] : "", v->list[i]);
	v->list = list;
}

static bool
is_holed(const struct effect *e)
{
	return effect_value(e, "holes") != NULL;
}

/* Of an effect with holes these are templates; everything else is as it always is. */
static void
look_at(const struct looking *l, struct effect *e, const struct effect *golden)
{
	const struct value *text;

	e->key = golden->key;
	e->values = arena_dup(l->view->arena, e->values, e->n_values * sizeof *e->values);
	for (size_t i = 0; i < e->n_values; i++) {
		struct value *v = &e->values[i];
		const struct value *w = effect_value(golden, v->name);

		if (strcmp(v->name, "text") == 0 && is_text(v, w))
			v->text = through(l, w->text, v->text);
		else if (strcmp(v->name, "argv") == 0 && v->kind == VALUE_LIST)
			look_at_list(l, v, w);
	}
	text = effect_value(e, "text");
	if (is_text(text, effect_value(golden, "text")))
		template_settle(l->view, e, text->text);
	effect_number(l->view, e, "holes", effect_value(golden, "holes")->number);
}

static bool
fits(const struct looking *l, const struct effect *golden, const struct effect *e)
{
	return golden->kind == e->kind && !is_holed(e) &&
	       template_matches(
		       &l->of, golden->key, strlen(golden->key), e->key, strlen(e->key));
}

static size_t
count_holed(const struct golden *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_effects; i++)
		n += is_holed(&g->effects[i]);
	return n;
}

const struct golden *
template_view(struct arena *arena, const struct golden *golden, const struct golden *run)
{
	AUTO(hole_set_free) struct hole_set *set = NULL;
	struct looking l = { .of = { .pids = run->pids, .n_pids = run->n_pids } };

	if (!count_holed(golden))
		return NULL;
	set = hole_set_new();
	l.of.set = set;
	l.view = arena_dup(arena, run, sizeof *run);
	l.view->arena = arena;
	l.view->effects = arena_dup(arena, run->effects, run->n_effects * sizeof *run->effects);
	for (size_t i = 0; i < golden->n_effects; i++) {
		const struct effect *e = &golden->effects[i];
		size_t k = 0;

		if (!is_holed(e))
			continue;
		while (k < run->n_effects && !fits(&l, e, &l.view->effects[k]))
			k++;
		if (k < run->n_effects)
			look_at(&l, &l.view->effects[k], e);
	}
	return l.view;
}
