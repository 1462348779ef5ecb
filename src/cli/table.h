/* SPDX-License-Identifier: MIT */
/*
 * table.h - a stored trace as a table of columns, and rows of it as text, JSON and CSV
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/json.h"
#include "query/columns.h"

/* The table of a .rtrace file. One that is not complete is no error: columns_gap(). */
MUST_CHECK int table_load(
	struct columns **out, const char *path, uint64_t wanted, struct err *err);

/* A list of columns by name, "seq,syscall,path". */
struct table_columns {
	enum column items[N_COLUMNS];
	size_t n;
};
MUST_CHECK int table_columns_read(
	struct table_columns *out, const char *names, struct err *err);
uint64_t table_columns_set(const struct table_columns *columns);

/* One value; several texts are separated by blanks; empty: null. */
void table_put_value(struct str *out, const struct columns *c, enum column column, size_t row);
void table_put_csv_header(struct str *out, const struct table_columns *columns);
void table_put_csv(struct str *out, const struct columns *c,
	const struct table_columns *columns, size_t row);
void table_put_json(struct json_writer *w, const struct columns *c,
	const struct table_columns *columns, size_t row);
/* The events of these rows as lines of a trace, read from the file again. rows are ascending;
 * lines come in the order of the trace. */
MUST_CHECK int table_print_lines(const char *path, const struct columns *c,
	const uint32_t *rows, size_t n, struct err *err);

#endif
