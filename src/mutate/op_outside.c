/* SPDX-License-Identifier: MIT */
/*
 * op_outside.c - operators on what the run does to the world around it: peers, signals,
 * privileged acts, files that are read
 */
#include "mutate/inner.h"
#include "mutate/ops.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

static size_t
index_of_seq(const struct stage *s, uint64_t seq)
{
	for (size_t i = 0; seq && i < s->tape->n; i++)
		if (stage_event(s, i)->seq == seq)
			return i;
	return SIZE_MAX;
}

/* Connections to a peer outside that the golden claims once. */
static bool
is_claimed_connect(struct stage *s, size_t i)
{
	const struct step *step = stage_step(s, i);
	const struct golden *g = s->steps.golden;

	if (step->kind != STEP_CONNECT || !step->look.name)
		return false;
	for (size_t k = 0; k < g->n_effects; k++) {
		const struct effect *e = &g->effects[k];
		const struct effect *claim = stage_claim(s, e->kind, e->key);
		const struct value *n = claim_value(claim, "connections");

		if (e->kind == EFFECT_NET && claim && str_has_prefix(e->key, "connect ") &&
			strcmp(e->key + 8, step->look.name) == 0)
			return !n || n->number == 1;
	}
	return false;
}

static void
find_connects(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		if (!is_claimed_connect(s, i))
			continue;
		sites_add(out, i, 0, 0);
		if (stage_step(s, i)->is_ok)
			sites_add(out, i, 0, 1);
	}
}

static bool
lost_connection(struct stage *s, const struct site *site, struct mutant *m)
{
	const void *id = stage_step(s, site->at)->look.id;

	for (size_t i = 0; i < s->tape->n; i++)
		if (stage_step(s, i)->look.id == id && stage_step(s, i)->kind != STEP_CLOSE)
			mutant_drop(m, i);
	m->what = arena_printf(m->arena, "%s %s", stage_say(s, m, site->at),
		site->how ? "was refused" : "was not made");
	if (site->how) {
		struct event *e;

		m->events[site->at] = stage_event(s, site->at);
		e = mutant_edit(m, site->at);
		e->call.is_error = true;
		e->call.ret = -ECONNREFUSED;
	}
	return true;
}

static void
find_peers(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++)
		if (is_claimed_connect(s, i))
			sites_add(out, i, 0, 0);
}

/* The last byte of an IPv4 address, or of a socket's path. */
static bool
other_peer(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *e = mutant_edit(m, site->at);
	struct area *areas = mutant_areas(m, e);

	for (uint32_t k = 0; k < e->call.n_areas; k++) {
		struct area *a = &areas[k];
		uint8_t *bytes;
		uint16_t family;
		size_t at;

		if (a->arg != 1 || a->kept < 8)
			continue;
		memcpy(&family, a->bytes, sizeof family);
		at = family == AF_INET ? 7 : family == AF_INET6 ? 23 : a->kept - 2;
		if (at >= a->kept)
			return false;
		bytes = arena_dup(m->arena, a->bytes, a->kept);
		bytes[at] = other_byte(bytes[at]);
		a->bytes = bytes;
		m->what = arena_printf(
			m->arena, "%s went to another address", stage_say(s, m, site->at));
		return true;
	}
	return false;
}

static void
find_sent(struct stage *s, struct sites *out)
{
	const struct golden *g = s->steps.golden;

	for (size_t i = 0; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);

		if (step->kind != STEP_WRITE || !step->n_bytes || !step->look.name ||
			step->look.kind != LOOK_SOCKET || step->look.is_sealed)
			continue;
		for (size_t k = 0; k < g->n_effects; k++) {
			const struct effect *e = &g->effects[k];

			if (e->kind == EFFECT_NET && strstr(e->key, step->look.name) &&
				claim_value(stage_claim(s, e->kind, e->key), "digest")) {
				sites_add(out, i, 0, 0);
				sites_add(out, i, 0, 1);
				break;
			}
		}
	}
}

static bool
other_sent(struct stage *s, const struct site *site, struct mutant *m)
{
	m->what = arena_printf(m->arena, "%s %s", stage_say(s, m, site->at),
		site->how ? "was not made" : "began with another byte");
	if (site->how == 0)
		return change_byte(m, mutant_edit(m, site->at), 0);
	mutant_drop(m, site->at);
	return true;
}

static void
find_begin(struct stage *s, struct sites *out)
{
	sites_add(out, s->began, 0, 0);
}

