/* SPDX-License-Identifier: MIT */
/* renacer.c - the program that looks: traces as strace does, stores traces, prints stored ones
 */

#include "cli/analyze.h"
#include "cli/cli.h"
#include "cli/compare.h"
#include "cli/export.h"
#include "cli/query.h"
#include "cli/rights.h"
#include "cli/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
	"renacer - trace the system calls of a program\n"
	"\n"
	"usage: renacer [options] [--] CMD [ARG...]      print what CMD asks of the kernel\n"
	"       renacer [options] -p PID                 the same of a running process\n"
	"       renacer record -o FILE [--] CMD [ARG...] store the trace (.rtrace)\n"
	"       renacer report FILE [options]            print a stored trace\n"
	"       renacer compare A B                      two traces: effects, counts, speed\n"
	"       renacer query FILE EXPR                  ask a stored trace (query --help)\n"
	"       renacer analyze FILE                     what a run does badly (analyze "
	"--help)\n"
	"       renacer export FILE                      for other tools, as OpenTelemetry's "
	"spans\n"
	"\n"
	"The trace goes to stderr, or to FILE with -o; the target's own output is never "
	"touched.\n"
	"The exit status is the target's, and so is death by a signal; 2 for a wrong command "
	"line,\n"
	"3 when tracing was not possible, 4 when a stored trace is not complete.\n"
	"\n";

static const char examples[] =
	"\n"
	"examples:\n"
	"  renacer -f -e trace=file,network -- curl -s http://127.0.0.1/\n"
	"  renacer -c -- make -j2\n"
	"  renacer record -o build.rtrace -- make && renacer report build.rtrace -e "
	"trace=%file\n"
	"\n"
	"Judging what a program does against a stored golden is the work of renacer-gate(1).\n";

static int
help(struct err *err)
{
	AUTO(str_done) struct str text = { 0 };

	str_add(&text, usage);
	str_add(&text, "options:\n");
	options_help(&text, trace_options);
	str_add(&text, examples);
	return cli_print(&text, err);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool
is_compare(int argc, char **argv)
{
	return (argc > 0 && strcmp(base_name(argv[0]), "renacer-compare") == 0) ||
	       (argc > 1 && strcmp(argv[1], "compare") == 0);
}

int
main(int argc, char **argv)
{
	const char **words = (const char **)(void *)argv;
	struct trace_values values = TRACE_DEFAULTS;
	struct err err = { 0 };
	struct parsed parsed;
	enum trace_mode mode = TRACE_PRINT;
	int status = 0;

	cli_begin();
	if (argc > 1 && strcmp(argv[1], "record") == 0)
		mode = TRACE_RECORD;
	else if (argc > 1 && strcmp(argv[1], "report") == 0)
		mode = TRACE_REPORT;
	if (is_compare(argc, argv)) {
		const struct rights_wish wish = { .n_runs = 0 };
		struct capture_grant *none = NULL;

		/* Under its other name the words begin one earlier. */
		words += strcmp(base_name(argv[0]), "renacer-compare") != 0;
		if (rights_begin(&none, &wish, &err) < 0 ||
			compare_main(&status, words, &err) < 0)
			return cli_fail("renacer", &err);
		return status;
	}
	if (argc > 1 && strcmp(argv[1], "query") == 0) {
		if (query_main(&status, words + 1, &err) < 0)
			return cli_fail("renacer", &err);
		return status;
	}
	if (argc > 1 && strcmp(argv[1], "analyze") == 0) {
		if (analyze_main(&status, words + 1, &err) < 0)
			return cli_fail("renacer", &err);
		return status;
	}
	if (argc > 1 && strcmp(argv[1], "export") == 0) {
		if (export_main(&status, words + 1, &err) < 0)
			return cli_fail("renacer", &err);
		return status;
	}
	if (mode != TRACE_PRINT)
		words++;
	if (options_read(&parsed, trace_options, &values, words, mode != TRACE_REPORT, &err) <
		0)
		return cli_fail("renacer", &err);
	if (values.help) {
		if (help(&err) < 0)
			return cli_fail("renacer", &err);
	} else if (values.version) {
		printf("renacer %s\n", RENACER_VERSION);
	} else if (trace_main(&status, mode, &values, &parsed, &err) < 0) {
		return cli_fail("renacer", &err);
	}
	return status;
}
