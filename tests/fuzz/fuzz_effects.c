/* SPDX-License-Identifier: MIT */
/*
 * fuzz_effects.c - any events, in any order, with any arguments: a trace file may be damaged in
 * its meaning. The bytes are read as a program for making events; what comes out must be a
 * golden, and the same one when it is done again.
 */

#include "effects/effects.h"
#include "store/golden.h"

#include <stdlib.h>
#include <string.h>

struct input {
	const uint8_t *at, *end;
};

static uint8_t
take(struct input *in)
{
	return in->at < in->end ? *in->at++ : 0;
}

/* Small numbers mostly, sometimes wild ones. */
static uint64_t
take_number(struct input *in)
{
	uint8_t b = take(in);

	if (b < 0xc0)
		return b & 0x1f;
	if (b < 0xe0)
		return (uint64_t)(int64_t)(int8_t)take(in);
	if (b < 0xf0)
		return (uint64_t)take(in) << 8 | take(in);
	if (b < 0xf8)
		return 0x1000 * (1 + (b & 3u)); /* where areas are */
	return (uint64_t)take(in) << 56 | (uint64_t)take(in) << 32 | take(in);
}

static const char *const paths[] = { "/box/a", "a", "b", "d", "d/e", "../b", "/proc/self/fd/1",
	"/dev/null", "/tmp/ccAbCd12.s", "/dev/tty", "", "/", "..", "d//f/.", "/box/\xff\x01",
	"/tmp/tmpab_9xyz1", "/dev/ptmx", "/dev/pts/3", "/proc/40001/comm", "/usr/lib/x" };

static void
fill_areas(struct input *in, struct call *call, struct area *areas, uint8_t bytes[8][64])
{
	call->n_areas = take(in) % 8;
	call->areas = areas;
	for (uint32_t i = 0; i < call->n_areas; i++) {
		struct area *a = &areas[i];
		uint8_t flags = take(in);

		*a = (struct area){ .arg = flags & 3,
			.kind = (flags >> 2) & 3,
			.at_exit = flags & 0x10,
			.has_digest = flags & 0x20,
			.is_missing = (flags & 0xc0) == 0xc0,
			.address = 0x1000u * (1u + (flags & 3)) };
		if (a->kind == AREA_STRING) {
			const char *text = paths[take(in) % ARRAY_LEN(paths)];

			a->kept = (uint32_t)strlen(text);
			memcpy(bytes[i], text, a->kept);
		} else {
			a->kept = take(in) % 64;
			for (uint32_t k = 0; k < a->kept; k++)
				bytes[i][k] = take(in);
		}
		a->bytes = bytes[i];
		a->size = a->kept + (flags & 0x80 ? take_number(in) & 0xffff : 0);
		if (a->is_missing)
			a->kept = 0;
	}
}

static void
fill_call(struct input *in, struct event *e, struct area *areas, uint8_t bytes[8][64])
{
	struct call *c = &e->call;
	uint16_t nr = (uint16_t)(take(in) | take(in) << 8);

	c->arch = take(in) % N_ARCHES;
	c->nr = nr % 480;
	c->state = take(in) & 0x80 ? take(in) % 4 : CALL_DONE;
	for (int i = 0; i < 6; i++)
		c->arg[i] = take_number(in);
	c->ret = (int64_t)take_number(in);
	c->is_error = c->ret < 0;
	c->enter_seq = e->seq - MIN(e->seq, (uint64_t)(take(in) & 7));
	fill_areas(in, c, areas, bytes);
}

static void
fill_path(struct input *in, struct path_state *s, const uint8_t *head)
{
	uint8_t flags = take(in);

	*s = (struct path_state){ .path = paths[take(in) % ARRAY_LEN(paths)],
		.is_before = flags & 1,
		.type = take(in) % 12,
		.mode = take(in),
		.size = take(in),
		.target = flags & 2 ? paths[take(in) % ARRAY_LEN(paths)] : NULL };
	memset(s->sha256, 'a', sizeof s->sha256 - 1);
	if (flags & 4) {
		s->head = head;
		s->n_head = MIN((uint32_t)s->size, 32u);
	}
}

static void
fill_event(struct input *in, struct event *e, struct area *areas, uint8_t bytes[8][64])
{
	uint8_t what = take(in);

	e->task = take(in) % 16;
	e->seq += 1 + (what >> 6);
	e->time_ns += what;
	switch (what % 12) {
	case 0:
		e->kind = EVENT_START;
		e->start = (struct task_start){ .parent = take(in) % 16,
			.process = take(in) % 16,
			.how = take(in) % 6,
			.pid = 40000 + take(in) % 16,
			.tid = 40000 + take(in) % 16,
			.clone_flags = take_number(in) << 8 };
		break;
	case 1:
		e->kind = EVENT_HELD;
		e->held = (struct held_fd){ (int32_t)take_number(in), take(in),
			take(in) & 1 ? "pipe:[1]" : paths[take(in) % ARRAY_LEN(paths)] };
		break;
	case 2:
		e->kind = EVENT_EXEC;
		e->exec = (struct task_exec){ .from = take(in) % 16,
			.path = paths[take(in) % ARRAY_LEN(paths)] };
		break;
	case 3:
		e->kind = EVENT_EXIT;
		e->exit = (struct task_exit){ .status = take(in) | take(in) << 8,
			.is_process = take(in) & 1 };
		break;
	case 4:
		e->kind = EVENT_PATH;
		fill_path(in, &e->path, bytes[0]);
		break;
	default:
		e->kind = EVENT_CALL;
		e->call = (struct call){ 0 };
		fill_call(in, e, areas, bytes);
	}
}

static void
run(const uint8_t *data, size_t n, struct str *out)
{
	static const char *const argv[] = { "prog", "/box/a", NULL };
	const struct trace_header header = { .argv = argv,
		.cwd = "/box",
		.exe = "/bin/prog",
		.tmp = "/tmp",
		.sandbox = "/box",
		.machine = "x86_64" };
	struct input in = { data, data + n };
	const struct effects_opts opts = { .profile = take(&in) % N_PROFILES,
		.text_limit = 256 };
	AUTO(effects_free) struct effects *fx = effects_new(&header, &opts);
	AUTO(golden_free) struct golden *g = NULL;
	struct event e = { 0 };
	struct area areas[8];
	uint8_t bytes[8][64] = { { 0 } };
	struct err err = { 0 };

	while (in.at < in.end) {
		fill_event(&in, &e, areas, bytes);
		if (effects_event(fx, &e, &err) < 0)
			abort();
	}
	if (effects_finish(fx, NULL, &g, &err) == 0)
		golden_print(out, g);
	err_done(&err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO(str_done) struct str one = { 0 };
	AUTO(str_done) struct str other = { 0 };

	run(data, n, &one);
	run(data, n, &other);
	if (one.n != other.n || (one.n && memcmp(one.data, other.data, one.n) != 0))
		abort();
	return 0;
}
