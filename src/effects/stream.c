/* SPDX-License-Identifier: MIT */
/*
 * stream.c - bytes that leave: standard streams, terminals, devices; and flows of any object
 *
 * A stream keeps its first text_limit bytes and the join digest of everything, so that it
 * stays small however much is written and however the writes were cut.
 */
#include "effects/stream.h"

#include "effects/evidence.h"
#include "effects/flows.h"
#include "effects/loader.h"
#include "effects/names.h"
#include "effects/net.h"
#include "effects/order.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/segment.h"
#include "effects/table.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stream *
stream_get(struct effects *fx, const char *key)
{
	void **slot = map_text(fx->streams, key);
	struct stream *s = *slot;

	if (!s) {
		s = *slot = arena_alloc(fx->arena, sizeof *s);
		s->key = arena_strdup(fx->arena, key);
		s->is_whole = true;
	}
	return s;
}

void
streams_free(struct effects *fx)
{
	size_t at = 0;
	void *value;

	while (map_next(fx->streams, &at, NULL, NULL, &value)) {
		struct stream *s = value;

		segments_free(s);
		evidence_free(s->evidence);
	}
	map_free(fx->streams);
}

/* The stream behind another descriptor of the same name. */
static struct stream *
held_already(const struct task *t, const struct held_fd *held)
{
	for (size_t fd = 1; fd < t->table->n && held->fd > 0; fd++) {
		const struct open_file *o = t->table->slots[fd].open;

		if (o && o->kind == OBJECT_STREAM && o->stream->held &&
			strcmp(o->stream->held, held->name) == 0)
			return o->stream;
	}
	return NULL;
}

void
stream_hold(struct effects *fx, struct task *t, const struct event *event)
{
	static const char *const std[] = { "stdin", "stdout", "stderr" };
	const struct held_fd *h = &event->held;
	struct open_file *o = open_new(OBJECT_STREAM, h->flags);
	char key[32];

	snprintf(key, sizeof key, "fd %d", h->fd);
	if (h->fd > 2 && h->name[0] == '/' && !str_has_prefix(h->name, "/dev/")) {
		o->kind = OBJECT_FILE;
		o->file = name_file(fx, names_get(fx, h->name));
	} else {
		o->stream = held_already(t, h);
		if (o->stream && h->fd == 2 && strcmp(o->stream->key, "stdout") == 0)
			o->stream->key = "stdout+stderr";
		if (!o->stream)
			o->stream = stream_get(fx, h->fd >= 0 && h->fd < 3 ? std[h->fd] : key);
		o->stream->held = arena_intern(fx->arena, h->name, strlen(h->name));
	}
	table_set(fx, t->table, h->fd, o, false, event->seq);
}

/* Devices that give or take nothing of interest. */
static const char *const dull_devices[] = { "/dev/null", "/dev/zero", "/dev/full",
	"/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/pts/ptmx", "/dev/fuse", "/dev/kvm",
	"/dev/net/tun" };

/* Files of the kernel whose writing concerns the writer alone. */
static bool
is_own_knob(const struct effects *fx, const char *path)
{
	unsigned long pid =
		str_has_prefix(path, "/proc/") ? strtoul(path + strlen("/proc/"), NULL, 10) : 0;
	static const char *const knobs[] = { "/comm", "/timerslack_ns", "/oom_score_adj",
		"/coredump_filter", "/loginuid", "/uid_map", "/gid_map", "/setgroups" };

	if (pid && !map_get_number(fx->by_pid, pid))
		return false; /* another's */
	for (size_t i = 0; str_has_prefix(path, "/proc/") && i < ARRAY_LEN(knobs); i++)
		if (str_has_suffix(path, knobs[i]))
			return true;
	return false;
}

