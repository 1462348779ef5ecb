/* SPDX-License-Identifier: MIT */
/*
 * stages.c - what one event costs behind the tracer, stage by stage
 *
 *     stages [-n ROUNDS] TRACE [STAGE...]
 *
 * Keeps the events of a stored trace in memory (equal bytes once: a live run finds its bytes in
 * the cache, too), gives all of them to each stage alone, the stages in turn, and prints for
 * each, in processor time
 *
 *     STAGE EVENTS NANOSECONDS BYTES RESULT
 *
 * Bytes are those of the areas the stage looked at. The result stands for the text of a golden
 * (its digest), so that two builds can be held against each other; "-" in other stages. What it
 * costs to hand the events out is a stage, too ("events"), and is in all others but "read".
 */
#include "base/digest.h"
#include "decode/decode.h"
#include "effects/effects.h"
#include "mutate/tape.h"
#include "store/golden.h"
#include "store/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct stored {
	const char *path;
	struct arena *arena;
	struct trace_header header;
	struct trace_footer footer;
	struct event *events;
	size_t n, capacity;
	struct effects *fx; /* of the last stage that made effects */
};

/* What a stage did, so that the compiler cannot leave it out. */
struct done {
	uint64_t n, bytes, sum;
	struct digest text;
};

static uint64_t
now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void
fail(const struct err *err)
{
	err_print(err, "stages", stderr);
	exit(3);
}

static void
keep(struct stored *s, const struct event *event)
{
	struct area *areas;

	s->events = mem_grow(s->events, s->n, &s->capacity, sizeof *s->events);
	if (event->kind != EVENT_CALL) {
		event_copy(&s->events[s->n++], s->arena, event);
		return;
	}
	areas = arena_array(s->arena, event->call.n_areas, sizeof *areas);
	for (uint32_t i = 0; i < event->call.n_areas; i++) {
		areas[i] = event->call.areas[i];
		if (areas[i].kept)
			areas[i].bytes = (const uint8_t *)arena_intern(
				s->arena, (const char *)areas[i].bytes, areas[i].kept);
	}
	s->events[s->n] = *event;
	s->events[s->n++].call.areas = areas;
}

static void
load(struct stored *s, const char *path)
{
	AUTO(trace_reader_free) struct trace_reader *r = NULL;
	struct tape head = { .arena = arena_new() };
	struct err err = { 0 };
	struct event event;
	int rc;

	s->path = path;
	s->arena = head.arena;
	if (trace_reader_open(&r, path, &err) < 0)
		fail(&err);
	tape_header(&head, trace_reader_header(r));
	s->header = head.header;
	while ((rc = trace_read(r, &event, &err)) > 0)
		keep(s, &event);
	if (rc == 0 && (!trace_reader_footer(r) || !s->n))
		rc = err_set(&err, "'%s' is cut, or holds nothing", path);
	if (rc < 0)
		fail(&err);
	s->footer = *trace_reader_footer(r);
}

static void
look(struct done *done, const struct event *event)
{
	done->n++;
	for (uint32_t i = 0; event->kind == EVENT_CALL && i < event->call.n_areas; i++)
		done->bytes += event->call.areas[i].kept;
}

static void
stage_events(struct stored *s, struct done *done)
{
	for (size_t i = 0; i < s->n; i++)
		look(done, &s->events[i]);
}

static void
count_area(void *arg, uint8_t nr_arg, enum area_kind kind, uint64_t address, uint64_t size)
{
	struct done *done = arg;

	done->sum += nr_arg + kind + address + size;
}

/* What memory each call leads to, looked up among the areas it carries. */
static void
stage_fetch(struct stored *s, struct done *done)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct event *e = &s->events[i];
		struct fetch f = { .call = &e->call,
			.want_input = true,
			.string_limit = 4096,
			.take = count_area,
			.take_arg = done };

		look(done, e);
		if (e->kind != EVENT_CALL)
			continue;
		f.peer = decode_peer(&e->call);
		decode_fetch(&f);
		f.is_exit = true;
		decode_fetch(&f);
	}
}

static void
stage_digest(struct stored *s, struct done *done)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct event *e = &s->events[i];

		done->n++;
		for (uint32_t k = 0; e->kind == EVENT_CALL && k < e->call.n_areas; k++) {
			const struct area *area = &e->call.areas[k];
			struct digest digest = { 0 };

			if (area->kind != AREA_DATA_OUT && area->kind != AREA_DATA_IN)
				continue;
			digest_add(&digest, area->bytes, area->kept);
			done->bytes += area->kept;
			done->sum += digest.h[0];
		}
	}
}

static void
stage_text(struct stored *s, struct done *done)
{
	const struct decode_text how = { .string_limit = 32, .list_limit = 32 };
	AUTO(str_done) struct str line = { 0 };

	for (size_t i = 0; i < s->n; i++) {
		look(done, &s->events[i]);
		if (s->events[i].kind != EVENT_CALL)
			continue;
		str_clear(&line);
		decode_call(&line, &s->events[i].call, &how);
		decode_result(&line, &s->events[i].call, &how);
		done->sum += line.n;
	}
}

