/* SPDX-License-Identifier: MIT */
/* compare.c - the command compare of renacer: two traces, what they did and what it cost */

#include "cli/compare.h"

#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/load.h"
#include "cli/options.h"
#include "cli/side.h"
#include "gate/output_maps.h"
#include "judge/judge.h"
#include "judge/output_map.h"
#include "store/golden.h"
#include "store/trace.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct values {
	bool help;
	const char *profile;
	struct option_list output_maps;
	unsigned color, format;
	uint64_t rows;
};

enum { FORMAT_TEXT, FORMAT_JSON };
static const char *const formats[] = { "text", "json", NULL };

static const struct option options[] = {
	{ "profile", 'p', OPTION_TEXT, offsetof(struct values, profile), "NAME",
		"traces become effects of this profile (that of a golden among the two, else "
		"io)",
		NULL },
	{ "output-map", 0, OPTION_LIST, offsetof(struct values, output_maps), "MAP",
		"profiles transpile and effects: texts may differ in what it names; may be "
		"given again: json, float_tolerance=1e-9, …",
		NULL },
	{ "rows", 'n', OPTION_NUMBER, offsetof(struct values, rows), "N",
		"how many syscalls the table shows, those that differ most first (15; 0: none)",
		NULL },
	{ "format", 0, OPTION_CHOICE, offsetof(struct values, format), "FORMAT",
		"of what is printed: text, json", formats },
	{ "color", 0, OPTION_CHOICE, offsetof(struct values, color), "WHEN",
		"auto, always, never", color_names },
	{ "help", 'h', OPTION_FLAG, offsetof(struct values, help), NULL, "this text", NULL },
	{ 0 },
};

static const char usage[] =
	"renacer compare - two traces side by side: what they did, and what it cost\n"
	"\n"
	"usage: renacer compare [options] A B\n"
	"\n"
	"A and B are stored traces (.rtrace), goldens, or JSON of the older tool\n"
	"(renacer-json-v1). The costs are told beside the verdict and never decide it.\n"
	"\n"
	"options:\n";

static const char epilogue[] =
	"\n"
	"exit status: 0 the same effects, 1 not the same, 2 usage, 3 a file could not be "
	"read,\n"
	"  4 the same as far as these files tell, or a trace is not complete\n"
	"\n"
	"example:\n"
	"  renacer record -o py.rtrace -- python3 tally.py in && renacer record -o rs.rtrace "
	"-- "
	"./tally in\n"
	"  renacer compare py.rtrace rs.rtrace\n";

/* One syscall on both sides. */
struct pair {
	const char *name;
	uint64_t n[2];
};

struct compared {
	struct side sides[2];
	struct output_maps maps;
	struct differences differences;
	struct str left_out; /* a line for each thing that was not compared */
	struct pair *pairs;
	size_t n_pairs;
};

static uint64_t
gap_of(const struct pair *p)
{
	return p->n[0] > p->n[1] ? p->n[0] - p->n[1] : p->n[1] - p->n[0];
}