static bool
extra_connection(struct stage *s, const struct site *site, struct mutant *m)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(443) };
	struct event *e;

	inet_pton(AF_INET, "198.51.100.7", &to.sin_addr);
	e = mutant_add_call(m, site->at, s->first, CALL_socket, 901);
	e->call.arg[0] = AF_INET;
	e->call.arg[1] = SOCK_STREAM;
	e = mutant_add_call(m, site->at, s->first, CALL_connect, 0);
	e->call.arg[0] = 901;
	e->call.arg[2] = sizeof to;
	mutant_give(m, e, 1, AREA_STRUCT, &to, sizeof to);
	m->what = "a connection to 198.51.100.7:443 was made";
	return true;
}

static bool
extra_signal(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *e = mutant_add_call(m, site->at, s->first, CALL_kill, 0);

	e->call.arg[0] = 1;
	e->call.arg[1] = SIGHUP;
	m->what = "SIGHUP was sent to process 1";
	return true;
}

static bool
extra_privilege(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *e = mutant_add_call(m, site->at, s->first, CALL_sethostname, 0);

	e->call.arg[1] = 8;
	mutant_give(m, e, 0, AREA_STRING, "selftest", 8);
	m->what = "the host's name was set";
	return true;
}

/* Signals to the outside and privileged acts that the golden claims once. */
static void
find_acts(struct stage *s, struct sites *out)
{
	const struct golden *g = s->steps.golden;

	for (size_t i = 0; i < g->n_effects; i++) {
		const struct effect *e = &g->effects[i];
		const struct value *n = claim_value(stage_claim(s, e->kind, e->key), "count");
		size_t at = index_of_seq(s, e->seq);

		if ((e->kind == EFFECT_SIGNAL || e->kind == EFFECT_PRIVILEGE) && n &&
			n->number == 1 && at != SIZE_MAX)
			sites_add(out, at, 0, 0);
	}
}

static bool
lost_act(struct stage *s, const struct site *site, struct mutant *m)
{
	mutant_drop(m, site->at);
	m->what = arena_printf(m->arena, "%s was not made", stage_say(s, m, site->at));
	return true;
}

static bool
extra_read(struct stage *s, const struct site *site, struct mutant *m)
{
	static const char path[] = "/srv/selftest/secret", data[] = "secret";
	struct event *e;

	if (!effects_would_tell(s->steps.effects, path))
		return false;
	e = mutant_add_call(m, site->at, s->first, CALL_openat, 902);
	e->call.arg[0] = (uint64_t)AT_FDCWD;
	mutant_give(m, e, 1, AREA_STRING, path, strlen(path));
	e = mutant_add_call(m, site->at, s->first, CALL_read, sizeof data - 1);
	e->call.arg[0] = 902;
	mutant_give(m, e, 1, AREA_DATA_IN, data, sizeof data - 1);
	e = mutant_add_call(m, site->at, s->first, CALL_close, 0);
	e->call.arg[0] = 902;
	m->what = arena_printf(m->arena, "%s was read", path);
	return true;
}

/* The first call about each file whose being read the golden claims. */
static void
find_reads(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);
		bool is_first = step->kind == STEP_OPEN && step->is_ok && step->look.name &&
				stage_read_claim(s, step->look.name);

		for (size_t k = 0; is_first && k < out->n; k++)
			is_first = strcmp(stage_step(s, out->items[k].at)->look.name,
					   step->look.name) != 0;
		if (is_first)
			sites_add(out, i, 0, 0);
	}
}

static bool
lost_read(struct stage *s, const struct site *site, struct mutant *m)
{
	const char *path = stage_step(s, site->at)->look.name;

	for (size_t i = 0; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);

		if (step->look.kind == LOOK_FILE && step->look.name &&
			strcmp(step->look.name, path) == 0)
			mutant_drop(m, i);
	}
	m->what = arena_printf(m->arena, "%s was not read", path);
	return true;
}

const struct operator op_lost_connection = { "lost-connection", true, TELLING,
	"somebody would not be told", find_connects, lost_connection };
const struct operator op_other_peer = { "other-peer", true, TELLING,
	"data would go to somebody else", find_peers, other_peer };
const struct operator op_other_sent = { "other-sent", true, TELLING,
	"a peer would receive something else", find_sent, other_sent };
const struct operator op_extra_connection = { "extra-connection", true, ALL_PROFILES,
	"the program would talk to somebody new", find_begin, extra_connection };
const struct operator op_extra_signal = { "extra-signal", true, TELLING,
	"the program would disturb another one", find_begin, extra_signal };
const struct operator op_extra_privilege = { "extra-privilege", true, TELLING,
	"the program would change the machine", find_begin, extra_privilege };
const struct operator op_lost_act = { "lost-act", true, TELLING,
	"a signal or a privileged act would be missing", find_acts, lost_act };
const struct operator op_extra_read = { "extra-read", true, ALL_PROFILES,
	"the program would look at what is not its business", find_begin, extra_read };
const struct operator op_lost_read = { "lost-read", true, TELLING, "an input would be ignored",
	find_reads, lost_read };
