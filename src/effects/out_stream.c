/* SPDX-License-Identifier: MIT */
/* out_stream.c - how the command ended, and what it wrote to streams */
#include "effects/out.h"

#include "effects/alias.h"
#include "effects/evidence.h"
#include "effects/left.h"
#include "effects/segment.h"

#include <string.h>
#include <sys/wait.h>

#define HEX_LIMIT 256

void
out_exit(struct out *o)
{
	const struct process *p = o->fx->first;
	struct effect *e = golden_add(o->golden, EFFECT_EXIT, "exit");
	char room[16];

	if (!p || !p->has_ended)
		effect_text(o->golden, e, "signal", "never ended");
	else if (WIFSIGNALED(p->status))
		effect_text(
			o->golden, e, "signal", decode_signal_name(WTERMSIG(p->status), room));
	else
		effect_number(o->golden, e, "code", WEXITSTATUS(p->status));
}

static void
put_hex(struct out *o, struct effect *e, const struct str *head)
{
	AUTO(str_done) struct str hex = { 0 };

	for (size_t i = 0; i < head->n; i++)
		str_addf(&hex, "%02x", (unsigned char)head->data[i]);
	effect_text(o->golden, e, "hex", str_text(&hex));
}

/* bytes, digest, text or hex of content of which the first head bytes are known, is_whole: all
 * of them. names: what the size is called. */
static void
add_content(struct out *o, struct effect *e, const char *size_name, const struct flow *flow,
	const struct str *head, bool is_whole)
{
	AUTO(str_done) struct str text = { 0 };
	struct digest digest = flow->digest;
	uint64_t n = flow->n_bytes;
	char hex[DIGEST_HEX];
	bool is_text = is_whole && utf8_is_valid(str_text(head), head->n) &&
		       !(head->n && memchr(head->data, '\0', head->n));
	bool changed = false;

	if (is_text) {
		changed = alias_payload(o->fx, &text, str_text(head), head->n);
		changed |= redact(o->fx, &text);
	}
	if (changed) {
		digest = (struct digest){ 0 };
		digest_add(&digest, str_text(&text), text.n);
		n = text.n;
	}
	effect_number(o->golden, e, size_name, (int64_t)n);
	if (flow->n_opaque && !changed) {
		effect_number(o->golden, e, "opaque_bytes", (int64_t)flow->n_opaque);
	} else {
		digest_hex(&digest, hex);
		effect_text(o->golden, e, "digest", hex);
	}
	if (is_text)
		effect_text(o->golden, e, "text", str_text(&text));
	else if (is_whole && head->n <= HEX_LIMIT)
		put_hex(o, e, head);
	else if (!is_whole && out_begins_text(head))
		effect_bool(o->golden, e, "text_kept", false);
}

void
out_fifo(struct out *o, const struct name *n)
{
	const struct str none = { 0 };
	struct effect *e;

	if (!n->after || n->after->type != PATH_FIFO || !n->file || n->file->is_new ||
		!n->file->out.n_bytes)
		return;
	str_clear(&o->text);
	alias_path(o->fx, &o->text, n->path);
	if (out_is_ignored(o, o->text.data))
		return;
	e = golden_add(o->golden, EFFECT_STREAM, o->text.data);
	add_content(o, e, "bytes", &n->file->out, &none, false);
	evidence_put(o->fx, o->golden, e, n->evidence);
}

void
out_streams(struct out *o)
{
	size_t at = 0;
	void *value;

	while (map_next(o->fx->streams, &at, NULL, NULL, &value)) {
		const struct stream *s = value;
		AUTO(str_done) struct str head = { 0 };
		bool is_whole;
		struct flow flow;
		struct effect *e;

		if (!s->evidence || s->n_written == 0 || left_is_internal(o->fx, s))
			continue;
		is_whole = segments_join(s, &flow, &head);
		str_clear(&o->text);
		alias_path(o->fx, &o->text, s->key);
		e = golden_add(o->golden, EFFECT_STREAM, o->text.data);
		add_content(o, e, "bytes", &flow, &head, is_whole);
		evidence_put(o->fx, o->golden, e, s->evidence);
		if (is_whole)
			segments_mark(o->fx, s, o->golden, e);
	}
}
