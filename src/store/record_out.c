/* SPDX-License-Identifier: MIT */
/* record_out.c - events as records of a block */

#include "store/record.h"

#include "base/map.h"
#include "base/mem.h"
#include "store/literals.h"
#include "store/wire.h"

#include <limits.h>

struct record_out {
	struct record_memory memory;
	uint8_t *block;
	size_t n, capacity;
	uint32_t n_records;
	uint8_t *body; /* of a stack or a frame in the making */
	size_t body_capacity;
	struct literals literals;
	/* By their addresses, which are as good as what they hold; the numbers plus 1. */
	struct map *frames, *stacks; /* NULL: none in this block */
	uint32_t n_frames, n_stacks;
};

struct record_out *
record_out_new(void)
{
	return mem_alloc(sizeof(struct record_out));
}

void
record_out_free(struct record_out *out)
{
	if (!out)
		return;
	mem_free(out->block);
	mem_free(out->body);
	map_free(out->frames);
	map_free(out->stacks);
	mem_free(out);
}

const uint8_t *
record_block(const struct record_out *out, size_t *n, uint32_t *n_records)
{
	*n = out->n;
	*n_records = out->n_records;
	return out->block;
}

/* A buffer that one huge event made large is given back, so that memory stays flat. */
static void
shrink(uint8_t **buffer, size_t *capacity)
{
	if (*capacity <= 4 * RECORD_BLOCK_SIZE)
		return;
	mem_free(*buffer);
	*buffer = NULL;
	*capacity = 0;
}

void
record_out_reset(struct record_out *out)
{
	out->n = 0;
	out->n_records = 0;
	memset(&out->memory, 0, sizeof out->memory);
	literals_reset(&out->literals);
	map_free(TAKE(out->frames));
	map_free(TAKE(out->stacks));
	out->n_frames = out->n_stacks = 0;
	shrink(&out->block, &out->capacity);
	shrink(&out->body, &out->body_capacity);
}

static void
need_room(uint8_t **buffer, size_t *capacity, size_t n)
{
	if (n <= *capacity)
		return;
	*capacity = MAX(n, MIN(2 * *capacity, (size_t)RECORD_BLOCK_MAX));
	*buffer = mem_resize(*buffer, *capacity, 1);
}

static bool
is_digest_of(const struct digest *digest, const uint8_t *bytes, uint32_t n)
{
	struct digest own = { 0 };

	if (n)
		digest_add(&own, bytes, n);
	return digest_is_equal(&own, digest);
}

static uint8_t *
put_digest(uint8_t *p, const struct area *a)
{
	if (a->kept == a->size && a->kept <= RECORD_DIGESTED_MAX &&
		is_digest_of(&a->digest, a->bytes, a->kept))
		return wire_put(p, 0);
	p = wire_put(p, 1);
	p = wire_put_delta(p, a->digest.n, a->size);
	p = wire_put_fixed(p, a->digest.h[0], 8);
	return wire_put_fixed(p, a->digest.h[1], 8);
}

#define AREA_ROOM (4 + 5 * WIRE_MAX + 16) /* without its bytes */

static uint8_t *
put_area(struct record_out *out, uint8_t *p, const struct area *a, const struct call *c)
{
	*p++ = (uint8_t)(a->arg | a->kind << 3 | a->at_exit << 5 | a->has_digest << 6 |
			 a->is_missing << 7);
	p = wire_put(p, a->size);
	p = wire_put(p, a->size - a->kept);
	p = wire_put_delta(p, a->address, c->arg[a->arg]);
	if (a->has_digest)
		p = put_digest(p, a);
	return a->kept ? literals_put(&out->literals, p, a->bytes, a->kept) : p;
}

