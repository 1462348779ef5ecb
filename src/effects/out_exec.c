/* SPDX-License-Identifier: MIT */
/*
 * out_exec.c - programs executed, and processes that were only forked
 *
 * Equal command lines are one effect with a count. Of the ends only those are told apart that
 * the run did not bring about itself: a worker that its parent stops may as well have ended by
 * itself a moment before, and a writer whose reader has gone may have been quicker.
 */
#include "effects/out.h"

#include "effects/alias.h"
#include "effects/evidence.h"
#include "effects/launch.h"
#include "effects/path.h"
#include "effects/runtime.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* One effect in the making. */
struct program {
	const char *key, *path;
	const char **argv; /* canonical */
	size_t n_argv;
	uint64_t count;
	bool is_waiter, may_repeat, ended_well;
	const char **ends; /* of those that did not */
	size_t n_ends, capacity;
	const struct process **last; /* whose last program this was, in order */
	size_t n_last, last_capacity;
	const struct evidence *evidence;
};

static void
put_quoted(struct str *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./<>-";

	if (*word && word[strspn(word, plain)] == '\0') {
		str_add(out, word);
		return;
	}
	str_add_char(out, '\'');
	for (; *word; word++)
		if (*word == '\'')
			str_add(out, "'\\''");
		else
			str_add_char(out, *word);
	str_add_char(out, '\'');
}

static const char *
canonical_word(struct out *o, const char *word, bool has_pids)
{
	AUTO(str_done) struct str raw = { 0 };

	alias_word(o->fx, &raw, word, has_pids);
	redact(o->fx, &raw);
	str_clear(&o->text);
	str_add_escaped(&o->text, str_text(&raw), raw.n);
	return arena_strdup(o->golden->arena, str_text(&o->text));
}

static void
put_key(struct out *o, struct program *p, const struct image *image)
{
	AUTO(str_done) struct str key = { 0 };

	if (image->is_fork)
		str_add(&key, "fork of ");
	str_add(&key, p->path);
	if (!image->is_fork && image->n_argv &&
		strcmp(path_last(image->argv[0]), path_last(image->exe)) != 0) {
		str_add(&key, " (as ");
		put_quoted(&key, p->argv[0]);
		str_add_char(&key, ')');
	}
	for (size_t i = 1; i < p->n_argv; i++) {
		str_add_char(&key, ' ');
		put_quoted(&key, p->argv[i]);
	}
	p->key = arena_strdup(o->golden->arena, key.data);
}

static struct program *
program_of(struct out *o, struct map *programs, const struct image *image)
{
	struct program p = { .is_waiter = runtime_is_waiter(image->exe),
		.may_repeat = !image->is_fork || runtime_is_shell(image->exe) };
	bool has_pids = runtime_takes_pids(image->exe);
	void **slot;

	str_clear(&o->text);
	alias_path(o->fx, &o->text, *image->exe ? image->exe : "?");
	p.path = arena_strdup(o->golden->arena, o->text.data);
	if (!image->is_fork) {
		p.n_argv = image->n_argv;
		p.argv = arena_array(o->golden->arena, p.n_argv + 1, sizeof *p.argv);
		for (size_t i = 0; i < p.n_argv; i++)
			p.argv[i] = canonical_word(o, image->argv[i], has_pids);
		/* "sh" or "/bin/sh": libraries differ, and programs look at the end of it. */
		if (p.n_argv && o->fx->opts.profile == PROFILE_TRANSPILE)
			p.argv[0] = path_last(p.argv[0]);
	}
	put_key(o, &p, image);
	slot = map_text(programs, p.key);
	if (!*slot)
		*slot = arena_dup(o->golden->arena, &p, sizeof p);
	return *slot;
}

static bool
is_crash(int signal)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS,
		SIGTRAP, SIGXFSZ, SIGXCPU };

	for (size_t i = 0; i < ARRAY_LEN(crashes); i++)
		if (signal == crashes[i])
			return true;
	return false;
}

bool
out_was_killed(const struct process *p)
{
	return WIFSIGNALED(p->status) && (p->killed_by >> WTERMSIG(p->status) & 1);
}

/* A shell that ends what it has just started: whether that came to execute its command is
 * chance, and until then it did nothing. */
static bool
was_to_execute(const struct process *p, const struct image *image)
{
	return image->is_fork && out_was_killed(p) && runtime_is_shell(image->exe);
}

