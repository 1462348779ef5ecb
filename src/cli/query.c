/* SPDX-License-Identifier: MIT */
/* query.c - the command query of renacer: a stored trace, asked by an expression */
#include "cli/query.h"

#include "base/map.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/table.h"
#include "query/expr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct values {
	bool help, count, quiet;
	unsigned format;
	const char *columns, *by;
	uint64_t limit;
};

enum { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };
static const char *const formats[] = { "text", "json", "csv", NULL };

#define AT(field) offsetof(struct values, field)

/* clang-format off */
static const struct option options[] = {
	{ "count", 'c', OPTION_FLAG, AT(count), NULL, "of a selection: how many events, instead of the events", NULL },
	{ "by", 0, OPTION_TEXT, AT(by), "COLUMN", "of a selection: how many events for each value of the column, the most first", NULL },
	{ "limit", 'n', OPTION_NUMBER, AT(limit), "N", "show at most so many events, or values; all are counted", NULL },
	{ "columns", 0, OPTION_TEXT, AT(columns), "LIST", "what json and csv show of an event: seq,syscall,path", NULL },
	{ "format", 0, OPTION_CHOICE, AT(format), "FORMAT", "text, json or csv", formats },
	{ "quiet", 'q', OPTION_FLAG, AT(quiet), NULL, "nothing on stderr but errors", NULL },
	{ "help", 'h', OPTION_FLAG, AT(help), NULL, "this text, and the columns", NULL },
	{ 0 },
};
/* clang-format on */

static const char usage[] =
	"renacer query - ask a stored trace\n"
	"\n"
	"usage: renacer query [options] FILE EXPR\n"
	"\n"
	"EXPR is a question about each event, whose matches are shown, or a value made of\n"
	"all of them:\n"
	"  renacer query t.rtrace 'errno == \"ENOENT\" and path ~ \"/etc/**\"'\n"
	"  renacer query t.rtrace 'p99(duration where family == \"write\") < 10ms'\n"
	"\n"
	"options:\n";

static const char epilogue[] =
	"\n"
	"exit status: 0 events matched, or the value is told and not false; 1 none matched,\n"
	"  or it is false; 2 usage, or an error in the expression; 3 the file could not be\n"
	"  read; 4 there is no value to tell, or the trace is not complete\n";

/* What json and csv show when nobody chooses. */
static const char usual_columns[] =
	"seq,event,start,duration,process,task,exec,syscall,path,fd,"
	"fd_name,peer,errno,result,bytes";

struct query {
	const struct values *values;
	const char *path;
	struct expr *expr;
	struct columns *columns;
	struct table_columns shown;
};

static int
help(struct err *err)
{
	AUTO(str_done) struct str text = { 0 };

	str_add(&text, usage);
	options_help(&text, options);
	str_add(&text, "\ncolumns (docs/expressions.md):\n");
	for (int i = 0; i < N_COLUMNS; i++)
		str_addf(&text, "  %-10s %s\n", column_specs[i].name, column_specs[i].help);
	str_add(&text, epilogue);
	return cli_print(&text, err);
}

static void
put_part(const struct expr_part *part)
{
	AUTO(str_done) struct str text = { 0 };

	if (!part->was_asked) {
		fprintf(stderr, "renacer: %s: not asked, the rest decides\n", part->text);
		return;
	}
	expr_value_text(&text, &part->value);
	fprintf(stderr, "renacer: %s = %s: %llu of %llu events", part->text, str_text(&text),
		(unsigned long long)part->n_matched, (unsigned long long)part->n_looked);
	if (part->n_applied != part->n_looked)
		fprintf(stderr, ", of %llu that it applies to",
			(unsigned long long)part->n_applied);
	fprintf(stderr, "\n");
}

static void
put_value_json(struct json_writer *w, const struct expr_value *v)
{
	if (v->is_null)
		json_null(w);
	else if (v->type == EXPR_BOOL)
		json_bool(w, v->truth);
	else if (v->type == EXPR_REAL)
		json_double(w, v->real);
	else
		json_int(w, v->number);
}

static void
begin_json(struct json_writer *w, const struct query *q)
{
	const char *gap = columns_gap(q->columns);

	json_begin(w, '{');
	json_key(w, "schema");
	json_text(w, "renacer.query.v1");
	json_key(w, "file");
	json_text(w, q->path);
	json_key(w, "expression");
	json_text(w, expr_text(q->expr));
	json_key(w, "complete");
	json_bool(w, !gap);
	json_key(w, "gap");
	json_text(w, gap);
}

static void
put_counts_json(struct json_writer *w, uint64_t looked, uint64_t applied, uint64_t matched)
{
	json_key(w, "looked");
	json_uint(w, looked);
	json_key(w, "applied");
	json_uint(w, applied);
	json_key(w, "matched");
	json_uint(w, matched);
}

