/* SPDX-License-Identifier: MIT */
/*
 * effects_run.h - a made-up run for tests of effects: events from short calls, then its golden
 *
 *   struct made m = made_new(PROFILE_EFFECTS);
 *   made_call(&m, 1, CALL_write, 3, N(1), OUT("abc"), N(3));
 *   made_finish(&m);
 *   assert_string_equal(made_text(&m, EFFECT_STREAM, "stdout", "text"), "abc");
 *   made_free(&m);
 */
#ifndef TESTS_UNIT_EFFECTS_RUN_H
#define TESTS_UNIT_EFFECTS_RUN_H

#include "unit/test.h"

#include "effects/effects.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

enum made_kind { MADE_NUMBER, MADE_STRING, MADE_DATA, MADE_READ, MADE_FILLED, MADE_WORDS };

struct made_arg {
	enum made_kind kind;
	uint64_t number;
	const void *bytes;
	size_t n;
};

#define N(n_) ((struct made_arg){ MADE_NUMBER, (uint64_t)(n_), NULL, 0 })
#define S(text_) ((struct made_arg){ MADE_STRING, 0, text_, strlen(text_) })
#define OUT(text_) ((struct made_arg){ MADE_DATA, 0, text_, strlen(text_) })
#define READ(text_) ((struct made_arg){ MADE_READ, 0, text_, strlen(text_) })
#define GOT(bytes_, n_) ((struct made_arg){ MADE_FILLED, 0, bytes_, n_ })
#define WORDS(...)                                                                             \
	((struct made_arg){ MADE_WORDS, 0, (const char *const[]){ __VA_ARGS__, NULL }, 0 })
#define CWD N(AT_FDCWD)

struct made {
	struct effects *fx;
	struct golden *golden;
	uint64_t seq;
	uint64_t enter_seq; /* of the next call; 0: right before it */
	int state;
	enum arch arch;
	const struct stack *stack; /* of the next calls; NULL: none */
};

static inline void
made_event(struct made *m, struct event *e)
{
	struct err err = { 0 };

	e->seq = ++m->seq;
	e->time_ns = m->seq * 1000;
	assert_int_equal(effects_event(m->fx, e, &err), 0);
}

static inline void
made_start(struct made *m, uint32_t task, uint32_t parent, uint32_t process, uint64_t flags)
{
	struct event e = { .kind = EVENT_START, .task = task };

	e.start = (struct task_start){ .parent = parent,
		.process = process,
		.how = parent ? START_CLONE : START_FIRST,
		.pid = 40000 + (int)process,
		.tid = 40000 + (int)task,
		.clone_flags = flags };
	made_event(m, &e);
}

static inline void
made_held(struct made *m, int fd, const char *name)
{
	struct event e = { .kind = EVENT_HELD, .task = 1, .held = { fd, O_RDWR, name } };

	made_event(m, &e);
}

static inline struct made
made_traced(enum profile profile, struct effects_opts opts, bool has_stacks)
{
	static const char *const argv[] = { "prog", NULL };
	struct trace_header header = { .argv = argv,
		.cwd = "/box/w",
		.exe = "/usr/bin/prog",
		.home = "/home/u",
		.tmp = "/tmp",
		.sandbox = "/box",
		.machine = "x86_64",
		.has_stacks = has_stacks };
	struct made m = { .arch = ARCH_X86_64 };

	opts.profile = profile;
	m.fx = effects_new(&header, &opts);
	made_start(&m, 1, 0, 1, 0);
	made_held(&m, 0, "/dev/null");
	made_held(&m, 1, "pipe:[11]");
	made_held(&m, 2, "pipe:[12]");
	return m;
}

static inline struct made
made_with(enum profile profile, struct effects_opts opts)
{
	return made_traced(profile, opts, false);
}

static inline struct made
made_new(enum profile profile)
{
	return made_with(profile, (struct effects_opts){ 0 });
}

static inline void
made_areas(struct area *areas, uint32_t *n, uint8_t arg, const struct made_arg *a, uint64_t at)
{
	static const uint8_t kinds[] = { 0, AREA_STRING, AREA_DATA_OUT, AREA_DATA_IN,
		AREA_STRUCT, AREA_STRING };
	struct area *area = &areas[(*n)++];

	*area = (struct area){ .arg = arg,
		.kind = kinds[a->kind],
		.address = at,
		.size = a->n,
		.kept = (uint32_t)a->n,
		.bytes = a->bytes,
		.at_exit = a->kind == MADE_FILLED || a->kind == MADE_READ };
	if (a->kind == MADE_DATA || a->kind == MADE_READ) {
		area->has_digest = true;
		digest_add(&area->digest, a->bytes, a->n);
	}
}

