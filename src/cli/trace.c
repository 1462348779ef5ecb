/* SPDX-License-Identifier: MIT */
/*
 * trace.c - the commands of renacer: trace, record, report
 *
 * Events come from a running target or from a file and go to a printer, a summary or a file;
 * the three commands differ in nothing but which source and which sinks they put together.
 */

#include "cli/trace.h"

#include "base/file.h"
#include "base/mem.h"
#include "capture/capture.h"
#include "cli/cli.h"
#include "cli/filters.h"
#include "cli/lamport.h"
#include "cli/print.h"
#include "cli/rights.h"
#include "cli/summary.h"
#include "store/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define TICK_MS 20
#define STACK_DEPTH 32

/* Where events come from: exactly one of capture and reader is set. */
struct source {
	struct capture *capture;
	struct trace_reader *reader;
	struct capture_grant *grant;
	struct rights rights;
	const struct rights *lender; /* we stay root, and files are to be theirs; NULL: no */
};

/* Where they go: what is NULL is not wanted. */
struct sinks {
	struct printer *printer;
	struct summary *summary;
	struct trace_writer *writer;
	struct lamport *lamport;
	struct otlp *otlp;
	const struct call_set *shown; /* calls that are spans; NULL: all */
	FILE *text;                   /* stderr, or a file of ours */
};

static int
next_event(struct source *from, struct event *event, struct err *err)
{
	return from->capture ? capture_next(from->capture, event, err)
			     : trace_read(from->reader, event, err);
}

static bool
is_shown(const struct call_set *shown, const struct event *event)
{
	const struct call *c = &event->call;

	return !shown || event->kind != EVENT_CALL ||
	       call_set_has(shown, decode_spec((enum arch)c->arch, c->nr)->id);
}

static int
give(const struct sinks *to, const struct event *event, struct err *err)
{
	if (to->writer && trace_write(to->writer, event, err) < 0)
		return -1;
	if (to->otlp && is_shown(to->shown, event))
		otlp_event(to->otlp, event);
	if (to->summary && summary_event(to->summary, event, to->text, err) < 0)
		return -1;
	return to->printer ? printer_event(to->printer, event, err) : 0;
}

static int
give_clocked(void *arg, const struct event *event, uint64_t clock, struct err *err)
{
	const struct sinks *to = arg;

	if (to->summary)
		summary_lamport(to->summary, clock);
	if (to->printer)
		printer_lamport(to->printer, clock);
	return give(to, event, err);
}

/* Nothing to stop for: a target that blocks forever is ended by ^C like any other program. */
static int
pump(struct source *from, const struct sinks *to, struct err *err)
{
	struct event event;
	int rc;

	while ((rc = next_event(from, &event, err)) > 0)
		if ((to->lamport ? lamport_event(to->lamport, &event, err)
				 : give(to, &event, err)) < 0)
			return -1;
	return rc == 0 && to->lamport ? lamport_end(to->lamport, err) : rc;
}

static int
open_text(struct sinks *to, const char *path, struct err *err)
{
	to->text = stderr;
	if (!path)
		return 0;
	to->text = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
	return to->text ? 0 : err_sys(err, "open '%s'", path);
}

static int
close_text(struct sinks *to, struct err *err)
{
	bool failed = fflush(to->text) != 0 || ferror(to->text);

	if (to->text != stderr && to->text != stdout)
		failed = fclose(to->text) != 0 || failed;
	to->text = NULL;
	return failed ? err_sys(err, "write the trace") : 0;
}

/* Edges between tasks are followed through all calls: some of them are not enough. */
static int
start_clock(struct sinks *to, const struct trace_header *header, struct err *err)
{
	uint64_t clock;

	if (header->is_subset)
		return cli_usage(err, "record the trace without -e and --filter",
			"clocks need all calls, and this trace has some");
	if (lamport_ours(&clock, err) < 0)
		return -1;
	to->lamport = lamport_new(header, clock, give_clocked, to);
	return 0;
}

