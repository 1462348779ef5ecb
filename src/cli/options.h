/* SPDX-License-Identifier: MIT */
/*
 * options.h - command-line options as tables: one reader, one help text
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/err.h"
#include "base/str.h"

#define OPTION_TIMES_MAX 1000

enum option_kind {
	OPTION_FLAG,   /* bool */
	OPTION_COUNT,  /* unsigned: how often it was given */
	OPTION_TEXT,   /* const char *, the last one wins; borrowed from argv */
	OPTION_LIST,   /* struct option_list */
	OPTION_NUMBER, /* uint64_t, decimal */
	OPTION_TIMES,  /* the same, from 1 to OPTION_TIMES_MAX */
	OPTION_CHOICE, /* unsigned: index into choices */
	OPTION_LATER,  /* in the interface, not here yet: told apart from a typing error */
};

struct option_list {
	const char *items[16];
	size_t n;
};

/* A row; the table ends with name NULL. offset is into the caller's struct of values. */
struct option {
	const char *name; /* without "--" */
	char letter;      /* 0: none */
	enum option_kind kind;
	size_t offset;
	const char *arg; /* what the help calls its value; NULL for flags and counts */
	const char *help;
	const char *const *choices; /* OPTION_CHOICE: ends in NULL */
};

/* Reads argv[1…]: options go to values, other words to words (room for argc), up to a "--",
 * behind which everything is *command (NULL when there is no "--"). stop_at_word: the first
 * word and all behind it is the command too. */
struct parsed {
	const char *const *words;
	size_t n_words;
	const char *const *command; /* ends in NULL */
};
MUST_CHECK int options_read(struct parsed *out, const struct option *table, void *values,
	const char **argv, bool stop_at_word, struct err *err);
/* A line or more for each option. */
void options_help(struct str *out, const struct option *table);
/* The nearest of the names to a mistyped one, NULL when none is near. `next` gives one name at
 * a time, NULL at the end. */
const char *nearest_name(
	const char *wrong, const char *(*next)(const void *table, size_t i), const void *table);

#endif
