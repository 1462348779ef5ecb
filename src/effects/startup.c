/* SPDX-License-Identifier: MIT */
/* startup.c - where a program's own calls begin and end between those of its runtime */
#include "effects/startup.h"

#include "base/regex.h"
#include "effects/path.h"

#include <string.h>

enum {
#define RUNTIME(id_, name_) ID_##id_,
#include "effects/startup.def"
	N_RUNTIMES
};

enum known_by { BY_PROGRAM, BY_LOOKS, BY_POLLS };
enum where { WHERE_ANY, WHERE_STD, WHERE_MISSING, WHERE_QUIET };
enum { AT_BEGIN, AT_END };

static const char *const names[] = {
#define RUNTIME(id_, name_) [ID_##id_] = name_,
#include "effects/startup.def"
};

static const struct {
	uint8_t id, what;
	const char *pattern;
} signs[] = {
#define KNOWN_BY(id_, what_, pattern_) { ID_##id_, BY_##what_, pattern_ },
#include "effects/startup.def"
};

static const struct {
	uint8_t id, side, where;
	const char *family;
} rows[] = {
#define BEGIN(id_, family_, where_) { ID_##id_, AT_BEGIN, WHERE_##where_, family_ },
#define END(id_, family_, where_) { ID_##id_, AT_END, WHERE_##where_, family_ },
#include "effects/startup.def"
};

static const struct {
	uint8_t id;
	const char *family, *ending;
} always[] = {
#define ALWAYS(id_, family_, ending_) { ID_##id_, family_, ending_ },
#include "effects/startup.def"
};

static bool
fits(uint8_t where, const struct line *line)
{
	switch ((enum where)where) {
	case WHERE_ANY:
		return true;
	case WHERE_STD:
		return line->is_std && line->is_quiet;
	case WHERE_MISSING:
		return line->is_missing && line->is_quiet;
	case WHERE_QUIET:
		return line->is_quiet;
	}
	return false;
}

static bool
has_row(uint8_t side, size_t runtime, const struct line *line)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].side == side && (rows[i].id == runtime || rows[i].id == ID_C) &&
			strcmp(rows[i].family, line->family) == 0 && fits(rows[i].where, line))
			return true;
	return false;
}

bool
startup_may_begin(size_t runtime, const struct line *line)
{
	return has_row(AT_BEGIN, runtime, line);
}

bool
startup_may_end(size_t runtime, const struct line *line)
{
	return has_row(AT_END, runtime, line);
}

bool
startup_is_always(size_t runtime, const struct line *line)
{
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		if (always[i].id == runtime && strcmp(always[i].family, line->family) == 0 &&
			str_has_suffix(line->text, always[i].ending))
			return true;
	return false;
}

bool
startup_is_loose(size_t runtime)
{
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		if (always[i].id == runtime && strcmp(always[i].family, "thread") == 0)
			return true;
	return false;
}

const char *
startup_name(size_t runtime)
{
	return names[runtime];
}

/* Lines in which a start is looked for. */
#define FIRST_LINES 256

static bool
looks_for(const struct stretch *s, const char *path)
{
	for (size_t i = s->from; i < s->to && i < s->from + FIRST_LINES; i++) {
		const struct line *line = &s->lines->items[i];

		if (line->path && strcmp(line->path, path) == 0)
			return true;
	}
	return false;
}

size_t
startup_runtime(const struct stretch *s)
{
	size_t found = ID_C;

	for (size_t i = 0; i < ARRAY_LEN(signs); i++) {
		bool is_it = signs[i].what == BY_PROGRAM
				     ? glob_matches(signs[i].pattern, s->exe)
			     : signs[i].what == BY_LOOKS ? looks_for(s, signs[i].pattern)
							 : s->polled_at_once;

		if (is_it)
			found = signs[i].id;
	}
	return found;
}

/* "renacer:main" and its kin: the part behind the colon; NULL: no marker. */
static const char *
marker(const struct line *line)
{
	const char *last;

	if (!line->path || !line->is_missing ||
		(strcmp(line->family, "access") != 0 && strcmp(line->family, "stat") != 0))
		return NULL;
	last = path_last(line->path);
	return str_has_prefix(last, "renacer:") ? last + strlen("renacer:") : NULL;
}

void
startup_mark(const struct act *a, struct manners *m, struct line *line)
{
	const char *word = marker(line);
	AUTO(str_done) struct str text = { 0 };

	if (!word)
		return;
	if (strcmp(word, "main") == 0 && !m->has_main) {
		m->has_main = true;
		m->main_seq = line->seq;
		m->main_task = a->task->nr;
		str_add(&text, "main begins");
	} else if (strcmp(word, "end") == 0) {
		m->has_end = true;
		m->end_seq = line->seq;
		str_add(&text, "main ends");
	} else if (str_has_prefix(word, "begin ") || str_has_prefix(word, "end ")) {
		bool begins = word[0] == 'b';

		str_add(&text, "region ");
		word += begins ? strlen("begin ") : strlen("end ");
		str_add_printable(&text, word, strlen(word));
		str_add(&text, begins ? " begins" : " ends");
	} else {
		return;
	}
	line->text = arena_intern(a->fx->arena, text.data, text.n);
	line->path = NULL;
	line->is_quiet = false;
	line->family = "marker";
}