/* What the options ask to be shown; `shown` must outlive the sinks. */
static int
open_sinks(struct sinks *to, const struct trace_header *header,
	const struct trace_values *values, struct print_opts *print, struct err *err)
{
	if (open_text(to, values->output, err) < 0)
		return -1;
	print->string_limit = (uint32_t)MIN(values->string_limit, UINT32_MAX);
	print->column = (unsigned)MIN(values->column, 1000u);
	print->verbose = values->verbose;
	print->timing = values->timing;
	print->clock = values->clock;
	print->relative = values->relative;
	print->only_good = values->only_good;
	print->only_bad = values->only_bad;
	print->pid_always = values->output && values->follow;
	print->lamport = values->lamport;
	print->stacks = values->stacks;
	print->source = values->source;
	if ((values->stacks || values->source) && !header->has_stacks)
		return cli_usage(
			err, "renacer record -k -o FILE -- CMD", "the trace holds no stacks");
	if (values->lamport && start_clock(to, header, err) < 0)
		return -1;
	if (values->summary || values->summary_too || values->format != FORMAT_TEXT)
		to->summary = summary_new(values->format, print->shown, values->lamport);
	if (!values->summary && values->format == FORMAT_TEXT)
		to->printer = printer_new(to->text, header, print);
	return 0;
}

static int
close_sinks(struct sinks *to, struct err *err)
{
	int rc = 0;

	if (to->summary)
		rc = summary_print(to->summary, to->text, err);
	if (rc == 0 && to->text)
		rc = close_text(to, err);
	summary_free(TAKE(to->summary));
	printer_free(TAKE(to->printer));
	lamport_free(TAKE(to->lamport));
	return rc;
}

/* What was given is shown in any case; the first failure is the one to tell. */
static int
end_sinks(struct sinks *to, int rc, struct err *err)
{
	struct err late = { 0 };

	if (rc >= 0)
		return close_sinks(to, err);
	if (to->text && close_sinks(to, &late) < 0)
		err_drop(&late);
	return rc;
}

static void
warn_if_incomplete(const struct trace_footer *footer)
{
	if (!footer)
		fprintf(stderr, "renacer: the trace was cut: it ends without its footer\n");
	else if (!trace_is_complete(footer))
		fprintf(stderr, "renacer: the trace is not complete: %s\n", footer->reason);
}

static void
warn_of_capture(const struct capture *c)
{
	const struct trace_footer *f = capture_footer(c);

	warn_if_incomplete(f);
	if (!f)
		return;
	if (f->n_seen_stops)
		fprintf(stderr, "renacer: the target could see %u time%s that it was stopped\n",
			f->n_seen_stops, f->n_seen_stops == 1 ? "" : "s");
	if (capture_backend(c) == BACKEND_EBPF &&
		(f->n_lost || f->n_escaped || f->n_seen_stops))
		fprintf(stderr, "hint: ptrace has the target wait, unseen: --backend ptrace\n");
}

