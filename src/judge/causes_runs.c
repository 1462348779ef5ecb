/* SPDX-License-Identifier: MIT */
/*
 * causes_runs.c - programs that did not run or should not have, and how the command ended
 *
 * Whose work an effect was is known of a run, and of a golden that is fresh from one: the call
 * behind it names the task. A golden from a file does not say. There a command line that names
 * the path does, or that no other program is missing.
 */

#include "judge/causes.h"

#include "base/map.h"
#include "base/str.h"
#include "judge/derived.h"
#include "judge/lines.h"
#include "judge/show.h"

#include <string.h>

static const char *
text_of(const struct effect *e, const char *name)
{
	const struct value *v = e ? effect_value(e, name) : NULL;

	return v && v->kind == VALUE_TEXT ? v->text : NULL;
}

/* The place of the task that made the effect, "1.2"; NULL: not known. */
static const char *
task_of(const struct effect *e, size_t *n)
{
	static const char before[] = " (task ";
	const char *at = NULL;

	for (const char *p = e->evidence; p && (p = strstr(p, before)); p++)
		at = p + strlen(before);
	*n = at ? strcspn(at, ")") : 0;
	return at;
}

/* Was it made by the program's task, or by one that this started? */
static bool
is_work_of(const struct effect *e, const struct effect *program)
{
	size_t n, n_program;
	const char *task = task_of(e, &n), *place = task_of(program, &n_program);

	return task && place && n >= n_program && memcmp(task, place, n_program) == 0 &&
	       (n == n_program || task[n_program] == '.');
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Does the command line name it: the path itself, or one that begins like it (a, a.gz)? */
static bool
is_named_by(const struct effect *e, const struct effect *program)
{
	const struct value *argv = effect_value(program, "argv");
	const char *name = last_part(e->key);

	for (size_t i = 1; *name && argv && argv->kind == VALUE_LIST && i < argv->n_list; i++) {
		const char *word = last_part(argv->list[i]);

		if (*word && (str_has_prefix(name, word) || strstr(argv->list[i], name)))
			return true;
	}
	return false;
}

/* Lines were taken out of the stream, or put in, and nothing else. */
static bool
is_one_sided(const struct difference *d, bool taken_out)
{
	AUTO(lines_done) struct lines l = { 0 };
	const char *a = text_of(d->golden, "text"), *b = text_of(d->run, "text");

	if (!a || !b || d->class != DIFF_BYTES)
		return false;
	lines_align(&l, a, strlen(a), b, strlen(b));
	for (size_t i = 0; i < l.hunks.n; i++)
		if (taken_out ? l.hunks.items[i].n_b : l.hunks.items[i].n_a)
			return false;
	return l.hunks.n > 0;
}

/* Can it be the consequence of a program that did not run, or ran in vain? */
static bool
is_lack(const struct difference *d, enum difference_class class)
{
	const struct effect *e = causes_effect(d);

	if (e->kind == EFFECT_EXIT || e->kind == EFFECT_COUNT || e->kind == EFFECT_CALL)
		return false;
	return d->class == class ||
	       (e->kind == EFFECT_STREAM && is_one_sided(d, class == DIFF_REMOVED));
}

/* Those that are missing, or too many. */
struct programs {
	struct causes *c;
	enum difference_class class;
	size_t *at, n;
};

/* The program whose work difference i was; n: nobody's that is known. */
static size_t
maker_of(const struct programs *p, size_t i)
{
	const struct causes *c = p->c;
	const struct effect *e = p->class == DIFF_REMOVED ? c->d[i]->golden : c->d[i]->run;
	size_t unused, named = c->n;

	for (size_t j = 0; j < p->n; j++) {
		const struct effect *program = causes_effect(c->d[p->at[j]]);

		if (p->at[j] == i)
			continue;
		if (is_work_of(e, program))
			return p->at[j];
		if (named == c->n && is_named_by(e, program))
			named = p->at[j];
	}
	if (task_of(e, &unused) || e->kind == EFFECT_EXEC)
		return c->n;
	return named < c->n ? named : p->n == 1 ? p->at[0] : c->n;
}

static void
say_with(struct causes *c, size_t leader, const char *words)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += i != leader && causes_root(c, i) == leader;
	if (n)
		c->title[leader] = arena_printf(c->arena, "%s (%s %zu %s%s)",
			c->d[leader]->sentence, words, n,
			causes_is(c->d[leader], EFFECT_EXEC, DIFF_ADDED) ? "effect"
									 : "other effect",
			n == 1 ? "" : "s");
}

static void
join_work(struct causes *c, enum difference_class class)
{
	struct programs p = { .c = c, .class = class };

	p.at = arena_array(c->arena, c->n + 1, sizeof *p.at);
	for (size_t i = 0; i < c->n; i++)
		if (causes_is(c->d[i], EFFECT_EXEC, class))
			p.at[p.n++] = i;
	for (size_t i = 0; p.n && i < c->n; i++) {
		size_t maker = c->n;

		if (causes_is_free(c, i) && is_lack(c->d[i], class))
			maker = maker_of(&p, i);
		if (maker < c->n)
			causes_join(c, i, maker);
	}
	for (size_t i = 0; i < p.n; i++)
		if (causes_is_free(c, p.at[i]))
			say_with(c, p.at[i],
				class == DIFF_REMOVED ? "missing with it:" : "it made");
}

