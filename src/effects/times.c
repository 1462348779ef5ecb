/* SPDX-License-Identifier: MIT */
/*
 * times.c - times of files, where a program chose them
 *
 * utimensat(2), utime(2), stat(2), statx(2). The layouts are those of the kernel's structs;
 * time of access is nobody's business: reading changes it (relatime).
 */
#include "effects/times.h"

#include "effects/calls.h"
#include "effects/msg.h"
#include "effects/names.h"

#include <sys/stat.h>
#include <time.h>

#define SECOND_NS 1000000000u
#define HOUR_S 3600
#define NEAR_S (60 * 24 * (int64_t)HOUR_S) /* "yesterday", "last month": reckoned from now */
#define MTIMES_MAX 100000                  /* distinct ones that are remembered */

/* Is the argument 32-bit words? */
static bool
is_narrow(const struct act *a)
{
	return a->call->arch == ARCH_I386 && a->id != CALL_utimensat_time64;
}

static bool
read_words(const struct act *a, int arg, uint64_t at, int64_t *out, int n)
{
	int32_t narrow[4];

	if (!is_narrow(a))
		return call_read(a->call, arg, at, out, (size_t)n * sizeof *out);
	if (!call_read(a->call, arg, at, narrow, (size_t)n * sizeof *narrow))
		return false;
	for (int i = 0; i < n; i++)
		out[i] = narrow[i];
	return true;
}

/* The time of change that the call sets; false: the present, or none. */
static bool
chosen_time(const struct act *a, int64_t *seconds, int64_t *ns)
{
	int arg = a->id == CALL_utime || a->id == CALL_utimes ? 1 : 2;
	int64_t words[4];
	bool is_pair = a->id != CALL_utime;

	if (!a->call->arg[arg] ||
		!read_words(a, arg, a->call->arg[arg], words, is_pair ? 4 : 2))
		return false;
	*seconds = is_pair ? words[2] : words[1];
	*ns = is_pair ? words[3] : 0;
	if (a->id == CALL_utimensat || a->id == CALL_utimensat_time64)
		return *ns != UTIME_NOW && *ns != UTIME_OMIT;
	*ns *= 1000;
	return true;
}

/* The present, or some whole hours from it: reckoned from the clock. */
static bool
is_from_now(const struct act *a, int64_t seconds)
{
	uint64_t start_ns = a->fx->header.started_ns;
	int64_t now = (int64_t)((start_ns + a->event->time_ns) / SECOND_NS);
	int64_t away = now - seconds, run_s = (int64_t)(a->event->time_ns / SECOND_NS) + 2;

	if (!start_ns || away > NEAR_S || away < -NEAR_S)
		return false;
	away = ((away % HOUR_S) + HOUR_S) % HOUR_S;
	return away <= run_s || away >= HOUR_S - 2;
}

void
on_times(struct act *a)
{
	const struct name *n;
	int64_t seconds, ns;

	on_touch(a);
	n = a->fx->last_touched;
	a->fx->last_touched = NULL;
	if (a->call->is_error || !n || !n->file)
		return;
	n->file->has_time = false;
	if (!chosen_time(a, &seconds, &ns) || is_from_now(a, seconds) ||
		map_get_number(a->fx->seen_times, (uint64_t)seconds))
		return;
	*map_number(a->fx->chosen_times, (uint64_t)seconds) = a->fx;
	n->file->has_time = true;
	n->file->time_s = seconds;
	n->file->time_ns = (uint32_t)ns;
	n->file->time_seq = a->event->seq;
}

void
times_seen(const struct act *a, int arg)
{
	static const uint64_t at[] = { 88, 112, 72 }; /* stat, statx, i386's stat64 */
	bool is_32 = a->call->arch == ARCH_I386;
	uint64_t place = a->call->arg[arg] + at[a->id == CALL_statx ? 1 : is_32 ? 2 : 0];
	struct effects *fx = a->fx;
	int64_t seconds = 0;

	if (a->call->is_error || map_count(fx->seen_times) >= MTIMES_MAX ||
		!call_read(a->call, arg, place, &seconds, is_32 && a->id != CALL_statx ? 4 : 8))
		return;
	/* What the run chose itself is still chosen when it looks at it. */
	if (seconds && !map_get_number(fx->chosen_times, (uint64_t)seconds))
		*map_number(fx->seen_times, (uint64_t)seconds) = fx;
}

/* Column 0: the argument with the state. */
void
on_fstat(struct act *a)
{
	times_seen(a, a->col[0]);
}

void
times_put(struct golden *g, struct effect *e, const struct name *n)
{
	const struct file *f = n->file;
	time_t seconds;
	struct tm tm;

	if (!f || !f->has_time || (f->was_written && f->write_seq > f->time_seq))
		return;
	seconds = (time_t)f->time_s;
	if (!gmtime_r(&seconds, &tm))
		return;
	effect_text(g, e, "mtime",
		arena_printf(g->arena, "%04d-%02d-%02dT%02d:%02d:%02d%s%.*s", tm.tm_year + 1900,
			tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
			f->time_ns ? "." : "", f->time_ns ? 9 : 0,
			arena_printf(g->arena, "%09u", f->time_ns)));
}
