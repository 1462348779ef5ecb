/* SPDX-License-Identifier: MIT */
/* table.c - a stored trace as a table of columns, and rows of it as text, JSON and CSV */
#include "cli/table.h"

#include "base/map.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/print.h"
#include "cli/replay.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

static int
fill(struct columns *c, struct trace_reader *reader, struct err *err)
{
	struct effects_opts opts = { .profile = PROFILE_COUNTS };
	AUTO(effects_free) struct effects *fx = NULL;
	AUTO(golden_free) struct golden *golden = NULL;
	const struct trace_footer *footer;

	columns_watch(c, &opts);
	fx = effects_new(trace_reader_header(reader), &opts);
	if (replay_events(fx, reader, err) < 0)
		return -1;
	footer = trace_reader_footer(reader);
	if (effects_finish(fx, footer, &golden, err) < 0)
		return -1;
	return columns_finish(c, footer, err);
}

int
table_load(struct columns **out, const char *path, uint64_t wanted, struct err *err)
{
	AUTO(trace_reader_free) struct trace_reader *reader = NULL;
	AUTO(columns_free) struct columns *c = NULL;

	if (trace_reader_open(&reader, path, err) < 0)
		return -1;
	c = columns_new(wanted);
	if (fill(c, reader, err) < 0)
		return err_wrap(err, "trace '%s'", path);
	*out = TAKE(c);
	return 0;
}

static const char *
next_column(const void *table, size_t i)
{
	(void)table;
	return i < N_COLUMNS ? column_specs[i].name : NULL;
}

static int
unknown_column(const char *name, struct err *err)
{
	const char *near = nearest_name(name, next_column, NULL);
	AUTO(str_done) struct str hint = { 0 };

	str_addf(&hint, near ? "did you mean '%s'?" : "renacer query --help lists the columns",
		near);
	return cli_usage(err, hint.data, "unknown column '%s'", name);
}

int
table_columns_read(struct table_columns *out, const char *names, struct err *err)
{
	*out = (struct table_columns){ .n = 0 };
	for (const char *p = names; *p;) {
		size_t n = strcspn(p, ",");
		AUTO(mem_free) char *name = mem_alloc(n + 1);
		unsigned i = 0;

		memcpy(name, p, n);
		while (i < N_COLUMNS && strcmp(column_specs[i].name, name) != 0)
			i++;
		if (i == N_COLUMNS)
			return unknown_column(name, err);
		if (out->n == N_COLUMNS)
			return cli_usage(err, NULL, "more columns are named than there are");
		out->items[out->n++] = (enum column)i;
		p += n + (p[n] == ',');
	}
	if (!out->n)
		return cli_usage(err, "seq,syscall,path", "no column is named");
	return 0;
}

uint64_t
table_columns_set(const struct table_columns *columns)
{
	uint64_t set = 0;

	for (size_t i = 0; i < columns->n; i++)
		set |= COLUMN_BIT(columns->items[i]);
	return set;
}

static bool
is_number(enum column column)
{
	return column_specs[column].type <= COLUMN_IS_TIME;
}

void
table_put_value(struct str *out, const struct columns *c, enum column column, size_t row)
{
	const char *text;

	if (is_number(column)) {
		int64_t number = columns_number(c, column, row);

		if (number != COLUMN_NULL)
			str_add_int(out, number);
		return;
	}
	for (unsigned i = 0; (text = columns_text(c, column, row, i)); i++) {
		if (i)
			str_add_char(out, ' ');
		str_add_printable(out, text, strlen(text));
	}
}

void
table_put_csv_header(struct str *out, const struct table_columns *columns)
{
	for (size_t i = 0; i < columns->n; i++)
		str_addf(out, "%s%s", i ? "," : "", column_specs[columns->items[i]].name);
	str_add(out, "\r\n");
}

void
table_put_csv(struct str *out, const struct columns *c, const struct table_columns *columns,
	size_t row)
{
	for (size_t i = 0; i < columns->n; i++) {
		AUTO(str_done) struct str value = { 0 };
		bool is_quoted;

		table_put_value(&value, c, columns->items[i], row);
		is_quoted = strpbrk(str_text(&value), ",\"\r\n") != NULL;
		if (i)
			str_add_char(out, ',');
		if (is_quoted)
			str_add_char(out, '"');
		for (size_t k = 0; k < value.n; k++) {
			if (value.data[k] == '"')
				str_add_char(out, '"');
			str_add_char(out, value.data[k]);
		}
		if (is_quoted)
			str_add_char(out, '"');
	}
	str_add(out, "\r\n");
}

