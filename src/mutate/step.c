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
		s->name = effects_look_path(fx, e, row->dir, row->path);
	}
	if (row->to >= 0)
		s->to = effects_look_path(fx, e, second_dir(row), row->to);
	if (s->kind == STEP_WRITE && (c->arg[0] == 1 || c->arg[0] == 2))
		s->other = stream_of(fx, e->task, 3 - (int)c->arg[0]);
	if (s->is_ok && (s->kind == STEP_WRITE || s->kind == STEP_READ))
		s->n_bytes = (uint64_t)c->ret;
}

static int
walk(struct steps *out, const struct tape *tape, struct err *err)
{
	for (size_t i = 0; i < tape->n; i++) {
		const struct event *e = &tape->events[i];
		struct step *s = &out->items[i];

		if (e->kind == EVENT_CALL)
			take_call(s, out->effects, e);
		if (effects_event(out->effects, e, err) < 0)
			return -1;
		if (s->kind == STEP_OPEN && s->is_ok)
			effects_look_fd(out->effects, e->task, e->call.ret, &s->look);
		if (s->kind == STEP_CONNECT) /* now it has a peer */
			effects_look_fd(
				out->effects, e->task, (int32_t)e->call.arg[0], &s->look);
	}
	return 0;
}

int
steps_take(struct steps *out, const struct tape *tape, const struct effects_opts *opts,
	struct err *err)
{
	*out = (struct steps){ .tape = tape, .effects = effects_new(&tape->header, opts) };
	out->items = mem_array(tape->n + 1, sizeof *out->items);
	if (walk(out, tape, err) < 0)
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