static void
stage_write(struct stored *s, struct done *done)
{
	AUTO(trace_writer_free) struct trace_writer *w = NULL;
	struct err err = { 0 };

	if (trace_writer_open(&w, "/dev/null", &s->header, &err) < 0)
		fail(&err);
	for (size_t i = 0; i < s->n; i++) {
		look(done, &s->events[i]);
		if (trace_write(w, &s->events[i], &err) < 0)
			fail(&err);
	}
	if (trace_writer_end(w, &s->footer, &err) < 0)
		fail(&err);
}

static void
stage_read(struct stored *s, struct done *done)
{
	AUTO(trace_reader_free) struct trace_reader *r = NULL;
	struct err err = { 0 };
	struct event event;
	int rc = trace_reader_open(&r, s->path, &err);

	while (rc >= 0 && (rc = trace_read(r, &event, &err)) > 0)
		look(done, &event);
	if (rc < 0)
		fail(&err);
}

static void
all_effects(struct stored *s, struct done *done, enum profile profile)
{
	struct effects_opts opts = { .profile = profile };
	struct err err = { 0 };

	s->fx = effects_new(&s->header, &opts);
	for (size_t i = 0; i < s->n; i++) {
		look(done, &s->events[i]);
		if (effects_event(s->fx, &s->events[i], &err) < 0)
			fail(&err);
	}
}

static void
stage_effects(struct stored *s, struct done *done)
{
	all_effects(s, done, PROFILE_EFFECTS);
}

static void
stage_io(struct stored *s, struct done *done)
{
	all_effects(s, done, PROFILE_IO);
}

static void
stage_strict(struct stored *s, struct done *done)
{
	all_effects(s, done, PROFILE_STRICT);
}

/* From the effects of the stage before to the text of a golden. */
static void
stage_golden(struct stored *s, struct done *done)
{
	AUTO(str_done) struct str text = { 0 };
	AUTO(golden_free) struct golden *g = NULL;
	struct err err = { 0 };

	if (effects_finish(s->fx, &s->footer, &g, &err) < 0)
		fail(&err);
	golden_print(&text, g);
	digest_add(&done->text, text.data, text.n);
	done->n = s->n;
	done->bytes = text.n;
}

static const struct {
	const char *name;
	void (*run)(struct stored *s, struct done *done);
	bool goes_on; /* with the effects of the stage before */
} stages[] = {
	{ "events", stage_events, false },
	{ "read", stage_read, false },
	{ "fetch", stage_fetch, false },
	{ "digest", stage_digest, false },
	{ "text", stage_text, false },
	{ "write", stage_write, false },
	{ "effects", stage_effects, false },
	{ "golden", stage_golden, true },
	{ "io", stage_io, false },
	{ "io-golden", stage_golden, true },
	{ "strict", stage_strict, false },
	{ "strict-golden", stage_golden, true },
};

static bool
is_asked(const char *name, char **names)
{
	for (char **n = names; *n; n++)
		if (strcmp(*n, name) == 0)
			return true;
	return !*names;
}

/* All stages that are asked for, once. */
static void
play(struct stored *stored, char **names, uint64_t *sum)
{
	for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
		struct done done = { 0 };
		bool feeds = i + 1 < ARRAY_LEN(stages) && stages[i + 1].goes_on &&
			     is_asked(stages[i + 1].name, names);
		char result[DIGEST_HEX] = "-";
		uint64_t before;

		if (!is_asked(stages[i].name, names) && !feeds)
			continue;
		before = now_ns();
		stages[i].run(stored, &done);
		before = now_ns() - before;
		if (done.text.n)
			digest_hex(&done.text, result);
		printf("%s %llu %llu %llu %s\n", stages[i].name, (unsigned long long)done.n,
			(unsigned long long)before, (unsigned long long)done.bytes, result);
		*sum += done.sum;
		if (feeds)
			continue;
		effects_free(stored->fx);
		stored->fx = NULL;
	}
}

int
main(int argc, char **argv)
{
	bool has_rounds = argc > 2 && strcmp(argv[1], "-n") == 0;
	int at = has_rounds ? 3 : 1, rounds = has_rounds ? atoi(argv[2]) : 1;
	struct stored stored = { 0 };
	uint64_t sum = 0;

	if (argc <= at || rounds < 1) {
		fprintf(stderr, "usage: stages [-n ROUNDS] TRACE [STAGE...]\n");
		return 2;
	}
	load(&stored, argv[at]);
	for (int round = 0; round < rounds; round++)
		play(&stored, argv + at + 1, &sum);
	mem_free(stored.events);
	arena_free(stored.arena);
	return sum == 1; /* never: it keeps the compiler from leaving work out */
}
