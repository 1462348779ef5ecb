/* SPDX-License-Identifier: MIT */
/* say.c - a sentence for each way in which an effect can differ */

#include "judge/say.h"

#include "base/str.h"
#include "judge/content.h"
#include "judge/show.h"

#include <inttypes.h>
#include <string.h>

#define VALUE_WIDTH 120
#define KEY_WIDTH 400

static const char *
text_of(const struct effect *e, const char *name)
{
	const struct value *v = effect_value(e, name);

	return v && v->kind == VALUE_TEXT ? v->text : NULL;
}

static bool
is_text(const struct effect *e, const char *name, const char *wanted)
{
	const char *text = text_of(e, name);

	return text && strcmp(text, wanted) == 0;
}

static const char *
printable(struct arena *arena, const char *text, size_t width)
{
	AUTO(str_done) struct str s = { 0 };
	size_t n = strlen(text), cut = MIN(n, width);

	while (cut < n && cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
		cut--;
	str_add_printable(&s, text, cut);
	str_add(&s, cut < n ? "…" : "");
	return arena_strdup(arena, str_text(&s));
}

const char *
say_text(struct arena *arena, const char *text)
{
	return printable(arena, text, KEY_WIDTH);
}

static const struct {
	const char *type, *words;
} path_words[] = {
	{ "file", "file" },
	{ "dir", "directory" },
	{ "directory", "directory" },
	{ "symlink", "symbolic link" },
	{ "link", "symbolic link" },
	{ "fifo", "fifo" },
	{ "socket", "socket" },
	{ "char", "character device" },
	{ "block", "block device" },
};

static const char *
path_word(const struct effect *e)
{
	const char *type = text_of(e, "type");

	for (size_t i = 0; type && i < ARRAY_LEN(path_words); i++)
		if (strcmp(type, path_words[i].type) == 0)
			return path_words[i].words;
	return "path";
}

/* What stands before the key of each kind. */
static const char *const kind_words[N_EFFECT_KINDS] = {
	[EFFECT_EXIT] = "",
	[EFFECT_STREAM] = "",
	[EFFECT_PATH] = "path ",
	[EFFECT_EXEC] = "program ",
	[EFFECT_NET] = "network: ",
	[EFFECT_SIGNAL] = "signal: ",
	[EFFECT_PRIVILEGE] = "privileged act: ",
	[EFFECT_READ] = "file ",
	[EFFECT_ORDER] = "",
	[EFFECT_FLOW] = "data flow of ",
	[EFFECT_CALL] = "task ",
	[EFFECT_COUNT] = "count of ",
};

const char *
say_thing(struct arena *arena, const struct effect *e)
{
	const char *path = e->kind == EFFECT_EXEC ? text_of(e, "path") : NULL;
	const char *key = say_text(arena, path ? path : e->key);

	if (e->kind == EFFECT_PATH || (e->kind == EFFECT_READ && text_of(e, "type")))
		return arena_printf(arena, "%s %s", path_word(e), key);
	if (e->kind == EFFECT_EXEC && str_has_prefix(e->key, "fork of "))
		return arena_printf(arena, "a %s", say_text(arena, e->key));
	return arena_printf(arena, "%s%s", kind_words[e->kind], key);
}

const char *
say_value(struct arena *arena, const struct value *v)
{
	AUTO(str_done) struct str s = { 0 };

	if (!v)
		return NULL;
	switch (v->kind) {
	case VALUE_TEXT:
		return printable(arena, v->text, VALUE_WIDTH);
	case VALUE_NUMBER:
		return arena_printf(arena, "%" PRId64, v->number);
	case VALUE_BOOL:
		return v->number ? "yes" : "no";
	case VALUE_LIST:
		break;
	}
	for (size_t i = 0; i < v->n_list && s.n < VALUE_WIDTH; i++) {
		str_add(&s, i ? " " : "");
		str_add(&s, printable(arena, v->list[i], VALUE_WIDTH));
	}
	return v->n_list ? printable(arena, str_text(&s), VALUE_WIDTH) : "(nothing)";
}

bool
say_is_open(const struct value *golden, const struct value *run)
{
	return golden->kind == VALUE_TEXT && run->kind == VALUE_NUMBER &&
	       strcmp(golden->text, "varies") == 0;
}

/* What stands behind the thing when it is there on one side only. */
static const struct {
	const char *removed, *added;
} one_sided[N_EFFECT_KINDS] = {
	[EFFECT_EXIT] = { "is not known, the golden has it", "is known, the golden has none" },
	[EFFECT_STREAM] = { "", "" }, /* below */
	[EFFECT_PATH] = { "", "" },
	[EFFECT_EXEC] = { "was not executed, the golden executes it",
		"was executed, the golden does not execute it" },
	[EFFECT_NET] = { "did not happen, it does in the golden", "is not in the golden" },
	[EFFECT_SIGNAL] = { "was not sent, it is in the golden", "is not in the golden" },
	[EFFECT_PRIVILEGE] = { "did not happen, it does in the golden",
		"is not in the golden" },
	[EFFECT_READ] = { "was not read, the golden reads it",
		"was read, the golden does not read it" },
	[EFFECT_ORDER] = { "in the golden, and not in this run",
		"in this run, and not in the golden" },
	[EFFECT_FLOW] = { "is missing, the golden has it", "is not in the golden" },
	[EFFECT_CALL] = { "made fewer calls", "made more calls" },
	[EFFECT_COUNT] = { "is missing, the golden has it", "is not in the golden" },
};

/* The whole command line, when the thing named only its program. */
static const char *
command_of(struct arena *arena, const struct effect *e)
{
	const char *path = e->kind == EFFECT_EXEC ? text_of(e, "path") : NULL;

	if (!path || strcmp(path, e->key) == 0)
		return "";
	return arena_printf(arena, ": %s", say_text(arena, e->key));
}

const char *
say_removed(struct arena *arena, const struct effect *golden)
{
	const char *thing = say_thing(arena, golden);
	const char *words = one_sided[golden->kind].removed;

	if (golden->kind == EFFECT_STREAM)
		return arena_printf(arena, "%s: nothing was written, the golden has %s", thing,
			content_short(arena, golden));
	if (golden->kind == EFFECT_PATH)
		words = is_text(golden, "state", "removed")
				? "was not removed, the golden removes it"
				: "was not written, the golden has it";
	return arena_printf(arena, "%s %s%s", thing, words, command_of(arena, golden));
}

static bool
is_temporary(const char *key)
{
	return str_has_prefix(key, "<tmp>/") || strstr(key, "<tmp:") ||
	       str_has_prefix(key, "/tmp/") || str_has_prefix(key, "/var/tmp/") ||
	       str_has_prefix(key, "/dev/shm/");
}

const char *
say_added(struct arena *arena, const struct effect *run)
{
	const char *thing = say_thing(arena, run);
	const char *words = one_sided[run->kind].added;

	if (run->kind == EFFECT_STREAM)
		return arena_printf(arena, "%s: %s, the golden has none: %s", thing,
			content_size_words(arena, run), content_short(arena, run));
	if (run->kind == EFFECT_PATH)
		words = is_text(run, "state", "removed") ? "was removed, the golden keeps it"
			: is_temporary(run->key)         ? "was left behind"
						 : "was written, the golden leaves it alone";
	return arena_printf(arena, "%s %s%s", thing, words, command_of(arena, run));
}

/*
 * One value that differs.
 */
struct sides {
	struct arena *arena;
	const struct effect *golden, *run;
	const struct value *a, *b; /* the field's value on both sides; NULL: absent */
	const char *thing, *field, *wanted, *found;
};

static const char *
say_common(const struct sides *s)
{
	if (!s->found)
		return arena_printf(s->arena, "%s: no %s, the golden has %s", s->thing,
			s->field, s->wanted);
	return arena_printf(s->arena, "%s: %s %s, the golden has %s", s->thing, s->field,
		s->found, s->wanted ? s->wanted : "none");
}

static const char *
say_without_field(const struct sides *s)
{
	return arena_printf(s->arena, "%s: %s, the golden has %s", s->thing,
		s->found ? s->found : "none", s->wanted ? s->wanted : "none");
}

static const char *
say_synced(const struct sides *s)
{
	bool by_rename = is_text(s->run, "arrived", "rename");

	if (s->b && s->b->kind == VALUE_BOOL && s->b->number)
		return arena_printf(s->arena,
			"%s: its content was synced (fsync), the golden does not sync it",
			s->thing);
	if (by_rename)
		return arena_printf(s->arena, "rename to %s came without fsync of its content",
			say_text(s->arena, s->run->key));
	return arena_printf(s->arena,
		"%s: its content was not synced (fsync) after the last write, the golden syncs "
		"it",
		s->thing);
}

static const char *
say_dir_synced(const struct sides *s)
{
	bool is_on = s->b && s->b->kind == VALUE_BOOL && s->b->number;

	return arena_printf(s->arena,
		"%s: its directory was %ssynced (fsync) after it came, "
		"the golden %s",
		s->thing, is_on ? "" : "not ", is_on ? "does not sync it" : "syncs it");
}

static const char *
say_arrived(const struct sides *s)
{
	if (s->a && s->b)
		return arena_printf(s->arena, "%s came to its name by %s, in the golden by %s",
			s->thing, s->found, s->wanted);
	if (s->b)
		return arena_printf(s->arena,
			"%s came to its name by %s, the golden writes it in place", s->thing,
			s->found);
	return arena_printf(s->arena, "%s was written in place, in the golden it comes by %s",
		s->thing, s->wanted);
}

static const char *
say_link_of(const struct sides *s)
{
	if (s->a && s->b)
		return arena_printf(s->arena, "%s is a hard link of %s, in the golden of %s",
			s->thing, s->found, s->wanted);
	if (s->b)
		return arena_printf(s->arena,
			"%s is a hard link of %s, the golden has a file of its own", s->thing,
			s->found);
	return arena_printf(s->arena,
		"%s is a file of its own, the golden has a hard link of %s", s->thing,
		s->wanted);
}

static const char *
say_type(const struct sides *s)
{
	return arena_printf(s->arena, "%s: is a %s, the golden has a %s",
		say_text(s->arena, s->run->key), path_word(s->run), path_word(s->golden));
}

static const char *
say_state(const struct sides *s)
{
	if (is_text(s->run, "state", "removed"))
		return arena_printf(s->arena, "%s was removed, the golden keeps it",
			say_thing(s->arena, s->golden));
	return arena_printf(s->arena, "%s is still there, the golden removes it", s->thing);
}

static const char *
say_target(const struct sides *s)
{
	return arena_printf(s->arena, "%s points to '%s', the golden has '%s'", s->thing,
		s->found ? s->found : "", s->wanted ? s->wanted : "");
}

/* Of a trace that was not taken under the gate: then its size and mode are not known either. */
static const char *
say_content_known(const struct sides *s)
{
	bool is_known = !s->b || s->b->number;

	return arena_printf(s->arena, "%s: its content is %s, that of the golden %s", s->thing,
		is_known ? "known" : "not known (nobody looked after the run)",
		is_known ? "is not" : "is");
}

/* "1 time more: 3 times, the golden has 2" */
static const char *
say_times(const struct sides *s)
{
	int64_t more;
	const char *verb = s->run->kind == EFFECT_EXEC ? " was executed" : ":";

	if (!s->a || !s->b || s->a->kind != VALUE_NUMBER || s->b->kind != VALUE_NUMBER)
		return say_common(s);
	more = s->b->number - s->a->number;
	return arena_printf(s->arena, "%s%s %" PRId64 " time%s %s: %s, the golden has %s%s",
		s->thing, verb, more < 0 ? -more : more, more == 1 || more == -1 ? "" : "s",
		more < 0 ? "less" : "more", s->found, s->wanted, command_of(s->arena, s->run));
}

static const char *
say_exits(const struct sides *s)
{
	return arena_printf(s->arena, "%s ended with %s, the golden has %s%s", s->thing,
		s->found ? s->found : "nothing", s->wanted ? s->wanted : "nothing",
		command_of(s->arena, s->run));
}

struct field_row {
	enum effect_kind kind;
	const char *field;
	enum difference_class class;
	bool is_first; /* when it differs, the rest of the effect is moot */
	const char *(*say)(const struct sides *s);
};

static const struct field_row field_rows[] = {
	{ EFFECT_PATH, "state", DIFF_RESULT, true, say_state },
	{ EFFECT_PATH, "type", DIFF_RESULT, true, say_type },
	{ EFFECT_PATH, "content_known", DIFF_ARGUMENT, true, say_content_known },
	{ EFFECT_PATH, "target", DIFF_ARGUMENT, false, say_target },
	{ EFFECT_PATH, "synced", DIFF_ARGUMENT, false, say_synced },
	{ EFFECT_PATH, "dir_synced", DIFF_ARGUMENT, false, say_dir_synced },
	{ EFFECT_PATH, "link_of", DIFF_ARGUMENT, true, say_link_of },
	{ EFFECT_PATH, "arrived", DIFF_ARGUMENT, false, say_arrived },
	{ EFFECT_EXEC, "count", DIFF_COUNT, true, say_times },
	{ EFFECT_EXEC, "exits", DIFF_RESULT, false, say_exits },
	{ EFFECT_EXEC, "exit", DIFF_RESULT, false, say_exits },
	{ EFFECT_NET, "result", DIFF_RESULT, true, say_common },
	{ EFFECT_NET, "connections", DIFF_COUNT, false, say_common },
	{ EFFECT_SIGNAL, "count", DIFF_COUNT, false, say_times },
	{ EFFECT_PRIVILEGE, "count", DIFF_COUNT, false, say_times },
	{ EFFECT_ORDER, "count", DIFF_ORDER, false, say_times },
	{ EFFECT_CALL, "count", DIFF_COUNT, false, say_times },
	{ EFFECT_COUNT, "count", DIFF_COUNT, false, say_without_field },
	{ EFFECT_COUNT, "n", DIFF_COUNT, false, say_without_field },
	{ EFFECT_COUNT, "value", DIFF_COUNT, false, say_without_field },
};

static struct field_row
row_of(enum effect_kind kind, const char *field)
{
	struct field_row common = { kind, field, DIFF_ARGUMENT, false, say_common };

	for (size_t i = 0; i < ARRAY_LEN(field_rows); i++)
		if (field_rows[i].kind == kind && strcmp(field_rows[i].field, field) == 0)
			return field_rows[i];
	if (kind == EFFECT_COUNT)
		common.class = DIFF_COUNT;
	return common;
}

const char *
say_first_field(enum effect_kind kind, size_t i)
{
	for (size_t j = 0; j < ARRAY_LEN(field_rows); j++)
		if (field_rows[j].kind == kind && field_rows[j].is_first && !i--)
			return field_rows[j].field;
	return NULL;
}

void
say_changed(struct difference *d, struct arena *arena, const struct effect *golden,
	const struct effect *run, const char *field)
{
	struct field_row row = row_of(run->kind, field);
	struct sides s = { arena, golden, run, effect_value(golden, field),
		effect_value(run, field), say_thing(arena, run), field, NULL, NULL };

	s.wanted = say_value(arena, s.a);
	s.found = say_value(arena, s.b);
	d->class = row.class;
	d->field = field;
	d->wanted = s.wanted;
	d->found = s.found;
	d->sentence = row.say(&s);
}

#define EXITED "exit status "

/* "exit status 1", "killed by SIGSEGV", or all that is said of it. */
static const char *
ending(struct arena *arena, const struct effect *e)
{
	const struct value *code = effect_value(e, "code");
	const char *signal = text_of(e, "signal"), *all = "";

	if (signal)
		return arena_printf(arena, "%s%s",
			str_has_prefix(signal, "SIG") ? "killed by " : "",
			printable(arena, signal, 40));
	if (code && code->kind == VALUE_NUMBER)
		return arena_printf(arena, EXITED "%" PRId64, code->number);
	for (size_t i = 0; i < e->n_values; i++)
		all = arena_printf(arena, "%s%s%s %s", all, *all ? ", " : "", e->values[i].name,
			say_value(arena, &e->values[i]));
	return all;
}

void
say_exit(struct difference *d, struct arena *arena, const struct effect *golden,
	const struct effect *run)
{
	d->class = DIFF_RESULT;
	d->wanted = ending(arena, golden);
	d->found = ending(arena, run);
	if (str_has_prefix(d->wanted, EXITED) && str_has_prefix(d->found, EXITED)) {
		d->wanted += strlen(EXITED);
		d->found += strlen(EXITED);
		d->sentence = arena_printf(
			arena, EXITED "%s, the golden has %s", d->found, d->wanted);
		return;
	}
	d->sentence = arena_printf(arena, "%s, the golden has %s", d->found, d->wanted);
}
