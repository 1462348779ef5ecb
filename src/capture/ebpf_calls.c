/* SPDX-License-Identifier: MIT */
/*
 * ebpf_calls.c - records of calls, and the memory that belongs to them
 *
 * decode_fetch() runs twice for a call, as under ptrace(2), but both times at its end: first
 * over what was copied at the entry (or, where nothing was, at the exit, for memory that the
 * kernel only reads is still the same), then over what was copied at the exit. A payload's copy
 * ends with the bytes that the call moved.
 */

#include "capture/ebpf.h"

#include "capture/memory.h"
#include "capture/restart.h"
#include "capture/ring_ops.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <unistd.h>

#define X32_BIT 0x40000000u
#define MAX_ERRNO 4095
#define CLOCKS_NS 20000u     /* between the clock of the records and ours */
#define LOWEST_ADDRESS 4096u /* nothing is ever mapped below */

static const void *
snippets_of(const struct record_call *rec)
{
	return rec + 1;
}

static size_t
snippet_bytes(const struct record_call *rec)
{
	return rec->head.size - sizeof *rec;
}

static void
keep(struct drain *d, struct copies *in, const struct record_call *rec)
{
	if (!copies_keep(in, snippets_of(rec), snippet_bytes(rec), rec->n_snippets))
		d->n_unsound++;
}

static void
load_call(struct drain *d, struct task *t, const struct record_call *rec)
{
	struct call *call = &t->call;

	call->nr = rec->arch == ARCH_X32 ? rec->nr | X32_BIT : rec->nr;
	call->arch = rec->arch;
	call->state = 0;
	call->is_error = false;
	call->ret = 0;
	call->enter_seq = 0;
	call->ip = rec->ip;
	call->n_areas = 0;
	call->areas = NULL;
	call->stack = NULL;
	memcpy(call->arg, rec->arg, sizeof call->arg);
	t->id = decode_spec((enum arch)call->arch, call->nr)->id;
	if (t->id == CALL_rt_sigreturn || t->id == CALL_sigreturn)
		call->arg[0] = rec->sp;
	call->enter_ns = rec->enter_ns > d->started_ns
				 ? MIN(rec->enter_ns - d->started_ns, d->now_ns)
				 : 0;
	t->is_wanted = !d->has_wanted || call_set_has(&d->wanted, t->id);
}

void
ebpf_more(struct drain *d, struct task *t, const struct record_call *rec)
{
	keep(d, &t->ahead, rec);
}

void
ebpf_entry(struct drain *d, struct task *t, const struct record_call *rec)
{
	struct copies ahead = t->ahead;

	copies_clear(&t->early);
	t->ahead = t->early;
	t->early = ahead;
	keep(d, &t->early, rec);
	load_call(d, t, rec);
	t->entry_ns = rec->enter_ns;
	t->in_call = true;
}

/* --- what was copied, and what was not --- */

static const char *
gap_words(uint8_t state)
{
	return state == SNIPPET_FAULT   ? "could not be read"
	       : state == SNIPPET_LATER ? "could not be read later"
					: "were not copied";
}

/* What a failed call led to and is not there, the kernel did not look at either, nor at payload
 * that its taker does not look at or that a call which was cut off did not get to. Where
 * nothing is mapped, ptrace(2) finds nothing; but a program that was executed since has another
 * memory.
 */
static bool
is_harmless(const struct drain *d, const struct task *t, const struct copies_gap *gap)
{
	if (gap->address < LOWEST_ADDRESS || gap->state == SNIPPET_UNSEEN)
		return true;
	if (t->call.state == CALL_UNFINISHED && gap->is_data && gap->state == SNIPPET_FAULT)
		return true;
	if (t->call.is_error)
		return gap->is_data || gap->state == SNIPPET_FAULT;
	return gap->state == SNIPPET_FAULT && d->hold && t->id != CALL_execve &&
	       t->id != CALL_execveat && memory_is_absent(t->tid, gap->address);
}

static void
judge_gap(struct drain *d, const struct task *t, struct copies_reader *from)
{
	const struct copies_gap *gap = &from->gap;
	char room[32];

	if (!gap->is_found || is_harmless(d, t, gap))
		return;
	d->n_lost++;
	drain_doubt(d, "%llu bytes of %s %s", (unsigned long long)gap->size,
		decode_name((enum arch)t->call.arch, t->call.nr, room), gap_words(gap->state));
}

