/* SPDX-License-Identifier: MIT */
/*
 * op_output.c - operators on what goes to stdout, stderr, terminals and devices
 *
 * A site is a write that moved bytes to a stream whose bytes the golden claims.
 */
#include "mutate/inner.h"
#include "mutate/ops.h"

#include <errno.h>
#include <string.h>

/* A claim about bytes: not one whose content nobody saw. */
static const struct effect *
claimed(struct stage *s, size_t i)
{
	const struct step *step = stage_step(s, i);
	const struct effect *claim;

	if (step->kind != STEP_WRITE || !step->n_bytes || !step->by_fd)
		return NULL;
	claim = stage_stream_claim(s, i);
	return claim_value(claim, "digest") ? claim : NULL;
}

static void
find_writes(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++)
		if (claimed(s, i))
			sites_add(out, i, 0, 0);
}

static bool
drop_output(struct stage *s, const struct site *site, struct mutant *m)
{
	mutant_drop(m, site->at);
	m->what = arena_printf(m->arena, "%s was not made", stage_say(s, m, site->at));
	return true;
}

static bool
repeat_output(struct stage *s, const struct site *site, struct mutant *m)
{
	const struct event *e = stage_event(s, site->at);
	struct event *again = mutant_add(m, site->at + 1, EVENT_CALL, e->task);

	again->call = e->call;
	again->call.enter_seq = again->seq - 1;
	m->what = arena_printf(m->arena, "%s was made twice", stage_say(s, m, site->at));
	return true;
}

static void
find_fails(struct stage *s, struct sites *out)
{
	static const int errors[] = { ENOSPC, EPIPE, EIO, EBADF };

	for (size_t i = 0; i < s->tape->n; i++)
		if (claimed(s, i))
			sites_add(out, i, 0, (uint32_t)errors[i % ARRAY_LEN(errors)]);
}

static bool
fail_output(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *e = mutant_edit(m, site->at);

	e->call.is_error = true;
	e->call.ret = -(int64_t)site->how;
	m->what = arena_printf(m->arena, "%s failed with %s", stage_say(s, m, site->at),
		decode_errno((int)site->how));
	return true;
}

/* The next write of the same task to the same stream, with nothing of others to it between. */
static size_t
next_write(struct stage *s, size_t i)
{
	const struct step *a = stage_step(s, i);

	for (size_t k = i + 1; k < s->tape->n; k++) {
		const struct step *b = stage_step(s, k);

		if (stage_event(s, k)->kind == EVENT_EXEC || b->kind == STEP_EXEC)
			return 0;
		if (b->kind != STEP_WRITE || b->look.id != a->look.id || !b->n_bytes)
			continue;
		return stage_event(s, k)->task == stage_event(s, i)->task ? k : 0;
	}
	return 0;
}

/* AB and BA must be other bytes. */
static bool
is_order_visible(struct stage *s, size_t i, size_t k)
{
	AUTO(str_done) struct str a = { 0 };
	AUTO(str_done) struct str b = { 0 };
	size_t n;

	if (!stage_bytes(s, i, &a) || !stage_bytes(s, k, &b))
		return false;
	n = a.n;
	str_add_n(&a, str_text(&b), b.n);
	str_add_n(&b, a.data, n);
	return memcmp(a.data, b.data, a.n) != 0;
}

static void
find_pairs(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		size_t k = claimed(s, i) ? next_write(s, i) : 0;

		if (k && is_order_visible(s, i, k) &&
			stage_event(s, i)->call.arg[0] == stage_event(s, k)->call.arg[0])
			sites_add(out, i, k, 0);
	}
}

static bool
swap_output(struct stage *s, const struct site *site, struct mutant *m)
{
	mutant_swap(m, site->at, site->with);
	m->what = arena_printf(m->arena, "%s came after %s", stage_say(s, m, site->at),
		stage_say(s, m, site->with));
	return true;
}

static void
find_bytes(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++)
		for (uint32_t share = 0; share < 3 && claimed(s, i); share++)
			sites_add(out, i, 0, share);
}

