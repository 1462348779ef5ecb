/* SPDX-License-Identifier: MIT */
/* side.c - one side of a comparison: a golden, a stored trace, or a trace of the older tool */

#include "cli/side.h"

#include "base/mem.h"
#include "cli/replay.h"
#include "decode/decode.h"
#include "store/golden.h"

#include <string.h>

void
side_done(struct side *side)
{
	golden_free(side->golden);
	counts_free(side->counts);
	side->golden = NULL;
	side->counts = NULL;
}

static void
count(void *arg, const struct event *event)
{
	const struct side *side = arg;
	char room[32];

	if (event->kind == EVENT_CALL)
		counts_event(side->counts, event,
			decode_name(event->call.arch, event->call.nr, room));
}

static int
load_trace(struct side *side, const struct effects_opts *opts, struct err *err)
{
	AUTO(replayed_done) struct replayed r = { 0 };

	if (replay_file(&r, side->path, opts, err) < 0)
		return -1;
	side->wall_ns = r.footer.wall_ns;
	side->golden = TAKE(r.golden);
	return 0;
}

/* What a program printed stands in the file beside its calls. *out: fx borrows it to its end.
 */
static void
give_printed(struct side *side, struct effects *fx, const struct json_trace *json,
	struct received *out)
{
	out->head = json_trace_printed(json, &out->n_head);
	digest_add(&out->digest, out->head, out->n_head);
	effects_received(fx, "stdout", out);
	side->n_printed = out->n_head;
	side->n_written = effects_written(fx, "stdout");
}

static int
load_json(struct side *side, const struct effects_opts *opts, struct err *err)
{
	AUTO(json_trace_free) struct json_trace *json = NULL;
	AUTO(effects_free) struct effects *fx = NULL;
	struct received printed = { 0 };
	struct event event;
	int rc;

	if (json_trace_open(&json, side->path, err) < 0)
		return -1;
	fx = effects_new(json_trace_header(json), opts);
	while ((rc = json_trace_read(json, &event, err)) > 0)
		if (effects_event(fx, &event, err) < 0)
			return err_wrap(err, "trace '%s'", side->path);
	if (rc < 0)
		return -1;
	give_printed(side, fx, json, &printed);
	side->gaps = *json_trace_gaps(json);
	side->wall_ns = json_trace_footer(json)->wall_ns;
	return effects_finish(fx, json_trace_footer(json), &side->golden, err);
}

int
side_load(struct side *out, const char *path, enum profile profile, size_t text_limit,
	struct err *err)
{
	struct effects_opts opts = {
		.profile = profile, .text_limit = text_limit, .before = count, .visit_arg = out
	};
	enum file_kind kind;

	*out = (struct side){ .path = path, .form = "golden" };
	if (store_file_kind(&kind, path, err) < 0)
		return -1;
	if (kind == FILE_GOLDEN || kind == FILE_GOLDEN_ZST)
		return golden_load(&out->golden, path, err);
	out->counts = counts_new();
	out->form = kind == FILE_TRACE ? "trace" : "renacer-json-v1";
	if (kind == FILE_TRACE)
		return load_trace(out, &opts, err);
	out->is_json = true;
	return load_json(out, &opts, err);
}

/* Fields that a trace without payloads fills as well as any other. */
static bool
is_level_field(const char *name)
{
	static const char *const names[] = { "code", "signal", "state", "bytes", "connections",
		"result", "arrived" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool
is_content(const char *name)
{
	return strcmp(name, "digest") == 0 || strcmp(name, "text") == 0 ||
	       strcmp(name, "hex") == 0;
}

static const struct effect *
same_effect(const struct golden *g, const struct effect *e)
{
	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].kind == e->kind && strcmp(g->effects[i].key, e->key) == 0)
			return &g->effects[i];
	return NULL;
}

/* Contents are compared where both sides know them. */
static void
level_values(struct effect *e, bool with_content)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n_values; i++)
		if (is_level_field(e->values[i].name) ||
			(with_content && is_content(e->values[i].name)))
			e->values[n++] = e->values[i];
	e->n_values = n;
}

static bool
is_stream(const struct golden *g, const char *key, size_t n)
{
	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].kind == EFFECT_STREAM && strlen(g->effects[i].key) == n &&
			memcmp(g->effects[i].key, key, n) == 0)
			return true;
	return false;
}

static bool
is_told_without_payload(const struct golden *g, const struct effect *e)
{
	size_t n = strlen(e->key);

	/* What is read depends on the runtime; the bytes of a stream are told by the stream. */
	if (e->kind == EFFECT_FLOW)
		return n > 4 && strcmp(e->key + n - 4, " out") == 0 &&
		       !is_stream(g, e->key, n - 4);
	return e->kind != EFFECT_READ && e->kind != EFFECT_COUNT && e->kind != EFFECT_CALL;
}

static void
level(struct golden *g, const struct golden *other)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_effects; i++) {
		struct effect *e = &g->effects[i];
		const struct effect *o;

		if (!is_told_without_payload(g, e))
			continue;
		o = same_effect(other, e);
		level_values(e, e->kind == EFFECT_STREAM && effect_value(e, "digest") && o &&
					effect_value(o, "digest"));
		g->effects[n++] = *e;
	}
	g->n_effects = n;
}

static void
add_gap(struct str *out, char letter, uint64_t n, const char *what)
{
	if (n)
		str_addf(out, "%c: %llu %s\n", letter, (unsigned long long)n, what);
}

static void
add_gaps(const struct side *side, char letter, struct str *out)
{
	const struct json_trace_gaps *g = &side->gaps;

	if (!side->is_json)
		return;
	str_addf(out, "%c: payloads: of what goes to files and peers only how much is known\n",
		letter);
	str_addf(out,
		"%c: reads: not compared, the program's own are not told from the runtime's\n",
		letter);
	add_gap(out, letter, g->n_pathless, "calls whose path is a bare address");
	add_gap(out, letter, g->n_unknown, "calls of names that no syscall has");
	add_gap(out, letter, g->n_forks, "processes made: which of them did what is not told");
	if (side->n_printed != side->n_written)
		str_addf(out,
			"%c: stdout: %llu bytes stand before the trace, its calls wrote %llu\n",
			letter, (unsigned long long)side->n_printed,
			(unsigned long long)side->n_written);
	if (!g->has_exit)
		str_addf(out, "%c: how the program ended\n", letter);
}

void
sides_level(struct side *a, struct side *b, struct str *left_out)
{
	if (!a->is_json && !b->is_json)
		return;
	level(a->golden, b->golden);
	level(b->golden, a->golden);
	add_gaps(a, 'A', left_out);
	add_gaps(b, 'B', left_out);
}
