/* SPDX-License-Identifier: MIT */
/* out_path.c - the final state of every path that the run changed */
#include "effects/out.h"

#include "base/regex.h"
#include "effects/alias.h"
#include "effects/attributes.h"
#include "effects/evidence.h"
#include "effects/launch.h"
#include "effects/loader.h"
#include "effects/names.h"
#include "effects/path.h"
#include "effects/process.h"
#include "effects/runtime.h"
#include "effects/segment.h"
#include "effects/times.h"

#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

bool
out_is_ignored(const struct out *o, const char *canonical)
{
	for (size_t i = 0; i < o->fx->opts.n_ignore_paths; i++) {
		struct ignored *ignored = &o->fx->opts.ignore_paths[i];

		if (!glob_matches(ignored->glob, canonical))
			continue;
		ignored->n_used++;
		return true;
	}
	return false;
}

/* The last character may be cut. */
bool
out_begins_text(const struct str *head)
{
	size_t n = head->n;

	for (size_t cut = 0; cut < 4 && cut < n; cut++)
		if (utf8_is_valid(head->data, n - cut))
			return !memchr(head->data, '\0', n - cut);
	return false;
}

struct ranked {
	struct name *name;
	uint32_t order;
	size_t index;
};

static int
compare_ranked(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;

	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

/* By the place of the process that made them, then as they appeared. */
struct name **
out_names(struct effects *fx, size_t *n)
{
	size_t count = map_count(fx->names), at = 0;
	AUTO(mem_free) struct ranked *all = mem_array(count, sizeof *all);
	struct name **names = mem_array(count, sizeof(struct name *));
	void *value;

	for (*n = 0; map_next(fx->names, &at, NULL, NULL, &value); (*n)++) {
		const struct task *t = task_get(fx, ((struct name *)value)->maker);

		all[*n] = (struct ranked){ value, t ? t->process->order + 1 : 0, *n };
	}
	qsort(all, *n, sizeof *all, compare_ranked);
	for (size_t i = 0; i < *n; i++)
		names[i] = all[i].name;
	return names;
}

static bool
is_unchanged(const struct name *n)
{
	const struct path_state *a = n->before, *b = n->after;

	if (!a || !b || a->type != b->type || a->mode != b->mode || a->type == PATH_UNREADABLE)
		return false;
	if (a->rdev != b->rdev || strcmp(a->attributes ? a->attributes : "",
					  b->attributes ? b->attributes : "") != 0)
		return false;
	if (n->file && n->file->has_time)
		return false;
	if (n->file && n->file->had_chown && (a->uid != b->uid || a->gid != b->gid))
		return false;
	if (a->type == PATH_FILE)
		return a->size == b->size && strcmp(a->sha256, b->sha256) == 0;
	if (a->type == PATH_SYMLINK)
		return a->target && b->target && strcmp(a->target, b->target) == 0;
	return true;
}

static bool
is_present(const struct effects *fx, const struct name *n)
{
	if (n->after)
		return n->after->type != PATH_ABSENT;
	if (n->before && fx->has_after_tree)
		return false;
	return !n->is_gone;
}

/* Pid files: the whole content is the number of a process of this run. */
static bool
put_pid_content(struct effects *fx, const char *path, const struct str *head, struct str *out)
{
	char *end;
	unsigned long pid;
	const struct task *t;

	if (!runtime_holds_pid(path) || head->n == 0 || head->n > 12)
		return false;
	pid = strtoul(head->data + strspn(head->data, " "), &end, 10);
	t = pid ? map_get_number(fx->by_pid, (uint32_t)pid) : NULL;
	if (!t || (*end && strcmp(end, "\n") != 0))
		return false;
	str_add(out, "<pid:");
	task_place(out, t);
	str_addf(out, ">%s", end);
	return true;
}

struct line {
	const char *text;
	size_t n;
};

static int
compare_lines(const void *x, const void *y)
{
	const struct line *a = x, *b = y;
	int c = memcmp(a->text, b->text, MIN(a->n, b->n));

	return c ? c : (a->n > b->n) - (a->n < b->n);
}

static struct line *
sorted_lines(const struct str *text, size_t *n)
{
	struct line *lines = mem_array(text->n + 1, sizeof *lines);

	*n = 0;
	for (size_t i = 0; i < text->n; (*n)++) {
		const char *end = memchr(text->data + i, '\n', text->n - i);

		lines[*n].text = text->data + i;
		lines[*n].n = end ? (size_t)(end + 1 - lines[*n].text) : text->n - i;
		i += lines[*n].n;
	}
	if (*n)
		qsort(lines, *n, sizeof *lines, compare_lines);
	return lines;
}

static bool
has_same_lines(const struct str *one, const struct str *other)
{
	size_t n, n_other;
	AUTO(mem_free) struct line *a = sorted_lines(one, &n);
	AUTO(mem_free) struct line *b = sorted_lines(other, &n_other);

	for (size_t i = 0; i < n && n == n_other; i++)
		if (compare_lines(&a[i], &b[i]) != 0)
			return false;
	return n == n_other;
}

bool
out_order_lines(const struct file *f, struct str *head)
{
	AUTO(str_done) struct str joined = { 0 };
	AUTO(str_done) struct str end = { 0 };
	struct flow flow;

	if (!f || !f->written || segments_writers(f->written) < 2 ||
		!segments_join(f->written, &flow, &joined) || joined.n > head->n)
		return false;
	str_add_n(&end, head->data + head->n - joined.n, joined.n);
	if (!has_same_lines(&joined, &end))
		return false;
	memcpy(head->data + head->n - joined.n, joined.data, joined.n);
	return true;
}

static void
put_text(struct out *o, struct effect *e, const struct name *n, const struct path_state *s)
{
	AUTO(str_done) struct str head = { 0 };
	AUTO(str_done) struct str text = { 0 };
	char sha[SHA256_HEX];
	bool changed, ordered = false;

	if (s->n_head)
		str_add_n(&head, s->head, s->n_head);
	if (head.n == s->size)
		ordered = out_order_lines(n->file, &head);
	if (head.n != s->size || !utf8_is_valid(str_text(&head), head.n) ||
		(head.n && memchr(head.data, '\0', head.n))) {
		effect_number(o->golden, e, "size", (int64_t)s->size);
		effect_text(o->golden, e, "sha256", s->sha256);
		if (head.n < s->size && out_begins_text(&head))
			effect_bool(o->golden, e, "text_kept", false);
		return;
	}
	changed = put_pid_content(o->fx, n->path, &head, &text) ||
		  alias_payload(o->fx, &text, str_text(&head), head.n);
	changed |= redact(o->fx, &text) || ordered;
	memcpy(sha, s->sha256, sizeof sha);
	if (changed) {
		struct sha256 sum;

		sha256_init(&sum);
		sha256_add(&sum, str_text(&text), text.n);
		sha256_done(&sum, sha);
	}
	effect_number(o->golden, e, "size", (int64_t)text.n);
	effect_text(o->golden, e, "sha256", sha);
	if (text.n <= o->fx->opts.text_limit)
		effect_text(o->golden, e, "text", str_text(&text));
	else
		effect_bool(o->golden, e, "text_kept", false);
}

static const char *
type_word(unsigned type)
{
	return type == PATH_ABSENT || type >= N_PATH_TYPES ? "unknown" : path_type_names[type];
}

/* A program that keeps the owner of what it copies gives its files to whoever runs it: only an
 * owner that is somebody else, or became somebody else, is told. */
static void
put_owner(struct out *o, struct effect *e, const struct name *n)
{
	const struct trace_header *user = &o->fx->header;
	const struct path_state *a = n->before, *b = n->after;
	bool was_there = a && a->type != PATH_ABSENT;

	if (!n->file || !n->file->had_chown)
		return;
	if (b->uid != user->uid || (was_there && a->uid != b->uid))
		effect_number(o->golden, e, "uid", b->uid);
	if (b->gid != user->gid || (was_there && a->gid != b->gid))
		effect_number(o->golden, e, "gid", b->gid);
}

static void
put_state(struct out *o, struct effect *e, const struct name *n)
{
	const struct path_state *s = n->after;

	if (!s) {
		effect_text(o->golden, e, "type", type_word(n->type));
		effect_bool(o->golden, e, "content_known", false);
		return;
	}
	effect_text(o->golden, e, "type", type_word(s->type));
	if (s->type != PATH_SYMLINK)
		effect_text(o->golden, e, "mode",
			arena_printf(o->golden->arena, "%04o", s->mode & 07777u));
	put_owner(o, e, n);
	if (s->type == PATH_CHAR || s->type == PATH_BLOCK)
		effect_text(o->golden, e, "device",
			arena_printf(
				o->golden->arena, "%u:%u", major(s->rdev), minor(s->rdev)));
	times_put(o->golden, e, n);
	attributes_put(o->golden, e, s->attributes);
	if (s->type == PATH_SYMLINK && s->target) {
		const char *word;

		str_clear(&o->text);
		alias_word(o->fx, &o->text, s->target, false);
		word = arena_strdup(o->golden->arena, str_text(&o->text));
		str_clear(&o->text);
		str_add_escaped(&o->text, word, strlen(word));
		effect_text(o->golden, e, "target", str_text(&o->text));
	}
	if (s->type == PATH_FILE && !runtime_is_volatile(n->path))
		put_text(o, e, n, s);
}

static void
put_durability(struct out *o, struct effect *e, const struct name *n)
{
	AUTO(mem_free) char *parent = mem_strdup(n->path);
	const struct file *f = n->file;
	const struct name *dir;

	if (n->arrived)
		effect_text(o->golden, e, "arrived",
			n->arrived == ARRIVED_BY_RENAME ? "rename" : "link");
	if (n->arrived == ARRIVED_BY_LINK && f && f->name && f->name != n) {
		str_clear(&o->text);
		alias_made_path(o->fx, &o->text, f->name);
		effect_text(o->golden, e, "link_of", str_text(&o->text));
	}
	if (f && (f->was_written || f->is_new) && (!n->after || n->after->type == PATH_FILE)) {
		bool synced = f->moved ? f->synced_before_move : file_is_synced(o->fx, f);

		if (synced)
			effect_bool(o->golden, e, "synced", true);
	}
	parent[path_parent(parent)] = '\0';
	dir = map_get_text(o->fx->names, parent);
	if (dir && dir->file && dir->file->sync_seq > n->change_seq && n->change_seq)
		effect_bool(o->golden, e, "dir_synced", true);
}

static void
out_path(struct out *o, struct name *n)
{
	struct effects *fx = o->fx;
	bool present = is_present(fx, n);
	struct effect *e;

	if (!present && name_existed(fx, n) == EXISTED_NO)
		return;
	if (present && is_unchanged(n))
		return;
	if (runtime_kind(n->path, name_is_inside(fx, n->path)) == RUNTIME_CACHE)
		return;
	str_clear(&o->text);
	alias_made_path(fx, &o->text, n);
	if (out_is_ignored(o, o->text.data))
		return;
	e = golden_add(o->golden, EFFECT_PATH, o->text.data);
	e->about = arena_strdup(o->golden->arena, n->path);
	o->n_paths++;
	effect_text(o->golden, e, "state", present ? "present" : "removed");
	if (present) {
		put_state(o, e, n);
		put_durability(o, e, n);
	}
	evidence_put(fx, o->golden, e, n->evidence);
}

/* Changed, though no call that was seen did it. */
static bool
differs(const struct effects *fx, const struct name *n)
{
	bool present;

	if (!n->after && !(n->before && fx->has_after_tree))
		return false;
	if (!n->before && !fx->has_before)
		return false;
	if (!n->before && !name_is_inside(fx, n->path))
		return false;
	present = is_present(fx, n);
	if (present != (name_existed(fx, n) == EXISTED_YES))
		return true;
	return present && !is_unchanged(n);
}

/* The name that a symbolic link, opened for writing, stands for; NULL: nothing known. */
static const char *
link_target(const struct name *link, struct str *out)
{
	const char *target =
		link->after && link->after->type == PATH_SYMLINK ? link->after->target : NULL;
	AUTO(str_done) struct str dir = { 0 };

	if (!target)
		return NULL;
	str_add_n(&dir, link->path, path_parent(link->path));
	str_clear(out);
	path_join(out, dir.data, target, strlen(target));
	return out->data;
}

/* Who wrote through a link changed what it points to. */
static void
redirect_links(struct effects *fx, struct name *const *names, size_t n)
{
	AUTO(str_done) struct str path = { 0 };

	for (size_t i = 0; i < n; i++) {
		struct name *from = names[i];

		for (int hops = 0; hops < 40 && from->touched && from->by_open; hops++) {
			struct name *to;

			if (!link_target(from, &path))
				break;
			to = names_get(fx, path.data);
			to->touched = to->by_open = true;
			to->maker = from->maker;
			if (!to->evidence)
				to->evidence = TAKE(from->evidence);
			from->touched = false;
			from = to;
		}
	}
}

void
out_paths(struct out *o)
{
	AUTO(mem_free) struct name **names = NULL;
	size_t n;

	names = out_names(o->fx, &n);
	redirect_links(o->fx, names, n);
	mem_free(TAKE(names));
	names = out_names(o->fx, &n);
	for (size_t i = 0; i < n; i++)
		if (names[i]->touched || differs(o->fx, names[i])) {
			out_fifo(o, names[i]);
			out_path(o, names[i]);
		}
}

bool
out_is_shown(const struct out *o, const struct name *name)
{
	enum runtime_kind kind = name->runtime;

	if (kind == RUNTIME_UNSET)
		kind = runtime_kind(name->path, name_is_inside(o->fx, name->path));
	if (kind == RUNTIME_NONE && loader_is_alone(o->fx, name))
		kind = RUNTIME_QUIET;
	return kind == RUNTIME_NONE ||
	       (kind == RUNTIME_QUIET && map_get_text(o->fx->named, name->path));
}

/* The end of the open that finds a new name may come before that of the call which made it. */
static bool
is_made_here(const struct effects *fx, const struct name *n)
{
	return n->maker && name_existed(fx, n) == EXISTED_NO;
}

void
out_reads(struct out *o)
{
	AUTO(mem_free) struct name **names = NULL;
	size_t n;

	names = out_names(o->fx, &n);
	for (size_t i = 0; i < n; i++) {
		struct name *name = names[i];
		struct effect *e;

		if (!name->was_read || !out_is_shown(o, name) || launch_was_read(o->fx, name) ||
			is_made_here(o->fx, name))
			continue;
		str_clear(&o->text);
		alias_path(o->fx, &o->text, name->path);
		if (out_is_ignored(o, o->text.data))
			continue;
		e = golden_add(o->golden, EFFECT_READ, o->text.data);
		e->about = arena_strdup(o->golden->arena, name->path);
		if (name->was_listed)
			effect_text(o->golden, e, "type", "dir");
		if (launch_is_text(o->fx, name))
			effect_bool(o->golden, e, "own", true);
		evidence_put(o->fx, o->golden, e, name->read_evidence);
		o->n_reads++;
	}
}
