/* SPDX-License-Identifier: MIT */
/*
 * out_calls.c - profile strict: from the lines of the tasks to those of the golden
 *
 * Left out: what is the runtime's own, start-up and shut-down, how bytes were cut into calls
 * where time decides that. Where a process polls for its children, or is told of them by a
 * signal, the collected ones stand at its end, sorted. The threads of a process that has
 * several share their work as it comes: their lines are one group without order.
 */
#include "effects/alias.h"
#include "effects/out.h"
#include "effects/names.h"
#include "effects/process.h"
#include "effects/region.h"
#include "effects/runtime.h"
#include "effects/startup.h"
#include "effects/strict.h"

#include <stdlib.h>
#include <string.h>

/* A line of the golden. */
struct shown {
	const char *text; /* expanded; in the arena of the golden */
	uint64_t n, seq;
	bool is_counted;
};

struct shown_list {
	struct shown *items;
	size_t n, capacity;
};

/* Is the path, or what the user wants ignored, nobody's business here? */
static bool
is_foreign(const struct out *o, size_t runtime, const struct line *line)
{
	AUTO(str_done) struct str canonical = { 0 };
	enum runtime_kind kind;

	if (strict_is_foreign(o->fx, line))
		return true;
	if (startup_is_always(runtime, line))
		return true;
	if (!line->path)
		return false;
	kind = runtime_kind(line->path, name_is_inside(o->fx, line->path));
	if (kind == RUNTIME_CACHE)
		return true;
	if (line->is_quiet && !map_get_text(o->fx->named, line->path) &&
		(kind == RUNTIME_OWN || kind == RUNTIME_QUIET))
		return true;
	alias_path(o->fx, &canonical, line->path);
	return out_is_ignored(o, canonical.data);
}

static void
note(struct out *o, struct lines *to, const char *words, const char *name, uint64_t seq)
{
	const char *text = arena_printf(o->fx->arena, "%s of %s", words, name);

	lines_add(to,
		&(struct line){
			.text = text, .family = "", .n = 1, .seq = seq, .is_elastic = true });
}

/* Before its marker call a program has not begun, after the other it has ended: what only looks
 * is cut there. What does something is told wherever it stands. */
static bool
is_outside(const struct manners *m, const struct line *line)
{
	return line->is_quiet && ((m->has_main && line->seq < m->main_seq) ||
					 (m->has_end && line->seq > m->end_seq));
}

/* Before its own code ran, the dynamic loader was at work. */
static bool
is_start(const struct out *o, const struct manners *m, const struct stretch *s, size_t runtime,
	const struct line *line)
{
	bool is_loading = line->is_quiet && line->seq < s->ready_seq &&
			  !(line->path && map_get_text(o->fx->named, line->path));

	return is_loading || is_foreign(o, runtime, line) || startup_may_begin(runtime, line) ||
	       is_outside(m, line);
}

static bool
is_stop(const struct out *o, const struct manners *m, size_t runtime, const struct line *line)
{
	return is_foreign(o, runtime, line) || startup_may_end(runtime, line) ||
	       is_outside(m, line);
}

void
out_own_lines(const struct out *o, const struct manners *m, const struct stretch *s,
	size_t *from, size_t *end)
{
	size_t runtime = startup_runtime(s);
	const struct line *items = s->lines->items;

	*from = s->from;
	*end = s->to;
	while (*from < *end && is_start(o, m, s, runtime, &items[*from]))
		++*from;
	if (s->is_last && *end > *from && strcmp(items[*end - 1].family, "exit") == 0)
		--*end;
	while (s->is_last && *end > *from && is_stop(o, m, runtime, &items[*end - 1]))
		--*end;
}

/* One program's lines without those of its runtime. */
static void
add_stretch(struct out *o, struct manners *m, const struct stretch *s, struct lines *to)
{
	size_t runtime = startup_runtime(s), from, end;
	const struct line *items = s->lines->items;
	bool has_exit =
		s->is_last && s->to > s->from && strcmp(items[s->to - 1].family, "exit") == 0;

	m->runtime = runtime;
	out_own_lines(o, m, s, &from, &end);
	for (size_t i = s->from; i < from; i++)
		m->n_start += items[i].n + items[i].n_before;
	if (from < s->to)
		m->n_start += items[from].n_before;
	note(o, to, "start-up", startup_name(runtime), items[s->from].seq);
	for (size_t i = end; i < s->to - has_exit; i++)
		m->n_stop += items[i].n + items[i].n_before;
	for (size_t i = from; i < end; i++) {
		if (is_foreign(o, runtime, &items[i]) || is_outside(m, &items[i]))
			m->n_between += items[i].n;
		else
			lines_add(to, &items[i]);
	}
	if (has_exit)
		lines_add(to, &items[s->to - 1]);
}