/* Ends as the target ended, so that whoever started us sees the same. */
static int
pass_on(int status)
{
	const struct rlimit no_core = { 0, 0 };

	if (status < 0)
		return 0; /* attached: its end is not ours */
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	fflush(NULL);
	setrlimit(RLIMIT_CORE, &no_core);
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

/* A signal that told us to stop says more than the one that we killed the target with. */
static int
how_it_ended(const struct trace_values *values, int status)
{
	return cli_signal() && !values->pid ? cli_signal() : status;
}

static int
read_pid(struct capture_opts *opts, const char *text, struct err *err)
{
	char *end;
	long pid = strtol(text, &end, 10);

	if (end == text || *end || pid <= 0 || pid > INT32_MAX)
		return cli_usage(err, NULL, "option '-p' takes a process id, not '%s'", text);
	opts->attach = (pid_t)pid;
	return 0;
}

/* What is in the place of --trace-parent for the target: the run itself, when it is a span. */
static const char *
trace_parent_of(const struct trace_values *values, struct otlp *otlp)
{
	return values->trace_parent && otlp ? otlp_trace_parent(otlp) : values->trace_parent;
}

static int
start(struct source *from, const struct trace_values *values, const struct parsed *parsed,
	const struct sinks *to, enum trace_mode mode, struct arena *arena, struct err *err)
{
	struct capture_opts opts = {
		.backend = (enum capture_backend)values->backend,
		.grant = from->grant,
		.argv = parsed->command,
		.stdio = { -1, -1, -1 },
		.follow = values->follow || mode == TRACE_RECORD,
		.wanted = values->lamport ? NULL : to->shown,
		.payload_limit = (uint32_t)MIN(values->payload_limit, 1u << 30),
		.stack_depth = values->stacks || values->source ? STACK_DEPTH : 0,
		.want_input = true,
		.want_busy = mode == TRACE_RECORD && !values->pid,
		.aslr = true,
		.keep_fds = true,
		.tick = cli_is_interrupted,
		.tick_ms = TICK_MS,
	};

	if (values->pid && read_pid(&opts, values->pid, err) < 0)
		return -1;
	if (!values->pid && (!parsed->command || !parsed->command[0]))
		return cli_usage(
			err, "renacer -- ls -l, or renacer --help", "no command to trace");
	if (values->pid && values->trace_parent && !to->otlp)
		return cli_usage(err, NULL,
			"the environment of a running process cannot be changed: '-p' and "
			"'--trace-parent' exclude each other");
	if (!values->pid && (values->trace_parent || values->lamport) &&
		lamport_environment(&opts.envp, arena, trace_parent_of(values, to->otlp),
			values->lamport, err) < 0)
		return -1;
	if (values->pid && parsed->command)
		return cli_usage(err, NULL, "either a command or '-p', not both");
	if (capture_start(&from->capture, &opts, err) < 0)
		return -1;
	if (values->verbose)
		fprintf(stderr, "renacer: backend %s: %s\n",
			capture_backend_names[capture_backend(from->capture)],
			capture_why(from->capture));
	/* ^C belongs to the target, which is in our process group; we end when it ends. */
	if (!values->pid) {
		signal(SIGINT, SIG_IGN);
		signal(SIGQUIT, SIG_IGN);
	}
	return 0;
}

static int
open_writer(struct sinks *to, const struct trace_header *header,
	const struct trace_values *values, bool has_set, struct err *err)
{
	struct trace_header h = *header;

	h.is_excerpt = has_set || values->pid;
	return trace_writer_open(&to->writer, values->output, &h, err);
}

/* To reach a running process of somebody else's, root is needed to the end: nothing is started
 * then, and only what is written must not become root's. */
static int
begin(struct source *from, const struct trace_values *values, struct err *err)
{
	if (rights_find(&from->rights, values->as_root, err) < 0)
		return -1;
	if (values->pid && from->rights.how == RIGHTS_SUDO) {
		from->lender = &from->rights;
		return 0;
	}
	if (!values->pid)
		from->grant = capture_grant_new(1, (enum capture_backend)values->backend);
	return rights_drop(&from->rights, capture_grant_is_open(from->grant), err);
}

static int
open_otlp(struct sinks *to, const struct trace_values *values, struct err *err)
{
	const struct otlp_wish wish = otlp_wish_of(&values->otlp, values->trace_parent);

	if (!values->otlp.url)
		return 0;
	if (strcmp(values->otlp.url, "file:-") == 0)
		return cli_usage(err, "--otlp file:run.jsonl",
			"the standard output is the target's: spans cannot go there");
	return otlp_open(&to->otlp, &wish, err);
}

/* When the target is gone and all else is written: ^C ends this wait like any other. */
static void
send_spans(struct otlp *o, const struct capture *c)
{
	static const int signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		signal(signals[i], SIG_DFL);
	otlp_end_run(o, capture_footer(c));
	otlp_close(o);
	otlp_tell(o);
}

static int
watch(int *status, enum trace_mode mode, const struct trace_values *values,
	const struct parsed *parsed, struct source *from, struct err *err)
{
	struct print_opts print = { 0 };
	struct call_set set = { 0 };
	bool has_set = false;
	struct sinks to = { 0 };
	AUTO(arena_free) struct arena *arena = arena_new();
	int rc;

	if (filters_read(&set, &has_set, &print, values, err) < 0)
		return -1;
	if (mode == TRACE_RECORD && !values->output)
		return cli_usage(err, "renacer record -o FILE -- CMD", "no file to record to");
	print.shown = to.shown = has_set ? &set : NULL;
	if (open_otlp(&to, values, err) < 0)
		return -1;
	AUTO(otlp_free) struct otlp *otlp = to.otlp;
	cli_catch_signals();
	if (start(from, values, parsed, &to, mode, arena, err) < 0)
		return -1;
	AUTO(capture_free) struct capture *owner = from->capture;
	rights_lend(from->lender);
	if (mode == TRACE_RECORD)
		rc = open_writer(&to, capture_header(owner), values, has_set, err);
	else
		rc = open_sinks(&to, capture_header(owner), values, &print, err);
	rights_take_back(from->lender);
	if (to.otlp)
		otlp_begin_run(otlp, capture_header(owner),
			&(struct otlp_run){ .is_subset = has_set, .is_live = true });
	if (rc == 0)
		rc = pump(from, &to, err);
	rights_lend(from->lender);
	if (rc == 0 && to.writer)
		rc = trace_writer_end(to.writer, capture_footer(owner), err);
	trace_writer_free(to.writer);
	rights_take_back(from->lender);
	to.writer = NULL;
	if (end_sinks(&to, rc, err) < 0)
		return -1;
	if (values->pid && cli_signal()) /* what ends every trace of a running process */
		fprintf(stderr, "renacer: process %s runs on untraced\n", values->pid);
	else
		warn_of_capture(owner);
	*status = how_it_ended(values, capture_status(owner));
	if (to.otlp) {
		rights_lend(from->lender);
		send_spans(otlp, owner);
		rights_take_back(from->lender);
	}
	if (mode == TRACE_RECORD && !trace_is_complete(capture_footer(owner)))
		*status = 4;
	else
		*status = pass_on(*status);
	return 0;
}

static int
run_live(int *status, enum trace_mode mode, const struct trace_values *values,
	const struct parsed *parsed, struct err *err)
{
	struct source from = { 0 };
	int rc = begin(&from, values, err);

	if (rc == 0)
		rc = watch(status, mode, values, parsed, &from, err);
	capture_grant_free(from.grant);
	rights_done(&from.rights);
	return rc;
}

static int
run_report(int *status, const struct trace_values *values, const struct parsed *parsed,
	struct err *err)
{
	struct print_opts print = { 0 };
	struct trace_values there = *values;
	struct call_set set = { 0 };
	bool has_set = false;
	struct source from = { 0 };
	struct sinks to = { 0 };
	int rc;

	if (parsed->n_words != 1)
		return cli_usage(
			err, NULL, "report takes one file: renacer report FILE [options]");
	if (values->otlp.url)
		return cli_usage(err, "renacer export --otlp URL FILE",
			"a stored trace is sent by export, not by report");
	if (filters_read(&set, &has_set, &print, values, err) < 0)
		return -1;
	print.shown = has_set ? &set : NULL;
	if (trace_reader_open(&from.reader, parsed->words[0], err) < 0)
		return -1;
	AUTO(trace_reader_free) struct trace_reader *owner = from.reader;
	if (!there.output)
		there.output = "-"; /* no target's output to keep apart from */
	rc = open_sinks(&to, trace_reader_header(owner), &there, &print, err);
	if (rc == 0)
		rc = pump(&from, &to, err);
	if (end_sinks(&to, rc, err) < 0)
		return rc < 0 ? err_wrap(err, "report '%s'", parsed->words[0]) : -1;
	warn_if_incomplete(trace_reader_footer(owner));
	if (!trace_reader_footer(owner) || !trace_is_complete(trace_reader_footer(owner)))
		*status = 4;
	return 0;
}

int
trace_main(int *status, enum trace_mode mode, const struct trace_values *values,
	const struct parsed *parsed, struct err *err)
{
	const struct rights_wish wish = { .as_root = values->as_root };
	struct capture_grant *none = NULL;

	if (mode != TRACE_REPORT)
		return run_live(status, mode, values, parsed, err);
	if (rights_begin(&none, &wish, err) < 0)
		return -1;
	return run_report(status, values, parsed, err);
}
