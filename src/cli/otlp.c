/* SPDX-License-Identifier: MIT */
/* otlp.c - runs as spans to a collector or a file: what both programs share */

#include "cli/otlp.h"

#include "base/clock.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/lamport.h"
#include "cli/names.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define SLICE_NS ((uint64_t)50 * NS_PER_MS) /* of a wait that may be interrupted */

struct otlp {
	struct arena *arena;
	const char *program;
	bool (*is_interrupted)(void *unused);
	struct endpoint endpoint;
	struct trace_parent parent;
	bool has_parent;
	struct spans_opts opts;
	struct names names;
	struct delivery *delivery;
	struct spans *spans;
	struct span_source source;
	const struct trace_header *header;
	bool has_ids; /* opts has those of the next run */
	char trace_id[33];
	struct spans_told told; /* of all runs; its spans are not to be used */
	struct str text, context;
};

struct otlp_wish
otlp_wish_of(const struct otlp_values *v, const char *trace_parent)
{
	return (struct otlp_wish){
		.endpoint = { .url = v->url,
			.service_name = v->service_name,
			.protocol = (enum otlp_protocol)v->protocol },
		.max_calls = v->max_calls,
		.min_ns = MIN(v->min_us, UINT64_MAX / 1000) * 1000,
		.arguments = v->arguments,
		.trace_parent = trace_parent,
		.program = "renacer",
	};
}

static uint64_t
now_ns(void *arg)
{
	(void)arg;
	return clock_monotonic_ns();
}

static bool
is_interrupted(void *arg)
{
	const struct otlp *o = arg;

	return o->is_interrupted && o->is_interrupted(NULL);
}

static void
wait_ns(void *arg, uint64_t ns)
{
	while (ns && !is_interrupted(arg)) {
		uint64_t slice = MIN(ns, SLICE_NS);
		struct timespec t = { .tv_nsec = (long)slice };

		nanosleep(&t, NULL);
		ns -= slice;
	}
}

static uint32_t
random_number(void *arg)
{
	uint32_t n = 0;

	(void)arg;
	if (getrandom(&n, sizeof n, GRND_NONBLOCK) != sizeof n)
		n = (uint32_t)clock_monotonic_ns();
	return n;
}

/* Of a run that is a part of something larger. */
static int
find_parent(struct otlp *o, const char *given, struct err *err)
{
	const char *name = "TRACEPARENT", *text = getenv(name);

	if (given) {
		o->has_parent = true;
		return lamport_trace_parent(&o->parent, given, err);
	}
	if (!text)
		text = getenv(name = "OTEL_TRACEPARENT");
	if (!text || !*text)
		return 0;
	o->has_parent = trace_parent_read(&o->parent, text, strlen(text));
	if (!o->has_parent)
		fprintf(stderr,
			"%s: warning: %s holds no W3C traceparent: the run begins a trace of "
			"its own\n",
			o->program, name);
	return 0;
}

int
otlp_open(struct otlp **out, const struct otlp_wish *wish, struct err *err)
{
	AUTO(otlp_free) struct otlp *o = mem_alloc(sizeof *o);
	const struct delivery_world world = { http_post, now_ns, wait_ns, random_number,
		is_interrupted, o };

	*out = NULL;
	o->arena = arena_new();
	o->program = wish->program;
	o->is_interrupted = wish->is_interrupted;
	if (endpoint_find(&o->endpoint, o->arena, &wish->endpoint, getenv, err) < 0)
		return -1;
	if (o->endpoint.is_disabled) {
		fprintf(stderr, "%s: OTEL_SDK_DISABLED is set: no spans are sent\n",
			wish->program);
		return 0;
	}
	if (find_parent(o, wish->trace_parent, err) < 0)
		return -1;
	o->opts = (struct spans_opts){ .names = &o->names.names,
		.parent = o->has_parent ? &o->parent : NULL,
		.max_calls = (size_t)wish->max_calls,
		.min_ns = wish->min_ns,
		.want_arguments = wish->arguments };
	o->delivery = delivery_new(&o->endpoint, &world);
	*out = TAKE(o);
	return 0;
}

void
otlp_free(struct otlp *o)
{
	if (!o)
		return;
	spans_free(o->spans);
	delivery_free(o->delivery);
	arena_free(o->arena);
	str_done(&o->text);
	str_done(&o->context);
	mem_free(o);
}

static void
need_ids(struct otlp *o)
{
	struct {
		uint8_t trace_id[16];
		uint64_t seed;
	} random = { 0 };

	if (o->has_ids)
		return;
	/* Early in a boot there is none; then what differs is the time. */
	if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
		random.seed = clock_wall_ns() ^ (uint64_t)getpid() << 40;
	random.trace_id[15] |= !random.seed; /* all zeros are none */
	memcpy(o->opts.trace_id, random.trace_id, sizeof o->opts.trace_id);
	o->opts.trace_id[0] |= 1;
	o->opts.seed = random.seed;
	o->has_ids = true;
}

