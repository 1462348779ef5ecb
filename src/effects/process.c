/* SPDX-License-Identifier: MIT */
/* process.c - the life of tasks: who started whom, what each executed, how it ended */
#include "effects/process.h"

#include "effects/evidence.h"
#include "effects/identity.h"
#include "effects/path.h"
#include "effects/stream.h"
#include "effects/table.h"
#include "effects/tries.h"

#include <sched.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TASK (1u << 24) /* a number above it comes from a damaged trace */

struct task *
task_get(const struct effects *fx, uint32_t nr)
{
	return nr < fx->n_tasks ? fx->tasks[nr] : NULL;
}

static struct task *
new_task(struct effects *fx, uint32_t nr)
{
	struct task *t = mem_alloc(sizeof *t);
	size_t capacity = fx->n_tasks;

	while (nr >= fx->n_tasks) {
		size_t more = MAX(capacity * 2, (size_t)nr + 16);

		fx->tasks = mem_resize(fx->tasks, more, sizeof(struct task *));
		memset(fx->tasks + capacity, 0, (more - capacity) * sizeof(struct task *));
		fx->n_tasks = capacity = more;
	}
	t->nr = nr;
	fx->tasks[nr] = t;
	return t;
}

static struct image *
add_image(struct process *p)
{
	p->images = mem_grow(p->images, p->n_images, &p->images_capacity, sizeof *p->images);
	p->images[p->n_images] = (struct image){ .exe = "" };
	return &p->images[p->n_images++];
}

static struct process *
new_process(struct effects *fx, uint32_t nr, struct task *parent, int32_t pid)
{
	struct process *p = mem_alloc(sizeof *p);
	struct image *image = add_image(p);

	fx->processes = mem_grow(fx->processes, fx->n_processes, &fx->processes_capacity,
		sizeof(struct process *));
	p->appeared = (uint32_t)fx->n_processes;
	fx->processes[fx->n_processes++] = p;
	p->nr = nr;
	p->pid = pid;
	image->is_fork = true;
	if (parent) {
		const struct image *own = process_image(parent->process);

		p->parent = parent->process;
		p->ordinal = ++parent->process->n_children;
		p->depth = p->parent->depth + 1;
		p->brk = parent->process->brk;
		p->hears_children = p->parent->hears_children;
		p->has_ids = p->parent->has_ids;
		p->user = p->parent->user;
		p->group = p->parent->group;
		image->exe = own->exe;
		image->argv = own->argv;
		image->n_argv = own->n_argv;
	}
	if (!fx->first) {
		fx->first = p;
		identity_start(p, &fx->header);
		image->is_fork = false;
		image->exe = fx->header.exe ? fx->header.exe : "";
	} else if (!parent) {
		p->ordinal = ++fx->n_strays;
	}
	return p;
}

static void
set_place(struct effects *fx, struct task *t, struct task *parent, uint64_t flags)
{
	if (parent && (flags & CLONE_FS)) {
		t->place = parent->place;
		t->place->n_tasks++;
		return;
	}
	t->place = mem_alloc(sizeof *t->place);
	t->place->n_tasks = 1;
	t->place->cwd = mem_strdup(parent           ? parent->place->cwd
				   : fx->header.cwd ? fx->header.cwd
						    : "/");
	t->place->root = mem_strdup(parent ? parent->place->root : "");
}

void
task_start(struct effects *fx, const struct event *event)
{
	const struct task_start *s = &event->start;
	struct task *parent = task_get(fx, s->parent), *leader = task_get(fx, s->process);
	bool is_thread = s->process != event->task && leader;
	uint64_t flags = s->clone_flags;
	struct task *t;

	if (event->task == 0 || event->task > MAX_TASK || task_get(fx, event->task))
		return;
	t = new_task(fx, event->task);
	t->tid = s->tid;
	if (is_thread) {
		flags |= CLONE_FILES | CLONE_FS;
		parent = parent && parent->process == leader->process ? parent : leader;
		t->process = leader->process;
		t->thread = ++t->process->n_threads;
	} else {
		t->process = new_process(fx, event->task, parent, s->pid);
		t->process->started_ns = event->time_ns;
	}
	t->table = !parent               ? table_new()
		   : flags & CLONE_FILES ? table_share(parent->table)
					 : table_copy(parent->table);
	set_place(fx, t, parent, flags);
	fx->n_living++;
	*map_number(fx->by_pid, (uint32_t)s->tid) = t;
	if (!is_thread)
		*map_number(fx->by_pid, (uint32_t)s->pid) = t;
}

