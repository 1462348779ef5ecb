/* SPDX-License-Identifier: MIT */
/* out_net.c - peers outside, signals, privileged acts, counts */
#include "effects/out.h"

#include "effects/alias.h"
#include "effects/evidence.h"
#include "effects/net.h"
#include "effects/runtime.h"

#include <string.h>
#include <sys/socket.h>

static bool
is_runtime(const char *address)
{
	return str_has_prefix(address, "unix:/") && net_is_runtime(address);
}

static void
put_sum(struct out *o, struct effect *e, const struct peer_use *use)
{
	struct digest all = { .n = use->n_bytes, .h = { use->sum[0], use->sum[1] } };
	char hex[DIGEST_HEX];

	if (use->is_sealed) {
		effect_bool(o->golden, e, "sealed", true);
		return;
	}
	effect_number(o->golden, e, "bytes_sent", (int64_t)use->n_bytes);
	if (use->n_opaque) {
		effect_number(o->golden, e, "opaque_bytes", (int64_t)use->n_opaque);
	} else if (use->n_bytes) {
		digest_hex(&all, hex);
		effect_text(o->golden, e, "digest", hex);
	}
}

static void
put_result(struct out *o, struct effect *e, const struct peer_use *use)
{
	const char *error = use->error ? decode_errno(use->error) : NULL;

	o->n_connections += use->n_ok;
	effect_text(o->golden, e, "result",
		use->n_ok        ? "ok"
		: use->n_pending ? "pending"
		: error          ? error
				 : "failed");
	if (use->n_ok)
		effect_number(o->golden, e, "connections", (int64_t)use->n_ok);
}

/* What is said of an address: NULL when it is nobody's business. */
static const char *
word_for(const struct effects *fx, const struct peer_use *use)
{
	bool is_stream = use->type == SOCK_STREAM || use->type == SOCK_SEQPACKET;
	bool is_inet = str_has_prefix(use->address, "inet");

	switch ((enum use_kind)use->kind) {
	case USE_LISTEN:
		return "listen";
	case USE_BOUND:
		/* Whoever speaks first needs a port for the answer: that serves nobody. */
		if (!is_inet || (use->is_chosen && !use->has_served))
			return NULL;
		return "listen udp";
	case USE_CONNECT:
		if (is_runtime(use->address) || net_is_internal(fx, use))
			return NULL;
		/* getaddrinfo() connects datagram sockets only to see which way they go. */
		if (!is_stream && use->n_messages == 0 && is_inet)
			return NULL;
		return is_stream ? "connect" : "send";
	case USE_SEND:
		return net_is_internal(fx, use) ? NULL : "send";
	case USE_ACCEPT:
		return net_is_internal(fx, use) ? NULL : "accept";
	}
	return NULL;
}

static void
out_net(struct out *o, const struct peer_use *use)
{
	const char *word = word_for(o->fx, use);
	AUTO(str_done) struct str key = { 0 };
	struct effect *e;
	bool is_dns = address_port(use->address) == 53;

	if (!word)
		return;
	str_clear(&o->text);
	alias_word(o->fx, &o->text, use->address, str_has_prefix(use->address, "unix:@"));
	str_addf(&key, "%s ", word);
	str_add_escaped(&key, str_text(&o->text), o->text.n);
	e = golden_add(o->golden, EFFECT_NET, key.data);
	if (strncmp(word, "listen", 6) != 0) {
		if (use->kind == USE_CONNECT && strcmp(word, "connect") == 0)
			put_result(o, e, use);
		if (use->kind == USE_SEND && !use->n_messages)
			effect_text(o->golden, e, "result",
				decode_errno(use->error) ? decode_errno(use->error) : "failed");
		if (use->kind == USE_ACCEPT)
			effect_number(o->golden, e, "connections", (int64_t)use->n_ok);
		if (!is_dns && !(use->kind == USE_CONNECT && !use->n_bytes))
			put_sum(o, e, use);
	}
	evidence_put(o->fx, o->golden, e, use->evidence);
}

void
out_nets(struct out *o)
{
	size_t at = 0;
	void *value;

	while (map_next(o->fx->peers, &at, NULL, NULL, &value))
		out_net(o, value);
}

void
out_deeds(struct out *o)
{
	size_t at = 0;
	void *value;

	while (map_next(o->fx->deeds, &at, NULL, NULL, &value)) {
		const struct deed *d = value;
		AUTO(str_done) struct str word = { 0 };
		struct effect *e;

		str_clear(&o->text);
		alias_own_words(o->fx, &word, d->key, true);
		str_add_escaped(&o->text, str_text(&word), word.n);
		e = golden_add(o->golden, d->kind, o->text.data);
		effect_number(o->golden, e, "count", (int64_t)d->n);
		evidence_put(o->fx, o->golden, e, d->evidence);
	}
}

void
out_counts(struct out *o)
{
	const struct {
		const char *key;
		uint64_t n;
	} counts[] = {
		{ "programs", o->n_programs },
		{ "paths changed", o->n_paths },
		{ "files read", o->n_reads },
		{ "connections", o->n_connections },
	};

	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		/* Some of what was read may as well not have been. */
		if (o->fx->opts.profile == PROFILE_TRANSPILE &&
			strcmp(counts[i].key, "files read") == 0)
			continue;
		effect_number(o->golden, golden_add(o->golden, EFFECT_COUNT, counts[i].key),
			"count", (int64_t)counts[i].n);
	}
}
