/* SPDX-License-Identifier: MIT */
/*
 * left.c - what stays behind in the kernel without a path
 *
 * shmget(2), semget(2), msgget(2), mq_open(3), add_key(2). Told when the run made it or might
 * have (a call that makes what is not there yet) and did not remove it; or when it removed one
 * that was not its own. Keys of the process's or the thread's own keyring end with it.
 */
#include "effects/left.h"

#include "effects/calls.h"
#include "effects/evidence.h"
#include "effects/out.h"
#include "effects/stream.h"
#include "effects/table.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/ipc.h>

struct left {
	const char *key; /* "ipc/shm/0x4d2" */
	const char *type;
	bool was_made, is_gone;
	uint64_t n; /* of those without a key of their own */
	uint32_t mode;
	struct evidence *evidence;
};

static struct left *
get(const struct act *a, const char *key, const char *type)
{
	void **slot = map_text(a->fx->left, key);
	struct left *l = *slot;

	if (!l) {
		l = *slot = arena_alloc(a->fx->arena, sizeof *l);
		l->key = arena_strdup(a->fx->arena, key);
		l->type = type;
	}
	return l;
}

static void
made(const struct act *a, struct left *l, uint32_t mode)
{
	l->was_made = true;
	l->is_gone = false;
	l->mode = mode & 0777;
	l->n++;
	evidence_keep(&l->evidence, a);
}

static void
removed(const struct act *a, struct left *l)
{
	l->n -= l->n > 0;
	l->is_gone = l->n == 0;
	evidence_keep(&l->evidence, a);
}

/* Which table an identifier is of; they are numbered apart. */
static int
table_of(enum call_id id)
{
	return id == CALL_shmget || id == CALL_shmctl   ? 0
	       : id == CALL_semget || id == CALL_semctl ? 1
							: 2;
}

static struct left **
id_slot(const struct act *a, int table, int64_t id)
{
	return (struct left **)map_number(
		a->fx->left_ids, (uint64_t)table << 32 | (uint32_t)id);
}

/* Column: the argument with the flags. */
void
on_ipc_get(struct act *a)
{
	static const struct {
		const char *word, *type;
	} tables[] = { { "shm", "shared memory" }, { "sem", "semaphores" },
		{ "msg", "message queue" } };
	uint32_t key = (uint32_t)a->call->arg[0], flags = (uint32_t)a->call->arg[a->col[0]];
	int table = table_of(a->id);
	struct left **slot = id_slot(a, table, a->call->ret), *l = *slot;
	char text[32];

	if (key == IPC_PRIVATE)
		snprintf(text, sizeof text, "ipc/%s/private", tables[table].word);
	else
		snprintf(text, sizeof text, "ipc/%s/0x%x", tables[table].word, key);
	if (!l || key == IPC_PRIVATE)
		l = *slot = get(a, text, tables[table].type);
	/* A second get of the same one makes nothing. */
	if (key == IPC_PRIVATE || (flags & IPC_CREAT && (!l->was_made || l->is_gone)))
		made(a, l, flags);
}

/* Column: the argument with the command. */
void
on_ipc_control(struct act *a)
{
	struct left **slot = id_slot(a, table_of(a->id), (int32_t)a->call->arg[0]);

	if ((a->call->arg[a->col[0]] & 0xff) != IPC_RMID || !*slot)
		return;
	removed(a, *slot);
	*slot = NULL;
}

static struct left *
queue_of(const struct act *a)
{
	AUTO(str_done) struct str key = { 0 };
	size_t n;
	const char *name = decode_string(a->call, 0, &n);

	if (!name)
		return NULL;
	str_add(&key, "ipc/mq/");
	str_add_escaped(&key, name, n);
	return get(a, key.data, "message queue");
}

/* Messages are told like bytes of a stream: of a queue that others can look into. */
static struct stream *
stream_of(const struct act *a, struct left *l)
{
	struct stream *s = stream_get(a->fx, l->key);

	s->is_of_queue = true;
	return s;
}

