/* SPDX-License-Identifier: MIT */
/* filters.c - which calls -e and --filter ask for */

#include "cli/filters.h"

#include "cli/cli.h"

#include <string.h>

static int
read_expression(struct call_set *set, bool *has_set, struct print_opts *print, const char *expr,
	struct err *err)
{
	if (strcmp(expr, "signal=none") == 0 || strcmp(expr, "signals=none") == 0) {
		print->no_signals = true;
		return 0;
	}
	if (str_has_prefix(expr, "trace="))
		expr += strlen("trace=");
	else if (strchr(expr, '=') && expr[0] != '/')
		return cli_usage(err, "trace=SPEC and signal=none are understood",
			"option '-e %s' is not supported", expr);
	*has_set = true;
	if (call_set_parse(set, expr, err) < 0)
		return err_as(err, ERR_USAGE);
	return 0;
}

int
filters_read(struct call_set *set, bool *has_set, struct print_opts *print,
	const struct trace_values *values, struct err *err)
{
	for (size_t i = 0; i < values->expressions.n; i++)
		if (read_expression(set, has_set, print, values->expressions.items[i], err) < 0)
			return -1;
	if (values->filter) {
		AUTO(str_done) struct str spec = { 0 };

		str_addf(&spec, "/%s/", values->filter);
		*has_set = true;
		if (call_set_parse(set, str_text(&spec), err) < 0)
			return err_as(err, ERR_USAGE);
	}
	return 0;
}
