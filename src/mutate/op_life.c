/* SPDX-License-Identifier: MIT */
/* op_life.c - operators on processes: how they end, what they execute, which there are */
#include "mutate/inner.h"
#include "mutate/ops.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static size_t
exit_of(struct stage *s, uint32_t task)
{
	for (size_t i = s->tape->n; i-- > 0;) {
		const struct event *e = stage_event(s, i);

		if (e->kind == EVENT_EXIT && e->task == task && e->exit.is_process)
			return i;
	}
	return 0;
}

static void
find_end(struct stage *s, struct sites *out)
{
	size_t i = exit_of(s, s->first);

	for (uint32_t how = 0; i && stage_claim(s, EFFECT_EXIT, "exit") && how < 4; how++)
		sites_add(out, i, 0, how);
}

static int32_t
other_status(int32_t status, uint32_t how)
{
	static const int signals[] = { SIGKILL, SIGSEGV };

	if (how >= 2)
		return status == signals[how - 2] ? SIGABRT : signals[how - 2];
	if (how == 1)
		return status ? 0 : 255 << 8;
	return WIFEXITED(status) ? ((WEXITSTATUS(status) + 1) & 255) << 8 : 1 << 8;
}

static bool
other_end(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *e = mutant_edit(m, site->at);

	e->exit.status = other_status(e->exit.status, site->how);
	m->what = arena_printf(m->arena, "it ended with wait status %#x instead of %#x",
		(unsigned)e->exit.status, (unsigned)stage_event(s, site->at)->exit.status);
	return true;
}

/* The claim that a program was executed whose EVENT_EXEC is event i. */
static const struct effect *
exec_claim(struct stage *s, size_t i)
{
	const struct golden *g = s->steps.golden;

	for (size_t k = 0; k < g->n_effects; k++)
		if (g->effects[k].kind == EFFECT_EXEC &&
			g->effects[k].seq == stage_event(s, i)->seq)
			return stage_claim(s, EFFECT_EXEC, g->effects[k].key);
	return NULL;
}

/* The last program of a process: event index, 0 when it executed none. */
static size_t
last_exec(struct stage *s, uint32_t task)
{
	for (size_t i = s->tape->n; i-- > 0;)
		if (stage_event(s, i)->kind == EVENT_EXEC && stage_event(s, i)->task == task)
			return i;
	return 0;
}

/* A child's program that the golden claims with a count of one: then this end is in `exits`. */
static bool
is_only_one(const struct effect *claim)
{
	const struct value *count = claim_value(claim, "count");

	return count && count->number == 1;
}

static bool
is_kill_of(const struct step *step, const struct call *c, int32_t pid)
{
	int32_t to = (int32_t)c->arg[0];

	switch (step->id) {
	case CALL_kill:
	case CALL_tkill:
	case CALL_tgkill:
	case CALL_rt_sigqueueinfo:
		return to == pid || to <= 0;
	case CALL_pidfd_send_signal:
		return true;
	default:
		return false;
	}
}

/* Did the run bring about this end itself, by a signal, or by no longer reading what the child
 * wrote? Then how it ended is a matter of luck. */
static bool
is_brought_about(struct stage *s, uint32_t task)
{
	int32_t pid = 0;

	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *e = stage_event(s, i);

		if (e->kind == EVENT_START && e->task == task)
			pid = e->start.pid;
		if (e->kind != EVENT_CALL || !pid)
			continue;
		if (is_kill_of(stage_step(s, i), &e->call, pid) ||
			(e->task == task && e->call.is_error && e->call.ret == -EPIPE))
			return true;
	}
	return false;
}

static void
find_child_ends(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *e = stage_event(s, i);
		size_t exec;

		if (e->kind != EVENT_EXIT || !e->exit.is_process || e->task == s->first ||
			!WIFEXITED(e->exit.status))
			continue;
		exec = last_exec(s, e->task);
		if (exec && is_only_one(exec_claim(s, exec)) && !is_brought_about(s, e->task))
			sites_add(out, i, 0, e->exit.status ? 1 : 0);
	}
}

/* The words of an execve are strings of its argument 1 (2 of execveat). */
static size_t
exec_call(struct stage *s, size_t exec)
{
	for (size_t i = exec + 1; i < s->tape->n && i < exec + 64; i++)
		if (stage_step(s, i)->kind == STEP_EXEC && stage_step(s, i)->is_ok &&
			stage_event(s, i)->task == stage_event(s, exec)->task)
			return i;
	return 0;
}

static bool
is_word(const struct step *step, const struct area *a)
{
	return a->kind == AREA_STRING && a->arg == (step->id == CALL_execveat ? 2 : 1);
}

