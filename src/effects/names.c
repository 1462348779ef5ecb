/* SPDX-License-Identifier: MIT */
/* names.c - names in the file system, and what the run did to them */
#include "effects/names.h"

#include "effects/evidence.h"
#include "effects/order.h"
#include "effects/launch.h"
#include "effects/path.h"
#include "effects/runtime.h"

#include <fcntl.h>
#include <string.h>

struct name *
names_get(struct effects *fx, const char *path)
{
	void **slot = map_text(fx->names, path);
	struct name *n = *slot;

	if (!n) {
		n = arena_alloc(fx->arena, sizeof *n);
		n->path = arena_strdup(fx->arena, path);
		*slot = n;
	}
	return n;
}

static struct file *
new_file(struct effects *fx, struct name *n)
{
	struct file *f = arena_alloc(fx->arena, sizeof *f);

	fx->files =
		mem_grow(fx->files, fx->n_files, &fx->files_capacity, sizeof(struct file *));
	fx->files[fx->n_files++] = f;
	f->name = n;
	n->file = f;
	return f;
}

struct file *
name_file(struct effects *fx, struct name *n)
{
	if (!n->file) {
		new_file(fx, n);
		n->is_gone = false;
	}
	return n->file;
}

/* What is in a directory that was not there was not there either. */
static bool
is_in_new_dir(const struct effects *fx, const char *path)
{
	for (size_t n = path_parent(path); n > 1;) {
		const struct name *dir = map_get(fx->names, path, n);

		if (dir && dir->existed == EXISTED_NO)
			return true;
		if (dir && (dir->existed == EXISTED_YES || dir->before))
			return false;
		do
			n--;
		while (n > 1 && path[n] != '/');
	}
	return false;
}

enum existed
name_existed(const struct effects *fx, const struct name *n)
{
	const char *box = fx->header.sandbox;

	if (n->before)
		return n->before->type == PATH_ABSENT ? EXISTED_NO : EXISTED_YES;
	if (fx->has_before && box && path_is_below(n->path, box, strlen(box)))
		return EXISTED_NO;
	if (n->existed == EXISTED_UNKNOWN && is_in_new_dir(fx, n->path))
		return EXISTED_NO;
	return n->existed;
}

void
names_missed(struct effects *fx, const char *path)
{
	struct name *n = names_get(fx, path);

	if (n->existed == EXISTED_UNKNOWN && !n->touched && !n->file)
		n->existed = EXISTED_NO;
}

static void
changed(const struct act *a, struct name *n)
{
	n->touched = true;
	n->change_seq = a->event->seq;
	evidence_keep(&n->evidence, a);
}

/* The name stops standing for what it stood for. */
static void
let_go(struct name *n)
{
	if (n->file && n->file->name == n)
		n->file->name = NULL;
	n->file = NULL;
	n->target = NULL;
	n->type = PATH_ABSENT;
}

static void
came(const struct act *a, struct name *n)
{
	n->from_seq = a->event->seq;
	n->to_seq = 0;
}

struct name *
names_create(const struct act *a, const char *path, enum path_type type)
{
	struct name *n = names_get(a->fx, path);

	if (n->existed == EXISTED_UNKNOWN && !n->touched)
		n->existed = EXISTED_NO;
	let_go(n);
	new_file(a->fx, n)->is_new = true;
	n->file->write_seq = a->event->seq;
	n->type = (uint8_t)type;
	n->is_gone = false;
	n->arrived = ARRIVED_NOT;
	n->maker = a->task->nr;
	came(a, n);
	changed(a, n);
	order_came(a, n, false);
	return n;
}

void
names_remove(const struct act *a, const char *path)
{
	struct name *n = names_get(a->fx, path);

	if (!n->touched)
		n->existed = EXISTED_YES;
	order_went(a, n, false);
	let_go(n);
	n->is_gone = true;
	n->to_seq = a->event->seq;
	n->by_open = false;
	n->arrived = ARRIVED_NOT;
	changed(a, n);
}

/* Gives `to` what `from` has; says nothing about why. */
static void
carry(const struct act *a, struct name *from, struct name *to)
{
	struct file *f = name_file(a->fx, from);

	if (to->is_gone || (!to->touched && to->existed == EXISTED_NO))
		to->replaced = false;
	else
		to->replaced = to->touched || to->existed == EXISTED_YES || to->file;
	order_went(a, from, true);
	let_go(to);
	f->synced_before_move = file_is_synced(a->fx, f);
	f->moved = true;
	f->name = to;
	to->file = f;
	to->type = from->type;
	to->target = from->target;
	to->is_gone = false;
	to->by_open = from->by_open;
	to->arrived = ARRIVED_BY_RENAME;
	to->maker = from->maker ? from->maker : a->task->nr;
	if (!from->touched)
		from->existed = EXISTED_YES;
	from->file = NULL;
	from->target = NULL;
	from->type = PATH_ABSENT;
	from->is_gone = true;
	from->to_seq = a->event->seq;
	came(a, to);
	from->arrived = ARRIVED_NOT;
	changed(a, from);
	changed(a, to);
	order_came(a, to, f->is_new);
}

