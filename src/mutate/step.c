/* SPDX-License-Identifier: MIT */
/* step.c - what each event of a tape is about: which object, in which way */
#include "mutate/step.h"

#include "decode/decode.h"

#define FD (-2)

struct row {
	uint8_t kind;
	int8_t dir, path, to;
};

static const struct row rows[N_CALL_IDS] = {
#define STEP(call_, kind_, dir_, path_, to_)                                                   \
	[CALL_##call_] = { STEP_##kind_, dir_, path_, to_ },
#include "mutate/calls.def"
#undef STEP
};

/* The directory of a second path, where it is not the first one's. */
static int
second_dir(const struct row *row)
{
	return row->dir >= 0 ? row->to - 1 : -1;
}

static const char *
stream_of(const struct effects *fx, uint32_t task, int fd)
{
	struct look look;

	effects_look_fd(fx, task, fd, &look);
	return look.kind == LOOK_STREAM ? look.name : NULL;
}

static void
take_call(struct step *s, struct effects *fx, const struct event *e)
{
	const struct call *c = &e->call;
	const struct call_spec *spec;
	const struct row *row;

	if (c->arch >= N_ARCHES)
		return;
	spec = decode_spec((enum arch)c->arch, c->nr);
	row = &rows[spec->id];
	s->id = spec->id;
	s->kind = row->kind;
	s->is_ok = c->state == CALL_DONE && !c->is_error;
	if (s->kind == STEP_NONE && spec->classes & CLASS_NOISE)
		s->kind = STEP_NOISE;
	if (s->kind == STEP_NONE)
		return;
	if (row->dir == FD) {
		s->by_fd = true;
		effects_look_fd(fx, e->task, (int32_t)c->arg[row->path], &s->look);
		s->name = s->look.kind == LOOK_FILE ? s->look.name : NULL;
	} else if (row->path >= 0) {
		s->name = effects_look_path(fx, e, row->dir, row->path, LOOK_NAMED);
	}
	if (row->to >= 0)
		s->to = effects_look_path(fx, e, second_dir(row), row->to, LOOK_NAMED);
	if (s->kind == STEP_WRITE && (c->arg[0] == 1 || c->arg[0] == 2))
		s->other = stream_of(fx, e->task, 3 - (int)c->arg[0]);
	if (s->is_ok && (s->kind == STEP_WRITE || s->kind == STEP_READ))
		s->n_bytes = (uint64_t)c->ret;
}

/* The step of an event; events come as copies, in the order of their causes. */
static struct step *
step_of(const struct steps *s, const struct event *event)
{
	size_t low = 0, high = s->tape->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->tape->events[mid].seq < event->seq)
			low = mid + 1;
		else
			high = mid;
	}
	return low < s->tape->n && s->tape->events[low].seq == event->seq ? &s->items[low]
									  : NULL;
}

static void
before(void *arg, const struct event *event)
{
	struct steps *steps = arg;
	struct step *s = event->kind == EVENT_CALL ? step_of(steps, event) : NULL;

	if (s)
		take_call(s, steps->effects, event);
}

static void
after(void *arg, const struct event *event, uint64_t lamport)
{
	struct steps *steps = arg;
	struct step *s = event->kind == EVENT_CALL ? step_of(steps, event) : NULL;

	(void)lamport;
	if (s && s->kind == STEP_OPEN && s->is_ok)
		effects_look_fd(steps->effects, event->task, event->call.ret, &s->look);
	if (s && s->kind == STEP_CONNECT) /* now it has a peer */
		effects_look_fd(
			steps->effects, event->task, (int32_t)event->call.arg[0], &s->look);
}

int
steps_take(struct steps *out, const struct tape *tape, const struct effects_opts *opts,
	struct err *err)
{
	struct effects_opts own = *opts;

	own.clocks = true;
	own.before = before;
	own.visit = after;
	own.visit_arg = out;
	*out = (struct steps){ .tape = tape, .effects = effects_new(&tape->header, &own) };
	out->items = mem_array(tape->n + 1, sizeof *out->items);
	for (size_t i = 0; i < tape->n; i++)
		if (effects_event(out->effects, &tape->events[i], err) < 0)
			return -1;
	for (int i = 0; i < N_TAPE_STREAMS; i++)
		if (tape->has_received[i])
			effects_received(
				out->effects, tape_stream_names[i], &tape->received[i]);
	return effects_finish(out->effects, &tape->footer, &out->golden, err);
}

void
steps_done(struct steps *s)
{
	golden_free(s->golden);
	effects_free(s->effects);
	mem_free(s->items);
	*s = (struct steps){ 0 };
}
