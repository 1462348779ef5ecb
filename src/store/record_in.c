/* SPDX-License-Identifier: MIT */
/* record_in.c - records of a block as events */

#include "store/record.h"

#include "base/mem.h"
#include "store/wire.h"

struct literal {
	const uint8_t *bytes;
	uint32_t n;
};

struct record_in {
	struct record_memory memory;
	const uint8_t *block;
	struct wire rest; /* of the block */
	uint32_t n_records, n_seen;
	struct literal *literals;
	size_t n_literals, literals_capacity;
	struct area *areas; /* of the call handed out */
	size_t areas_capacity;
	struct stacks *kept;               /* of all blocks; NULL: there was none yet */
	const struct stack_frame **frames; /* of this block, by their numbers */
	const struct stack **stacks;
	size_t n_frames, frames_capacity, n_stacks, stacks_capacity;
	const struct stack *stack; /* of the call that comes next */
};

struct record_in *
record_in_new(void)
{
	return mem_alloc(sizeof(struct record_in));
}

void
record_in_free(struct record_in *in)
{
	if (!in)
		return;
	mem_free(in->literals);
	mem_free(in->areas);
	mem_free(in->frames);
	mem_free(in->stacks);
	stacks_free(in->kept);
	mem_free(in);
}

void
record_in_begin(struct record_in *in, const uint8_t *block, size_t n, uint32_t n_records)
{
	memset(&in->memory, 0, sizeof in->memory);
	in->block = block;
	in->rest = (struct wire){ .p = block, .end = n ? block + n : block };
	in->n_records = n_records;
	in->n_seen = 0;
	in->n_literals = 0;
	in->n_frames = in->n_stacks = 0;
	in->stack = NULL;
}

static uint8_t
get_byte(struct wire *in, unsigned known_bits)
{
	const uint8_t *p = wire_get_bytes(in, 1);

	if (p && *p & ~known_bits) {
		in->p = p;
		wire_fail(in, "a bit that has no meaning");
	}
	return p ? *p : 0;
}

static uint32_t
get_u32(struct wire *in)
{
	return (uint32_t)wire_get_max(in, UINT32_MAX);
}

static int32_t
get_signed(struct wire *in)
{
	return (int32_t)(int64_t)wire_unzigzag(wire_get_max(in, UINT32_MAX));
}

/* The numbers of enumerations are checked here, so that readers may index tables by them. */
static uint8_t
in_range(struct wire *in, unsigned v, unsigned max, const char *wrong)
{
	if (v > max)
		wire_fail(in, wrong);
	return (uint8_t)v;
}

static void
get_literal(struct record_in *in, struct wire *body, struct area *a)
{
	uint64_t code = wire_get(body);

	if (code < 2) {
		a->bytes = wire_get_bytes(body, a->kept);
		if (code == 0 || !a->bytes)
			return;
		if (in->n_literals == RECORD_LITERALS_MAX) {
			wire_fail(body, "more literals than a block may have");
			return;
		}
		in->literals = mem_grow(in->literals, in->n_literals, &in->literals_capacity,
			sizeof *in->literals);
		in->literals[in->n_literals++] = (struct literal){ a->bytes, a->kept };
		return;
	}
	if (code - 2 >= in->n_literals || in->literals[code - 2].n != a->kept) {
		wire_fail(body, "a reference to bytes that are not there");
		return;
	}
	a->bytes = in->literals[code - 2].bytes;
}

/* True: the digest is that of the bytes that follow. */
static bool
get_digest(struct wire *body, struct area *a)
{
	uint64_t form = wire_get_max(body, 1);

	if (form == 0) {
		if (a->kept != a->size || a->kept > RECORD_DIGESTED_MAX)
			wire_fail(body, "a digest that is missing");
		return true;
	}
	a->digest.n = wire_get_delta(body, a->size);
	a->digest.h[0] = wire_get_fixed(body, 8);
	a->digest.h[1] = wire_get_fixed(body, 8);
	return false;
}