const char *
otlp_trace_parent(struct otlp *o)
{
	struct trace_parent context;

	need_ids(o);
	spans_context(&o->opts, &context);
	str_clear(&o->context);
	trace_parent_put(&o->context, &context);
	return str_text(&o->context);
}

static void
add_resource(struct otlp *o, struct span_attribute *items, const char *key, const char *text)
{
	if (text && *text)
		items[o->source.n_attributes++] = (struct span_attribute){ key,
			{ .kind = SPAN_TEXT,
				.n = strlen(text),
				.text = arena_strdup(o->arena, text) } };
}

/* As the conventions call them. */
static const char *
architecture(const char *machine)
{
	static const char *const names[][2] = { { "x86_64", "amd64" }, { "aarch64", "arm64" },
		{ "i686", "x86" } };

	for (size_t i = 0; machine && i < ARRAY_LEN(names); i++)
		if (strcmp(names[i][0], machine) == 0)
			return names[i][1];
	return machine;
}

static void
describe(struct otlp *o, const struct trace_header *header, bool is_live)
{
	const struct endpoint *e = &o->endpoint;
	struct span_attribute *items =
		arena_array(o->arena, e->n_attributes + 4, sizeof *items);
	char host[256] = "";

	memcpy(items, e->attributes, e->n_attributes * sizeof *items);
	o->source = (struct span_source){ items, e->n_attributes, "renacer", RENACER_VERSION };
	if (is_live && gethostname(host, sizeof host - 1) == 0)
		add_resource(o, items, "host.name", host);
	add_resource(o, items, "host.arch", architecture(header->machine));
	add_resource(o, items, "os.type", "linux");
	add_resource(o, items, "os.version", header->kernel);
}

struct spans *
otlp_begin_run(struct otlp *o, const struct trace_header *header, const struct otlp_run *run)
{
	need_ids(o);
	names_init(&o->names, run->redactions, run->n_redactions);
	o->opts.name = run->name;
	o->opts.is_subset = run->is_subset;
	o->header = header;
	describe(o, header, run->is_live);
	spans_free(o->spans);
	o->spans = spans_new(header, &o->opts);
	return o->spans;
}

void
otlp_event(struct otlp *o, const struct event *event)
{
	spans_event(o->spans, event);
}

void
otlp_end_run(struct otlp *o, const struct trace_footer *footer)
{
	struct trace_parent context;
	struct spans_told told;

	spans_context(&o->opts, &context);
	memcpy(o->trace_id, context.trace_id, sizeof o->trace_id);
	spans_finish(o->spans, footer, &told);
	delivery_send(o->delivery, &o->source, told.spans, told.n);
	o->told.n += told.n;
	o->told.n_calls += told.n_calls;
	o->told.n_tasks += told.n_tasks;
	o->told.n_short += told.n_short;
	o->told.n_many += told.n_many;
	o->told.n_dropped_tasks += told.n_dropped_tasks;
	spans_free(TAKE(o->spans));
	o->has_ids = false;
}

const char *
otlp_trace_id(const struct otlp *o)
{
	return o->trace_id;
}

void
otlp_close(struct otlp *o)
{
	delivery_end(o->delivery);
}

static void
add_left_out(struct str *out, const struct spans_told *t)
{
	uint64_t n = t->n_short + t->n_many;

	if (n)
		str_addf(out, "; %llu call%s no span%s:", (unsigned long long)n,
			n == 1 ? " is" : "s are", n == 1 ? "" : "s");
	if (t->n_many)
		str_addf(out, " %llu beyond the limit", (unsigned long long)t->n_many);
	if (t->n_short)
		str_addf(out, "%s %llu shorter than the minimum", t->n_many ? "," : "",
			(unsigned long long)t->n_short);
	if (t->n_dropped_tasks)
		str_addf(out, "; %llu tasks are no spans",
			(unsigned long long)t->n_dropped_tasks);
}

const char *
otlp_summary(struct otlp *o)
{
	const struct delivered *c = delivery_count(o->delivery);

	str_clear(&o->text);
	str_addf(&o->text, "%llu span%s %s %s", (unsigned long long)c->n_taken,
		c->n_taken == 1 ? "" : "s", o->endpoint.file ? "written to" : "sent to",
		o->endpoint.shown);
	add_left_out(&o->text, &o->told);
	return str_text(&o->text);
}

const char *
otlp_trouble(struct otlp *o)
{
	return delivery_trouble(o->delivery);
}

uint64_t
otlp_not_taken(const struct otlp *o)
{
	const struct delivered *c = delivery_count(o->delivery);

	return c->n_lost + c->n_refused;
}

void
otlp_tell(struct otlp *o)
{
	const char *line = otlp_trouble(o), *end;

	fprintf(stderr, "%s: trace %s: %s\n", o->program, o->trace_id, otlp_summary(o));
	for (; (end = strchr(line, '\n')); line = end + 1)
		fprintf(stderr, "%s: warning: %.*s\n", o->program, (int)(end - line), line);
}
