/* SPDX-License-Identifier: MIT */
/* options.c - command-line options as tables: one reader, one help text */

#include "cli/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN 28

const char *
nearest_name(
	const char *wrong, const char *(*next)(const void *table, size_t i), const void *table)
{
	const char *best = NULL, *name;
	size_t best_distance = strlen(wrong) / 3 + 1;

	for (size_t i = 0; (name = next(table, i)) != NULL; i++) {
		size_t distance = str_distance(wrong, name);

		if (distance <= best_distance && (!best || distance < best_distance)) {
			best = name;
			best_distance = distance;
		}
	}
	return best;
}

static const char *
option_name(const void *table, size_t i)
{
	return ((const struct option *)table)[i].name;
}

static const char *
choice_name(const void *table, size_t i)
{
	return ((const char *const *)table)[i];
}

static bool
takes_value(const struct option *o)
{
	return o->kind != OPTION_FLAG && o->kind != OPTION_COUNT;
}

/* Whatever the value would be: 0 when the option is here. */
static int
refuse_later(const struct option *o, const char *dashes, struct err *err)
{
	if (o->kind != OPTION_LATER)
		return 0;
	if (dashes[1])
		err_set(err, "option '--%s' is not supported yet", o->name);
	else
		err_set(err, "option '-%c' (--%s) is not supported yet", o->letter, o->name);
	err_hint(err, "--help lists the options there are");
	return err_as(err, ERR_USAGE);
}

static int
read_number(uint64_t *out, const struct option *o, const char *text, struct err *err)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[0] < '0' || text[0] > '9') {
		err_set(err, "option '--%s' takes a whole number, not '%s'", o->name, text);
		return err_as(err, ERR_USAGE);
	}
	if (o->kind == OPTION_TIMES && (*out < 1 || *out > OPTION_TIMES_MAX)) {
		err_set(err, "option '--%s' takes a number from 1 to %d, not '%s'", o->name,
			OPTION_TIMES_MAX, text);
		return err_as(err, ERR_USAGE);
	}
	return 0;
}

static int
read_choice(unsigned *out, const struct option *o, const char *text, struct err *err)
{
	struct str all = { 0 };
	const char *near;

	for (unsigned i = 0; o->choices[i]; i++) {
		if (strcmp(o->choices[i], text) == 0) {
			*out = i;
			str_done(&all);
			return 0;
		}
		str_addf(&all, "%s%s", i ? ", " : "", o->choices[i]);
	}
	err_set(err, "option '--%s' has no value '%s'", o->name, text);
	near = nearest_name(text, choice_name, o->choices);
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	else
		err_hint(err, "it is one of: %s", str_text(&all));
	str_done(&all);
	return err_as(err, ERR_USAGE);
}

static int
set_value(const struct option *o, void *values, const char *text, struct err *err)
{
	void *place = (char *)values + o->offset;
	struct option_list *list;

	switch (o->kind) {
	case OPTION_FLAG:
		*(bool *)place = true;
		return 0;
	case OPTION_COUNT:
		++*(unsigned *)place;
		return 0;
	case OPTION_TEXT:
		*(const char **)place = text;
		return 0;
	case OPTION_LIST:
		list = place;
		if (list->n == ARRAY_LEN(list->items)) {
			err_set(err, "option '--%s' was given more than %zu times", o->name,
				list->n);
			return err_as(err, ERR_USAGE);
		}
		list->items[list->n++] = text;
		return 0;
	case OPTION_NUMBER:
	case OPTION_TIMES:
		return read_number(place, o, text, err);
	case OPTION_CHOICE:
		return read_choice(place, o, text, err);
	case OPTION_LATER:
		break;
	}
	return 0;
}

/* "--name", "--name=value", "--name value"; *at moves past a value taken from the next word. */
static int
read_long(const struct option *table, void *values, const char **argv, size_t *at,
	struct err *err)
{
	const char *word = argv[*at] + 2, *equals = strchrnul(word, '='), *near;
	size_t n = (size_t)(equals - word);
	const struct option *o = table;
	const char *value = *equals ? equals + 1 : NULL;