static void
get_area(struct record_in *in, struct wire *body, struct area *a, const struct call *c)
{
	uint8_t head = get_byte(body, 0xff);
	bool digest_follows = false;

	*a = (struct area){ .arg = head & 7,
		.kind = head >> 3 & 3,
		.at_exit = head >> 5 & 1,
		.has_digest = head >> 6 & 1,
		.is_missing = head >> 7 };
	if (a->arg > 5)
		wire_fail(body, "an area of an argument above the sixth");
	a->size = wire_get(body);
	uint64_t left_out = wire_get_max(body, a->size);
	if (a->size - left_out > UINT32_MAX)
		wire_fail(body, "an area of more bytes than a block may have");
	if (body->wrong)
		return;
	a->kept = (uint32_t)(a->size - left_out);
	a->address = wire_get_delta(body, c->arg[a->arg]);
	if (a->has_digest)
		digest_follows = get_digest(body, a);
	if (a->kept)
		get_literal(in, body, a);
	if (digest_follows && a->kept && !body->wrong)
		digest_add(&a->digest, a->bytes, a->kept);
}

static void
get_areas(struct record_in *in, struct wire *body, struct call *c)
{
	/* An area takes four bytes at least: memory is bounded by what is really there. */
	size_t most = MIN((size_t)RECORD_AREAS_MAX, (size_t)(body->end - body->p) / 4);

	c->n_areas = (uint32_t)wire_get_max(body, most);
	if (c->n_areas > in->areas_capacity) {
		in->areas = mem_resize(in->areas, c->n_areas, sizeof *in->areas);
		in->areas_capacity = c->n_areas;
	}
	for (uint32_t i = 0; i < c->n_areas && !body->wrong; i++)
		get_area(in, body, &in->areas[i], c);
	c->areas = c->n_areas ? in->areas : NULL;
}

static void
get_call(struct record_in *in, struct wire *body, struct event *e)
{
	struct call *c = &e->call;
	struct record_last_call *last;
	uint8_t head, mask;

	c->nr = get_u32(body);
	last = &in->memory.calls[c->nr % RECORD_CALL_SLOTS];
	head = get_byte(body, 0x7f);
	c->arch = in_range(body, head & 7, N_ARCHES - 1, "an unknown architecture");
	c->state = head >> 3 & 3;
	c->is_error = head >> 5 & 1;
	mask = get_byte(body, 0xff);
	for (unsigned i = 0; i < 6; i++)
		if (mask >> i & 1)
			last->arg[i] = wire_get_delta(body, last->arg[i]);
	if (mask & 1 << 6)
		last->ip = wire_get_delta(body, last->ip);
	if (mask & 1 << 7)
		last->ret = (int64_t)wire_unzigzag(wire_get(body));
	memcpy(c->arg, last->arg, sizeof c->arg);
	c->ip = last->ip;
	c->ret = last->ret;
	c->enter_ns = e->time_ns - wire_unzigzag(wire_get(body));
	c->enter_seq = e->seq - wire_unzigzag(wire_get(body));
	if (head >> 6)
		e->busy_ns = wire_get(body);
	get_areas(in, body, c);
	c->stack = TAKE(in->stack);
}

static void
get_start(struct wire *in, struct task_start *s)
{
	s->parent = get_u32(in);
	s->process = get_u32(in);
	s->how = (uint8_t)wire_get_max(in, START_ATTACHED);
	s->pid = get_signed(in);
	s->tid = get_signed(in);
	s->clone_flags = wire_get(in);
}

static void
get_held(struct wire *in, struct held_fd *h)
{
	h->fd = get_signed(in);
	h->flags = get_u32(in);
	h->name = wire_get_text(in);
}

