/* SPDX-License-Identifier: MIT */
/* export.c - the command export of renacer: a stored trace as spans */

#include "cli/export.h"

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/otlp.h"
#include "cli/rights.h"
#include "store/trace.h"

#include <stdio.h>
#include <string.h>

struct values {
	bool help, quiet;
	unsigned format;
	const char *output, *trace_parent, *name;
	struct otlp_values otlp;
};

enum { FORMAT_OTLP, FORMAT_OTLP_PROTOBUF };
static const char *const formats[] = { "otlp", "otlp-protobuf", NULL };

#define AT(field) offsetof(struct values, field)

/* clang-format off */
static const struct option options[] = {
	{ "format", 0, OPTION_CHOICE, AT(format), "FORMAT", "otlp (JSON, a request a line), or otlp-protobuf", formats },
	{ "output", 'o', OPTION_TEXT, AT(output), "FILE", "write it there instead of stdout", NULL },
	{ "otlp", 0, OPTION_TEXT, AT(otlp.url), "URL", "send it there: http://localhost:4318, or port 4317 for gRPC", NULL },
	OTLP_OPTIONS(AT(otlp)),
	{ "trace-parent", 0, OPTION_TEXT, AT(trace_parent), "VALUE", "the W3C traceparent that the run hangs below", NULL },
	{ "name", 0, OPTION_TEXT, AT(name), "NAME", "of the run; that of its program when absent", NULL },
	{ "quiet", 'q', OPTION_FLAG, AT(quiet), NULL, "nothing on stderr but errors and warnings", NULL },
	{ "help", 'h', OPTION_FLAG, AT(help), NULL, "this text", NULL },
	{ 0 },
};
/* clang-format on */

static const char usage[] =
	"renacer export - a stored trace for other tools\n"
	"\n"
	"usage: renacer export [options] FILE\n"
	"\n"
	"The run becomes a trace of OpenTelemetry: docs/otlp.md. CSV and folded stacks are\n"
	"forms of `renacer report --format`.\n"
	"\n"
	"options:\n";

static const char epilogue[] =
	"\n"
	"exit status: 0 all was written or taken; 2 usage; 3 the file could not be read, or\n"
	"  spans were not delivered; 4 the trace is not complete\n";

static int
help(struct err *err)
{
	AUTO(str_done) struct str text = { 0 };

	str_add(&text, usage);
	options_help(&text, options);
	str_add(&text, epilogue);
	return cli_print(&text, err);
}

static int
open_otlp(struct otlp **out, const struct values *v, struct err *err)
{
	struct otlp_wish wish = otlp_wish_of(&v->otlp, v->trace_parent);
	AUTO(str_done) struct str file = { 0 };

	wish.is_interrupted = cli_is_interrupted;
	if (v->otlp.url && v->output)
		return cli_usage(err, NULL, "'--otlp' and '--output' exclude each other");
	if (!v->otlp.url) {
		str_addf(&file, "file:%s", v->output ? v->output : "-");
		wish.endpoint.url = file.data;
		wish.endpoint.protocol =
			v->format == FORMAT_OTLP ? OTLP_HTTP_JSON : OTLP_HTTP_PROTOBUF;
	}
	return otlp_open(out, &wish, err);
}

static int
send(struct otlp *o, struct trace_reader *reader, const struct values *v, struct err *err)
{
	const struct otlp_run run = { .name = v->name };
	struct event event;
	int rc;

	otlp_begin_run(o, trace_reader_header(reader), &run);
	while ((rc = trace_read(reader, &event, err)) > 0)
		otlp_event(o, &event);
	if (rc < 0)
		return -1;
	otlp_end_run(o, trace_reader_footer(reader));
	otlp_close(o);
	return 0;
}

static int
conclude(int *status, struct otlp *o, const struct trace_footer *footer, const struct values *v,
	struct err *err)
{
	const char *trouble = otlp_trouble(o);

	if (otlp_not_taken(o)) {
		err_set(err, "%.*s", (int)strcspn(trouble, "\n"), trouble);
		return -1;
	}
	if (!v->quiet || *trouble)
		otlp_tell(o);
	if (footer && trace_is_complete(footer))
		return 0;
	fprintf(stderr, "renacer: the trace is not complete: %s\n",
		footer ? footer->reason : "it ends without its footer");
	*status = 4;
	return 0;
}

int
export_main(int *status, const char **argv, struct err *err)
{
	const struct rights_wish no_rights = { .n_runs = 0 };
	struct capture_grant *none = NULL;
	struct values v = { .otlp = OTLP_DEFAULTS };
	AUTO(trace_reader_free) struct trace_reader *reader = NULL;
	AUTO(otlp_free) struct otlp *o = NULL;
	struct parsed parsed;

	if (options_read(&parsed, options, &v, argv, false, err) < 0)
		return -1;
	if (v.help)
		return help(err);
	if (parsed.n_words != 1 || parsed.command)
		return cli_usage(err, "renacer export [options] FILE",
			"export takes one file, not %zu", parsed.n_words);
	if (rights_begin(&none, &no_rights, err) < 0 || open_otlp(&o, &v, err) < 0)
		return -1;
	if (!o)
		return 0;
	cli_catch_signals();
	if (trace_reader_open(&reader, parsed.words[0], err) < 0)
		return -1;
	if (send(o, reader, &v, err) < 0)
		return err_wrap(err, "export '%s'", parsed.words[0]);
	return conclude(status, o, trace_reader_footer(reader), &v, err);
}