void
task_own_table(struct effects *fx, struct task *t)
{
	struct table *own;

	if (t->table->n_tasks == 1)
		return;
	own = table_copy(t->table);
	table_drop(fx, t->table);
	t->table = own;
}

void
task_own_place(struct task *t)
{
	struct place *own;

	if (t->place->n_tasks == 1)
		return;
	own = mem_alloc(sizeof *own);
	*own = (struct place){ 1, mem_strdup(t->place->cwd), mem_strdup(t->place->root) };
	t->place->n_tasks--;
	t->place = own;
}

void
task_own_root(struct task *t, const char *root)
{
	char *copy = mem_strdup(strcmp(root, "/") == 0 ? "" : root);

	mem_free(t->place->root);
	t->place->root = copy;
}

void
task_held(struct effects *fx, const struct event *event)
{
	struct task *t = task_get(fx, event->task);

	if (t && event->held.name && !t->has_ended)
		stream_hold(fx, t, event);
}

/* The words of a command line name paths: reading those is meant. */
static void
note_named(struct effects *fx, const struct task *t, const struct image *image)
{
	AUTO(str_done) struct str path = { 0 };

	for (size_t i = 1; i < image->n_argv; i++) {
		const char *word = image->argv[i];

		if (!*word || strlen(word) > 4096)
			continue;
		str_clear(&path);
		path_join(&path, t->place->cwd, word, strlen(word));
		*map_text(fx->named, path.data) = fx;
	}
}

/* A word that was too long to be kept whole ends in what tells it from others. */
static const char *
word_of(struct arena *arena, const struct area *s)
{
	AUTO(str_done) struct str word = { 0 };
	char hex[DIGEST_HEX];

	if (s->kept)
		str_add_n(&word, s->bytes, s->kept);
	if (s->has_digest && s->size > s->kept) {
		digest_hex(&s->digest, hex);
		str_addf(&word, "… (%llu bytes, digest %s)", (unsigned long long)s->size, hex);
	}
	return arena_intern(arena, str_text(&word), word.n);
}

static void
read_argv(struct act *a, struct image *out)
{
	const char **argv;
	size_t n = 0;

	for (uint32_t i = 0; i < a->call->n_areas; i++)
		n += a->call->areas[i].arg == a->col[2] &&
		     a->call->areas[i].kind == AREA_STRING;
	argv = arena_array(a->fx->arena, n + 1, sizeof *argv);
	n = 0;
	for (uint32_t i = 0; i < a->call->n_areas; i++) {
		const struct area *s = &a->call->areas[i];

		if (s->arg == a->col[2] && s->kind == AREA_STRING)
			argv[n++] = word_of(a->fx->arena, s);
	}
	out->argv = argv;
	out->n_argv = n;
}

void
on_execve(struct act *a)
{
	struct process *p = a->task->process;
	struct image *last = &p->images[p->n_images - 1];

	tries_note(a);
	if (a->call->is_error)
		return;
	if (a->call->enter_seq > last->exec_seq) {
		read_argv(a, &a->task->asked); /* EVENT_EXEC is still to come */
		return;
	}
	read_argv(a, last);
	note_named(a->fx, a->task, last);
}

/* The first program is the command itself; its argv is in the header when no execve was seen.
 */
static void
fill_first(struct effects *fx, struct image *image)
{
	size_t n = 0;

	if (image->n_argv || !fx->header.argv)
		return;
	while (fx->header.argv[n])
		n++;
	image->argv = fx->header.argv;
	image->n_argv = n;
}

