/* SPDX-License-Identifier: MIT */
/* flows.c - profiles io and strict: the bytes of every object, the calls of every task */
#include "effects/flows.h"

#include "effects/alias.h"
#include "effects/out.h"
#include "effects/process.h"
#include "effects/segment.h"
#include "effects/table.h"

#include <string.h>

/* What became of a pipe or a socket. */
struct kept_flow {
	const char *what;
	uint32_t maker, ordinal;
	struct flow flow;
};

/* One canonical call, equal neighbours folded. */
struct call_line {
	const char *text; /* interned */
	uint64_t n, seq;
};

void
flow_keep(struct effects *fx, const char *what, uint32_t maker, uint32_t ordinal,
	const struct flow *flow)
{
	if (fx->opts.profile != PROFILE_IO || flow->n_bytes == 0)
		return;
	fx->kept = mem_grow(fx->kept, fx->n_kept, &fx->kept_capacity, sizeof *fx->kept);
	fx->kept[fx->n_kept++] = (struct kept_flow){ what, maker, ordinal, *flow };
}

void
flows_free(struct effects *fx)
{
	mem_free(fx->kept);
}

static void
put_flow(struct out *o, const char *key, const char *direction, const struct flow *flow)
{
	AUTO(str_done) struct str full = { 0 };
	char hex[DIGEST_HEX];
	struct effect *e;

	if (flow->n_bytes == 0)
		return;
	str_addf(&full, "%s %s", key, direction);
	e = golden_add(o->golden, EFFECT_FLOW, full.data);
	effect_number(o->golden, e, "bytes", (int64_t)flow->n_bytes);
	if (flow->n_opaque) {
		effect_number(o->golden, e, "opaque_bytes", (int64_t)flow->n_opaque);
		return;
	}
	digest_hex(&flow->digest, hex);
	effect_text(o->golden, e, "digest", hex);
}

static void
out_stream_flows(struct out *o)
{
	size_t at = 0;
	void *value;

	while (map_next(o->fx->streams, &at, NULL, NULL, &value)) {
		const struct stream *s = value;
		AUTO(str_done) struct str text = { 0 };
		struct flow out;

		/* The kernel's files tell about the machine. */
		if (str_has_prefix(s->key, "/proc/") || str_has_prefix(s->key, "/sys/"))
			continue;
		put_flow(o, s->key, "in", &s->in);
		(void)segments_join(s, &out, &text);
		put_flow(o, s->key, "out", &out);
	}
}

void
out_flows(struct out *o)
{
	AUTO(mem_free) struct name **names = NULL;
	AUTO(str_done) struct str key = { 0 };
	size_t n;

	out_stream_flows(o);
	names = out_names(o->fx, &n);
	for (size_t i = 0; i < n; i++) {
		const struct name *name = names[i];

		if (!name->file || !out_is_shown(o, name))
			continue;
		str_clear(&key);
		alias_made_path(o->fx, &key, name);
		if (out_is_ignored(o, key.data))
			continue;
		put_flow(o, key.data, "in", &name->file->in);
		put_flow(o, key.data, "out", &name->file->out);
	}
	for (size_t i = 0; i < o->fx->n_kept; i++) {
		const struct kept_flow *k = &o->fx->kept[i];

		str_clear(&key);
		str_addf(&key, "%s %u of task ", k->what, k->ordinal);
		task_place(&key, task_get(o->fx, k->maker));
		put_flow(o, key.data, "through", &k->flow);
	}
}

static bool
name_path(void *arg, const char *path, size_t n, struct str *out)
{
	struct effects *fx = arg;
	AUTO(str_done) struct str raw = { 0 };

	if (n == 0 || path[0] != '/')
		return false;
	str_add_n(&raw, path, n);
	str_add_char(out, '"');
	alias_path(fx, out, raw.data);
	str_add_char(out, '"');
	return true;
}

static bool
name_pid(void *arg, int64_t pid, struct str *out)
{
	struct effects *fx = arg;
	const struct task *t = pid > 0 ? map_get_number(fx->by_pid, (uint32_t)pid) : NULL;

	if (!t)
		return false;
	str_add(out, "<pid:");
	task_place(out, t);
	str_add_char(out, '>');
	return true;
}

void
lines_add(const struct act *a)
{
	const struct decode_text how = { .string_limit = 4096,
		.list_limit = 64,
		.hide_addresses = true,
		.name_path = name_path,
		.name_pid = name_pid,
		.arg = a->fx };
	const struct call_spec *spec = decode_spec((enum arch)a->call->arch, a->call->nr);
	struct task *t = a->task;
	struct str *text = &a->fx->room;
	const char *line;

	if (spec->classes & CLASS_NOISE)
		return;
	/* What a task was in when another one ended the process is a matter of luck. */
	if (a->call->state == CALL_UNFINISHED && a->id != CALL_exit && a->id != CALL_exit_group)
		return;
	str_clear(text);
	decode_call(text, a->call, &how);
	str_add_char(text, ' ');
	decode_result(text, a->call, &how);
	line = arena_intern(a->fx->arena, text->data, text->n);
	if (t->n_lines && t->lines[t->n_lines - 1].text == line) {
		t->lines[t->n_lines - 1].n++;
		return;
	}
	t->lines = mem_grow(t->lines, t->n_lines, &t->lines_capacity, sizeof *t->lines);
	t->lines[t->n_lines++] = (struct call_line){ line, 1, a->event->seq };
}

static void
out_line(struct out *o, const char *place, const struct call_line *line)
{
	struct effect *e = golden_add(o->golden, EFFECT_CALL, place);
	AUTO(str_done) struct str raw = { 0 };

	alias_text(o->fx, &raw, line->text, strlen(line->text));
	redact(o->fx, &raw);
	str_clear(&o->text);
	str_add_printable(&o->text, str_text(&raw), raw.n);
	effect_text(o->golden, e, "call", str_text(&o->text));
	if (line->n > 1)
		effect_number(o->golden, e, "count", (int64_t)line->n);
	e->seq = line->seq;
}

void
out_calls(struct out *o)
{
	AUTO(str_done) struct str place = { 0 };

	for (size_t i = 0; i < o->fx->n_tasks; i++) {
		const struct task *t = o->fx->tasks[i];

		if (!t)
			continue;
		str_clear(&place);
		task_place(&place, t);
		for (size_t k = 0; k < t->n_lines; k++)
			out_line(o, place.data, &t->lines[k]);
	}
}