/* Of its own accord, or as the run wanted it to. */
static bool
ended_well(const struct process *p)
{
	int by = WIFSIGNALED(p->status) ? WTERMSIG(p->status) : 0;

	if (is_crash(by) && !out_was_killed(p))
		return false;
	return p->has_ended && (p->was_killed_by_us || p->status == 0 || by == SIGPIPE);
}

static void
add_end(struct out *o, struct program *p, const struct process *process)
{
	const char *text;
	char room[16];

	if (ended_well(process)) {
		p->ended_well = true;
		return;
	}
	if (!process->has_ended) {
		text = "never ended";
	} else if (WIFSIGNALED(process->status)) {
		text = decode_signal_name(WTERMSIG(process->status), room);
	} else {
		snprintf(room, sizeof room, "%d", WEXITSTATUS(process->status));
		text = room;
	}
	p->ends = mem_grow(p->ends, p->n_ends, &p->capacity, sizeof *p->ends);
	p->ends[p->n_ends++] = arena_strdup(o->golden->arena, text);
}

/* A loop that calls the same command until it succeeds calls it some number of times: what
 * failed before a success with the same parent and the same words is left out, if its end
 * was known by then: the parts of a pipeline are none, whichever is faster. Forks have no
 * words: only a shell's are such commands, others are workers. */
static void
fold_retries(struct out *o, struct program *p)
{
	AUTO(map_free) struct map *succeeded = map_new(); /* parent -> the last one */

	for (size_t i = p->n_last; i-- > 0;) {
		const struct process *process = p->last[i];
		uint32_t parent = process->parent ? process->parent->nr : 0;
		const struct process *later = map_get_number(succeeded, parent);

		if (ended_well(process) && !later)
			*map_number(succeeded, parent) = (void *)(uintptr_t)process;
		if (p->may_repeat && !ended_well(process) && process->waited_ns && later &&
			process->waited_ns <= later->started_ns && process->n_images == 1)
			p->count--;
		else
			add_end(o, p, process);
	}
}

static void
add_last(struct program *p, const struct process *process)
{
	p->last = mem_grow(p->last, p->n_last, &p->last_capacity, sizeof(struct process *));
	p->last[p->n_last++] = process;
}

static int
compare_texts(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

/* How often one waits, if at all, is the clock's affair; a wait that failed is not. */
static bool
only_waited(const struct program *p)
{
	bool well = p->is_waiter;

	for (size_t i = 0; i < p->n_last && well; i++)
		well = ended_well(p->last[i]);
	return well;
}

static void
put_program(struct out *o, struct program *p)
{
	struct effect *e;

	if (only_waited(p))
		return;
	e = golden_add(o->golden, EFFECT_EXEC, p->key);
	effect_text(o->golden, e, "path", p->path);
	if (p->argv)
		effect_list(o->golden, e, "argv", p->argv, p->n_argv);
	evidence_put(o->fx, o->golden, e, p->evidence);
	fold_retries(o, p);
	effect_number(o->golden, e, "count", (int64_t)p->count);
	o->n_programs += p->count;
	if (p->ended_well) {
		p->ends = mem_grow(p->ends, p->n_ends, &p->capacity, sizeof *p->ends);
		p->ends[p->n_ends++] = "0";
	}
	if (p->n_ends)
		qsort(p->ends, p->n_ends, sizeof *p->ends, compare_texts);
	effect_list(o->golden, e, "exits", p->ends, p->n_ends);
}

void
out_execs(struct out *o)
{
	AUTO(map_free) struct map *programs = map_new();
	size_t at = 0;
	void *value;

	for (size_t i = 0; i < o->fx->n_processes; i++) {
		const struct process *process = o->fx->processes[i];

		for (size_t k = 0; k < process->n_images; k++) {
			const struct image *image = &process->images[k];
			struct program *p;

			if (launch_is_part(o->fx, process, k))
				continue; /* the command itself */
			if (image->is_fork && o->fx->opts.profile == PROFILE_TRANSPILE)
				continue; /* a worker of the program, as a thread is */
			if (was_to_execute(process, image))
				continue;
			o->fx->of = process;
			p = program_of(o, programs, image);
			o->fx->of = NULL;
			p->count++;
			if (!p->evidence)
				p->evidence = image->evidence;
			if (k + 1 == process->n_images && process != o->fx->first)
				add_last(p, process);
		}
	}
	while (map_next(programs, &at, NULL, NULL, &value)) {
		put_program(o, value);
		mem_free(((struct program *)value)->ends);
		mem_free(((struct program *)value)->last);
	}
}