/* Working directories and names below a directory that moved. */
static void
carry_below(const struct act *a, const char *from, const char *to)
{
	size_t n = strlen(from), at = 0, n_below = 0, capacity = 0;
	AUTO(mem_free) struct name **below = NULL;
	AUTO(str_done) struct str path = { 0 };
	void *value;

	while (map_next(a->fx->names, &at, NULL, NULL, &value)) {
		struct name *name = value;

		if (strncmp(name->path, from, n) != 0 || name->path[n] != '/')
			continue;
		below = mem_grow(below, n_below, &capacity, sizeof(struct name *));
		below[n_below++] = name;
	}
	for (size_t i = 0; i < n_below; i++) {
		struct name *name = below[i];
		struct name *there;

		if (name->is_gone || (!name->file && !name->before && !name->touched))
			continue;
		str_clear(&path);
		str_add(&path, to);
		str_add(&path, name->path + n);
		there = names_get(a->fx, path.data);
		carry(a, name, there);
		there->arrived = ARRIVED_NOT; /* its directory did */
	}
	for (size_t i = 0; i < a->fx->n_tasks; i++) {
		struct place *p = a->fx->tasks[i] ? a->fx->tasks[i]->place : NULL;

		if (!p || !path_is_below(p->cwd, from, n))
			continue;
		str_clear(&path);
		str_add(&path, to);
		str_add(&path, p->cwd + n);
		mem_free(p->cwd);
		p->cwd = mem_strdup(path.data);
	}
}

void
names_rename(const struct act *a, const char *from, const char *to)
{
	struct name *f = names_get(a->fx, from), *t = names_get(a->fx, to);
	bool is_dir;

	if (f == t || (f->file && f->file == t->file))
		return;
	is_dir = f->type == PATH_DIR || (f->type == PATH_ABSENT && !f->is_gone);
	if (f->before && f->before->type != PATH_DIR && !f->touched)
		is_dir = false;
	carry(a, f, t);
	if (is_dir)
		carry_below(a, f->path, t->path);
}

void
names_swap(const struct act *a, const char *one, const char *other)
{
	AUTO(str_done) struct str between = { 0 };
	struct name *x = names_get(a->fx, one), *y = names_get(a->fx, other);
	bool x_missing = x->was_missing, y_missing = y->was_missing;

	str_addf(&between, "%s//swap", one); /* no path looks like that */
	names_rename(a, one, between.data);
	names_rename(a, other, one);
	names_rename(a, between.data, other);
	names_get(a->fx, between.data)->touched = false;
	x->was_missing = x_missing; /* nobody saw either of them missing */
	y->was_missing = y_missing;
}

void
names_link(const struct act *a, const char *from, const char *to)
{
	struct name *f = names_get(a->fx, from), *t = names_get(a->fx, to);
	struct file *file = name_file(a->fx, f);

	if (t->existed == EXISTED_UNKNOWN && !t->touched)
		t->existed = EXISTED_NO;
	if (!f->touched)
		f->existed = EXISTED_YES;
	t->file = file;
	t->type = f->type;
	t->target = f->target;
	t->is_gone = false;
	t->arrived = ARRIVED_BY_LINK;
	t->maker = a->task->nr;
	came(a, t);
	file->moved = true;
	file->synced_before_move = file_is_synced(a->fx, file);
	changed(a, t);
	order_came(a, t, false);
}

struct name *
names_touch(const struct act *a, const char *path)
{
	struct name *n = names_get(a->fx, path);

	name_file(a->fx, n);
	if (!n->touched)
		n->existed = EXISTED_YES;
	n->touched = true;
	if (!n->evidence)
		evidence_keep(&n->evidence, a);
	return n;
}

bool
name_is_inside(const struct effects *fx, const char *path)
{
	const char *box = fx->header.sandbox, *cwd = fx->header.cwd;

	if (box && path_is_below(path, box, strlen(box)))
		return true;
	return cwd && path_parent(cwd) > 1 && path_is_below(path, cwd, strlen(cwd));
}

void
name_was_read(const struct act *a, struct name *n)
{
	launch_note_read(a, n);
	if (n->was_read)
		return;
	n->was_read = true;
	n->runtime = (uint8_t)runtime_kind(n->path, name_is_inside(a->fx, n->path));
	if (n->runtime == RUNTIME_NONE || map_get_text(a->fx->named, n->path))
		evidence_keep(&n->read_evidence, a);
}

void
file_wrote(const struct act *a, struct file *f, uint32_t open_flags)
{
	f->was_written = true;
	if (!(open_flags & O_DSYNC)) /* O_SYNC includes it */
		f->write_seq = a->event->seq;
	else if (!f->sync_seq || f->sync_seq > f->write_seq)
		f->sync_seq = a->event->seq;
	if (!(open_flags & O_DSYNC))
		order_wrote(a, f);
	if (f->name) {
		f->name->touched = true;
		evidence_keep(&f->name->evidence, a);
	}
}

void
file_synced(struct effects *fx, struct file *f, uint64_t seq)
{
	(void)fx;
	f->sync_seq = seq;
}

bool
file_is_synced(const struct effects *fx, const struct file *f)
{
	return MAX(f->sync_seq, fx->sync_seq) > f->write_seq;
}
