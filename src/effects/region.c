/* SPDX-License-Identifier: MIT */
/* region.c - which of a process's calls are its program's own, and which its runtime's */
#include "effects/region.h"

#include "effects/look.h"
#include "effects/out.h"
#include "effects/process.h"

#include <stdlib.h>
#include <string.h>

/* Of one program that a process ran: its own calls are those from main_seq on, before stop_seq.
 */
struct region {
	uint32_t process;
	uint64_t exec_seq;
	uint64_t main_seq, stop_seq;
};

struct regions {
	struct region *items;
	size_t n, capacity;
};

void
regions_free(struct effects *fx)
{
	if (fx->regions)
		mem_free(fx->regions->items);
	mem_free(fx->regions);
}

static void
add(const struct out *o, const struct process *p, const struct image *image,
	const struct stretch *s)
{
	struct regions *r = o->fx->regions;
	const struct line *items = s->lines->items;
	size_t from, end;
	struct region *one;

	out_own_lines(o, p->manners, s, &from, &end);
	r->items = mem_grow(r->items, r->n, &r->capacity, sizeof *r->items);
	one = &r->items[r->n++];
	*one = (struct region){ p->nr, image->exec_seq, UINT64_MAX, UINT64_MAX };
	if (from < end)
		one->main_seq = items[from].seq;
	if (end < s->to)
		one->stop_seq = items[end].seq;
}

/* As out_calls.c walks the lines of a leader: program by program. */
static void
add_leader(const struct out *o, const struct process *p, const struct lines *lines)
{
	struct stretch s = { .lines = lines, .polled_at_once = p->manners->polled_at_once };
	size_t nr = 0;

	for (size_t i = 0; i <= lines->n; i++) {
		if (i < lines->n && !lines->items[i].is_exec)
			continue;
		s.to = i;
		s.is_last = i == lines->n;
		if (nr && s.from < s.to) {
			const struct image *image = &p->images[MIN(nr, p->n_images) - 1];

			s.exe = image->exe;
			s.ready_seq = image->ready_seq;
			add(o, p, image, &s);
		}
		s.from = i + 1;
		nr++;
	}
}

static int
compare_regions(const void *x, const void *y)
{
	const struct region *a = x, *b = y;

	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	return (a->exec_seq > b->exec_seq) - (a->exec_seq < b->exec_seq);
}

void
regions_fill(const struct out *o)
{
	struct effects *fx = o->fx;

	fx->regions = mem_alloc(sizeof *fx->regions);
	for (size_t i = 0; i < fx->n_processes; i++) {
		const struct process *p = fx->processes[i];
		const struct task *leader = task_get(fx, p->nr);

		if (p->manners && leader && leader->lines)
			add_leader(o, p, leader->lines);
	}
	if (fx->regions->n)
		qsort(fx->regions->items, fx->regions->n, sizeof *fx->regions->items,
			compare_regions);
}

const char *
effects_region(const struct effects *fx, uint32_t process, uint64_t exec_seq, uint64_t seq)
{
	const struct region key = { .process = process, .exec_seq = exec_seq }, *found;

	if (!fx->regions)
		return NULL;
	found = fx->regions->n ? bsearch(&key, fx->regions->items, fx->regions->n, sizeof key,
					 compare_regions)
			       : NULL;
	if (!found) /* a copy of its parent's program: that has started */
		return "main";
	return seq >= found->stop_seq   ? "shut-down"
	       : seq >= found->main_seq ? "main"
					: "start-up";
}