void
causes_programs(struct causes *c)
{
	join_work(c, DIFF_REMOVED);
	join_work(c, DIFF_ADDED);
}

/*
 * How the command ended.
 */
static bool
has_failed(const struct effect *e)
{
	const struct value *code = e ? effect_value(e, "code") : NULL;

	return e && (text_of(e, "signal") ||
			    (code && code->kind == VALUE_NUMBER && code->number != 0));
}

/* A program that ended as the command did then, and did not in the golden. */
static bool
is_same_ending(const struct difference *d, const struct effect *exit)
{
	const struct value *code = effect_value(exit, "code");
	const struct value *exits = d->run ? effect_value(d->run, "exits") : NULL;
	const char *signal = text_of(exit, "signal");
	AUTO(str_done) struct str ending = { 0 };

	if (!d->field || strcmp(d->field, "exits") != 0 || !exits || exits->kind != VALUE_LIST)
		return false;
	if (signal)
		str_add(&ending, signal);
	else if (code && code->kind == VALUE_NUMBER)
		str_addf(&ending, "%lld", (long long)code->number);
	for (size_t i = 0; i < exits->n_list; i++)
		if (strcmp(exits->list[i], str_text(&ending)) == 0)
			return true;
	return false;
}

static bool
is_stderr(const struct difference *d)
{
	const struct effect *e = causes_effect(d);

	return e->kind == EFFECT_STREAM && strcmp(e->key, "stderr") == 0;
}

/* The first line that says something and that the golden does not have. */
static const char *
new_line(struct causes *c, const char *text, const char *golden)
{
	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (strspn(text, " \t\r") < n &&
			!(golden && memmem(golden, strlen(golden), text, n)))
			return show_quoted(c->arena, text, n, 0, 120);
	}
	return NULL;
}

/* The line that says why: the first that is new and not blank; of a Python traceback the last.
 */
static const char *
message_of(struct causes *c, const struct difference *d)
{
	static const char traceback[] = "Traceback (most recent call last):\n";
	const char *text = text_of(d->run, "text"), *start;
	size_t n;

	if (!text || !*text)
		return NULL;
	if (!strstr(text, traceback)) {
		if (d->golden && d->found && strcmp(d->found, "''") != 0)
			return d->found;
		return new_line(c, text, d->golden ? text_of(d->golden, "text") : NULL);
	}
	n = strlen(text);
	while (n && text[n - 1] == '\n')
		n--;
	for (start = text + n; start > text && start[-1] != '\n'; start--)
		;
	return show_quoted(c->arena, start, n - (size_t)(start - text), 0, 120);
}

/* Does difference i follow from the end that the command came to? */
static bool
follows(const struct difference *d, const struct difference *exit)
{
	if (is_stderr(d))
		return has_failed(exit->run) ? d->run != NULL : d->class == DIFF_REMOVED;
	if (!has_failed(exit->run))
		return false;
	return is_same_ending(d, exit->run) || is_lack(d, DIFF_REMOVED);
}

void
causes_ending(struct causes *c)
{
	size_t exit = 0;
	const char *says = NULL, *who = NULL;

	while (exit < c->n && !(c->d[exit]->run && c->d[exit]->run->kind == EFFECT_EXIT))
		exit++;
	if (exit == c->n || !c->d[exit]->golden)
		return;
	for (size_t i = 0; i < c->n; i++) {
		if (i == exit || !causes_is_free(c, i) || !follows(c->d[i], c->d[exit]))
			continue;
		if (is_stderr(c->d[i]))
			says = message_of(c, c->d[i]);
		else if (is_same_ending(c->d[i], c->d[exit]->run))
			who = text_of(c->d[i]->run, "path");
		causes_join(c, i, exit);
	}
	c->title[exit] = arena_printf(c->arena, "%s%s%s%s%s", c->d[exit]->sentence,
		who ? ", as has " : "", who ? who : "", says ? "; stderr says " : "",
		says ? says : "");
}

/* "stdout out" is the flow of what is told as stdout; two differences of the same bytes. */
void
causes_flows(struct causes *c)
{
	AUTO(map_free) struct map *told = map_new();

	for (size_t i = 0; i < c->n; i++) {
		const struct effect *e = causes_effect(c->d[i]);

		if (e->kind == EFFECT_STREAM || e->kind == EFFECT_PATH)
			*map_text(told, e->key) = arena_dup(c->arena, &i, sizeof i);
	}
	for (size_t i = 0; i < c->n; i++) {
		const struct effect *e = causes_effect(c->d[i]);
		const char *end = strrchr(e->key, ' ');
		const size_t *leader = NULL;

		if (e->kind == EFFECT_FLOW && end && strcmp(end, " out") == 0)
			leader = map_get(told, e->key, (size_t)(end - e->key));
		if (leader)
			causes_join(c, i, *leader);
	}
}

void
causes_counts(struct causes *c)
{
	for (size_t i = 0; i < c->n; i++)
		for (size_t j = 0; c->d[i]->is_derived && causes_is_free(c, i) && j < c->n; j++)
			if (derived_from(c->d[i], c->d[j]))
				causes_join(c, i, j);
}