/* The lines of the main task: before the first program, then program by program. */
static void
add_leader(struct out *o, const struct task *t, struct lines *to)
{
	const struct process *p = t->process;
	struct stretch s = { .lines = t->lines, .polled_at_once = p->manners->polled_at_once };
	size_t nr = 0;

	for (size_t i = 0; i <= t->lines->n; i++) {
		const struct line *line = i < t->lines->n ? &t->lines->items[i] : NULL;

		if (line && !line->is_exec) {
			if (nr == 0 && !is_foreign(o, p->manners->runtime, line))
				lines_add(to, line);
			continue;
		}
		s.to = i;
		s.is_last = !line;
		if (nr && s.from < s.to) {
			const struct image *image = &p->images[MIN(nr, p->n_images) - 1];

			s.exe = image->exe;
			s.ready_seq = image->ready_seq;
			add_stretch(o, p->manners, &s, to);
		}
		s.from = i + 1;
		nr++;
		if (line)
			lines_add(to, line);
	}
}

static int
compare_children(const void *x, const void *y)
{
	const struct line *a = x, *b = y;

	return (a->child > b->child) - (a->child < b->child);
}

/* Children collected one after the other come as they end; those of a process that polls, or is
 * told by a signal, whenever that happens. */
static void
settle_waits(const struct process *p, struct lines *l)
{
	struct lines waits = { 0 };
	size_t n = 0, run = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->items[i].kind == CANON_WAIT && p->manners->waits_loosely) {
			lines_add(&waits, &l->items[i]);
			continue;
		}
		l->items[n++] = l->items[i];
	}
	l->n = n;
	for (size_t i = 0; i < l->n; i++) {
		run = l->items[i].kind == CANON_WAIT ? run + 1 : 0;
		if (run > 1)
			qsort(l->items + i + 1 - run, run, sizeof *l->items, compare_children);
	}
	if (waits.n)
		qsort(waits.items, waits.n, sizeof *waits.items, compare_children);
	for (size_t i = 0; i < waits.n; i++)
		lines_add(l, &waits.items[i]);
	mem_free(waits.items);
}

/* Wake-ups of threads; what a process that waits for many things reads and writes as it comes:
 * the bytes are compared as flows. */
static bool
is_by_chance(const struct process *p, const struct line *line)
{
	if (line->wakes && p->n_threads > 1)
		return true;
	if (!line->is_passage)
		return false;
	/* What a child was connected by is closed when its end was noticed. */
	if (strcmp(line->family, "close") == 0)
		return p->manners->polls || p->manners->waits_loosely;
	return p->manners->polls && (line->kind == CANON_READ || line->kind == CANON_WRITE);
}

/* What is written after reading what came in pieces is cut as that was. */
static void
settle_pieces(struct out *o, const struct process *p, struct lines *l)
{
	size_t n = 0;

	for (size_t i = 0, all = l->n; i < all; i++) {
		struct line *line = &l->items[i];

		if (line->kind == CANON_WRITE && p->manners->reads_pieces) {
			line->is_elastic = true;
			line->has_bytes = false;
		}
		if (line->kind == CANON_LIST)
			line->is_elastic = true;
		if (strict_is_left(o->fx, line)) {
			l->items[n++] = (struct line){
				.text = "writes as long as somebody reads, and what follows",
				.family = "",
				.n = 1,
				.seq = line->seq,
				.is_elastic = true
			};
			break;
		}
		if (!is_by_chance(p, line))
			l->items[n++] = *line;
	}
	l->n = n;
	lines_fold(l);
}

static void
show(struct out *o, const struct line *line, struct shown_list *to)
{
	AUTO(str_done) struct str raw = { 0 };
	struct shown s = { .n = line->n, .seq = line->seq, .is_counted = !line->is_elastic };

	canon_expand(o->fx, &raw, line->text);
	if (line->has_bytes)
		str_addf(&raw, " = %llu", (unsigned long long)line->bytes);
	redact(o->fx, &raw);
	str_clear(&o->text);
	str_add_printable(&o->text, str_text(&raw), raw.n);
	s.text = arena_intern(o->golden->arena, str_text(&o->text), o->text.n);
	to->items = mem_grow(to->items, to->n, &to->capacity, sizeof *to->items);
	to->items[to->n++] = s;
}

