/* SPDX-License-Identifier: MIT */
/* look.c - what the arguments of a call stand for at this point of the run */
#include "effects/look.h"

#include "effects/alias.h"
#include "effects/calls.h"
#include "effects/canon.h"
#include "effects/msg.h"
#include "effects/names.h"
#include "effects/net.h"
#include "effects/out.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/runtime.h"
#include "effects/table.h"

#include <fcntl.h>
#include <string.h>

/* What the first descriptors of a run are, as far as /proc/PID/fd told their names. */
static const char *
word_of_held(const char *name)
{
	static const struct {
		const char *prefix, *word;
	} words[] = { { "pipe:", "pipe" }, { "socket:", "socket" }, { "/dev/pts/", "tty" },
		{ "/dev/tty", "tty" }, { "/dev/console", "tty" }, { "/dev/shm/", "file" },
		{ "/dev/", "device" }, { "/", "file" } };

	for (size_t i = 0; name && i < ARRAY_LEN(words); i++)
		if (str_has_prefix(name, words[i].prefix))
			return words[i].word;
	return "other";
}

static const char *
word_of_stream(const struct stream *s)
{
	if (s->is_fifo)
		return "fifo";
	if (s->is_of_queue)
		return "queue";
	if (s->held)
		return word_of_held(s->held);
	return strcmp(s->key, "tty") == 0 ? "tty" : word_of_held(s->key);
}

static const char *
word_of_file(const struct open_file *o)
{
	static const char *const words[N_PATH_TYPES] = { [PATH_DIR] = "dir",
		[PATH_FIFO] = "fifo",
		[PATH_SOCKET] = "socket",
		[PATH_CHAR] = "device",
		[PATH_BLOCK] = "device" };
	const struct name *n = o->file->name;

	if (o->flags & O_DIRECTORY)
		return "dir";
	return n && n->type < N_PATH_TYPES && words[n->type] ? words[n->type] : "file";
}

static void
look_socket(const struct effects *fx, const struct socket *s, struct look *out)
{
	out->kind = LOOK_SOCKET;
	out->id = s;
	out->socket_type = s->type;
	out->is_internal = s->pair || (s->use && net_is_internal(fx, s->use));
	out->is_sealed = s->use && s->use->is_sealed;
	out->name = s->use ? s->use->address : NULL;
	out->made_seq = s->made_seq;
}

void
effects_look_fd(const struct effects *fx, uint32_t task, int64_t fd, struct look *out)
{
	const struct task *t = task_get(fx, task);
	const struct open_file *o = t ? table_get(t->table, fd) : NULL;

	*out = (struct look){ .kind = LOOK_NOTHING };
	if (!o)
		return;
	*out = (struct look){ .kind = LOOK_OTHER, .id = o, .flags = o->flags, .word = "other" };
	switch ((enum object_kind)o->kind) {
	case OBJECT_FILE:
		out->kind = LOOK_FILE;
		out->id = o->file;
		out->name = o->file->name ? o->file->name->path : NULL;
		out->path = out->name;
		out->word = word_of_file(o);
		break;
	case OBJECT_STREAM:
		out->kind = LOOK_STREAM;
		out->id = o->stream;
		out->name = o->stream->key;
		out->path = o->stream->key[0] == '/' ? o->stream->key : NULL;
		out->word = word_of_stream(o->stream);
		break;
	case OBJECT_PIPE:
		out->kind = LOOK_PIPE;
		out->id = o->pipe;
		out->word = "pipe";
		out->maker = o->pipe->maker;
		out->ordinal = o->pipe->ordinal;
		break;
	case OBJECT_SOCKET:
		look_socket(fx, o->socket, out);
		out->word = "socket";
		break;
	case OBJECT_OTHER:
		out->word = o->word ? o->word : "other";
		out->path = o->device;
		out->made_seq = o->made_seq;
		break;
	case OBJECT_UNKNOWN:
		break;
	}
}

const char *
effects_look_path(
	struct effects *fx, const struct event *event, int dir, int arg, enum look_links links)
{
	struct act a = { .fx = fx,
		.task = task_get(fx, event->task),
		.event = event,
		.call = &event->call };
	const char *path = a.task ? path_of(&a, dir, arg, links == LOOK_FOLLOWS, false) : NULL;
	const char *file =
		path && links != LOOK_NAMED ? path_of_fd(&a, path_fd(&a, path)) : NULL;

	path = file ? file : path;
	return path ? arena_intern(fx->arena, path, strlen(path)) : NULL;
}

bool
effects_look_task(const struct effects *fx, uint32_t task, struct look_task *out)
{
	const struct task *t = task_get(fx, task);
	const struct process *p = t ? t->process : NULL;
	const struct image *image = p ? process_image(p) : NULL;

	if (!image)
		return false;
	*out = (struct look_task){ .process = p->nr,
		.parent = p->parent ? p->parent->nr : 0,
		.pid = p->pid,
		.tid = t->tid,
		.exe = image->exe,
		.argv = image->argv,
		.n_argv = image->n_argv,
		.exec_seq = image->exec_seq };
	return true;
}

bool
effects_look_argv(const struct effects *fx, uint32_t process, uint64_t exec_seq,
	const char *const **argv, size_t *n_argv)
{
	const struct task *t = task_get(fx, process);

	for (size_t i = 0; t && i < t->process->n_images; i++) {
		const struct image *image = &t->process->images[i];

		if (image->exec_seq != exec_seq || image->is_fork)
			continue;
		*argv = image->argv;
		*n_argv = image->n_argv;
		return true;
	}
	return false;
}

