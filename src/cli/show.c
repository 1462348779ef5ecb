/* SPDX-License-Identifier: MIT */
/* show.c - the command show: goldens and traces for people */

#include "cli/cli.h"
#include "cli/gate.h"
#include "cli/load.h"
#include "effects/template.h"

#include <inttypes.h>
#include <string.h>

static const char *const headings[N_EFFECT_KINDS] = {
	[EFFECT_EXIT] = "ends with",
	[EFFECT_STREAM] = "writes to",
	[EFFECT_PATH] = "leaves on disk",
	[EFFECT_EXEC] = "runs",
	[EFFECT_NET] = "speaks to",
	[EFFECT_SIGNAL] = "signals",
	[EFFECT_PRIVILEGE] = "uses privilege",
	[EFFECT_READ] = "reads",
	[EFFECT_ORDER] = "in this order",
	[EFFECT_FLOW] = "moves bytes",
	[EFFECT_CALL] = "calls",
	[EFFECT_COUNT] = "counts",
};

/* A text of several lines stands below its effect, each line behind a bar. */
static void
add_lines(struct str *out, const char *text)
{
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\n");

		str_add(out, "      | ");
		str_add_printable(out, p, n);
		str_add_char(out, '\n');
		p += n + (p[n] == '\n');
	}
}

static void
add_value(struct str *out, const struct value *v)
{
	str_addf(out, "  %s=", v->name);
	switch (v->kind) {
	case VALUE_TEXT:
		str_add_printable(out, v->text, strlen(v->text));
		break;
	case VALUE_NUMBER:
		str_addf(out, "%lld", (long long)v->number);
		break;
	case VALUE_BOOL:
		str_add(out, v->number ? "yes" : "no");
		break;
	case VALUE_LIST:
		for (size_t i = 0; i < v->n_list; i++) {
			str_add_char(out, i ? ' ' : '[');
			str_add_printable(out, v->list[i], strlen(v->list[i]));
		}
		str_add(out, v->n_list ? "]" : "[]");
		break;
	}
}

static bool
is_block(const struct value *v)
{
	return v->kind == VALUE_TEXT && strchr(v->text, '\n');
}

struct holes {
	struct str *out;
	const char *where;
	bool has_lines;
};

static void
add_hole(void *arg, size_t row, const struct hole *hole)
{
	const struct holes *h = arg;

	str_addf(h->out, "      volatile: %s", h->where);
	if (h->has_lines)
		str_addf(h->out, " line %zu", row);
	str_add(h->out, ": ");
	template_say(h->out, hole);
	str_add_char(h->out, '\n');
}

/* What a run is not held to by its bytes, only by their type. */
static void
add_holes(struct str *out, const struct effect *e)
{
	struct holes h = { .out = out, .where = "its name" };

	if (!effect_value(e, "holes"))
		return;
	template_each(e->key, add_hole, &h);
	for (size_t i = 0; i < e->n_values; i++) {
		const struct value *v = &e->values[i];

		h.where = v->name;
		h.has_lines = is_block(v);
		if (v->kind == VALUE_TEXT)
			template_each(v->text, add_hole, &h);
		for (size_t k = 0; v->kind == VALUE_LIST && k < v->n_list; k++)
			template_each(v->list[k], add_hole, &h);
	}
}

static void
add_effect(struct str *out, const struct golden *g, const struct effect *e)
{
	str_add(out, "    ");
	str_add_printable(out, e->key, strlen(e->key));
	for (size_t i = 0; i < e->n_values; i++)
		if (!is_block(&e->values[i]))
			add_value(out, &e->values[i]);
	if (e->n_runs < g->n_runs)
		str_addf(out, "  (optional: in %u of %u recordings)", e->n_runs, g->n_runs);
	str_add_char(out, '\n');
	for (size_t i = 0; i < e->n_values; i++)
		if (is_block(&e->values[i]))
			add_lines(out, e->values[i].text);
	add_holes(out, e);
}

/* A word of a command line, in quotes where a shell would need them. */
static void
add_word(struct str *out, const char *word)
{
	bool is_plain = *word && !word[strcspn(word, " \t\n\"'`$&|;<>()*?[]#~!\\{}")];

	str_add(out, is_plain ? " " : " '");
	for (const char *p = word; *p;) {
		size_t n = strcspn(p, "'");

		str_add_printable(out, p, n);
		p += n;
		if (*p == '\'') {
			str_add(out, "'\\''");
			p++;
		}
	}
	str_add(out, is_plain ? "" : "'");
}

/* What budgets are held against. */
static void
add_number(struct str *out, const struct golden_number *number)
{
	str_add(out, "    ");
	str_add_printable(out, number->name, strlen(number->name));
	str_addf(out, "  %" PRIu64, number->low);
	if (number->high > number->low)
		str_addf(out, " to %" PRIu64, number->high);
	for (size_t i = 0; i < number->n_by; i++) {
		str_add(out, i ? ", " : "  by ");
		str_add_printable(out, number->by[i], strlen(number->by[i]));
	}
	str_add_char(out, '\n');
}

static void
add_golden(struct str *out, const char *path, const struct golden *g)
{
	int last = -1;

	str_addf(out, "%s: profile %s, %u recording%s, format %u, tables %u\n", path,
		profile_names[g->profile], g->n_runs, g->n_runs == 1 ? "" : "s", g->format,
		g->table);
	str_add(out, "  command:");
	for (size_t i = 0; g->argv[i]; i++)
		add_word(out, g->argv[i]);
	str_add_char(out, '\n');
	for (size_t i = 0; i < g->n_effects; i++) {
		const struct effect *e = &g->effects[i];

		if ((int)e->kind != last)
			str_addf(out, "  %s:\n", headings[e->kind]);
		last = (int)e->kind;
		add_effect(out, g, e);
	}
	if (g->n_numbers)
		str_add(out, "  costs:\n");
	for (size_t i = 0; i < g->n_numbers; i++)
		add_number(out, &g->numbers[i]);
	if (!g->n_effects)
		str_add(out, "  nothing: this golden is empty\n");
}

int
command_show(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	enum profile profile = PROFILE_EFFECTS;

	(void)status;
	if (parsed->n_words == 0)
		return cli_usage(
			err, "renacer-gate show golden/NAME.golden", "show needs a file");
	if (cli_profile(&profile, values->profile, err) < 0)
		return -1;
	for (size_t i = 0; i < parsed->n_words; i++) {
		AUTO(golden_free) struct golden *g = NULL;

		if (load_golden(&g, parsed->words[i], profile, err) < 0)
			return -1;
		add_golden(&text, parsed->words[i], g);
	}
	return cli_print(&text, err);
}