bool
stream_device(const struct act *a, const char *path, struct open_file **out)
{
	bool is_dev = str_has_prefix(path, "/dev/") && !str_has_prefix(path, "/dev/shm/") &&
		      !str_has_prefix(path, "/dev/mqueue/");
	bool is_kernel = str_has_prefix(path, "/proc/") || str_has_prefix(path, "/sys/");
	struct effects *fx = a->fx;

	if (!is_dev && !is_kernel)
		return false;
	*out = open_new(OBJECT_STREAM, 0);
	for (size_t i = 0; i < ARRAY_LEN(dull_devices); i++)
		if (strcmp(path, dull_devices[i]) == 0)
			(*out)->kind = OBJECT_OTHER;
	if (str_has_suffix(path, "/ptmx"))
		fx->has_pty = true;
	if (str_has_prefix(path, "/dev/pts/") && fx->has_pty)
		(*out)->kind = OBJECT_OTHER; /* the run is its own terminal */
	if (is_own_knob(fx, path))
		(*out)->kind = OBJECT_OTHER;
	if ((*out)->kind == OBJECT_OTHER) {
		(*out)->word = is_dev ? "device" : "file";
		(*out)->device = arena_intern(fx->arena, path, strlen(path));
		return true;
	}
	if (str_has_prefix(path, "/dev/tty") || str_has_prefix(path, "/dev/pts/"))
		(*out)->stream = stream_get(fx, "tty");
	else
		(*out)->stream = stream_get(fx, path);
	return true;
}

void
flow_add_opaque(struct flow *f, uint64_t n)
{
	f->n_bytes += n;
	f->n_opaque += n;
}

/* Adds the first n bytes of an area; false: it was cut inside them. */
static bool
add_area(struct digest *digest, const struct area *area, uint64_t n)
{
	if (area->is_missing)
		return false;
	if (area->has_digest && n == area->size)
		digest_join(digest, &area->digest);
	else if (n <= area->kept)
		digest_add(digest, area->bytes, n);
	else
		return false;
	return true;
}

/* After a short write the bytes that went out are there a second time, read at the exit. */
static bool
has_late_data(const struct call *call)
{
	for (uint32_t i = 0; i < call->n_areas; i++)
		if (call->areas[i].kind == AREA_DATA_OUT && call->areas[i].at_exit)
			return true;
	return false;
}

void
flow_add(struct flow *f, const struct call *call, enum area_kind kind, uint64_t n)
{
	bool late = kind == AREA_DATA_OUT && has_late_data(call);

	for (uint32_t i = 0; i < call->n_areas && n > 0; i++) {
		const struct area *area = &call->areas[i];
		uint64_t part = MIN(n, area->size);

		if (area->kind != kind || part == 0 || (late && !area->at_exit))
			continue;
		if (!add_area(&f->digest, area, part))
			f->n_opaque += part;
		f->n_bytes += part;
		n -= part;
	}
	if (n > 0)
		flow_add_opaque(f, n);
}

/* Keeps the text while it is short. */
static void
head_add(const struct effects *fx, struct stream *s, struct segment *to,
	const struct call *call, uint64_t n)
{
	bool late = has_late_data(call);

	for (uint32_t i = 0; i < call->n_areas && n > 0 && s->is_whole; i++) {
		const struct area *area = &call->areas[i];
		uint64_t part = MIN(n, area->size), kept = MIN(part, (uint64_t)area->kept);

		if (area->kind != AREA_DATA_OUT || (late && !area->at_exit))
			continue;
		kept = MIN(kept, (uint64_t)(fx->opts.text_limit - s->n_head));
		if (area->is_missing)
			kept = 0;
		if (kept)
			str_add_n(&to->head, area->bytes, kept);
		s->n_head += kept;
		s->is_whole = kept == part;
		n -= part;
	}
	if (n > 0)
		s->is_whole = false;
}

/* Who wrote it, as long as it is known what was written. */
static void
note_write(const struct act *a, const struct stream *s, struct segment *to, uint64_t n)
{
	if (!s->is_whole || !n || to->n_writes > MARKS_MAX)
		return;
	to->writes =
		mem_grow(to->writes, to->n_writes, &to->writes_capacity, sizeof *to->writes);
	to->writes[to->n_writes++] = (struct wrote){ .n = n,
		.seq = a->event->seq,
		.task = a->task->nr,
		.program = process_program(a->task->process) };
}

void
stream_wrote(const struct act *a, struct stream *s, uint64_t n, bool has_data)
{
	struct segment *now = segment_now(s, a);

	s->n_written += n;
	order_spoke(a, s, NULL, n);
	if (has_data) {
		head_add(a->fx, s, now, a->call, n);
		note_write(a, s, now, n);
		flow_add(&now->flow, a->call, AREA_DATA_OUT, n);
	} else if (n) {
		s->is_whole = false;
		flow_add_opaque(&now->flow, n);
	}
	evidence_keep(&s->evidence, a);
}