static void
get_exec(struct wire *in, struct task_exec *x)
{
	uint8_t head;

	x->from = get_u32(in);
	head = get_byte(in, 0x0f);
	x->arch = in_range(in, head & 7, N_ARCHES - 1, "an unknown architecture");
	x->is_secure = head >> 3;
	x->path = wire_get_text(in);
}

static void
get_signal(struct wire *in, struct signal_info *s)
{
	s->is_stop = get_byte(in, 1);
	s->signal = get_signed(in);
	s->code = get_signed(in);
	s->error = get_signed(in);
	s->pid = get_signed(in);
	s->uid = get_signed(in);
	s->address = wire_get(in);
	s->status = get_signed(in);
	s->user_ticks = wire_get(in);
	s->system_ticks = wire_get(in);
}

static void
get_exit(struct wire *in, struct event *e)
{
	struct task_exit *x = &e->exit;
	uint8_t head = get_byte(in, 3);

	x->is_process = head & 1;
	x->status = get_signed(in);
	x->peak_rss_bytes = wire_get(in);
	x->user_ns = wire_get(in);
	x->system_ns = wire_get(in);
	if (head >> 1)
		e->busy_ns = wire_get(in);
}

static void
get_sha256(struct wire *in, char hex[SHA256_HEX])
{
	const uint8_t *p = wire_get_bytes(in, (SHA256_HEX - 1) / 2);

	for (unsigned i = 0; p && i < SHA256_HEX - 1; i++)
		hex[i] = "0123456789abcdef"[p[i / 2] >> (i % 2 ? 0 : 4) & 15];
}

static void
get_path(struct wire *in, struct path_state *s)
{
	uint8_t head = get_byte(in, 0x3f);

	s->is_before = head & 1;
	s->type = in_range(in, head >> 1 & 15, PATH_UNREADABLE, "an unknown type of path");
	s->path = wire_get_text(in);
	s->target = wire_get_text(in);
	s->mode = get_u32(in);
	s->uid = get_u32(in);
	s->gid = get_u32(in);
	s->size = wire_get(in);
	s->inode = wire_get(in);
	s->device = wire_get(in);
	s->n_links = wire_get(in);
	s->rdev = wire_get(in);
	s->attributes = wire_get_text(in);
	if (head >> 5)
		get_sha256(in, s->sha256);
	s->n_head = get_u32(in);
	s->head = s->n_head ? wire_get_bytes(in, s->n_head) : NULL;
}

static void
get_body(struct record_in *in, struct wire *body, struct event *e)
{
	e->task = get_u32(body);
	e->seq = wire_get_delta(body, in->memory.seq);
	e->time_ns = wire_get_delta(body, in->memory.time_ns);
	in->memory.seq = e->seq;
	in->memory.time_ns = e->time_ns;
	switch ((enum event_kind)e->kind) {
	case EVENT_START:
		get_start(body, &e->start);
		break;
	case EVENT_HELD:
		get_held(body, &e->held);
		break;
	case EVENT_EXEC:
		get_exec(body, &e->exec);
		break;
	case EVENT_CALL:
		get_call(in, body, e);
		break;
	case EVENT_SIGNAL:
		get_signal(body, &e->signal);
		break;
	case EVENT_EXIT:
		get_exit(body, e);
		break;
	case EVENT_PATH:
		get_path(body, &e->path);
		break;
	case N_EVENT_KINDS:
		break;
	}
	if (body->p != body->end)
		wire_fail(body, "bytes behind the last field of a record");
}

static void
get_frame(struct record_in *in, struct wire *body)
{
	struct stack_frame f = { 0 };

	f.module = wire_get_text(body);
	f.offset = wire_get(body);
	f.function = wire_get_text(body);
	f.function_offset = wire_get(body);
	f.file = wire_get_text(body);
	f.line = get_u32(body);
	f.is_inlined = wire_get_max(body, 1);
	if (body->wrong)
		return;
	in->frames =
		mem_grow(in->frames, in->n_frames, &in->frames_capacity, sizeof *in->frames);
	in->frames[in->n_frames++] = stacks_frame(in->kept, &f);
}