/* A struct is kept as far as it could be read; was there more? */
static void
look_at_structs(const struct areas *a, size_t from, struct copies_reader *reader)
{
	for (size_t i = from; i < a->n; i++) {
		const struct area *area = &a->list[i];

		if (area->kind == AREA_STRUCT && area->kept < area->size)
			copies_look(
				reader, area->address + area->kept, area->size - area->kept);
	}
}

/* The copy of a payload holds what was moved. Taken from an area's size while the areas are
 * taken, for nothing is there that could be cut later. */
struct budget {
	struct areas *areas;
	const struct areas_source *source;
	uint64_t left; /* bytes of output */
};

static void
take(void *arg, uint8_t nr_arg, enum area_kind kind, uint64_t address, uint64_t size)
{
	struct budget *b = arg;

	if (kind == AREA_DATA_OUT) {
		size = MIN(size, b->left);
		b->left -= size;
	}
	areas_take(b->areas, b->source, nr_arg, kind, address, size);
}

static void
fetch(struct drain *d, struct task *t, struct copies_reader *from, bool is_exit)
{
	struct areas_source source = { copies_peer(from), copies_peer_data(from), is_exit,
		d->opts.payload_limit };
	bool is_cut = !is_exit && t->call.state == CALL_DONE && !t->call.is_error &&
		      areas_count_output(t->id);
	struct budget budget = { &t->areas, &source,
		is_cut ? (uint64_t)t->call.ret : UINT64_MAX };
	size_t before = t->areas.n;

	areas_fetch_with(&source, &t->call, d->opts.want_input, take, &budget);
	look_at_structs(&t->areas, before, from);
	judge_gap(d, t, from);
}

static void
meet(void *arg)
{
	ebpf_meet(arg);
}

static void
fetch_both(struct drain *d, struct task *t, struct copies *late, pid_t live, bool is_late)
{
	struct copies_reader before = { .sets = { &t->early, &t->ahead, late },
		.past = &t->early,
		.live = live,
		.is_all_live = is_late && t->call.is_error,
		.skips_faults = t->call.is_error,
		.meanwhile = meet,
		.arg = d };
	struct copies_reader after = {
		.sets = { &t->ahead, late }, .live = live, .meanwhile = meet, .arg = d
	};

	areas_clear(&t->areas);
	fetch(d, t, &before, false);
	/* What an interrupted call has filled in by then is not looked at: it goes on. */
	if (t->call.state == CALL_DONE && !(t->call.is_error && t->call.ret == -EINTR))
		fetch(d, t, &after, true);
}

/* --- calls that say something to us as well --- */

static void
note_ring(struct drain *d, struct task *t)
{
	if (t->call.is_error || t->call.state != CALL_DONE)
		return;
	d->footer.n_rings++;
	drain_doubt(d, RINGS_SET_UP);
}

/* The kernel refuses strict mode to a task that has a filter, and ours is one. */
static void
note_strict(struct drain *d, const struct task *t)
{
	bool is_strict = t->id == CALL_seccomp ? t->call.arg[0] == SECCOMP_SET_MODE_STRICT
					       : t->call.arg[0] == PR_SET_SECCOMP &&
							 t->call.arg[1] == SECCOMP_MODE_STRICT;

	if (!is_strict || !t->call.is_error || !d->opts.deny_io_uring)
		return;
	d->footer.n_untraceable++;
	drain_doubt(d, "seccomp's strict mode is refused under our filter: use backend ptrace");
}

static void
note_filter(struct drain *d, struct task *t)
{
	uint64_t flags = t->id == CALL_seccomp ? t->call.arg[1] : 0;
	bool is_filter = t->id == CALL_seccomp
				 ? t->call.arg[0] == SECCOMP_SET_MODE_STRICT ||
					   t->call.arg[0] == SECCOMP_SET_MODE_FILTER
				 : t->call.arg[0] == PR_SET_SECCOMP;
	bool has_listener = flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;

	note_strict(d, t);
	/* A result above 0 names the thread that TSYNC failed for, or is a listener. */
	if (!is_filter || t->call.is_error || t->call.state != CALL_DONE ||
		(t->call.ret > 0 && !has_listener))
		return;
	d->footer.n_seccomp_filters++;
	t->has_listener |= has_listener;
}

