/* SPDX-License-Identifier: MIT */
/*
 * row_objects.c - what a call is about: descriptors, paths, and who is at the other end
 *
 * What a descriptor stands for is asked before the call is applied, since a close forgets it;
 * what the call made, after it.
 */
#include "query/builder.h"

#include <string.h>

/* Which of the run's files and pairs of sockets without a name, from 1. */
static size_t
nameless(struct builder *b, uint64_t made_seq)
{
	void **slot = map_number(b->by_made, made_seq);

	if (!*slot)
		*slot = (void *)map_count(b->by_made);
	return (uintptr_t)*slot;
}

/* Pipes have no name of their own: "pipe:2.1" is the first that process 2 made. */
static const char *
name_of_object(struct builder *b, const struct look *look)
{
	if (look->name || (!look->ordinal && !look->made_seq))
		return look->name;
	str_clear(&b->text);
	if (look->ordinal)
		str_addf(&b->text, "%s:%u.%u", look->word, look->maker, look->ordinal);
	else
		str_addf(&b->text, "nameless:%zu", nameless(b, look->made_seq));
	return str_text(&b->text);
}

static size_t
object_key(struct builder *b, const struct look *look)
{
	const uint64_t pair[2] = { (uint64_t)row_text(b, look->word),
		(uint64_t)(look->path ? row_path(b, look->path)
				      : row_text(b, name_of_object(b, look))) };
	void **slot = map_slot(b->by_object, pair, sizeof pair);

	if (!*slot) {
		*slot = (void *)++b->n_objects;
		row_set(b, COLUMN_FD_KIND, b->n_objects, (int64_t)pair[0]);
		row_set(b, COLUMN_FD_NAME, b->n_objects, (int64_t)pair[1]);
	}
	return (uintptr_t)*slot;
}

static void
put_fd(struct builder *b, uint32_t task, int64_t fd, bool has_path)
{
	struct look look;

	b->fd = fd;
	if (fd < 0)
		return;
	b->row[V_FD] = fd;
	effects_look_fd(b->fx, task, fd, &look);
	b->fd_flags = look.flags;
	if (look.kind == LOOK_NOTHING)
		return;
	if (columns_keep(b->c, V_OBJECT))
		b->row[V_OBJECT] = (int64_t)object_key(b, &look);
	if (!has_path)
		b->row[V_PATH] = row_path(b, look.path);
}

/* Where bytes come from, and where they go: which of its descriptors is which. */
static bool
is_transfer(enum call_id id, int *from)
{
	*from = id == CALL_sendfile || id == CALL_sendfile64;
	return *from || id == CALL_splice || id == CALL_tee || id == CALL_copy_file_range;
}

static int64_t
path_behind(struct builder *b, uint32_t task, int64_t fd)
{
	struct look look;

	effects_look_fd(b->fx, task, fd, &look);
	return row_path(b, look.path);
}

/* What opens gets a descriptor, which tells where a link led; what changes does not. */
static enum look_links
links_of(enum call_id id)
{
	switch (id) {
	case CALL_readlink:
	case CALL_readlinkat:
		return LOOK_NAMED;
	case CALL_truncate:
	case CALL_truncate64:
	case CALL_chmod:
	case CALL_chown:
	case CALL_utime:
	case CALL_utimes:
	case CALL_futimesat:
	case CALL_setxattr:
	case CALL_removexattr:
		return LOOK_FOLLOWS;
	default:
		return LOOK_BEHIND;
	}
}