static const struct stack *
get_new_stack(struct record_in *in, struct wire *body)
{
	const struct stack_frame *frames[STACK_MOST];
	uint32_t n = (uint32_t)wire_get_max(body, STACK_MOST);

	if (!n)
		wire_fail(body, "a stack of no frames");
	for (uint32_t i = 0; i < n && !body->wrong; i++) {
		uint64_t number = wire_get(body);

		if (number >= in->n_frames)
			wire_fail(body, "a frame that is not there");
		else
			frames[i] = in->frames[number];
	}
	if (body->wrong)
		return NULL;
	in->stacks =
		mem_grow(in->stacks, in->n_stacks, &in->stacks_capacity, sizeof *in->stacks);
	return in->stacks[in->n_stacks++] = stacks_add(in->kept, frames, n);
}

static void
get_stack(struct record_in *in, struct wire *body)
{
	uint64_t code = wire_get(body);

	if (in->stack)
		wire_fail(body, "two stacks of one call");
	else if (code > in->n_stacks)
		wire_fail(body, "a stack that is not there");
	else
		in->stack = code ? in->stacks[code - 1] : get_new_stack(in, body);
}

/* Records that belong to the event behind them. */
static bool
is_of_stacks(uint8_t kind)
{
	return kind == RECORD_FRAME || kind == RECORD_STACK;
}

static void
get_of_stacks(struct record_in *in, uint8_t kind, struct wire *body)
{
	if (!in->kept)
		in->kept = stacks_new();
	if (kind == RECORD_FRAME)
		get_frame(in, body);
	else
		get_stack(in, body);
	if (body->p != body->end)
		wire_fail(body, "bytes behind the last field of a record");
}

static int
fail_at(const struct record_in *in, const uint8_t *place, const char *wrong, struct err *err)
{
	return err_set(err, "record %u, byte %zu of the block: %s", in->n_seen,
		(size_t)(place - in->block), wrong);
}

static int
fail_unknown(const struct record_in *in, const uint8_t *place, uint8_t kind, struct err *err)
{
	fail_at(in, place, "an event of a kind that this version does not know", err);
	return err_hint(err, "read it with the version that wrote it (event kind %u)",
		kind & RECORD_KIND_MASK);
}

int
record_get(struct record_in *in, struct event *event, struct err *err)
{
	struct wire *rest = &in->rest;

	while (rest->p != rest->end) {
		const uint8_t *place = rest->p;
		uint8_t kind = get_byte(rest, 0xff);
		uint64_t n = wire_get(rest);
		const uint8_t *bytes = wire_get_bytes(rest, n);
		struct wire body = { .p = bytes, .end = rest->p };

		if (rest->wrong)
			return fail_at(in, rest->p, rest->wrong, err);
		in->n_seen++;
		if (is_of_stacks(kind)) {
			get_of_stacks(in, kind, &body);
			if (body.wrong)
				return fail_at(in, body.p, body.wrong, err);
			continue;
		}
		if ((kind & RECORD_KIND_MASK) >= N_EVENT_KINDS && kind & RECORD_SKIPPABLE)
			continue;
		if (kind >= N_EVENT_KINDS)
			return fail_unknown(in, place, kind, err);
		*event = (struct event){ .kind = kind };
		get_body(in, &body, event);
		if (in->stack)
			wire_fail(&body, "a stack of an event that is no call");
		if (body.wrong) {
			*event = (struct event){ 0 };
			return fail_at(in, body.p, body.wrong, err);
		}
		return 1;
	}
	if (in->stack)
		return fail_at(in, rest->p, "a stack of no call", err);
	if (in->n_seen != in->n_records)
		return err_set(err, "the block has %u records, its frame says %u", in->n_seen,
			in->n_records);
	return 0;
}