static int
compare_pairs(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;

	if (gap_of(a) != gap_of(b))
		return gap_of(a) > gap_of(b) ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void
pair_counts(struct compared *c, struct arena *arena)
{
	size_t n[2] = { 0, 0 };
	const struct counts_row *rows;

	for (int side = 0; side < 2; side++)
		if (c->sides[side].counts)
			(void)counts_rows(c->sides[side].counts, SORT_NAME, &n[side]);
	c->pairs = arena_array(arena, n[0] + n[1], sizeof *c->pairs);
	for (int side = 0; side < 2; side++) {
		if (!c->sides[side].counts)
			continue;
		rows = counts_rows(c->sides[side].counts, SORT_NAME, &n[side]);
		for (size_t i = 0; i < n[side]; i++) {
			size_t k = 0;

			while (k < c->n_pairs && strcmp(c->pairs[k].name, rows[i].name) != 0)
				k++;
			if (k == c->n_pairs)
				c->pairs[c->n_pairs++].name = rows[i].name;
			c->pairs[k].n[side] = rows[i].n_calls;
		}
	}
	if (c->n_pairs)
		qsort(c->pairs, c->n_pairs, sizeof *c->pairs, compare_pairs);
}

static bool
is_partial(const struct compared *c)
{
	return c->sides[0].is_json || c->sides[1].is_json;
}

static enum verdict_kind
verdict_kind_of(const struct compared *c)
{
	if (c->differences.n)
		return VERDICT_FAIL;
	if (is_partial(c) || !c->differences.n_compared || c->differences.n_doubts)
		return VERDICT_INCONCLUSIVE;
	return VERDICT_PASS;
}

static const char *
verdict_text(const struct compared *c)
{
	if (c->differences.n)
		return "not equivalent";
	if (!c->differences.n_compared)
		return "inconclusive: there was nothing to compare";
	if (c->differences.n_doubts)
		return "inconclusive: a comparison could not be made";
	return is_partial(c) ? "inconclusive: no difference in what these files tell"
			     : "equivalent";
}

static void
add_lines(struct str *out, const char *indent, const char *text)
{
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, "\n");

		str_add(out, indent);
		str_add_printable(out, p, n);
		str_add_char(out, '\n');
		p += n + (p[n] == '\n');
	}
}

static uint64_t
calls_of(const struct side *side)
{
	return side->counts ? counts_total(side->counts).n_calls : 0;
}

/* Time inside calls; 0: the file does not tell. */
static uint64_t
time_of(const struct side *side)
{
	return side->counts ? counts_total(side->counts).time_ns : 0;
}

static void
add_ratio(struct str *out, const char *what, const char *unit, double scale, uint64_t a,
	uint64_t b)
{
	if (!a && !b)
		return;
	str_addf(out, "  %-16s %14.3f %14.3f %s", what, (double)a / scale, (double)b / scale,
		unit);
	if (a && b)
		str_addf(out, "  A/B %.2f", (double)a / (double)b);
	str_add_char(out, '\n');
}

static void
add_costs(struct str *out, const struct compared *c, uint64_t n_rows)
{
	const struct side *a = &c->sides[0], *b = &c->sides[1];
	size_t n_unlike = 0;

	if (!a->counts || !b->counts) {
		str_add(out, "costs: a golden holds none\n");
		return;
	}
	str_addf(out, "costs (they never decide):%*s%14s\n", 7, "A", "B");
	str_addf(out, "  %-16s %14llu %14llu\n", "calls", (unsigned long long)calls_of(a),
		(unsigned long long)calls_of(b));
	add_ratio(out, "wall clock", "ms", 1e6, a->is_json ? 0 : a->wall_ns,
		b->is_json ? 0 : b->wall_ns);
	add_ratio(out, "time in calls", "ms", 1e6, time_of(a), time_of(b));
	while (n_unlike < c->n_pairs && gap_of(&c->pairs[n_unlike]))
		n_unlike++;
	for (size_t i = 0; i < n_unlike && i < n_rows; i++) {
		const struct pair *p = &c->pairs[i];

		str_addf(out, "  %-16s %14llu %14llu  %+lld\n", p->name,
			(unsigned long long)p->n[0], (unsigned long long)p->n[1],
			(long long)(p->n[1] - p->n[0]));
	}
	if (n_unlike > n_rows)
		str_addf(out, "  and %zu more (--rows)\n", n_unlike - (size_t)n_rows);
	if (c->n_pairs > n_unlike)
		str_addf(out, "  %zu syscalls were called equally often\n",
			c->n_pairs - n_unlike);
}

