/* SPDX-License-Identifier: MIT */
/* flows.c - profiles io and strict: the bytes of every object */
#include "effects/flows.h"

#include "effects/alias.h"
#include "effects/out.h"
#include "effects/process.h"
#include "effects/runtime.h"
#include "effects/segment.h"
#include "effects/table.h"

#include <string.h>

#define HEAD_LIMIT 1024 /* of a pipe: longer ones are no names and numbers */

/* What became of a pipe. */
struct kept_flow {
	uint32_t maker, ordinal, nr, writer, reader;
	bool is_left;
	struct flow flow;
	struct str head;
	bool is_whole;
};

bool
flows_wanted(const struct effects *fx)
{
	return fx->opts.profile == PROFILE_IO || fx->opts.profile == PROFILE_STRICT;
}

void
flow_pipe_head(struct pipe *p, const struct call *call, uint64_t n)
{
	for (uint32_t i = 0; i < call->n_areas && n > 0 && !p->is_cut; i++) {
		const struct area *area = &call->areas[i];
		uint64_t part = MIN(n, area->size);

		if (area->kind != AREA_DATA_OUT)
			continue;
		p->is_cut =
			area->is_missing || area->kept < part || p->head.n + part > HEAD_LIMIT;
		if (!p->is_cut && part)
			str_add_n(&p->head, area->bytes, part);
		n -= part;
	}
	p->is_cut |= n > 0;
}

/* Did its reader, another process than the writer, leave before it had read all? How much was
 * written by then is a matter of time. */
static bool
is_left(const struct effects *fx, const struct pipe *p)
{
	const struct task *maker = task_get(fx, p->maker);

	if (p->writer == 0 || p->writer == p->reader)
		return false;
	/* Nobody read: a pipe that a process made for itself is no business of others. */
	if (p->reader == 0 && maker && maker->process->nr == p->writer)
		return false;
	return p->is_broken || p->n_written > p->n_read;
}

/* Who writes to a reader that left is ended by that, and has then left those that it read from.
 */
void
flows_settle(struct effects *fx)
{
	bool again = true;

	while (again) {
		again = false;
		for (size_t i = 0; i < fx->n_kept; i++)
			for (size_t k = 0; k < fx->n_kept && fx->kept[i].is_left; k++) {
				struct kept_flow *from = &fx->kept[k];

				if (from->is_left || from->reader != fx->kept[i].writer ||
					from->writer == from->reader)
					continue;
				again = from->is_left = true;
			}
	}
}

bool
flow_is_left(const struct effects *fx, uint32_t nr)
{
	for (size_t i = 0; nr && i < fx->n_kept; i++)
		if (fx->kept[i].nr == nr)
			return fx->kept[i].is_left;
	return false;
}

void
flow_keep(struct effects *fx, struct pipe *p)
{
	if (!flows_wanted(fx) || p->flow.n_bytes == 0)
		return;
	fx->kept = mem_grow(fx->kept, fx->n_kept, &fx->kept_capacity, sizeof *fx->kept);
	fx->kept[fx->n_kept++] = (struct kept_flow){ .maker = p->maker,
		.ordinal = p->ordinal,
		.nr = p->nr,
		.writer = p->writer,
		.reader = p->reader,
		.is_left = is_left(fx, p),
		.flow = p->flow,
		.head = p->head,
		.is_whole = !p->is_cut && p->head.n == p->flow.n_bytes };
	p->head = (struct str){ 0 };
}

void
flows_free(struct effects *fx)
{
	for (size_t i = 0; i < fx->n_kept; i++)
		str_done(&fx->kept[i].head);
	mem_free(fx->kept);
}

/* One byte over and over: tokens of make's job server, threads that wake each other. How many
 * there were says nothing; which byte it was does. */