bool
left_is_internal(const struct effects *fx, const struct stream *s)
{
	const struct left *l = s->is_of_queue ? map_get_text(fx->left, s->key) : NULL;

	return l && l->was_made && l->is_gone;
}

void
on_message(struct act *a)
{
	struct left *l = *id_slot(a, 2, (int32_t)a->call->arg[0]);

	if (l)
		stream_wrote(a, stream_of(a, l), a->call->arg[2], true);
}

void
on_mq_send(struct act *a)
{
	open_wrote(
		a, table_get(a->task->table, (int32_t)a->call->arg[0]), a->call->arg[2], true);
}

void
on_mq_open(struct act *a)
{
	struct open_file *o = open_new(OBJECT_OTHER, O_RDWR);
	struct left *l = queue_of(a);

	if (l && a->call->arg[1] & O_CREAT && (!l->was_made || l->is_gone))
		made(a, l, (uint32_t)a->call->arg[2]);
	if (l) {
		o->kind = OBJECT_STREAM;
		o->stream = stream_of(a, l);
	}
	table_give(a->fx, a->task->table, a->call->ret, o, true, a->event->seq);
}

void
on_mq_unlink(struct act *a)
{
	struct left *l = queue_of(a);

	if (l)
		removed(a, l);
}

void
on_add_key(struct act *a)
{
	int32_t ring = (int32_t)a->call->arg[4];
	AUTO(str_done) struct str key = { 0 };
	size_t n_type, n_name;
	const char *type = decode_string(a->call, 0, &n_type);
	const char *name = decode_string(a->call, 1, &n_name);
	struct left **slot;

	if (!type || !name || ring == KEY_SPEC_THREAD_KEYRING ||
		ring == KEY_SPEC_PROCESS_KEYRING)
		return;
	str_add(&key, "ipc/key/");
	str_add_escaped(&key, type, n_type);
	str_add_char(&key, ':');
	str_add_escaped(&key, name, n_name);
	slot = id_slot(a, 3, a->call->ret);
	*slot = get(a, key.data, "key");
	if (!(*slot)->was_made || (*slot)->is_gone)
		made(a, *slot, 0);
}

void
on_keyctl(struct act *a)
{
	uint64_t command = a->call->arg[0];
	struct left **slot = id_slot(a, 3, (int32_t)a->call->arg[1]);

	if ((command != KEYCTL_REVOKE && command != KEYCTL_UNLINK &&
		    command != KEYCTL_INVALIDATE) ||
		!*slot)
		return;
	removed(a, *slot);
	*slot = NULL;
}

void
left_free(struct effects *fx)
{
	size_t at = 0;
	void *value;

	while (map_next(fx->left, &at, NULL, NULL, &value))
		evidence_free(((struct left *)value)->evidence);
	map_free(fx->left);
	map_free(fx->left_ids);
}

static bool
is_told(const struct left *l)
{
	return l->evidence && l->was_made != l->is_gone;
}

size_t
left_count(const struct effects *fx)
{
	return map_count(fx->left);
}

void
left_fill(struct effects *fx, struct golden *g)
{
	size_t at = 0;
	void *value;

	while (map_next(fx->left, &at, NULL, NULL, &value)) {
		const struct left *l = value;

		if (is_told(l) && l->was_made)
			g->made[g->n_made++] =
				(struct golden_made){ .path = arena_strdup(g->arena, l->key) };
	}
}

void
out_left(struct out *o)
{
	size_t at = 0;
	void *value;

	while (map_next(o->fx->left, &at, NULL, NULL, &value)) {
		const struct left *l = value;
		struct effect *e;

		if (!is_told(l))
			continue;
		e = golden_add(o->golden, EFFECT_PATH, l->key);
		o->n_paths++;
		effect_text(o->golden, e, "state", l->is_gone ? "removed" : "present");
		if (!l->is_gone) {
			effect_text(o->golden, e, "type", l->type);
			effect_text(o->golden, e, "mode",
				arena_printf(o->golden->arena, "%04o", l->mode));
			if (l->n > 1)
				effect_number(o->golden, e, "count", (int64_t)l->n);
		}
		evidence_put(o->fx, o->golden, e, l->evidence);
	}
}