static void
add_text(struct str *out, const struct compared *c, const struct values *values)
{
	const struct differences *d = &c->differences;
	bool color = cli_color(values->color, STDOUT_FILENO);

	for (int i = 0; i < 2; i++)
		str_addf(out, "%c: %s (%s)\n", 'A' + i, c->sides[i].path, c->sides[i].form);
	str_addf(out,
		"%s%s%s: %zu difference%s in %zu effects, profile %s; A stands for the golden, "
		"B for the run\n",
		color ? (d->n ? "\033[31m" : "\033[32m") : "", verdict_text(c),
		color ? "\033[0m" : "", d->n, d->n == 1 ? "" : "s", d->n_compared,
		profile_names[c->sides[0].golden->profile]);
	for (size_t i = 0; i < d->n; i++) {
		str_addf(out, "  %zu. %s: %s\n", i + 1,
			difference_class_names[d->items[i].class], d->items[i].sentence);
		if (d->items[i].detail)
			add_lines(out, "       | ", d->items[i].detail);
	}
	for (size_t i = 0; i < d->n_doubts; i++)
		str_addf(out, "  not compared: %s\n", d->doubts[i].text);
	for (size_t i = 0; i < d->n_uses; i++)
		str_addf(out, "  output map '%s': %zu place%s in %s\n",
			output_map_names[c->maps.items[d->uses[i].map].kind], d->uses[i].places,
			d->uses[i].places == 1 ? "" : "s", d->uses[i].thing);
	if (c->left_out.n) {
		str_add(out, "not seen:\n");
		add_lines(out, "  ", c->left_out.data);
	}
	add_costs(out, c, values->rows);
}

static void
add_side_json(struct json_writer *w, const char *key, const struct side *side)
{
	json_key(w, key);
	json_begin(w, '{');
	json_key(w, "path");
	json_text(w, side->path);
	json_key(w, "form");
	json_text(w, side->form);
	if (side->counts) {
		json_key(w, "calls");
		json_uint(w, calls_of(side));
		json_key(w, "time_in_calls_ns");
		json_uint(w, time_of(side));
		json_key(w, "wall_ns");
		json_uint(w, side->wall_ns);
	}
	json_end(w, '}');
}

static void
add_differences_json(struct json_writer *w, const struct differences *d)
{
	json_key(w, "differences");
	json_begin(w, '[');
	for (size_t i = 0; i < d->n; i++) {
		const struct difference *item = &d->items[i];

		json_begin(w, '{');
		json_key(w, "class");
		json_text(w, difference_class_names[item->class]);
		json_key(w, "text");
		json_text(w, item->sentence);
		json_key(w, "wanted");
		json_text(w, item->wanted);
		json_key(w, "found");
		json_text(w, item->found);
		json_key(w, "detail");
		json_text(w, item->detail);
		json_end(w, '}');
	}
	json_end(w, ']');
}

static void
add_maps_json(struct json_writer *w, const struct compared *c)
{
	const struct differences *d = &c->differences;

	json_key(w, "output_maps");
	json_begin(w, '[');
	for (size_t i = 0; i < d->n_uses; i++) {
		json_begin(w, '{');
		json_key(w, "map");
		json_text(w, output_map_names[c->maps.items[d->uses[i].map].kind]);
		json_key(w, "subject");
		json_text(w, d->uses[i].thing);
		json_key(w, "places");
		json_uint(w, d->uses[i].places);
		json_end(w, '}');
	}
	json_end(w, ']');
}

