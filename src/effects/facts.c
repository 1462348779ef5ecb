/* SPDX-License-Identifier: MIT */
/* facts.c - numbers of the run: calls by name, time, memory */
#include "effects/facts.h"

#include "effects/alias.h"
#include "effects/anon.h"
#include "effects/calls.h"
#include "effects/msg.h"
#include "effects/process.h"
#include "effects/startup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct tally *
tally_new(void)
{
	return mem_alloc(sizeof(struct tally));
}

void
tally_free(struct tally *t)
{
	if (t)
		mem_free(t->counts);
	mem_free(t);
}

static struct call_count *
add_count(struct tally *t, const char *name)
{
	t->counts = mem_grow(t->counts, t->n, &t->capacity, sizeof *t->counts);
	t->counts[t->n] = (struct call_count){ .name = name };
	return &t->counts[t->n++];
}

static struct call_count *
nameless(struct effects *fx, struct tally *t, const struct call *call)
{
	char room[32];
	const char *name = decode_name(call->arch, call->nr, room);

	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->counts[i].name, name) == 0)
			return &t->counts[i];
	return add_count(t, arena_intern(fx->arena, name, strlen(name)));
}

/* How calls move the bytes of descriptors: which way, and who counts them. */
enum { MOVES_IN = 1, MOVES_OUT = 2, MOVES_MANY = 4 };
static const uint8_t moves[N_CALL_IDS] = {
	[CALL_read] = MOVES_IN,
	[CALL_pread64] = MOVES_IN,
	[CALL_readv] = MOVES_IN,
	[CALL_preadv] = MOVES_IN,
	[CALL_preadv2] = MOVES_IN,
	[CALL_recvfrom] = MOVES_IN,
	[CALL_recvmsg] = MOVES_IN,
	[CALL_recvmmsg] = MOVES_IN | MOVES_MANY,
	[CALL_recvmmsg_time64] = MOVES_IN | MOVES_MANY,
	[CALL_write] = MOVES_OUT,
	[CALL_pwrite64] = MOVES_OUT,
	[CALL_writev] = MOVES_OUT,
	[CALL_pwritev] = MOVES_OUT,
	[CALL_pwritev2] = MOVES_OUT,
	[CALL_sendto] = MOVES_OUT,
	[CALL_sendmsg] = MOVES_OUT,
	[CALL_sendmmsg] = MOVES_OUT | MOVES_MANY,
	[CALL_vmsplice] = MOVES_OUT,
	[CALL_sendfile] = MOVES_IN | MOVES_OUT,
	[CALL_sendfile64] = MOVES_IN | MOVES_OUT,
	[CALL_splice] = MOVES_IN | MOVES_OUT,
	[CALL_copy_file_range] = MOVES_IN | MOVES_OUT,
};

/* The same of socketcall, by its first argument: send, sendto, sendmsg and their opposites. */
static unsigned
way_of(const struct act *a)
{
	static const uint8_t inner[] = {
		[9] = MOVES_OUT,
		[10] = MOVES_IN,
		[11] = MOVES_OUT,
		[12] = MOVES_IN,
		[16] = MOVES_OUT,
		[17] = MOVES_IN,
	};

	if (a->id != CALL_socketcall)
		return moves[a->id];
	return a->call->arg[0] < ARRAY_LEN(inner) ? inner[a->call->arg[0]] : 0;
}

static uint64_t
bytes_of(const struct act *a, unsigned way)
{
	uint64_t n = (uint64_t)a->call->ret, sum = 0;
	struct message m;

	if (!(way & MOVES_MANY))
		return n;
	for (uint64_t i = 0; i < MIN(n, MAX_MESSAGES_SEEN); i++)
		if (messages_read(a->call, a->call->arg[1], i, &m))
			sum += m.n_done;
	return sum;
}

static void
count_bytes(const struct act *a, struct call_count *c)
{
	unsigned way = way_of(a);
	uint64_t n;

	if (!way || a->call->is_error || a->call->state != CALL_DONE || a->call->ret <= 0)
		return;
	n = bytes_of(a, way);
	c->bytes_in += way & MOVES_IN ? n : 0;
	c->bytes_out += way & MOVES_OUT ? n : 0;
}

static bool
is_opening(const struct act *a)
{
	bool is_open = a->id == CALL_open || a->id == CALL_openat || a->id == CALL_openat2 ||
		       a->id == CALL_creat || a->id == CALL_open_by_handle_at;

	return is_open && !a->call->is_error && a->call->state == CALL_DONE;
}

static void
count_in(const struct act *a, struct tally *t)
{
	const struct call *call = a->call;
	uint64_t spent = a->event->time_ns - MIN(call->enter_ns, a->event->time_ns);
	struct call_count *c;

	if (a->id == CALL_unknown) {
		c = nameless(a->fx, t, call);
	} else if (t->index[a->id]) {
		c = &t->counts[t->index[a->id] - 1];
	} else {
		c = add_count(t, decode_spec(call->arch, call->nr)->name);
		t->index[a->id] = (uint16_t)t->n;
	}
	c->n++;
	c->n_errors += call->is_error;
	c->time_ns += spent;
	count_bytes(a, c);
}