	while (o->name && (strlen(o->name) != n || strncmp(o->name, word, n) != 0))
		o++;
	if (!o->name) {
		struct str name = { 0 };

		str_add_n(&name, word, n);
		near = nearest_name(str_text(&name), option_name, table);
		err_set(err, "unknown option '--%s'", str_text(&name));
		str_done(&name);
		if (near)
			err_hint(err, "did you mean '--%s'?", near);
		return err_as(err, ERR_USAGE);
	}
	if (refuse_later(o, "--", err) < 0)
		return -1;
	if (!takes_value(o) && value) {
		err_set(err, "option '--%s' takes no value", o->name);
		return err_as(err, ERR_USAGE);
	}
	if (takes_value(o) && !value) {
		value = argv[*at + 1];
		if (!value) {
			err_set(err, "option '--%s' needs a value: --%s %s", o->name, o->name,
				o->arg);
			return err_as(err, ERR_USAGE);
		}
		++*at;
	}
	return set_value(o, values, value, err);
}

/* "-ab", "-ovalue", "-o value". */
static int
read_short(const struct option *table, void *values, const char **argv, size_t *at,
	struct err *err)
{
	for (const char *p = argv[*at] + 1; *p; p++) {
		const struct option *o = table;
		const char *value = NULL;

		while (o->name && o->letter != *p)
			o++;
		if (!o->name) {
			err_set(err, "unknown option '-%c'", *p);
			err_hint(err, "see --help");
			return err_as(err, ERR_USAGE);
		}
		if (refuse_later(o, "-", err) < 0)
			return -1;
		if (takes_value(o)) {
			value = p[1] ? p + 1 : argv[*at + 1];
			if (!value) {
				err_set(err, "option '-%c' needs a value: -%c %s", *p, *p,
					o->arg);
				return err_as(err, ERR_USAGE);
			}
			if (!p[1])
				++*at;
		}
		if (set_value(o, values, value, err) < 0)
			return -1;
		if (takes_value(o))
			break;
	}
	return 0;
}

int
options_read(struct parsed *out, const struct option *table, void *values, const char **argv,
	bool stop_at_word, struct err *err)
{
	size_t n_words = 0;

	/* Words are gathered at the front of argv, over what has been read already. */
	*out = (struct parsed){ .words = argv };
	for (size_t at = 1; argv[at]; at++) {
		const char *word = argv[at];
		int rc = 0;

		if (strcmp(word, "--") == 0) {
			out->command = argv + at + 1;
			break;
		}
		if (word[0] == '-' && word[1] == '-') {
			rc = read_long(table, values, argv, &at, err);
		} else if (word[0] == '-' && word[1]) {
			rc = read_short(table, values, argv, &at, err);
		} else if (stop_at_word) {
			out->command = argv + at;
			break;
		} else {
			argv[n_words++] = word;
		}
		if (rc < 0)
			return -1;
	}
	out->n_words = n_words;
	return 0;
}

static void
add_wrapped(struct str *out, const char *help)
{
	size_t column = HELP_COLUMN;

	for (const char *p = help; *p;) {
		size_t n = strcspn(p, " ");

		if (column + n > 94 && column > HELP_COLUMN) {
			str_addf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		}
		str_add_n(out, p, n);
		column += n + 1;
		p += n;
		if (*p == ' ') {
			p++;
			str_add_char(out, ' ');
		}
	}
	str_add_char(out, '\n');
}

void
options_help(struct str *out, const struct option *table)
{
	for (const struct option *o = table; o->name; o++) {
		if (o->kind == OPTION_LATER)
			continue;
		size_t start = out->n;

		if (o->letter)
			str_addf(out, "  -%c, --%s", o->letter, o->name);
		else
			str_addf(out, "      --%s", o->name);
		if (o->arg)
			str_addf(out, " %s", o->arg);
		if (out->n - start >= HELP_COLUMN)
			str_addf(out, "\n%*s", HELP_COLUMN, "");
		else
			str_addf(out, "%*s", (int)(HELP_COLUMN - (out->n - start)), "");
		add_wrapped(out, o->help);
	}
}