static void
put_paths(struct builder *b, const struct event *event)
{
	const struct call_about *about = &b->about;
	int64_t paths[2] = { NO_VALUE, NO_VALUE };
	int from;

	for (unsigned i = 0; i < about->n_paths; i++)
		paths[i] = row_path(b, effects_look_path(b->fx, event, about->dir[i],
					       about->path[i], links_of(about->id)));
	if (about->n_paths == 1)
		b->row[V_PATH] = paths[0];
	if (about->n_paths == 2) {
		b->row[V_FROM] = paths[0];
		b->row[V_TO] = paths[1];
	}
	if (about->n_fds == 2 && is_transfer(about->id, &from)) {
		b->row[V_FROM] = path_behind(b, event->task, about->fd[from]);
		b->row[V_TO] = path_behind(b, event->task, about->fd[!from]);
		b->row[V_PATH] = NO_VALUE;
	}
}

/* AT_EMPTY_PATH: the directory's descriptor is what the call works on. */
static int64_t
empty_path_fd(const struct builder *b, const struct call *call)
{
	const struct call_about *about = &b->about;
	size_t n = 1;
	const char *text;

	if (!about->n_paths || about->n_fds || about->dir[0] < 0)
		return -1;
	text = decode_string(call, (uint8_t)about->path[0], &n);
	if ((text && n) || (!text && call->arg[about->path[0]]))
		return -1;
	return (int32_t)call->arg[about->dir[0]];
}

bool
row_makes_fd(const struct builder *b, const struct call *call)
{
	return decode_spec_of(b->about.id)->ret == RET_FD && !call->is_error &&
	       call->state == CALL_DONE && call->ret >= 0;
}

void
row_put_objects(struct builder *b, const struct event *event)
{
	int64_t fd = b->about.n_fds ? b->about.fd[0] : empty_path_fd(b, &event->call);
	bool has_path = b->about.n_paths > 0 && b->about.n_fds;

	b->fd = -1;
	b->fd_flags = 0;
	if (columns_keep(b->c, V_ACCESS) || columns_keep(b->c, V_FD) ||
		columns_keep(b->c, V_OBJECT) || columns_keep(b->c, V_PATH) ||
		columns_keep(b->c, V_PEER))
		put_fd(b, event->task, fd, has_path);
	if (columns_keep(b->c, V_PATH) || columns_keep(b->c, V_FROM) ||
		columns_keep(b->c, V_TO))
		put_paths(b, event);
}

/* A socket that is bound to a path makes a file there. */
static void
put_bound(struct builder *b, const struct event *event)
{
	AUTO(str_done) struct str address = { 0 };

	if (b->about.id != CALL_bind || !columns_keep(b->c, V_PATH) ||
		!effects_look_peer(b->fx, event, &b->about, b->fd, &address) ||
		!str_has_prefix(address.data, "unix:/"))
		return;
	b->row[V_PATH] =
		row_path(b, arena_intern(b->c->dict.arena, address.data + 5, address.n - 5));
}

/* The number of an address. That of a file has the two spellings of a path. */
static int64_t
peer_text(struct builder *b)
{
	static const char unix_path[] = "unix:/";
	const char *real = str_text(&b->text);
	AUTO(str_done) struct str text = { 0 };

	if (!str_has_prefix(real, unix_path) || strstr(real, ", "))
		return row_text(b, real);
	str_add(&text, "unix:");
	effects_put_path(b->fx, &text, real + strlen("unix:"));
	return (int64_t)dict_add(&b->c->dict, text.data, real);
}

void
row_put_made(struct builder *b, const struct event *event)
{
	bool wants = columns_keep(b->c, V_FD) || columns_keep(b->c, V_OBJECT) ||
		     columns_keep(b->c, V_PATH) || columns_keep(b->c, V_PEER);

	if (wants && row_makes_fd(b, &event->call))
		put_fd(b, event->task, event->call.ret, b->about.n_paths > 0);
	put_bound(b, event);
	if (!columns_keep(b->c, V_PEER) ||
		!(decode_spec_of(b->about.id)->classes & (CLASS_NETWORK | CLASS_DESC)))
		return;
	str_clear(&b->text);
	if (effects_look_peer(b->fx, event, &b->about, b->fd, &b->text))
		b->row[V_PEER] = peer_text(b);
}