static int
print_value_json(const struct query *q, const struct expr_result *r, struct err *err)
{
	static const char *const units[] = { [EXPR_BOOL] = "bool",
		[EXPR_NUMBER] = "number",
		[EXPR_REAL] = "fraction",
		[EXPR_TIME] = "ns",
		[EXPR_TEXT] = "text" };
	AUTO(str_done) struct str text = { 0 };
	struct json_writer w = { .out = &text, .indent = 2 };

	begin_json(&w, q);
	json_key(&w, "type");
	json_text(&w, units[r->value.type]);
	json_key(&w, "value");
	put_value_json(&w, &r->value);
	json_key(&w, "parts");
	json_begin(&w, '[');
	for (size_t i = 0; i < r->n_parts; i++) {
		const struct expr_part *part = &r->parts[i];

		json_begin(&w, '{');
		json_key(&w, "text");
		json_text(&w, part->text);
		json_key(&w, "asked");
		json_bool(&w, part->was_asked);
		json_key(&w, "type");
		json_text(&w, units[part->value.type]);
		json_key(&w, "value");
		put_value_json(&w, &part->value);
		put_counts_json(&w, part->n_looked, part->n_applied, part->n_matched);
		json_key(&w, "evidence");
		json_begin(&w, '[');
		for (size_t k = 0; k < part->n_rows; k++)
			table_put_json(&w, q->columns, &q->shown, part->rows[k]);
		json_end(&w, ']');
		json_end(&w, '}');
	}
	json_end(&w, ']');
	json_end(&w, '}');
	str_add_char(&text, '\n');
	return cli_print(&text, err);
}

static int
print_value(int *status, const struct query *q, struct err *err)
{
	AUTO(expr_result_done) struct expr_result r = { 0 };
	AUTO(str_done) struct str text = { 0 };

	if (q->values->count || q->values->by)
		return cli_usage(err, NULL,
			"'--count' and '--by' are for selections; this expression is a value");
	if (expr_evaluate(&r, q->expr, q->columns, err) < 0)
		return -1;
	*status = r.value.is_null ? 4 : r.value.type == EXPR_BOOL && !r.value.truth ? 1 : 0;
	if (q->values->format == FORMAT_JSON)
		return print_value_json(q, &r, err);
	expr_value_text(&text, &r.value);
	str_add(&text, q->values->format == FORMAT_CSV ? "\r\n" : "\n");
	if (cli_print(&text, err) < 0)
		return -1;
	for (size_t i = 0; !q->values->quiet && i < r.n_parts; i++)
		put_part(&r.parts[i]);
	return 0;
}

struct group {
	char *value;
	uint64_t n;
};

static int
compare_groups(const void *x, const void *y)
{
	const struct group *a = x, *b = y;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return strcmp(a->value, b->value);
}

static void
put_groups(struct str *out, const struct query *q, enum column by, const struct group *groups,
	size_t n)
{
	struct json_writer w = { .out = out, .indent = 2 };
	size_t n_shown = (size_t)MIN((uint64_t)n, q->values->limit);

	if (q->values->format == FORMAT_CSV)
		str_addf(out, "count,%s\r\n", column_specs[by].name);
	if (q->values->format == FORMAT_JSON) {
		begin_json(&w, q);
		json_key(&w, "by");
		json_text(&w, column_specs[by].name);
		json_key(&w, "groups");
		json_begin(&w, '[');
	}
	for (size_t i = 0; i < n_shown; i++) {
		unsigned long long count = groups[i].n;

		if (q->values->format == FORMAT_JSON) {
			json_begin(&w, '{');
			json_key(&w, "value");
			json_text(&w, *groups[i].value ? groups[i].value : NULL);
			json_key(&w, "count");
			json_uint(&w, count);
			json_end(&w, '}');
		} else if (q->values->format == FORMAT_CSV) {
			bool is_quoted = strpbrk(groups[i].value, ",\"") != NULL;

			str_addf(out, "%llu,%s", count, is_quoted ? "\"" : "");
			for (const char *p = groups[i].value; *p; p++)
				str_addf(out, *p == '"' ? "\"\"" : "%c", *p);
			str_addf(out, "%s\r\n", is_quoted ? "\"" : "");
		} else {
			str_addf(out, "%10llu %s\n", count,
				*groups[i].value ? groups[i].value : "(nothing)");
		}
	}
	if (q->values->format == FORMAT_JSON) {
		json_end(&w, ']');
		json_end(&w, '}');
		str_add_char(out, '\n');
	}
}

static int
print_groups(const struct query *q, enum column by, const struct selection *s, struct err *err)
{
	AUTO(map_free) struct map *counts = map_new();
	AUTO(mem_free) struct group *groups = NULL;
	AUTO(str_done) struct str text = { 0 }, value = { 0 };
	size_t at = 0, n = 0;
	const void *key;
	void *count;

	for (size_t i = 0; i < s->n_rows; i++) {
		str_clear(&value);
		table_put_value(&value, q->columns, by, s->rows[i]);
		++*(uintptr_t *)map_text(counts, str_text(&value));
	}
	groups = mem_array(map_count(counts) + 1, sizeof *groups);
	while (map_next(counts, &at, &key, NULL, &count))
		groups[n++] = (struct group){ (char *)(uintptr_t)key, (uintptr_t)count };
	qsort(groups, n, sizeof *groups, compare_groups);
	put_groups(&text, q, by, groups, n);
	return cli_print(&text, err);
}