static bool
is_tokens(const struct str *head)
{
	for (size_t i = 1; i < head->n; i++)
		if (head->data[i] != head->data[0])
			return false;
	return head->n > 0;
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

/* Bytes that are known as a text have its canonical form: names in it may vary. The text itself
 * goes when they are settled. */
static void
put_text_flow(struct out *o, const char *key, const char *direction, const struct flow *flow,
	struct str text)
{
	AUTO(str_done) struct str out = { 0 };
	struct flow canonical = { .n_bytes = flow->n_bytes };

	if (flow->n_opaque || !text.n || !utf8_is_valid(text.data, text.n) ||
		memchr(text.data, '\0', text.n)) {
		put_flow(o, key, direction, flow);
		return;
	}
	alias_payload(o->fx, &out, text.data, text.n);
	redact(o->fx, &out);
	digest_add(&canonical.digest, str_text(&out), out.n);
	canonical.n_bytes = out.n;
	put_flow(o, key, direction, &canonical);
	if (out.n)
		effect_text(o->golden, &o->golden->effects[o->golden->n_effects - 1], "text",
			str_text(&out));
}

/* What was written is what is there; of bytes that were not seen there is but their number. */
static bool
is_content(const struct path_state *s, const struct flow *flow)
{
	struct digest d = { 0 };

	if (!s || !s->n_head || s->n_head != s->size || s->size != flow->n_bytes)
		return false;
	if (flow->n_opaque)
		return true;
	digest_add(&d, s->head, s->n_head);
	return digest_is_equal(&d, &flow->digest);
}

/* Who of several writers came first is told by the file alone. */
static bool
is_appended(const struct file *f, const struct path_state *s, const struct flow *flow)
{
	AUTO(str_done) struct str head = { 0 };

	if (!s || !s->n_head || s->n_head != s->size || !f->written ||
		f->written->n_written != flow->n_bytes)
		return false;
	str_add_n(&head, s->head, s->n_head);
	return out_order_lines(f, &head);
}

/* Of a file whose content is told, in an order of its writers that does not vary, with holes
 * for what does: written once, that is all; read once, the flow says just that. */
static void
put_file_flow(struct out *o, const char *key, const char *direction, const struct name *name,
	const struct flow *flow, bool is_told)
{
	const struct path_state *s = name->after;
	struct str text = { 0 };

	if (runtime_is_volatile(name->path))
		return; /* times and nonces */
	if (is_told && flow == &name->file->out && is_appended(name->file, s, flow))
		return;
	if (!is_content(s, flow)) {
		put_flow(o, key, direction, flow);
	} else if (!is_told) {
		text.data = (char *)(uintptr_t)s->head;
		text.n = s->n_head;
		put_text_flow(o, key, direction, flow, text);
	} else if (flow == &name->file->in) {
		AUTO(str_done) struct str full = { 0 };

		str_addf(&full, "%s %s", key, direction);
		effect_bool(o->golden, golden_add(o->golden, EFFECT_FLOW, full.data), "whole",
			true);
	}
}

static void
out_stream_flows(struct out *o)
{
	size_t at = 0;
	void *value;

	while (map_next(o->fx->streams, &at, NULL, NULL, &value)) {
		const struct stream *s = value;

		/* The kernel's files tell about the machine. */
		if (str_has_prefix(s->key, "/proc/") || str_has_prefix(s->key, "/sys/"))
			continue;
		/* What was written is told as the stream. */
		put_flow(o, s->key, "in", &s->in);
	}
}

/* Names of temporary files and numbers of processes pass through pipes: short texts are kept as
 * texts, so that these can be told. */
static void
put_pipe(struct out *o, const struct kept_flow *k)
{
	AUTO(str_done) struct str key = { 0 };
	AUTO(str_done) struct str text = { 0 };
	const struct task *maker;
	struct flow flow = k->flow;
	size_t n = o->golden->n_effects;
	bool is_text = k->is_whole && utf8_is_valid(k->head.data, k->head.n) &&
		       !memchr(k->head.data, '\0', k->head.n);

	if (k->is_whole && is_tokens(&k->head)) {
		flow = (struct flow){ .n_bytes = 1 };
		digest_add(&flow.digest, k->head.data, 1);
		is_text = false;
	} else if (is_text) {
		alias_payload(o->fx, &text, k->head.data, k->head.n);
		redact(o->fx, &text);
		flow = (struct flow){ .n_bytes = text.n };
		digest_add(&flow.digest, str_text(&text), text.n);
	}
	str_addf(&key, "pipe %u of task ", k->ordinal);
	/* Which thread makes it is a matter of time. */
	maker = task_get(o->fx, k->maker);
	if (maker)
		process_place(&key, maker->process);
	else
		str_add_char(&key, '?');
	put_flow(o, key.data, "through", &flow);
	if (is_text && o->golden->n_effects > n)
		effect_text(o->golden, &o->golden->effects[n], "text", str_text(&text));
}

static void
note_paths(const struct golden *g, struct map *told)
{
	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].kind == EFFECT_PATH)
			*map_text(told, g->effects[i].key) = &g->effects[i];
}

static void
out_file_flows(struct out *o)
{
	AUTO(mem_free) struct name **names = NULL;
	AUTO(map_free) struct map *told = map_new();
	AUTO(str_done) struct str key = { 0 };
	size_t n;

	note_paths(o->golden, told);
	names = out_names(o->fx, &n);
	for (size_t i = 0; i < n; i++) {
		const struct name *name = names[i];
		bool is_told;

		if (!name->file || !out_is_shown(o, name))
			continue;
		str_clear(&key);
		alias_made_path(o->fx, &key, name);
		if (out_is_ignored(o, key.data))
			continue;
		is_told = map_get_text(told, key.data) != NULL;
		put_file_flow(o, key.data, "in", name, &name->file->in, is_told);
		put_file_flow(o, key.data, "out", name, &name->file->out, is_told);
	}
}

void
out_flows(struct out *o)
{
	out_stream_flows(o);
	out_file_flows(o);
	for (size_t i = 0; i < o->fx->n_kept; i++) {
		const struct kept_flow *k = &o->fx->kept[i];

		/* What a process tells itself concerns nobody else. */
		if (!k->is_left && (k->writer != k->reader || k->writer == PIPE_MANY))
			put_pipe(o, k);
	}
}