static uint8_t *
put_call(struct record_out *out, uint8_t *p, const struct event *e)
{
	const struct call *c = &e->call;
	struct record_last_call *last = &out->memory.calls[c->nr % RECORD_CALL_SLOTS];
	uint8_t *mask;

	p = wire_put(p, c->nr);
	*p++ = (uint8_t)(c->arch | c->state << 3 | c->is_error << 5 | (e->busy_ns != 0) << 6);
	mask = p++;
	*mask = (uint8_t)((c->ip != last->ip) << 6 | (c->ret != last->ret) << 7);
	for (unsigned i = 0; i < 6; i++) {
		if (c->arg[i] == last->arg[i])
			continue;
		*mask |= (uint8_t)(1 << i);
		p = wire_put_delta(p, c->arg[i], last->arg[i]);
		last->arg[i] = c->arg[i];
	}
	if (c->ip != last->ip)
		p = wire_put_delta(p, c->ip, last->ip);
	if (c->ret != last->ret)
		p = wire_put(p, wire_zigzag((uint64_t)c->ret));
	last->ip = c->ip;
	last->ret = c->ret;
	p = wire_put_delta(p, e->time_ns, c->enter_ns);
	p = wire_put_delta(p, e->seq, c->enter_seq);
	if (e->busy_ns)
		p = wire_put(p, e->busy_ns);
	p = wire_put(p, c->n_areas);
	for (uint32_t i = 0; i < c->n_areas; i++)
		p = put_area(out, p, &c->areas[i], c);
	return p;
}

static uint8_t *
put_signed(uint8_t *p, int32_t v)
{
	return wire_put(p, wire_zigzag((uint64_t)(int64_t)v));
}

static uint8_t *
put_start(uint8_t *p, const struct task_start *s)
{
	p = wire_put(p, s->parent);
	p = wire_put(p, s->process);
	p = wire_put(p, s->how);
	p = put_signed(p, s->pid);
	p = put_signed(p, s->tid);
	return wire_put(p, s->clone_flags);
}

static uint8_t *
put_held(uint8_t *p, const struct held_fd *h)
{
	p = put_signed(p, h->fd);
	p = wire_put(p, h->flags);
	return wire_put_text(p, h->name);
}

static uint8_t *
put_exec(uint8_t *p, const struct task_exec *x)
{
	p = wire_put(p, x->from);
	*p++ = (uint8_t)(x->arch | x->is_secure << 3);
	return wire_put_text(p, x->path);
}

static uint8_t *
put_signal(uint8_t *p, const struct signal_info *s)
{
	*p++ = s->is_stop;
	p = put_signed(p, s->signal);
	p = put_signed(p, s->code);
	p = put_signed(p, s->error);
	p = put_signed(p, s->pid);
	p = put_signed(p, s->uid);
	p = wire_put(p, s->address);
	p = put_signed(p, s->status);
	p = wire_put(p, s->user_ticks);
	return wire_put(p, s->system_ticks);
}

static uint8_t *
put_exit(uint8_t *p, const struct event *e)
{
	const struct task_exit *x = &e->exit;

	*p++ = (uint8_t)(x->is_process | (e->busy_ns != 0) << 1);
	p = put_signed(p, x->status);
	p = wire_put(p, x->peak_rss_bytes);
	p = wire_put(p, x->user_ns);
	p = wire_put(p, x->system_ns);
	return e->busy_ns ? wire_put(p, e->busy_ns) : p;
}

static uint8_t
hex_digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static uint8_t *
put_path(uint8_t *p, const struct path_state *s)
{
	*p++ = (uint8_t)(s->is_before | s->type << 1 | (s->sha256[0] != '\0') << 5);
	p = wire_put_text(p, s->path);
	p = wire_put_text(p, s->target);
	p = wire_put(p, s->mode);
	p = wire_put(p, s->uid);
	p = wire_put(p, s->gid);
	p = wire_put(p, s->size);
	p = wire_put(p, s->inode);
	p = wire_put(p, s->device);
	p = wire_put(p, s->n_links);
	p = wire_put(p, s->rdev);
	p = wire_put_text(p, s->attributes);
	for (unsigned i = 0; s->sha256[0] && i < SHA256_HEX - 1; i += 2)
		*p++ = (uint8_t)(hex_digit(s->sha256[i]) << 4 | hex_digit(s->sha256[i + 1]));
	return wire_put_bytes(wire_put(p, s->n_head), s->head, s->n_head);
}

