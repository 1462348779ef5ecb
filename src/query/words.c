/* SPDX-License-Identifier: MIT */
/*
 * words.c - columns whose texts come from a closed set: a word that is not in it would never be
 * found, and is an error where it is written
 */
#include "query/access.h"
#include "query/fate.h"
#include "query/inner.h"
#include "query/node.h"

#include "effects/look.h"

#include <stdlib.h>
#include <string.h>

/* Each gives its words one by one, NULL behind the last. */
typedef const char *(*words_fn)(size_t i);

static const char *
events(size_t i)
{
	static const char *const words[] = { "call", "start", "exec", "signal", "exit", NULL };

	return words[i];
}

static const char *
syscalls(size_t i)
{
	return i + 1 < N_CALL_IDS ? decode_spec_of((enum call_id)(i + 1))->name : NULL;
}

static const char *
families(size_t i)
{
	return i + 1 < N_CALL_IDS    ? effects_family((enum call_id)(i + 1))
	       : i + 1 == N_CALL_IDS ? "unknown"
				     : NULL;
}

static const char *
classes(size_t i)
{
	unsigned seen = 0;

	for (unsigned bit = 0; bit < set_words(COLUMN_CLASS); bit++)
		if (set_word(COLUMN_CLASS, bit) && seen++ == i)
			return set_word(COLUMN_CLASS, bit);
	return NULL;
}

static const char *
accesses(size_t i)
{
	return i < N_ACCESS_BITS ? access_names[i] : NULL;
}

static const char *
lefts(size_t i)
{
	return i < N_FATES ? fate_names[i] : NULL;
}

static const char *
states(size_t i)
{
	static const char *const words[] = { "done", "restarted", "unfinished", "denied",
		NULL };

	return words[i];
}

static const char *
errnos(size_t i)
{
	/* Numbers that have no name are left out by repeating a neighbour. */
	for (int number = (int)i + 1; number < 1000; number++)
		if (decode_errno(number))
			return decode_errno(number);
	return NULL;
}

static const char *
fd_kinds(size_t i)
{
	static const char *const words[] = { "file", "dir", "fifo", "pipe", "socket", "tty",
		"device", "queue", "epoll", "eventfd", "inotify", "fanotify", "signalfd",
		"timerfd", "memfd", "pidfd", "other", NULL };

	return words[i];
}

static const char *
regions(size_t i)
{
	static const char *const words[] = { "start-up", "main", "shut-down", NULL };

	return words[i];
}

static const char *
signals(size_t i)
{
	static const char *const words[] = { "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP",
		"SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2",
		"SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP",
		"SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM",
		"SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS", NULL };

	return words[i];
}

static const words_fn words_of[N_COLUMNS] = {
	[COLUMN_EVENT] = events,
	[COLUMN_SYSCALL] = syscalls,
	[COLUMN_FAMILY] = families,
	[COLUMN_CLASS] = classes,
	[COLUMN_LEFT] = lefts,
	[COLUMN_ACCESS] = accesses,
	[COLUMN_STATE] = states,
	[COLUMN_ERRNO] = errnos,
	[COLUMN_FD_KIND] = fd_kinds,
	[COLUMN_REGION] = regions,
	[COLUMN_SIGNAL] = signals,
};

/* Numbers without a name have one of ours. */
static bool
is_number_word(enum column column, const char *text)
{
	return (column == COLUMN_SYSCALL && str_has_prefix(text, "syscall_0x")) ||
	       (column == COLUMN_ERRNO && str_has_prefix(text, "errno ")) ||
	       (column == COLUMN_SIGNAL && str_has_prefix(text, "SIGRT")) ||
	       (column == COLUMN_SIGNAL && decode_signal_number(text) &&
		       str_has_prefix(text, "SIG"));
}

const char *
word_near(const char *wrong, const char *(*next)(size_t i))
{
	size_t best = strlen(wrong) / 3 + 1; /* more edits than that is another word */
	const char *found = NULL, *word;

	for (size_t i = 0; strlen(wrong) < 64 && (word = next(i)); i++) {
		size_t n = str_distance(wrong, word);

		if (n <= best && (!found || n < best)) {
			best = n;
			found = word;
		}
	}
	return found;
}

bool
word_is_wrong(enum column column, const char *text, const char **near)
{
	words_fn next = words_of[column];
	const char *word;

	*near = NULL;
	if (!next || is_number_word(column, text))
		return false;
	for (size_t i = 0; (word = next(i)); i++)
		if (strcmp(word, text) == 0)
			return false;
	*near = word_near(text, next);
	return true;
}

bool
pattern_is_vain(enum column column, enum match_op op, const struct item *item)
{
	words_fn next = words_of[column];
	const char *word;

	if (!next || strstr(item->text, "syscall_") || strstr(item->text, "errno") ||
		strstr(item->text, "SIGRT"))
		return false;
	for (size_t i = 0; (word = next(i)); i++)
		if (item_fits(op, item, word, NULL))
			return false;
	return true;
}

bool
item_fits(enum match_op op, const struct item *item, const char *text, bool *gave_up)
{
	bool over = false, fits = false;

	switch (op) {
	case MATCH_EQUAL:
		return strcmp(item->text, text) == 0;
	case MATCH_GLOB:
		return glob_matches(item->text, text);
	case MATCH_REGEX:
		fits = regex_find(item->regex, text, strlen(text), 0, NULL, NULL, &over);
		if (over && gave_up)
			*gave_up = true;
		return fits;
	case MATCH_PREFIX:
		return str_has_prefix(text, item->text);
	case MATCH_SUFFIX:
		return str_has_suffix(text, item->text);
	case MATCH_PART:
		return strstr(text, item->text) != NULL;
	}
	return fits;
}