/* ret below 0: the call failed with that errno. */
static inline void
made_call_(struct made *m, uint32_t task, enum call_id id, int64_t ret,
	const struct made_arg *args, size_t n)
{
	struct area areas[64];
	struct event e = { .kind = EVENT_CALL, .task = task };
	struct call *call = &e.call;

	call->nr = (uint32_t)decode_nr(m->arch, id);
	call->arch = (uint8_t)m->arch;
	call->state = (uint8_t)m->state;
	call->ret = ret;
	call->is_error = ret < 0;
	call->stack = m->stack;
	call->areas = areas;
	call->enter_seq = m->enter_seq ? m->enter_seq : m->seq + 1;
	m->seq++;
	for (size_t i = 0; i < n; i++) {
		uint64_t at = 0x1000 * (i + 1);

		call->arg[i] = args[i].kind == MADE_NUMBER ? args[i].number : at;
		if (args[i].kind == MADE_WORDS) {
			const char *const *words = args[i].bytes;

			for (size_t k = 0; words[k]; k++)
				made_areas(areas, &call->n_areas, (uint8_t)i,
					&(struct made_arg){
						MADE_WORDS, 0, words[k], strlen(words[k]) },
					at + 0x100 + k);
		} else if (args[i].kind != MADE_NUMBER) {
			made_areas(areas, &call->n_areas, (uint8_t)i, &args[i], at);
		}
	}
	made_event(m, &e);
}

#define made_call(m_, task_, id_, ret_, ...)                                                   \
	made_call_(m_, task_, id_, ret_, (const struct made_arg[]){ __VA_ARGS__ },             \
		sizeof((const struct made_arg[]){ __VA_ARGS__ }) / sizeof(struct made_arg))

static inline void
made_exec(struct made *m, uint32_t task, const char *path)
{
	struct event e = { .kind = EVENT_EXEC, .task = task, .exec = { .path = path } };

	made_event(m, &e);
}

static inline void
made_exit(struct made *m, uint32_t task, int status)
{
	struct event e = { .kind = EVENT_EXIT,
		.task = task,
		.exit = { .status = status, .is_process = true } };

	made_event(m, &e);
}

static inline void
made_state(struct made *m, bool before, const char *path, enum path_type type, uint32_t mode,
	const char *content)
{
	struct event e = { .kind = EVENT_PATH };
	struct sha256 sum;

	e.path = (struct path_state){
		.path = path, .is_before = before, .type = (uint8_t)type, .mode = mode
	};
	if (type == PATH_SYMLINK) {
		e.path.target = content;
	} else if (type == PATH_FILE) {
		e.path.size = strlen(content);
		e.path.head = (const uint8_t *)content;
		e.path.n_head = (uint32_t)e.path.size;
		sha256_init(&sum);
		sha256_add(&sum, content, e.path.size);
		sha256_done(&sum, e.path.sha256);
	}
	made_event(m, &e);
}

static inline void
made_finish(struct made *m)
{
	struct err err = { 0 };

	made_exit(m, 1, 0);
	assert_int_equal(effects_finish(m->fx, NULL, &m->golden, &err), 0);
}

static inline void
made_free(struct made *m)
{
	golden_free(m->golden);
	effects_free(m->fx);
}

static inline const struct effect *
made_effect(const struct made *m, enum effect_kind kind, const char *key)
{
	for (size_t i = 0; i < m->golden->n_effects; i++)
		if (m->golden->effects[i].kind == kind &&
			strcmp(m->golden->effects[i].key, key) == 0)
			return &m->golden->effects[i];
	return NULL;
}

static inline size_t
made_count(const struct made *m, enum effect_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < m->golden->n_effects; i++)
		n += m->golden->effects[i].kind == kind;
	return n;
}

/* "" when the effect or its field is not there, so that a failing test says what it got. */
static inline const char *
made_text(const struct made *m, enum effect_kind kind, const char *key, const char *field)
{
	const struct effect *e = made_effect(m, kind, key);
	const struct value *v = e ? effect_value(e, field) : NULL;

	return !e                      ? "(no such effect)"
	       : !v                    ? "(no such field)"
	       : v->kind == VALUE_TEXT ? v->text
				       : "(no text)";
}

static inline int64_t
made_number(const struct made *m, enum effect_kind kind, const char *key, const char *field)
{
	const struct effect *e = made_effect(m, kind, key);
	const struct value *v = e ? effect_value(e, field) : NULL;

	return v && (v->kind == VALUE_NUMBER || v->kind == VALUE_BOOL) ? v->number : -1;
}

#endif
