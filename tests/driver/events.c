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
#include "lines.h"

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
	bool quiet, show_areas;
	unsigned long cut_after, n_ticks;
	const char *tick_file;
	FILE *out;
};

static bool
tick(void *arg)
{
	struct driver *d = arg;

	d->n_ticks++;
	return d->cut_after && d->n_ticks >= d->cut_after;
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
			line_event(d->out, &event, d->show_areas);
	}
	if (rc < 0)
		return fail(&err);
	line_footer(d->out, capture_footer(c));
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