/* Bytes that go to the end of a file, by whoever writes: as to a stream, but the file itself
 * tells in the end what is in it. */
static void
file_appended(const struct act *a, struct open_file *o, uint64_t n)
{
	struct file *f = o->file;
	bool is_append = o->flags & O_APPEND || o->n_users > 1;
	struct stream *s = f->written;

	if (!s && is_append) {
		s = f->written = arena_alloc(a->fx->arena, sizeof *s);
		s->is_whole = true;
	}
	if (!s || !s->is_whole)
		return;
	s->n_written += n;
	head_add(a->fx, s, segment_now(s, a), a->call, n);
}

/* What is written to a fifo of others is gone when the run has ended. That it is one is known
 * then. */
static bool
may_be_fifo(const struct act *a, const struct file *f)
{
	return f->name && !f->is_new && !name_is_inside(a->fx, f->name->path);
}

static void
add_to(const struct act *a, struct flow *f, enum area_kind kind, uint64_t n, bool has_data)
{
	if (has_data)
		flow_add(f, a->call, kind, n);
	else
		flow_add_opaque(f, n);
}

static bool
is_above(const struct process *above, const struct process *p)
{
	while (p && p != above)
		p = p->parent;
	return p == above;
}

/* Which process uses an end of a pipe. */
static void
note_end(uint32_t *user, const struct act *a)
{
	uint32_t now = a->task->process->nr;

	*user = *user == 0 || *user == now ? now : PIPE_MANY;
}

void
open_wrote(const struct act *a, struct open_file *o, uint64_t n, bool has_data)
{
	if (!o) {
		if (n)
			stream_wrote(a, stream_get(a->fx, "unknown descriptor"), n, has_data);
		return;
	}
	switch (o->kind) {
	case OBJECT_FILE:
		file_wrote(a, o->file, o->flags);
		if (has_data)
			file_appended(a, o, n);
		if (flows_wanted(a->fx) || may_be_fifo(a, o->file))
			add_to(a, &o->file->out, AREA_DATA_OUT, n, has_data);
		break;
	case OBJECT_STREAM:
		stream_wrote(a, o->stream, n, has_data);
		break;
	case OBJECT_PIPE:
		note_end(&o->pipe->writer, a);
		o->pipe->n_written += n;
		if (flows_wanted(a->fx))
			add_to(a, &o->pipe->flow, AREA_DATA_OUT, n, has_data);
		if (flows_wanted(a->fx))
			flow_pipe_head(o->pipe, a->call, has_data ? n : UINT64_MAX);
		break;
	case OBJECT_SOCKET:
		socket_sent(a, o->socket, n, has_data);
		break;
	default:
		break;
	}
}

/* Of a pipe that several read at the same time it is luck who gets what; tokens of one byte
 * aside, which are all alike. */
static void
note_shared(const struct act *a, const struct pipe *pipe)
{
	const struct task *before = task_get(a->fx, pipe->reader);
	const struct process *now = a->task->process;

	if (!a->fx->strict || a->fx->luck || !before ||
		(a->id == CALL_read && a->call->arg[2] == 1))
		return;
	if (before->process == now || before->process->has_ended ||
		is_above(before->process, now) || is_above(now, before->process))
		return;
	a->fx->luck = "several processes read from one pipe, and which of them gets what is a "
		      "matter of time";
}

void
open_was_read(const struct act *a, struct open_file *o, uint64_t n, bool has_data)
{
	if (!o)
		return;
	if (o->kind == OBJECT_FILE) {
		struct name *name = o->file->name;

		o->file->was_read = true;
		if (name && !o->file->is_new)
			name_was_read(a, name);
		loader_note_read(a, o);
		if (flows_wanted(a->fx))
			add_to(a, &o->file->in, AREA_DATA_IN, n, has_data);
	} else if (o->kind == OBJECT_PIPE) {
		note_shared(a, o->pipe);
		note_end(&o->pipe->reader, a);
		o->pipe->n_read += n;
	} else if (o->kind == OBJECT_STREAM) {
		if (n && strcmp(o->stream->key, "stdin") == 0)
			order_heard(a);
		if (flows_wanted(a->fx))
			add_to(a, &o->stream->in, AREA_DATA_IN, n, has_data);
	} else if (o->kind == OBJECT_SOCKET) {
		socket_received(a, o->socket, n, has_data);
	}
}