static uint8_t *
put_body(struct record_out *out, uint8_t *p, const struct event *e)
{
	p = wire_put(p, e->task);
	p = wire_put_delta(p, e->seq, out->memory.seq);
	p = wire_put_delta(p, e->time_ns, out->memory.time_ns);
	switch ((enum event_kind)e->kind) {
	case EVENT_START:
		return put_start(p, &e->start);
	case EVENT_HELD:
		return put_held(p, &e->held);
	case EVENT_EXEC:
		return put_exec(p, &e->exec);
	case EVENT_CALL:
		return put_call(out, p, e);
	case EVENT_SIGNAL:
		return put_signal(p, &e->signal);
	case EVENT_EXIT:
		return put_exit(p, e);
	case EVENT_PATH:
		return put_path(p, &e->path);
	case N_EVENT_KINDS:
		break;
	}
	return p; /* what_is_wrong() let no other kind through */
}

static const char *
what_is_wrong_with_areas(const struct call *c)
{
	if (c->n_areas > RECORD_AREAS_MAX)
		return "a call with too many areas";
	for (uint32_t i = 0; i < c->n_areas; i++) {
		const struct area *a = &c->areas[i];

		if (a->arg > 5 || a->kind > AREA_DATA_IN)
			return "an area of an unknown kind or argument";
		if (a->kept > a->size)
			return "an area that keeps more bytes than there are";
	}
	return NULL;
}

static bool
is_sha256(const char *hex)
{
	return hex[0] == '\0' ||
	       (strspn(hex, "0123456789abcdef") == SHA256_HEX - 1 && !hex[SHA256_HEX - 1]);
}

/* What the format has no room for; the reader refuses the same. */
static const char *
what_is_wrong(const struct event *e)
{
	switch ((enum event_kind)e->kind) {
	case EVENT_START:
		return e->start.how > START_ATTACHED ? "an unknown way to start" : NULL;
	case EVENT_EXEC:
		return e->exec.arch >= N_ARCHES ? "an unknown architecture" : NULL;
	case EVENT_CALL:
		if (e->call.arch >= N_ARCHES || e->call.state > CALL_DENIED)
			return "a call of an unknown architecture or state";
		if (e->call.stack && (!e->call.stack->n || e->call.stack->n > STACK_MOST))
			return "a stack of no frames, or of too many";
		return what_is_wrong_with_areas(&e->call);
	case EVENT_PATH:
		if (e->path.type > PATH_UNREADABLE || !is_sha256(e->path.sha256))
			return "a path of an unknown type or with a malformed digest";
		return NULL;
	case EVENT_HELD:
	case EVENT_SIGNAL:
	case EVENT_EXIT:
		return NULL;
	case N_EVENT_KINDS:
		break;
	}
	return "an unknown kind";
}

#define FIXED_ROOM (24 * WIRE_MAX + 32 + 8) /* of any kind, without texts, bytes, areas */

static size_t
room_for(const struct event *e)
{
	size_t room = FIXED_ROOM;

	if (e->kind == EVENT_HELD)
		room += wire_text_room(e->held.name);
	else if (e->kind == EVENT_EXEC)
		room += wire_text_room(e->exec.path);
	else if (e->kind == EVENT_PATH)
		room += wire_text_room(e->path.path) + wire_text_room(e->path.target) +
			wire_text_room(e->path.attributes) + e->path.n_head;
	else if (e->kind == EVENT_CALL)
		for (uint32_t i = 0; i < e->call.n_areas; i++)
			room += AREA_ROOM + e->call.areas[i].kept;
	return room;
}

/* The body is in out->body. */
static void
put_record(struct record_out *out, uint8_t kind, const uint8_t *end)
{
	size_t n = (size_t)(end - out->body);
	uint8_t *p;

	assert(n <= out->body_capacity);
	need_room(&out->block, &out->capacity, out->n + 1 + WIRE_MAX + n);
	p = out->block + out->n;
	*p++ = kind;
	p = wire_put_bytes(wire_put(p, n), out->body, n);
	out->n = (size_t)(p - out->block);
	out->n_records++;
}

static size_t
room_for_frame(const struct stack_frame *f)
{
	return 4 * WIRE_MAX + wire_text_room(f->module) + wire_text_room(f->function) +
	       wire_text_room(f->file);
}