void
task_exec(struct effects *fx, const struct event *event)
{
	struct task *t = task_get(fx, event->task);
	struct task *from = task_get(fx, event->exec.from);
	const char *path = event->exec.path ? event->exec.path : "";
	struct image asked, *last;
	struct process *p;

	if (!t || t->has_ended)
		return;
	p = t->process;
	asked = from ? from->asked : t->asked;
	t->asked = (struct image){ 0 };
	task_own_table(fx, t);
	task_own_place(t);
	table_exec(fx, t->table);
	last = &p->images[p->n_images - 1];
	if (p == fx->first && !p->has_exec)
		fill_first(fx, &asked);
	if (last->is_fork || (p == fx->first && !p->has_exec))
		*last = (struct image){ .evidence = last->evidence };
	else
		last = add_image(p);
	last->exe = arena_intern(fx->arena, path, strlen(path));
	last->argv = asked.argv;
	last->n_argv = asked.n_argv;
	last->exec_seq = event->seq;
	p->has_exec = true;
	p->hears_children = false;
	p->brk = 0;
	if (event->exec.is_secure)
		identity_lost(p);
	note_named(fx, t, last);
	evidence_keep(&last->evidence, &(struct act){ .fx = fx, .task = t, .event = event });
}

void
task_exit(struct effects *fx, const struct event *event)
{
	struct task *t = task_get(fx, event->task);
	struct process *p;

	if (!t || t->has_ended)
		return;
	p = t->process;
	t->has_ended = true;
	fx->n_living--;
	table_drop(fx, t->table);
	t->table = table_new(); /* so that late events find an empty one */
	p->ended_ns = event->time_ns;
	if (!event->exit.is_process)
		return;
	p->has_ended = true;
	p->ended_seq = event->seq;
	p->status = event->exit.status;
	p->peak_rss = event->exit.peak_rss_bytes;
	p->user_ns = event->exit.user_ns;
	p->system_ns = event->exit.system_ns;
}

static void
place_free(struct place *p)
{
	if (--p->n_tasks > 0)
		return;
	mem_free(p->cwd);
	mem_free(p->root);
	mem_free(p);
}

void
tasks_free(struct effects *fx)
{
	for (size_t i = 0; i < fx->n_tasks; i++) {
		struct task *t = fx->tasks[i];

		if (!t)
			continue;
		table_drop(fx, t->table);
		place_free(t->place);
		mem_free(t);
	}
	mem_free(fx->tasks);
	for (size_t i = 0; i < fx->n_processes; i++) {
		struct process *p = fx->processes[i];

		for (size_t k = 0; k < p->n_images; k++)
			evidence_free(p->images[k].evidence);
		moment_done(&p->ended);
		mem_free(p->images);
		mem_free(p);
	}
	mem_free(fx->processes);
}

void
process_place(struct str *out, const struct process *p)
{
	const struct process *up[64];
	size_t n = 0;

	for (; p && p->parent && n < ARRAY_LEN(up); p = p->parent)
		up[n++] = p;
	/* A process that we do not know the parent of stands beside the first. */
	str_addf(out,
		n == ARRAY_LEN(up) ? "…"
		: p && p->ordinal  ? "+%u"
				   : "1",
		p ? p->ordinal : 0);
	while (n-- > 0)
		str_addf(out, ".%u", up[n]->ordinal);
}

void
task_place(struct str *out, const struct task *t)
{
	if (!t) {
		str_add_char(out, '?');
		return;
	}
	process_place(out, t->process);
	if (t->thread)
		str_addf(out, "+%u", t->thread);
}

const struct image *
process_image(const struct process *p)
{
	return &p->images[p->n_images - 1];
}

const char *
process_program(const struct process *p)
{
	return process_image(p)->exe;
}

/* In the order of a walk: by the ordinals on the way from the root, a parent before its
 * children. */
static int
compare_processes(const void *x, const void *y)
{
	const struct process *a = *(struct process *const *)x, *b = *(struct process *const *)y;
	uint32_t da = a->depth, db = b->depth;
	int shorter = (da > db) - (da < db);

	if (a == b)
		return 0;
	for (; da > db; da--)
		a = a->parent;
	for (; db > da; db--)
		b = b->parent;
	if (a == b)
		return shorter;
	while (a->parent != b->parent) {
		a = a->parent;
		b = b->parent;
	}
	if (!a->parent) /* two roots: as they appeared */
		return (a->nr > b->nr) - (a->nr < b->nr);
	return (a->ordinal > b->ordinal) - (a->ordinal < b->ordinal);
}

void
processes_sort(struct effects *fx)
{
	if (fx->n_processes)
		qsort(fx->processes, fx->n_processes, sizeof *fx->processes, compare_processes);
	for (size_t i = 0; i < fx->n_processes; i++)
		fx->processes[i]->order = (uint32_t)i;
}