/* Columns that may have several texts are arrays. */
static void
put_texts(struct json_writer *w, const struct columns *c, enum column column, size_t row)
{
	bool is_list = column_specs[column].type == COLUMN_IS_SET || column == COLUMN_PATH;
	const char *text = columns_text(c, column, row, 0);

	if (!is_list) {
		json_text(w, text);
		return;
	}
	json_begin(w, '(');
	for (unsigned i = 0; (text = columns_text(c, column, row, i)); i++)
		json_text(w, text);
	json_end(w, ')');
}

void
table_put_json(struct json_writer *w, const struct columns *c,
	const struct table_columns *columns, size_t row)
{
	json_begin(w, '{');
	for (size_t i = 0; i < columns->n; i++) {
		enum column column = columns->items[i];
		int64_t number = is_number(column) ? columns_number(c, column, row) : 0;

		json_key(w, column_specs[column].name);
		if (!is_number(column))
			put_texts(w, c, column, row);
		else if (number == COLUMN_NULL)
			json_null(w);
		else
			json_int(w, number);
	}
	json_end(w, '}');
}

static int
compare_seqs(const void *x, const void *y)
{
	const uint64_t *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

/* What the printer has no line for: who began, and what it became. */
static void
print_life(struct map *tids, const struct event *e)
{
	AUTO(str_done) struct str text = { 0 };
	int tid = (int)(intptr_t)map_get_number(tids, e->task);

	if (e->kind == EVENT_START && e->start.parent)
		str_addf(&text, "%-5d +++ started by %d +++\n", tid,
			(int)(intptr_t)map_get_number(tids, e->start.parent));
	else if (e->kind == EVENT_START)
		str_addf(&text, "%-5d +++ started +++\n", tid);
	if (e->kind == EVENT_EXEC) {
		str_addf(&text, "%-5d +++ executes ", tid);
		if (e->exec.path)
			str_add_printable(&text, e->exec.path, strlen(e->exec.path));
		str_add(&text, " +++\n");
	}
	if (text.n)
		fwrite(text.data, 1, text.n, stdout);
}

static int
print_matches(struct trace_reader *reader, struct printer *printer, const uint64_t *seqs,
	size_t n, struct err *err)
{
	AUTO(map_free) struct map *tids = map_new();
	struct event event;
	size_t at = 0;
	int rc = 0;

	while (at < n && (rc = trace_read(reader, &event, err)) > 0) {
		while (at < n && seqs[at] < event.seq)
			at++;
		if (event.kind == EVENT_START)
			*map_number(tids, event.task) = (void *)(intptr_t)event.start.tid;
		if (event.kind == EVENT_START && printer_event(printer, &event, err) < 0)
			return -1;
		if (at == n || event.kind == EVENT_PATH || seqs[at] != event.seq)
			continue;
		at++;
		print_life(tids, &event);
		if (event.kind != EVENT_START && printer_event(printer, &event, err) < 0)
			return -1;
	}
	return rc < 0 ? -1 : 0;
}

int
table_print_lines(const char *path, const struct columns *c, const uint32_t *rows, size_t n,
	struct err *err)
{
	struct print_opts opts = {
		.string_limit = 64, .column = 40, .timing = true, .pid_always = true
	};
	AUTO(trace_reader_free) struct trace_reader *reader = NULL;
	AUTO(printer_free) struct printer *printer = NULL;
	AUTO(mem_free) uint64_t *seqs = mem_array(n + 1, sizeof *seqs);

	for (size_t i = 0; i < n; i++)
		seqs[i] = (uint64_t)columns_number(c, COLUMN_SEQ, rows[i]);
	qsort(seqs, n, sizeof *seqs, compare_seqs);
	if (trace_reader_open(&reader, path, err) < 0)
		return -1;
	opts.source = trace_reader_header(reader)->has_stacks;
	printer = printer_new(stdout, trace_reader_header(reader), &opts);
	if (print_matches(reader, printer, seqs, n, err) < 0)
		return -1;
	return fflush(stdout) != 0 ? err_sys(err, "standard output") : 0;
}
