/* SPDX-License-Identifier: MIT */
/* flows.c - profiles io and strict: the bytes of every object */
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

bool
flows_wanted(const struct effects *fx)
{
	return fx->opts.profile == PROFILE_IO || fx->opts.profile == PROFILE_STRICT;
}

void
flow_keep(struct effects *fx, const char *what, uint32_t maker, uint32_t ordinal,
	const struct flow *flow)
{
	if (!flows_wanted(fx) || flow->n_bytes == 0)
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