static void
put_shown(struct out *o, const char *place, const struct shown *s)
{
	struct effect *e = golden_add(o->golden, EFFECT_CALL, place);

	effect_text(o->golden, e, "call", s->text);
	if (s->n > 1 && s->is_counted)
		effect_number(o->golden, e, "count", (int64_t)s->n);
	e->seq = s->seq;
	e->place = ++o->n_calls;
}

static void
show_leader(struct out *o, const struct task *t, struct shown_list *to)
{
	struct lines lines = { 0 };

	add_leader(o, t, &lines);
	settle_waits(t->process, &lines);
	settle_pieces(o, t->process, &lines);
	for (size_t i = 0; i < lines.n; i++)
		show(o, &lines.items[i], to);
	mem_free(lines.items);
}

static void
add_thread(struct out *o, const struct task *t, struct shown_list *to)
{
	struct lines lines = { 0 };
	const struct manners *m = t->process->manners;

	for (size_t i = 0; i < t->lines->n; i++) {
		const struct line *line = &t->lines->items[i];

		if (is_foreign(o, m->runtime, line) ||
			(m->has_main && line->seq < m->main_seq) ||
			(m->has_end && line->seq > m->end_seq))
			continue;
		lines_add(&lines, line);
	}
	settle_waits(t->process, &lines);
	settle_pieces(o, t->process, &lines);
	for (size_t i = 0; i < lines.n; i++)
		show(o, &lines.items[i], to);
	mem_free(lines.items);
}

static int
compare_shown(const void *x, const void *y)
{
	const struct shown *a = x, *b = y;
	int order = strcmp(a->text, b->text);

	return order ? order : (a->seq > b->seq) - (a->seq < b->seq);
}

/* Threads that share their work: as one group, sorted, equal lines counted. */
static void
out_group(struct out *o, const struct process *p, struct shown_list *shown)
{
	AUTO(str_done) struct str place = { 0 };
	size_t n = 0;

	process_place(&place, p);
	str_add(&place, "+threads");
	if (shown->n)
		qsort(shown->items, shown->n, sizeof *shown->items, compare_shown);
	for (size_t i = 0; i < shown->n; i++) {
		struct shown *last = n ? &shown->items[n - 1] : NULL;

		if (last && strcmp(last->text, shown->items[i].text) == 0) {
			last->n += shown->items[i].n;
			last->is_counted &= shown->items[i].is_counted;
			continue;
		}
		shown->items[n++] = shown->items[i];
	}
	for (size_t i = 0; i < n; i++)
		put_shown(o, place.data, &shown->items[i]);
}

static void
out_in_order(struct out *o, const struct task *t, const struct shown_list *shown)
{
	AUTO(str_done) struct str place = { 0 };

	task_place(&place, t);
	for (size_t i = 0; i < shown->n; i++)
		put_shown(o, place.data, &shown->items[i]);
}

static void
out_process(struct out *o, const struct process *p)
{
	const struct task *leader = task_get(o->fx, p->nr), *last = NULL;
	struct shown_list main = { 0 }, threads = { 0 };
	bool is_loose = false;

	if (leader && leader->lines) {
		show_leader(o, leader, &main);
		is_loose = p->n_threads && startup_is_loose(p->manners->runtime);
	}
	for (size_t i = 0; p->n_threads && i < o->fx->n_tasks; i++) {
		const struct task *t = o->fx->tasks[i];

		if (!t || t->process != p || !t->thread || !t->lines)
			continue;
		add_thread(o, t, is_loose ? &main : &threads);
		last = t;
	}
	if (is_loose)
		out_group(o, p, &main);
	else if (leader)
		out_in_order(o, leader, &main);
	if (p->n_threads > 1 && !is_loose)
		out_group(o, p, &threads);
	else if (last)
		out_in_order(o, last, &threads);
	mem_free(main.items);
	mem_free(threads.items);
}

/* A worker that the run itself ended has come as far as it has come. */
static bool
was_cut(const struct process *p)
{
	return p->parent && !p->has_exec && p->has_ended && out_was_killed(p);
}

void
out_calls(struct out *o)
{
	const char *luck = o->fx->luck;

	for (size_t i = 0; i < o->fx->n_processes; i++) {
		const struct process *p = o->fx->processes[i];

		if (p->manners)
			out_process(o, p);
		if (was_cut(p) && !luck)
			luck = "the run kills a process that it forked, and how far that came "
			       "is "
			       "a matter of time";
	}
	o->golden->luck = luck;
	o->golden->doubt = arena_strdup(o->golden->arena, o->fx->doubt);
}
