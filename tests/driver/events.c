/* SPDX-License-Identifier: MIT */
/*
 * events.c - prints what capture hands out, a line an event; for tests
 *
 *   events [OPTION]... -- CMD [ARG]...
 *
 * Lines start with the kind and the task's number; the last is the footer. They go to
 * descriptor 3 when it is open, else to stderr. Exit status: the target's; 125: we failed.
 */

#include "capture/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct driver {
	struct capture_opts opts;
	struct call_set wanted;
	bool quiet, counts, show_areas;
	unsigned long cut_after, n_ticks;
	const char *tick_file;
	FILE *out;
	uint64_t n[N_CALL_IDS];
};

static bool
tick(void *arg)
{
	struct driver *d = arg;

	d->n_ticks++;
	return d->cut_after && d->n_ticks >= d->cut_after;
}

static const char *const states[] = { "", " RESTARTED", " UNFINISHED", " DENIED" };
static const char *const hows[] = { "first", "fork", "vfork", "clone", "thread", "attached" };

static void
print_area(FILE *out, const struct area *a)
{
	static const char kinds[] = "SsOI";
	bool is_data = a->kind == AREA_DATA_OUT || a->kind == AREA_DATA_IN;
	struct digest digest = a->digest;
	char hex[DIGEST_HEX] = "";

	if (is_data && !a->has_digest && !a->is_missing) /* kept whole */
		digest_add(&digest, a->bytes, a->kept);
	if (a->has_digest || (is_data && !a->is_missing))
		digest_hex(&digest, hex);
	fprintf(out, " [%d%c%s%s %" PRIu64 "/%u %.8s \"", a->arg, kinds[a->kind],
		a->at_exit ? "<" : ">", a->is_missing ? "!" : "", a->size, a->kept, hex);
	for (uint32_t i = 0; i < a->kept && i < 64 && a->kind != AREA_STRUCT; i++) {
		unsigned char c = a->bytes[i];

		if (c < ' ' || c > '~' || c == '"')
			fprintf(out, "\\%o", c);
		else
			fputc(c, out);
	}
	fputs("\"]", out);
}

static void
print_call(struct driver *d, const struct event *e)
{
	const struct call *c = &e->call;
	char room[32];

	fprintf(d->out, "CALL %u %s(%" PRIx64 ", %" PRIx64 ", %" PRIx64 ") = %" PRId64 "%s%s",
		e->task, decode_name(c->arch, c->nr, room), c->arg[0], c->arg[1], c->arg[2],
		c->ret, c->is_error ? " error" : "", states[c->state]);
	for (uint32_t i = 0; d->show_areas && i < c->n_areas; i++)
		print_area(d->out, &c->areas[i]);
	fputc('\n', d->out);
}

static void
print_event(struct driver *d, const struct event *e)
{
	FILE *out = d->out;

	switch (e->kind) {
	case EVENT_START:
		fprintf(out, "START %u %s parent %u process %u\n", e->task, hows[e->start.how],
			e->start.parent, e->start.process);
		break;
	case EVENT_HELD:
		fprintf(out, "HELD %u %d 0%o %s\n", e->task, e->held.fd, e->held.flags,
			e->held.name);
		break;
	case EVENT_EXEC:
		fprintf(out, "EXEC %u from %u %s %s%s\n", e->task, e->exec.from,
			decode_arch_name(e->exec.arch), e->exec.path,
			e->exec.is_secure ? " secure" : "");
		break;
	case EVENT_CALL:
		print_call(d, e);
		break;
	case EVENT_SIGNAL:
		fprintf(out, "SIGNAL %u %d code %d pid %d address %" PRIx64 "%s\n", e->task,
			e->signal.signal, e->signal.code, e->signal.pid, e->signal.address,
			e->signal.is_stop ? " stop" : "");
		break;
	case EVENT_EXIT:
		fprintf(out, "EXIT %u status %x%s rss %d\n", e->task, e->exit.status,
			e->exit.is_process ? " process" : "", e->exit.peak_rss_bytes > 0);
		break;
	default:
		fprintf(out, "UNKNOWN %d\n", e->kind);
	}
}