void
tally_call(const struct act *a)
{
	struct process *p = a->task->process;

	if (!p->tally)
		p->tally = tally_new();
	count_in(a, p->tally);
	count_in(a, a->fx->total);
	a->fx->n_calls++;
	a->fx->n_opened += is_opening(a);
}

void
memory_mapped(struct act *a)
{
	const uint64_t *arg = a->call->arg;
	uint32_t old[4];

	if (a->id == CALL_mmap && a->call->arch == ARCH_I386) {
		if (!call_read(a->call, 0, arg[0], old, sizeof old))
			return;
		if (old[3] & MAP_ANONYMOUS)
			a->task->process->allocated += old[1];
		a->task->process->mapped += old[1];
		return;
	}
	a->task->process->mapped += arg[1];
	if (arg[3] & MAP_ANONYMOUS)
		a->task->process->allocated += arg[1];
}

/* The heap's first end is learned from brk(0); only growth counts. */
void
on_brk(struct act *a)
{
	struct process *p = a->task->process;
	uint64_t end = (uint64_t)a->call->ret;

	if (a->call->arch == ARCH_I386)
		end = (uint32_t)end;
	if (p->brk && end > p->brk) {
		p->allocated += end - p->brk;
		p->mapped += end - p->brk;
	}
	p->brk = end;
}

void
on_mremap(struct act *a)
{
	struct process *p = a->task->process;
	uint64_t was = a->call->arg[1], is = a->call->arg[2];

	if (is > was) {
		p->allocated += is - was;
		p->mapped += is - was;
	}
}

static int
compare_counts(const void *x, const void *y)
{
	const struct call_count *a = x, *b = y;

	return strcmp(a->name, b->name);
}

static struct call_count *
take_counts(struct effects *fx, struct tally *t, size_t *n)
{
	*n = t ? t->n : 0;
	if (*n)
		qsort(t->counts, t->n, sizeof *t->counts, compare_counts);
	return *n ? arena_dup(fx->arena, t->counts, *n * sizeof *t->counts) : NULL;
}

static void
fill_process(struct effects *fx, struct process_facts *out, struct process *p)
{
	AUTO(str_done) struct str program = { 0 };

	alias_path(fx, &program, process_program(p));
	*out = (struct process_facts){
		.task = p->nr,
		.program = arena_strdup(fx->arena, str_text(&program)),
		.peak_rss_bytes = p->peak_rss,
		.allocated_bytes = p->allocated,
		.peak_mapped_bytes = anon_peak(p),
		.user_ns = p->user_ns,
		.system_ns = p->system_ns,
		.memory_of = p->has_exec ? 0 : p->memory_of,
		.started_ns = p->started_ns,
		.ended_ns = p->ended_ns,
	};
	out->calls = take_counts(fx, p->tally, &out->n_calls);
	if (!p->manners || fx->opts.profile != PROFILE_STRICT)
		return;
	out->runtime = startup_name(p->manners->runtime);
	out->n_startup = p->manners->n_start;
	out->n_shutdown = p->manners->n_stop;
	out->n_runtime = p->manners->n_between;
}

/* wall_ns does not count what the tracer held the first program for. */
static uint64_t
began_ns(const struct facts *f)
{
	uint64_t last_ns = 0;

	for (size_t i = 0; i < f->n_processes; i++)
		last_ns = MAX(last_ns, f->processes[i].ended_ns);
	return last_ns > f->wall_ns ? last_ns - f->wall_ns : 0;
}

void
facts_fill(struct effects *fx, const struct trace_footer *footer)
{
	struct facts *f = &fx->facts;

	*f = (struct facts){ .n_calls = fx->n_calls,
		.has_all_calls = !fx->header.is_subset,
		.has_busy = fx->header.is_sampled,
		.has_stacks = fx->header.has_stacks,
		.has_memory_calls = !fx->header.is_subset || fx->saw_memory_calls,
		.n_opened = fx->n_opened,
		.max_fds = fx->max_fds,
		.n_processes = fx->n_processes,
		.has_peak_mapped = fx->opts.peak_memory,
		.peak_mapped_bytes = fx->anon_peak };
	if (footer)
		f->footer = *footer;
	f->wall_ns = footer && footer->wall_ns ? footer->wall_ns : fx->last_ns - fx->first_ns;
	f->calls = take_counts(fx, fx->total, &f->n_names);
	f->processes = arena_array(fx->arena, fx->n_processes, sizeof *f->processes);
	for (size_t i = 0; i < fx->n_processes; i++) {
		struct process_facts *out = &f->processes[fx->processes[i]->appeared];

		fill_process(fx, out, fx->processes[i]);
		f->allocated_bytes += out->allocated_bytes;
		f->mapped_bytes += fx->processes[i]->mapped;
		f->n_threads += fx->processes[i]->n_threads;
		f->peak_rss_bytes = MAX(f->peak_rss_bytes, out->peak_rss_bytes);
		f->has_peak_rss |= out->peak_rss_bytes != 0;
	}
	f->began_ns = footer && footer->wall_ns ? began_ns(f) : 0;
}