static int
print_rows(const struct query *q, const struct selection *s, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	struct json_writer w = { .out = &text, .indent = 2 };

	if (q->values->format == FORMAT_TEXT)
		return table_print_lines(q->path, q->columns, s->rows, s->n_rows, err);
	if (q->values->format == FORMAT_CSV) {
		table_put_csv_header(&text, &q->shown);
		for (size_t i = 0; i < s->n_rows; i++)
			table_put_csv(&text, q->columns, &q->shown, s->rows[i]);
		return cli_print(&text, err);
	}
	begin_json(&w, q);
	put_counts_json(&w, s->n_looked, s->n_applied, s->n_matched);
	json_key(&w, "events");
	json_begin(&w, '[');
	for (size_t i = 0; i < s->n_rows; i++)
		table_put_json(&w, q->columns, &q->shown, s->rows[i]);
	json_end(&w, ']');
	json_end(&w, '}');
	str_add_char(&text, '\n');
	return cli_print(&text, err);
}

static int
print_count(const struct query *q, const struct selection *s, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	struct json_writer w = { .out = &text, .indent = 2 };

	if (q->values->format == FORMAT_JSON) {
		begin_json(&w, q);
		put_counts_json(&w, s->n_looked, s->n_applied, s->n_matched);
		json_end(&w, '}');
	} else {
		str_add_uint(&text, s->n_matched);
	}
	str_add(&text, q->values->format == FORMAT_CSV ? "\r\n" : "\n");
	return cli_print(&text, err);
}

static int
print_selection(int *status, const struct query *q, struct err *err)
{
	const struct values *v = q->values;
	AUTO(selection_done) struct selection s = { 0 };
	struct table_columns by = { .n = 0 };
	size_t limit = v->count ? 0 : v->by ? SIZE_MAX : (size_t)v->limit;
	int rc;

	if (v->by && table_columns_read(&by, v->by, err) < 0)
		return -1;
	if (expr_select(&s, q->expr, q->columns, limit, err) < 0)
		return -1;
	*status = s.n_matched == 0;
	rc = v->count ? print_count(q, &s, err)
	     : v->by  ? print_groups(q, by.items[0], &s, err)
		      : print_rows(q, &s, err);
	if (rc < 0 || v->quiet || v->format == FORMAT_JSON)
		return rc;
	fprintf(stderr, "renacer: %llu of %llu events match", (unsigned long long)s.n_matched,
		(unsigned long long)s.n_looked);
	if (s.n_applied != s.n_looked)
		fprintf(stderr, "; the question applies to %llu",
			(unsigned long long)s.n_applied);
	if (!v->count && !v->by && s.n_rows < s.n_matched)
		fprintf(stderr, "; %zu shown", s.n_rows);
	fprintf(stderr, "\n");
	return 0;
}

static int
run(int *status, struct query *q, struct err *err)
{
	struct table_columns by = { .n = 0 };
	uint64_t wanted;
	const char *gap;

	if (q->values->by && table_columns_read(&by, q->values->by, err) < 0)
		return -1;
	if (by.n > 1)
		return cli_usage(err, NULL, "'--by' takes one column");
	wanted = expr_columns(q->expr) | table_columns_set(&by);
	if (q->values->format != FORMAT_TEXT)
		wanted |= table_columns_set(&q->shown);
	if (table_load(&q->columns, q->path, wanted, err) < 0)
		return -1;
	gap = columns_gap(q->columns);
	if ((expr_is_selection(q->expr) ? print_selection(status, q, err)
					: print_value(status, q, err)) < 0)
		return -1;
	if (gap) {
		fprintf(stderr, "renacer: the trace is not complete: %s\n", gap);
		*status = 4;
	}
	return 0;
}

int
query_main(int *status, const char **argv, struct err *err)
{
	struct values values = { .limit = SIZE_MAX };
	struct query q = { .values = &values };
	struct parsed parsed;
	int rc = -1;

	if (options_read(&parsed, options, &values, argv, false, err) < 0)
		return -1;
	if (values.help)
		return help(err);
	if (parsed.n_words != 2 || parsed.command)
		return cli_usage(err, "renacer query FILE 'EXPR'",
			"query takes a file and an expression, not %zu words", parsed.n_words);
	if (table_columns_read(&q.shown, values.columns ? values.columns : usual_columns, err) <
		0)
		return -1;
	q.path = parsed.words[0];
	if (expr_parse(&q.expr, parsed.words[1], (struct pos){ 0 }, err) == 0)
		rc = run(status, &q, err);
	columns_free(q.columns);
	expr_free(q.expr);
	return rc;
}