static void
find_words(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *e = stage_event(s, i);
		size_t call;
		uint32_t n = 0;

		if (e->kind != EVENT_EXEC || e->task == s->first || !exec_claim(s, i))
			continue;
		call = exec_call(s, i);
		for (uint32_t k = 0; call && k < stage_event(s, call)->call.n_areas; k++)
			n += is_word(stage_step(s, call), &stage_event(s, call)->call.areas[k]);
		for (uint32_t k = 1; k < n; k++)
			sites_add(out, call, i, k);
	}
}

static bool
other_word(struct stage *s, const struct site *site, struct mutant *m)
{
	struct event *e = mutant_edit(m, site->at);
	struct area *areas = mutant_areas(m, e);
	uint32_t nr = 0;

	m->what = arena_printf(m->arena, "word %u of %s was another one", site->how,
		stage_say(s, m, site->at));
	for (uint32_t k = 0; k < e->call.n_areas; k++) {
		struct area *a = &areas[k];

		if (!is_word(stage_step(s, site->at), a) || nr++ != site->how)
			continue;
		if (a->kept < a->size)
			return false;
		a->bytes = (const uint8_t *)arena_printf(
			m->arena, "%.*s~", (int)a->kept, (const char *)a->bytes);
		a->kept++;
		a->size++;
		a->has_digest = false;
		return true;
	}
	return false;
}

static bool
is_ancestor(struct stage *s, uint32_t task, uint32_t ancestor)
{
	for (int depth = 0; task && depth < 100; depth++) {
		uint32_t parent = 0;

		if (task == ancestor)
			return true;
		for (size_t i = 0; i < s->tape->n; i++) {
			const struct event *e = stage_event(s, i);

			if (e->kind == EVENT_START && e->task == task)
				parent = e->start.process == task ? e->start.parent
								  : e->start.process;
		}
		task = parent;
	}
	return false;
}

/* Children whose program the golden claims, and counts. */
static void
find_children(struct stage *s, struct sites *out)
{
	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *e = stage_event(s, i);
		size_t exec;

		if (e->kind != EVENT_EXIT || !e->exit.is_process || e->task == s->first ||
			e->exit.status)
			continue;
		exec = last_exec(s, e->task);
		if (exec && is_only_one(exec_claim(s, exec)))
			sites_add(out, i, 0, 0);
	}
}

/* It and all that came from it is not there. */
static bool
lost_child(struct stage *s, const struct site *site, struct mutant *m)
{
	uint32_t child = stage_event(s, site->at)->task;

	for (size_t i = 0; i < s->tape->n; i++) {
		const struct event *e = stage_event(s, i);

		if (e->task && is_ancestor(s, e->task, child))
			mutant_drop(m, i);
	}
	m->what = arena_printf(m->arena, "task %u (%s) was never started", child,
		stage_say(s, m, last_exec(s, child)));
	return true;
}

static void
find_begin(struct stage *s, struct sites *out)
{
	if (stage_claim(s, EFFECT_COUNT, "programs") || s->golden->profile != PROFILE_COUNTS)
		sites_add(out, s->began, 0, 0);
}

static bool
extra_child(struct stage *s, const struct site *site, struct mutant *m)
{
	static const char path[] = "/usr/bin/selftest-child";
	static const char *const words[] = { "selftest-child", "--now" };
	uint32_t task = 1;
	struct event *e;

	for (size_t i = 0; i < s->tape->n; i++)
		task = MAX(task, stage_event(s, i)->task + 1);
	e = mutant_add(m, site->at, EVENT_START, task);
	e->start = (struct task_start){ .parent = s->first,
		.process = task,
		.how = START_FORK,
		.pid = 4194000,
		.tid = 4194000 };
	e = mutant_add_call(m, site->at, task, CALL_execve, 0);
	mutant_give(m, e, 0, AREA_STRING, path, strlen(path));
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		mutant_give(m, e, 1, AREA_STRING, words[i], strlen(words[i]));
	e = mutant_add(m, site->at, EVENT_EXEC, task);
	e->exec.path = path;
	e = mutant_add(m, site->at, EVENT_EXIT, task);
	e->exit.is_process = true;
	m->what = "a program /usr/bin/selftest-child was executed as well";
	return true;
}

const struct operator op_other_end = { "other-end", true, TELLING,
	"a failure would look like success, or the other way round", find_end, other_end };
const struct operator op_other_child_end = { "other-child-end", true, TELLING,
	"a program's failure would be swallowed", find_child_ends, other_end };
const struct operator op_other_word = { "other-word", true, TELLING,
	"a program would be told to do something else", find_words, other_word };
const struct operator op_lost_child = { "lost-child", true, TELLING, "work would not be done",
	find_children, lost_child };
const struct operator op_extra_child = { "extra-child", true, ALL_PROFILES,
	"a program would be run that nobody expects", find_begin, extra_child };