/* The area that holds byte `at` of what a write moved; *at is then the place in it. */
static struct area *
area_at(struct area *areas, uint32_t n, size_t *at)
{
	for (uint32_t k = 0; k < n; k++) {
		if (areas[k].kind != AREA_DATA_OUT || areas[k].at_exit)
			continue;
		if (*at < areas[k].kept)
			return &areas[k];
		*at -= MIN(*at, (size_t)areas[k].size);
	}
	return NULL;
}

bool
change_byte(struct mutant *m, struct event *e, size_t at)
{
	struct area *areas = mutant_areas(m, e);
	struct area *a = area_at(areas, e->call.n_areas, &at);
	uint8_t *bytes;

	if (!a)
		return false;
	bytes = arena_dup(m->arena, a->bytes, a->kept);
	bytes[at] = other_byte(bytes[at]);
	a->bytes = bytes;
	if (a->has_digest && a->kept == a->size) {
		a->digest = (struct digest){ 0 };
		digest_add(&a->digest, bytes, a->kept);
	} else if (a->has_digest) {
		a->digest.h[0] = (a->digest.h[0] + 1) % DIGEST_P0;
	}
	return true;
}

static bool
byte_of_output(struct stage *s, const struct site *site, struct mutant *m)
{
	const struct value *text = effect_value(claimed(s, site->at), "text");
	AUTO(str_done) struct str bytes = { 0 };
	size_t at;

	if (!stage_bytes(s, site->at, &bytes))
		return false;
	at = stage_open_byte(str_text(&bytes), bytes.n, text ? text->text : NULL, site->how);
	if (at == SIZE_MAX || !change_byte(m, mutant_edit(m, site->at), at))
		return false;
	m->what = arena_printf(
		m->arena, "byte %zu of %s was another one", at + 1, stage_say(s, m, site->at));
	return true;
}

/* Writes by 1 or 2 to one of the two streams while the other number stands for the other. */
static void
find_other_stream(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct step *step = stage_step(s, i);

		if (claimed(s, i) && step->other && strcmp(step->other, step->look.name) != 0)
			sites_add(out, i, 0, 0);
	}
}

static bool
other_stream(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *e = mutant_edit(m, site->at);

	e->call.arg[0] = 3 - e->call.arg[0];
	m->what = arena_printf(m->arena, "%s went to %s", stage_say(s, m, site->at),
		stage_step(s, site->at)->other);
	return true;
}

static void
find_start(struct stage *s, struct sites *out)
{
	sites_add(out, s->began, 0, 1);
	sites_add(out, s->began, 0, 2);
}

/* Both streams are held when the program begins. */
static bool
extra_output(struct stage *s, const struct site *site, struct mutant *m)
{
	static const char line[] = "debug: here\n";
	struct event *e =
		mutant_add_call(m, site->at, s->first, CALL_write, (int64_t)(sizeof line - 1));

	e->call.arg[0] = site->how;
	e->call.arg[2] = sizeof line - 1;
	mutant_give(m, e, 1, AREA_DATA_OUT, line, sizeof line - 1);
	m->what = arena_printf(m->arena, "'debug: here' was written to %s at the start",
		site->how == 1 ? "stdout" : "stderr");
	return true;
}

/* Streams whose bytes came by sendfile or splice: what came out stands for them. */
static void
find_received(struct stage *s, struct sites *out)
{
	for (uint32_t i = 0; i < N_TAPE_STREAMS; i++) {
		const struct effect *claim =
			stage_claim(s, EFFECT_STREAM, tape_stream_names[i]);
		bool is_opaque = false;

		for (size_t k = 0; k < s->tape->n; k++) {
			const struct step *step = stage_step(s, k);

			/* A transfer has no step of its own: then the calls do not add up. */
			is_opaque |= step->kind == STEP_TRANSFER && step->look.name &&
				     strcmp(step->look.name, tape_stream_names[i]) == 0;
		}
		if (is_opaque && claim_value(claim, "digest") && s->tape->received[i].n_head)
			for (uint32_t share = 0; share < 3; share++)
				sites_add(out, i, 0, share);
	}
}

