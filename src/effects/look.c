/* SPDX-License-Identifier: MIT */
/* look.c - what the arguments of a call stand for at this point of the run */
#include "effects/look.h"

#include "effects/alias.h"
#include "effects/names.h"
#include "effects/net.h"
#include "effects/out.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/runtime.h"
#include "effects/table.h"

#include <string.h>

static void
look_socket(const struct effects *fx, const struct socket *s, struct look *out)
{
	out->kind = LOOK_SOCKET;
	out->id = s;
	out->socket_type = s->type;
	out->is_internal = s->pair || (s->use && net_is_internal(fx, s->use));
	out->is_sealed = s->use && s->use->is_sealed;
	out->name = s->use ? s->use->address : NULL;
}

void
effects_look_fd(const struct effects *fx, uint32_t task, int64_t fd, struct look *out)
{
	const struct task *t = task_get(fx, task);
	const struct open_file *o = t ? table_get(t->table, fd) : NULL;

	*out = (struct look){ .kind = LOOK_NOTHING };
	if (!o)
		return;
	*out = (struct look){ .kind = LOOK_OTHER, .id = o, .flags = o->flags };
	switch ((enum object_kind)o->kind) {
	case OBJECT_FILE:
		out->kind = LOOK_FILE;
		out->id = o->file;
		out->name = o->file->name ? o->file->name->path : NULL;
		break;
	case OBJECT_STREAM:
		out->kind = LOOK_STREAM;
		out->id = o->stream;
		out->name = o->stream->key;
		break;
	case OBJECT_PIPE:
		out->kind = LOOK_PIPE;
		out->id = o->pipe;
		break;
	case OBJECT_SOCKET:
		look_socket(fx, o->socket, out);
		break;
	case OBJECT_OTHER:
	case OBJECT_UNKNOWN:
		break;
	}
}

const char *
effects_look_path(struct effects *fx, const struct event *event, int dir, int arg)
{
	struct act a = { .fx = fx,
		.task = task_get(fx, event->task),
		.event = event,
		.call = &event->call };
	const char *path = a.task ? path_of(&a, dir, arg, false, false) : NULL;

	return path ? arena_intern(fx->arena, path, strlen(path)) : NULL;
}

const char *
effects_path_of_file(const void *id)
{
	const struct file *f = id;

	return f && f->name ? f->name->path : NULL;
}

bool
effects_would_tell(struct effects *fx, const char *path)
{
	const struct out o = { .fx = fx };
	AUTO(str_done) struct str canonical = { 0 };

	alias_path(fx, &canonical, path);
	return runtime_kind(path, name_is_inside(fx, path)) != RUNTIME_CACHE &&
	       !out_is_ignored(&o, str_text(&canonical));
}