static uint64_t
frame_number(struct record_out *out, const struct stack_frame *f)
{
	void **slot = map_number(out->frames, (uintptr_t)f);
	uint8_t *p;

	if (*slot)
		return (uintptr_t)*slot - 1;
	*slot = (void *)(uintptr_t)++out->n_frames;
	need_room(&out->body, &out->body_capacity, room_for_frame(f));
	p = wire_put_text(out->body, f->module);
	p = wire_put(p, f->offset);
	p = wire_put_text(p, f->function);
	p = wire_put(p, f->function_offset);
	p = wire_put_text(p, f->file);
	p = wire_put(p, f->line);
	put_record(out, RECORD_FRAME, wire_put(p, f->is_inlined));
	return out->n_frames - 1;
}

/* 0: a new one, its frames; else the number of one that was there, plus 1. */
static void
put_stack(struct record_out *out, const struct stack *stack)
{
	uint64_t numbers[STACK_MOST];
	uint8_t *p;
	void **slot;

	if (!out->frames) {
		out->frames = map_new();
		out->stacks = map_new();
	}
	slot = map_number(out->stacks, (uintptr_t)stack);
	if (*slot) {
		need_room(&out->body, &out->body_capacity, WIRE_MAX);
		put_record(out, RECORD_STACK, wire_put(out->body, (uintptr_t)*slot));
		return;
	}
	*slot = (void *)(uintptr_t)++out->n_stacks;
	for (uint32_t i = 0; i < stack->n; i++)
		numbers[i] = frame_number(out, stack->frames[i]);
	need_room(&out->body, &out->body_capacity, (2 + (size_t)stack->n) * WIRE_MAX);
	p = wire_put(wire_put(out->body, 0), stack->n);
	for (uint32_t i = 0; i < stack->n; i++)
		p = wire_put(p, numbers[i]);
	put_record(out, RECORD_STACK, p);
}

/* If none of its frames was stored yet. */
static size_t
room_for_stack(const struct stack *stack)
{
	size_t room = 0;

	for (uint32_t i = 0; stack && i < stack->n; i++)
		room += room_for_frame(stack->frames[i]) + 3 * WIRE_MAX;
	return room + 4 * WIRE_MAX;
}

static unsigned
wire_width(size_t n)
{
	unsigned width = 1;

	for (; n >= 0x80; n >>= 7)
		width++;
	return width;
}

/* Bytes in front of a record's body, most likely: what is kept of few bytes is stored once, and
 * the rest of a record is short. */
static unsigned
width_of_most(const struct event *e)
{
	size_t n = 0;

	for (uint32_t i = 0; e->kind == EVENT_CALL && i < e->call.n_areas; i++)
		n += e->call.areas[i].kept > LITERALS_LONGEST ? e->call.areas[i].kept : 0;
	return wire_width(n);
}

/* Its body is written where it will stand if its length is as long as it seems. */
static void
put_event(struct record_out *out, const struct event *event, size_t room)
{
	unsigned width = width_of_most(event);
	uint8_t *p, *body;
	size_t n;

	need_room(&out->block, &out->capacity, out->n + 1 + WIRE_MAX + room);
	p = out->block + out->n;
	*p++ = event->kind;
	body = p + width;
	n = (size_t)(put_body(out, body, event) - body);
	assert(n <= room);
	out->memory.seq = event->seq;
	out->memory.time_ns = event->time_ns;
	if (wire_width(n) != width)
		memmove(p + wire_width(n), body, n);
	out->n = (size_t)(wire_put(p, n) + n - out->block);
	out->n_records++;
}

int
record_put(struct record_out *out, const struct event *event, struct err *err)
{
	const struct stack *stack = event->kind == EVENT_CALL ? event->call.stack : NULL;
	const char *wrong = what_is_wrong(event);
	size_t room = wrong ? 0 : room_for(event), all = room + room_for_stack(stack);

	if (wrong)
		return err_set(err, "event %llu cannot be stored: %s",
			(unsigned long long)event->seq, wrong);
	if (all > RECORD_BLOCK_MAX - 1 - WIRE_MAX - out->n) {
		err_set(err, "event %llu cannot be stored: %zu bytes at once",
			(unsigned long long)event->seq, all);
		return err_hint(err, "keep fewer bytes of each call");
	}
	if (stack)
		put_stack(out, stack);
	put_event(out, event, room);
	return 0;
}