static void
add_json(struct str *out, const struct compared *c)
{
	struct json_writer w = { .out = out, .indent = 2 };

	json_begin(&w, '{');
	json_key(&w, "schema");
	json_text(&w, "renacer.compare.v1");
	json_key(&w, "verdict");
	json_text(&w, verdict_names[verdict_kind_of(c)]);
	json_key(&w, "exit_status");
	json_int(&w, verdict_exit(verdict_kind_of(c)));
	json_key(&w, "text");
	json_text(&w, verdict_text(c));
	json_key(&w, "profile");
	json_text(&w, profile_names[c->sides[0].golden->profile]);
	json_key(&w, "compared");
	json_uint(&w, c->differences.n_compared);
	add_side_json(&w, "a", &c->sides[0]);
	add_side_json(&w, "b", &c->sides[1]);
	add_differences_json(&w, &c->differences);
	add_maps_json(&w, c);
	json_key(&w, "not_seen");
	json_begin(&w, '[');
	for (const char *p = str_text(&c->left_out); *p; p += strcspn(p, "\n") + 1)
		json_text_n(&w, p, strcspn(p, "\n"));
	json_end(&w, ']');
	json_key(&w, "calls");
	json_begin(&w, '[');
	for (size_t i = 0; i < c->n_pairs; i++) {
		json_begin(&w, '{');
		json_key(&w, "name");
		json_text(&w, c->pairs[i].name);
		json_key(&w, "a");
		json_uint(&w, c->pairs[i].n[0]);
		json_key(&w, "b");
		json_uint(&w, c->pairs[i].n[1]);
		json_end(&w, '}');
	}
	json_end(&w, ']');
	json_end(&w, '}');
	str_add_char(out, '\n');
}

/* What traces become: what was asked for, else what a golden among the two is, else the
 * most. */
static int
choose_profile(enum profile *out, const struct values *values, const struct parsed *parsed,
	struct err *err)
{
	*out = PROFILE_IO;
	if (values->profile)
		return cli_profile(out, values->profile, err);
	for (int i = 0; i < 2; i++) {
		AUTO(golden_free) struct golden *g = NULL;
		enum file_kind kind;

		if (store_file_kind(&kind, parsed->words[i], err) < 0)
			return -1;
		if (kind != FILE_GOLDEN && kind != FILE_GOLDEN_ZST)
			continue;
		if (golden_load(&g, parsed->words[i], err) < 0)
			return -1;
		*out = g->profile;
	}
	return 0;
}

static int
compare_files(int *status, struct compared *c, const struct values *values,
	const struct parsed *parsed, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(str_done) struct str text = { 0 };
	struct compare_opts opts = { .maps = &c->maps };
	enum profile profile;

	if (choose_profile(&profile, values, parsed, err) < 0)
		return -1;
	if (output_maps_add_all(&c->maps, arena, values->output_maps.items,
		    values->output_maps.n, profile, err) < 0)
		return -1;
	for (int i = 0; i < 2; i++)
		if (side_load(&c->sides[i], parsed->words[i], profile,
			    output_maps_limit(&c->maps, profile), err) < 0)
			return -1;
	sides_level(&c->sides[0], &c->sides[1], &c->left_out);
	if (judge_compare(&c->differences, arena, c->sides[0].golden, c->sides[1].golden, &opts,
		    err) < 0)
		return -1;
	if (c->sides[0].counts && c->sides[1].counts && !is_partial(c))
		load_doubt_contents(
			&c->differences, arena, c->sides[0].golden, c->sides[1].golden);
	pair_counts(c, arena);
	*status = verdict_exit(verdict_kind_of(c));
	if (values->format == FORMAT_JSON)
		add_json(&text, c);
	else
		add_text(&text, c, values);
	return cli_print(&text, err);
}

int
compare_main(int *status, const char **argv, struct err *err)
{
	struct values values = { .rows = 15 };
	struct compared compared = { 0 };
	struct parsed parsed;
	int rc;

	if (options_read(&parsed, options, &values, argv, false, err) < 0)
		return -1;
	if (values.help) {
		AUTO(str_done) struct str text = { 0 };

		str_add(&text, usage);
		options_help(&text, options);
		str_add(&text, epilogue);
		return cli_print(&text, err);
	}
	if (parsed.n_words != 2 || parsed.command)
		return cli_usage(err, "renacer compare A B", "compare takes two files, not %zu",
			parsed.n_words);
	rc = compare_files(status, &compared, &values, &parsed, err);
	side_done(&compared.sides[0]);
	side_done(&compared.sides[1]);
	str_done(&compared.left_out);
	return rc;
}