/* A task has one tracer. Was it us, where natively nobody would have been? */
static void
note_tracer(struct drain *d, struct task *t)
{
	uint64_t request = t->call.arg[0];
	pid_t whom = request == PTRACE_TRACEME ? t->tid : (pid_t)t->call.arg[1];

	if (request != PTRACE_TRACEME && request != PTRACE_ATTACH && request != PTRACE_SEIZE)
		return;
	if (t->call.ret != -EPERM || !d->hold ||
		!hold_had(d->hold, whom, d->started_ns + t->call.enter_ns,
			d->started_ns + d->now_ns))
		return;
	d->footer.n_untraceable++;
	drain_doubt(d, "process %d could not be traced by the target, for we held it", whom);
}

static const struct row {
	enum call_id id;
	void (*note)(struct drain *d, struct task *t);
} rows[] = {
	{ CALL_ptrace, note_tracer },
	{ CALL_io_uring_setup, note_ring },
	{ CALL_seccomp, note_filter },
	{ CALL_prctl, note_filter },
};

static void
note(struct drain *d, struct task *t)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].id == t->id)
			rows[i].note(d, t);
	}
}

/* --- the end of a call --- */

/* By a filter of the target's own, or by ours (filter_refuse_rings()), which is as if this
 * kernel had no rings. */
static bool
is_denied(const struct drain *d, const struct task *t)
{
	bool is_ours = d->opts.deny_io_uring && t->id == CALL_io_uring_setup &&
		       t->call.is_error && t->call.ret == -ENOSYS;

	return !is_ours && !t->has_listener;
}

static enum call_state
state_of(const struct drain *d, const struct task *t, uint8_t how)
{
	if (how == CALL_HOW_UNFINISHED || how == CALL_HOW_STRANGE)
		return CALL_UNFINISHED;
	if (how == CALL_HOW_NO_ENTRY && is_denied(d, t))
		return CALL_DENIED;
	return t->call.is_error && restart_is_code(t->call.ret) ? CALL_RESTARTED : CALL_DONE;
}

void
ebpf_tell(struct drain *d, struct task *t, uint64_t exit_ns)
{
	struct event *event;

	d->footer.n_calls_32bit += t->call.arch == ARCH_I386;
	d->footer.n_restarted += t->call.state == CALL_RESTARTED;
	d->footer.n_unfinished += t->call.state == CALL_UNFINISHED;
	d->footer.n_calls++;
	areas_seal(&t->areas);
	t->call.areas = t->areas.list;
	t->call.n_areas = (uint32_t)t->areas.n;
	event = drain_call(d, t);
	event->time_ns = exit_ns;
	/* Entries are not told of when they come; times put them into their place. */
	event->call.enter_seq = MIN(t->call.enter_ns, event->seq - 1);
}

static void
leave(struct task *t, struct copies *late)
{
	t->in_call = false;
	copies_clear(&t->early);
	copies_clear(&t->ahead);
	copies_clear(late);
}

static void
set_result(struct drain *d, struct task *t, const struct record_call *rec)
{
	t->call.ret = rec->ret;
	t->call.is_error = rec->ret < 0 && rec->ret >= -MAX_ERRNO;
	t->call.state = (uint8_t)state_of(d, t, rec->how);
	if (t->call.state == CALL_UNFINISHED)
		ebpf_take_back(t);
}

/* What follows may say what becomes of it. */
static void
tell_or_hold(struct drain *d, struct task *t)
{
	t->is_held = ebpf_is_open(d, t);
	if (t->is_held)
		areas_own(&t->areas);
	t->exit_ns = d->now_ns;
	if (!t->is_held)
		ebpf_tell(d, t, d->now_ns);
}

/* The call before, in the end. */
static void
resumed(struct drain *d, struct task *t, const struct record_call *rec)
{
	t->is_resumed = false;
	t->since_ns = 0;
	set_result(d, t, rec);
	tell_or_hold(d, t);
	leave(t, &d->late);
}

void
ebpf_spare(struct drain *d, const struct record_call *rec)
{
	if (d->hold && (rec->flags & CALL_SPARE))
		hold_part(d->hold, rec->head.pid);
}

bool
ebpf_stopped(struct drain *d, const struct record_call *rec)
{
	if (!d->hold || !(rec->flags & CALL_STOPPED))
		return false;
	return rec->flags & CALL_LEAVE ? hold_yielded(d->hold, rec->head.tid)
				       : hold_stopped(d->hold, rec->head.tid);
}