static void
print_footer(struct driver *d, const struct trace_footer *f)
{
	for (int i = 0; d->counts && i < N_CALL_IDS; i++) {
		if (d->n[i])
			fprintf(d->out, "COUNT %s %" PRIu64 "\n", i ? "" : "unknown", d->n[i]);
	}
	fprintf(d->out,
		"FOOTER %s lost %" PRIu64
		" escaped %u rings %u untraceable %u cut %d calls %" PRIu64
		" unfinished %" PRIu64 " restarted %" PRIu64 " 32bit %" PRIu64
		" tasks %u processes %u filters %u: %s\n",
		trace_is_complete(f) ? "complete" : "incomplete", f->n_lost, f->n_escaped,
		f->n_rings, f->n_untraceable, f->was_cut, f->n_calls, f->n_unfinished,
		f->n_restarted, f->n_calls_32bit, f->n_tasks, f->n_processes,
		f->n_seccomp_filters, f->reason);
}

static int
fail(struct err *err)
{
	err_print(err, "events", stderr);
	err_done(err);
	return 125;
}

static int
run(struct driver *d)
{
	struct err err = { 0 };
	struct event event, last = { 0 };
	AUTO(capture_free) struct capture *c = NULL;
	int rc, status;

	if (capture_start(&c, &d->opts, &err) < 0)
		return fail(&err);
	while ((rc = capture_next(c, &event, &err)) > 0) {
		if (event.seq <= last.seq)
			fprintf(d->out, "BROKEN seq %" PRIu64 " after %" PRIu64 "\n", event.seq,
				last.seq);
		last = event;
		if (!d->quiet)
			print_event(d, &event);
	}
	if (rc < 0)
		return fail(&err);
	print_footer(d, capture_footer(c));
	status = capture_status(c);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
number_of(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (!strcmp(names[i], name))
			return (int)i;
	}
	fprintf(stderr, "events: unknown word '%s'\n", name);
	exit(125);
}

static bool
take_option(struct driver *d, int option, const char *value)
{
	static const char *const cpus[] = { "auto", "pin", "spread" };

	switch (option) {
	case 'b':
		d->opts.backend = (enum capture_backend)number_of(
			capture_backend_names, N_BACKENDS, value);
		return true;
	case 'u':
		d->opts.cpu = (enum capture_cpu)number_of(cpus, ARRAY_LEN(cpus), value);
		return true;
	case 'l':
		d->opts.payload_limit = (uint32_t)atoi(value);
		return true;
	case 't':
		d->opts.tick_ms = (uint32_t)atoi(value);
		return true;
	case 'k':
		d->cut_after = (unsigned long)atoi(value);
		return true;
	case 'g':
		d->opts.linger_ms = (uint32_t)atoi(value);
		return true;
	case 'p':
		d->opts.attach = atoi(value);
		return true;
	case 'C':
		d->opts.cwd = value;
		return true;
	default:
		return false;
	}
}

int
main(int argc, char **argv)
{
	struct driver d = { .opts = { .follow = true,
				    .stdio = { -1, -1, -1 },
				    .payload_limit = 4096,
				    .want_input = true,
				    .aslr = true,
				    .tick = tick } };
	struct err err = { 0 };
	int option;

	d.opts.tick_arg = &d;
	d.out = fcntl(3, F_GETFD) >= 0 ? fdopen(3, "w") : stderr;
	setvbuf(d.out, NULL, _IOFBF, 1 << 16);
	while ((option = getopt(argc, argv, "+b:u:l:t:k:g:p:C:e:qadFN")) != -1) {
		if (option == 'q')
			d.quiet = true;
		else if (option == 'a')
			d.show_areas = true;
		else if (option == 'd')
			d.opts.deny_io_uring = true;
		else if (option == 'F')
			d.opts.follow = false;
		else if (option == 'N')
			d.opts.want_input = false;
		else if (option == 'e') {
			if (call_set_parse(&d.wanted, optarg, &err) < 0)
				return fail(&err);
			d.opts.wanted = &d.wanted;
		} else if (!take_option(&d, option, optarg))
			return 125;
	}
	d.opts.argv = (const char *const *)argv + optind;
	if (!argv[optind] && !d.opts.attach)
		return 125;
	return run(&d);
}
