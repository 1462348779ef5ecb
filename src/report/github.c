/* SPDX-License-Identifier: MIT */
/*
 * github.c - workflow commands: annotations in the lines of a pull request
 *
 * The runner keeps ten annotations of a level for each step and drops the rest without a word,
 * so ten are written at most, the worst first, and the last of them counts what is left out.
 * What ends a command or a property is percent-encoded, as the runner's own toolkit does.
 */

#include "report/formats.h"

#include "base/mem.h"
#include "report/clean.h"

#include <string.h>

#define MOST_ANNOTATIONS 10
#define TEXT_SHOWN 2000 /* the runner cuts the whole at 4096 characters */
#define DETAIL_SHOWN 1200

/* `also` are characters that end a property. */
static void
add_escaped(struct str *out, const char *text, const char *also)
{
	for (; *text; text++) {
		if (*text == '%' || *text == '\r' || *text == '\n' || strchr(also, *text))
			str_addf(out, "%%%02X", (unsigned char)*text);
		else
			str_add_char(out, *text);
	}
}

static void
add_property(struct str *out, const char *name, const char *text, bool is_first)
{
	AUTO(str_done) struct str room = { 0 };

	str_addf(out, "%s%s=", is_first ? " " : ",", name);
	add_escaped(out, clean(&room, text, 200, CLEAN_LINE), ":,");
}

static void
add_message(struct str *out, const struct finding *f)
{
	AUTO(str_done) struct str text = { 0 };

	clean_add(&text, f->text, TEXT_SHOWN, CLEAN_LINE);
	if (f->detail) {
		str_add_char(&text, '\n');
		clean_add(&text, f->detail, DETAIL_SHOWN, CLEAN_LINES);
	}
	if (f->hint) {
		str_add(&text, "\nhint: ");
		clean_add(&text, f->hint, 200, CLEAN_LINE);
	}
	add_escaped(out, str_text(&text), "");
}

static void
add_command(struct str *out, const struct verdict *v, const struct finding *f)
{
	AUTO(str_done) struct str title = { 0 };
	AUTO(str_done) struct str line = { 0 };
	/* A line of the project's own that made the call is where people look first. */
	const struct pos *at = f->origin.is_ours && f->origin.at.row ? &f->origin.at : &f->at;
	bool has_file = at->file && *at->file;

	str_addf(out, "::%s", f->level == FINDING_ERROR ? "error" : "warning");
	if (has_file) {
		add_property(out, "file", at->file, true);
		str_addf(&line, "%u", MAX(at->row, 1u));
		add_property(out, "line", str_text(&line), false);
	}
	str_addf(&title, "%s: %s", target_of(v), verdict_names[v->kind]);
	add_property(out, "title", str_text(&title), !has_file);
	str_add(out, "::");
	add_message(out, f);
	str_add_char(out, '\n');
}

struct annotation {
	const struct verdict *verdict;
	struct finding finding;
};

struct annotations {
	struct annotation *items;
	size_t n, capacity;
};

static void
add_annotation(struct annotations *a, const struct verdict *v, const struct finding *f)
{
	a->items = mem_grow(a->items, a->n, &a->capacity, sizeof *a->items);
	a->items[a->n++] = (struct annotation){ v, *f };
}

static bool
is_silent(const struct verdict *v)
{
	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].level != FINDING_NOTE)
			return false;
	return is_bad(v);
}

static void
collect_level(struct annotations *a, const struct verdict *v, enum finding_level level)
{
	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].level == level)
			add_annotation(a, v, &v->findings[i]);
	/* One that is not good is told even if nobody said why. */
	if (level == FINDING_ERROR && is_silent(v))
		add_annotation(a, v,
			&(struct finding){
				.level = FINDING_ERROR, .text = v->text, .at = v->at });
}

int
github_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err)
{
	AUTO(mem_free) size_t *order = worst_first(v);
	struct annotations all = { 0 };
	size_t shown;

	(void)opts;
	(void)err; /* writing to memory does not fail */
	/* Notes are not for a pull request. */
	for (size_t i = 0; i < v->n; i++)
		collect_level(&all, &v->items[order[i]], FINDING_ERROR);
	for (size_t i = 0; i < v->n; i++)
		collect_level(&all, &v->items[order[i]], FINDING_WARNING);
	shown = all.n > MOST_ANNOTATIONS ? MOST_ANNOTATIONS - 1 : all.n;
	for (size_t i = 0; i < shown; i++)
		add_command(out, all.items[i].verdict, &all.items[i].finding);
	if (shown < all.n)
		str_addf(out,
			"::%s title=" TOOL_NAME "::%zu more findings: see the job summary or "
			"the report\n",
			all.items[shown].finding.level == FINDING_ERROR ? "error" : "warning",
			all.n - shown);
	mem_free(all.items);
	return 0;
}