void
ebpf_call(struct drain *d, struct task *t, const struct record_call *rec)
{
	struct copies *late = &d->late;
	bool is_live = ebpf_stopped(d, rec);

	if (d->hold)
		hold_called(d->hold, t->process->pid, rec->enter_ns);
	if (t->is_resumed) {
		resumed(d, t, rec);
		return;
	}
	/* A filter that kills: the call was refused, and then was the last. */
	if (rec->how == CALL_HOW_STRANGE && t->is_denied) {
		leave(t, late);
		return;
	}
	t->is_denied = rec->how == CALL_HOW_NO_ENTRY;
	ebpf_spare(d, rec);
	if (!copies_lend(late, snippets_of(rec), snippet_bytes(rec), rec->n_snippets))
		d->n_unsound++;
	if (t->in_call && rec->enter_ns != t->entry_ns)
		copies_clear(&t->early); /* of a call whose end was lost */
	load_call(d, t, rec);
	if (t->since_ns)
		t->call.enter_ns = t->since_ns;
	t->since_ns = 0;
	set_result(d, t, rec);
	note(d, t);
	if (t->is_wanted) {
		ebpf_late_strings(t, is_live ? t->tid : 0);
		fetch_both(d, t, late, is_live ? t->tid : 0, rec->flags & CALL_LATE);
		tell_or_hold(d, t);
	}
	leave(t, late);
}

/* --- what the kernel half is to do --- */

static bool
is_ours(enum call_id id)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (rows[i].id == id)
			return true;
	}
	return false;
}

/* May it lead to payload that a ring has no room for? An argument says so. */
static bool
is_large(const struct drain *d, const struct hint *h)
{
	bool is_in =
		h->op == HINT_DATA_IN && (d->opts.want_input || !(h->when & HINT_IS_INPUT));

	return (h->op == HINT_DATA_OUT || is_in) && h->len != HINT_NO_REG;
}

static void
fill_row(const struct drain *d, struct call_hints *row, enum arch arch, uint32_t nr)
{
	uint32_t number = arch == ARCH_X32 ? nr | X32_BIT : nr;
	enum call_id id = decode_spec(arch, number)->id;

	*row = (struct call_hints){ 0 };
	if (d->has_wanted && !call_set_has(&d->wanted, id)) {
		row->flags = is_ours(id) ? CALL_IS_WANTED : 0;
		row->flags |= id == CALL_prctl ? CALL_IS_PRCTL : 0;
		return;
	}
	hint_of(row, arch, nr);
	row->flags = CALL_IS_WANTED | (id == CALL_prctl ? CALL_IS_PRCTL : 0);
	for (uint8_t i = 0; i < row->n; i++) {
		if ((row->hint[i].when & HINT_AT_ENTRY) ||
			row->hint[i].when >> HINT_RIVAL_SHIFT)
			row->flags |= CALL_IS_EARLY;
		if (!(row->flags & CALL_IS_LARGE) && is_large(d, &row->hint[i]))
			row->flags |= (uint8_t)(CALL_IS_LARGE | CALL_REG * row->hint[i].len);
	}
}

/* As many snippets of nothing as a call can have elements, and a bit for others. */
#define RESERVE_MIN (HINT_IOVS_MAX * sizeof(struct snippet) + 4096)

/* Records of tasks above the mark before we are attached to them. */
#define ATTACH_BYTES (1u << 20)

void
ebpf_fill_control(const struct drain *d, struct bpf_control *control)
{
	size_t ring = d->session->n_cpus ? d->session->rings[0].size : 0;

	control->want_input = d->opts.want_input;
	control->follow = d->opts.follow;
	control->n_cpus = d->session->n_cpus;
	control->reader = (uint32_t)getpid();
	control->near_bytes = (uint32_t)(ring / 4);
	control->high_bytes = (uint32_t)(ring / 2);
	control->top_bytes = control->high_bytes + (uint32_t)MIN(ring / 8, ATTACH_BYTES);
	control->data_bytes = (uint32_t)(ring / 4);
	control->reserve_bytes = (uint32_t)MAX(ring / 8, RESERVE_MIN);
	for (unsigned arch = 0; arch < HINT_ARCHES; arch++) {
		for (uint32_t nr = 0; nr < HINT_NRS; nr++)
			fill_row(d, &control->calls[arch][nr], (enum arch)arch, nr);
	}
}