static bool
byte_received(struct stage *s, const struct site *site, struct mutant *m)
{
	const struct value *text = effect_value(
		stage_claim(s, EFFECT_STREAM, tape_stream_names[site->at]), "text");
	struct received *r = &m->received[site->at];
	uint8_t *head = arena_dup(m->arena, r->head, r->n_head);
	size_t at = stage_open_byte(
		r->head, r->n_head, text ? text->text : NULL, (unsigned)site->how);

	if (at == SIZE_MAX)
		return false;
	head[at] = other_byte(head[at]);
	r->head = (const char *)head;
	if (r->digest.n == r->n_head) {
		r->digest = (struct digest){ 0 };
		digest_add(&r->digest, head, r->n_head);
	} else {
		r->digest.h[0] = (r->digest.h[0] + 1) % DIGEST_P0;
	}
	m->what = arena_printf(m->arena, "byte %zu of what came out of %s was another one",
		at + 1, tape_stream_names[site->at]);
	return true;
}

/* One process wrote after another that it had waited for: the order of the two is no accident.
 * A child's write after which the child ended, and its parent's next one. */
static size_t
written_before_end(struct stage *s, size_t exit, const struct step *by_parent)
{
	uint32_t child = stage_event(s, exit)->task;

	for (size_t k = exit; k-- > 0;)
		if (stage_event(s, k)->task == child && stage_step(s, k)->kind == STEP_WRITE &&
			stage_step(s, k)->n_bytes &&
			stage_step(s, k)->look.id == by_parent->look.id)
			return k;
	return 0;
}

static size_t
start_of(struct stage *s, uint32_t task, uint32_t *parent)
{
	for (size_t k = 0; k < s->tape->n; k++)
		if (stage_event(s, k)->kind == EVENT_START && stage_event(s, k)->task == task) {
			*parent = stage_event(s, k)->start.parent;
			return k;
		}
	return 0;
}

/* Sites: the parent's first write to a stream after the exit of a child that wrote to it. The
 * parent's write moves to just before the child is started. */
static void
find_writers(struct stage *s, struct sites *out)
{
	for (size_t x = 0; x < s->tape->n; x++) {
		const struct event *e = stage_event(s, x);
		uint32_t parent = 0;
		size_t start;

		if (e->kind != EVENT_EXIT || !e->exit.is_process || e->task == s->first)
			continue;
		start = start_of(s, e->task, &parent);
		for (size_t k = x + 1; start && k < s->tape->n; k++) {
			const struct step *step = stage_step(s, k);
			size_t by_child;

			if (stage_event(s, k)->task != parent || !claimed(s, k))
				continue;
			by_child = written_before_end(s, x, step);
			if (by_child && by_child > start && is_order_visible(s, by_child, k))
				sites_add(out, k, start, (uint32_t)by_child);
			break;
		}
	}
}

static bool
order_of_writers(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *start = mutant_edit(m, site->with);
	uint32_t parent = start->start.parent;
	size_t at = site->with;

	/* vfork and fork return after the child's start: the write goes before their entry. */
	while (at > 0 && stage_event(s, at - 1)->task != parent)
		at--;
	mutant_move(m, site->at, at);
	m->what = arena_printf(m->arena, "%s came before the child that it waited for wrote",
		stage_say(s, m, site->at));
	return true;
}

const struct operator op_drop_output = { "drop-output", true, TELLING,
	"bytes that people and pipes read would be missing", find_writes, drop_output };
const struct operator op_repeat_output = { "repeat-output", true, TELLING,
	"bytes would be there twice", find_writes, repeat_output };
const struct operator op_fail_output = { "fail-output", true, TELLING,
	"a full disk or a closed pipe would lose bytes", find_fails, fail_output };
const struct operator op_swap_output = { "swap-output", true, TELLING,
	"two pieces of the output would stand in the other order", find_pairs, swap_output };
const struct operator op_byte_of_output = { "byte-of-output", true, TELLING,
	"the output would read differently", find_bytes, byte_of_output };
const struct operator op_other_stream = { "other-stream", true, TELLING,
	"a message would land where nobody looks, or inside the data", find_other_stream,
	other_stream };
const struct operator op_extra_output = { "extra-output", true, TELLING,
	"a forgotten debug message would go unseen", find_start, extra_output };
const struct operator op_byte_received = { "byte-received", true, TELLING,
	"the output would read differently", find_received, byte_received };
const struct operator op_order_of_writers = { "order-of-writers", true, TELLING,
	"what a program prints would stand before what its child had printed", find_writers,
	order_of_writers };