/* Is one of the addresses, which ", " parts, that one? */
static bool
has_peer(const char *list, const char *one)
{
	size_t n = strlen(one);

	for (const char *at = list; at; at = strstr(at, ", "), at = at ? at + 2 : NULL)
		if (strncmp(at, one, n) == 0 && (!at[n] || str_has_prefix(at + n, ", ")))
			return true;
	return false;
}

/* The addresses of several messages, each once, with commas between them. */
static bool
named_peers(const struct act *a, struct str *out)
{
	uint64_t n = a->call->is_error ? 1 : MAX((uint64_t)a->call->ret, (uint64_t)1);
	struct message m = { 0 };

	for (uint64_t i = 0; i < MIN(n, (uint64_t)MAX_MESSAGES_SEEN); i++) {
		AUTO(str_done) struct str one = { 0 };

		if (!messages_read(a->call, a->call->arg[1], i, &m) ||
			!socket_address(a, 1, m.name, m.n_name, &one) ||
			(out->n && has_peer(out->data, str_text(&one))))
			continue;
		str_addf(out, "%s%s", out->n ? ", " : "", str_text(&one));
	}
	return out->n;
}

/* The address that the call itself names. */
static bool
named_peer(const struct act *a, const struct call_about *about, struct str *out)
{
	const struct area *area;
	struct message m = { 0 };

	if (about->id == CALL_sendmsg || about->id == CALL_recvmsg)
		return message_read(a->call, a->call->arg[1], &m) &&
		       socket_address(a, 1, m.name, m.n_name, out);
	if (about->id == CALL_sendmmsg || about->id == CALL_recvmmsg)
		return named_peers(a, out);
	if (about->address < 0)
		return false;
	area = decode_area(a->call, (uint8_t)about->address, AREA_STRUCT);
	return area && socket_address(a, about->address, area->address, area->kept, out);
}

static bool
is_socketcall(const struct call *call)
{
	return call->arch == ARCH_I386 &&
	       decode_spec(ARCH_I386, call->nr)->id == CALL_socketcall;
}

bool
effects_look_peer(struct effects *fx, const struct event *event, const struct call_about *about,
	int64_t fd, struct str *out)
{
	struct act a = { .fx = fx,
		.task = task_get(fx, event->task),
		.event = event,
		.call = &event->call };
	AUTO(str_done) struct str named = { 0 };
	struct inner_call inner;
	const struct open_file *o = a.task ? table_get(a.task->table, fd) : NULL;
	const char *text = NULL;

	if (o && o->kind == OBJECT_SOCKET)
		text = o->socket->use ? o->socket->use->address : o->socket->bound;
	a.id = about->id;
	if (is_socketcall(a.call) && inner_call_load(&inner, a.call))
		a.call = &inner.call;
	if (a.task && event->call.n_areas && named_peer(&a, about, &named))
		text = named.data;
	if (text)
		str_add(out, text);
	return text != NULL;
}

int64_t
effects_look_bytes(const struct event *event, enum call_id id)
{
	const struct call *call = &event->call;
	enum canon_kind kind;
	struct inner_call inner;
	struct message m;
	int64_t n = 0;

	canon_family_of(id, &kind);
	if ((kind != CANON_READ && kind != CANON_WRITE) || call->is_error ||
		call->state != CALL_DONE || call->ret < 0)
		return -1;
	if (id != CALL_sendmmsg && id != CALL_recvmmsg && id != CALL_recvmmsg_time64)
		return call->ret;
	if (is_socketcall(call) && inner_call_load(&inner, call))
		call = &inner.call;
	for (int64_t i = 0; i < call->ret && i < MAX_MESSAGES_SEEN; i++)
		if (messages_read(call, call->arg[1], (uint64_t)i, &m))
			n += (int64_t)m.n_done;
	return n;
}

const char *
effects_family(enum call_id id)
{
	enum canon_kind kind;
	const char *family = canon_family_of(id, &kind);

	return *family ? family : decode_spec_of(id)->name;
}

void
effects_put_path(struct effects *fx, struct str *out, const char *path)
{
	alias_path(fx, out, path);
}

/* The last component, without what was drawn. */
static void
put_component(struct str *out, const struct name *n, const char *text, size_t size)
{
	size_t n_random = n && n->random ? strlen(n->random) : 0;
	const char *random = n_random ? memmem(text, size, n->random, n_random) : NULL;

	if (!random) {
		str_add_n(out, text, size);
		return;
	}
	str_add_n(out, text, (size_t)(random - text));
	str_add(out, "*");
	str_add_n(out, random + n_random, (size_t)(text + size - random) - n_random);
}

void
effects_put_lasting_path(struct effects *fx, struct str *out, const char *path)
{
	AUTO(str_done) struct str lasting = { 0 };
	const struct name *n = NULL;
	struct name spelled;

	for (const char *from = path, *end; *from; from = end) {
		end = from + 1 + strcspn(from + 1, "/");
		n = map_get(fx->names, path, (size_t)(end - path));
		put_component(&lasting, n, from, (size_t)(end - from));
	}
	if (!n) {
		alias_path(fx, out, str_text(&lasting));
		return;
	}
	spelled = *n;
	spelled.path = str_text(&lasting);
	if (!n->maker) /* it may have been there before: then its number is chance, mostly */
		spelled.maker = fx->first ? fx->first->nr : 0;
	alias_made_path(fx, out, &spelled);
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
