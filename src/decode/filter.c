/* SPDX-License-Identifier: MIT */
/*
 * filter.c - which calls are meant: `-e trace=SPEC` as strace(1) has it
 */
#include "decode/decode.h"
#include "base/mem.h"
#include "base/regex.h"

#include <string.h>

#define NAME_MAX_LEN 64

/* Classes by name. With %% strace means every call that stats, whatever it is told by. Some
 * are calls as well: "signal" is the class, "stat" the call. */
static const struct {
	const char *name;
	uint32_t classes;
	bool needs_percent;
} classes[] = {
	{ "clock", CLASS_CLOCK, false },
	{ "creds", CLASS_CREDS, false },
	{ "desc", CLASS_DESC, false },
	{ "file", CLASS_FILE, false },
	{ "fstat", CLASS_FSTAT, true },
	{ "fstatfs", CLASS_FSTATFS, true },
	{ "ipc", CLASS_IPC, false },
	{ "lstat", CLASS_LSTAT, true },
	{ "memory", CLASS_MEMORY, false },
	{ "net", CLASS_NETWORK, false },
	{ "network", CLASS_NETWORK, false },
	{ "process", CLASS_PROCESS, false },
	{ "pure", CLASS_PURE, false },
	{ "signal", CLASS_SIGNAL, false },
	{ "stat", CLASS_STAT, true },
	{ "statfs", CLASS_STATFS, true },
	{ "%stat", CLASS_STAT | CLASS_LSTAT | CLASS_FSTAT, true },
	{ "%statfs", CLASS_STATFS | CLASS_FSTATFS, true },
};

const char *
decode_class_name(uint32_t class)
{
	if (class == CLASS_NOISE)
		return "noise";
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (classes[i].classes == class && strcmp(classes[i].name, "net") != 0)
			return classes[i].name;
	return NULL;
}

static void
add_class(struct call_set *set, uint32_t wanted)
{
	for (enum call_id id = CALL_unknown + 1; id < N_CALL_IDS; id++) {
		if (decode_spec_of(id)->classes & wanted)
			call_set_add(set, id);
	}
}

static uint32_t
class_named(const char *word)
{
	bool has_percent = *word == '%';

	for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
		if (strcmp(word + has_percent, classes[i].name) == 0)
			return has_percent || !classes[i].needs_percent ? classes[i].classes
									: 0;
	}
	return 0;
}

/* The name of a call or class that was probably meant; NULL: nothing is near. */
static const char *
nearest(const char *name, bool is_class)
{
	size_t best = strlen(name) / 3 + 1; /* more edits than that is another word */
	const char *found = NULL;

	for (size_t i = 0; i < ARRAY_LEN(classes) && is_class; i++) {
		size_t n = str_distance(name, classes[i].name);

		if (n <= best && (!found || n < best)) {
			best = n;
			found = classes[i].name;
		}
	}
	for (enum call_id id = CALL_unknown + 1; id < N_CALL_IDS && !is_class; id++) {
		size_t n = str_distance(name, decode_spec_of(id)->name);

		if (n <= best && (!found || n < best)) {
			best = n;
			found = decode_spec_of(id)->name;
		}
	}
	return found;
}

static int
unknown_name(const char *name, bool is_class, struct err *err)
{
	const char *near = nearest(name, is_class);

	err_set(err,
		is_class ? "unknown class of system calls '%%%s'" : "unknown system call '%s'",
		name);
	err_as(err, ERR_USAGE);
	if (near)
		return err_hint(err, "did you mean '%s%s'?", is_class ? "%" : "", near);
	return err_hint(err,
		is_class ? "classes are %%file, %%desc, %%network, %%process, "
			   "%%memory, %%signal, %%ipc, %%creds, %%clock, %%pure"
			 : "write '?%s' to allow a name that is not known",
		name);
}

/* "/PATTERN" as in strace, or "/PATTERN/". */
static int
add_regex(struct call_set *set, const char *text, struct err *err)
{
	AUTO(regex_free) struct regex *r = NULL;
	AUTO(mem_free) char *pattern = mem_strdup(text);
	size_t n = strlen(pattern);

	if (n && pattern[n - 1] == '/')
		pattern[n - 1] = '\0';
	n = 0;
	if (regex_new(&r, pattern, err) < 0) {
		err_wrap(err, "'/%s/' in a trace filter", pattern);
		return err_as(err, ERR_USAGE);
	}
	for (enum call_id id = CALL_unknown + 1; id < N_CALL_IDS; id++) {
		const char *name = decode_spec_of(id)->name;

		if (regex_find(r, name, strlen(name), 0, NULL, NULL, NULL)) {
			call_set_add(set, id);
			n++;
		}
	}
	if (n)
		return 0;
	err_set(err, "'/%s/' fits no system call", pattern);
	return err_as(err, ERR_USAGE);
}

/* A number is one of x86_64, as with strace on that machine. */
static bool
add_number(struct call_set *set, const char *text)
{
	const struct call_spec *spec;
	uint32_t nr = 0;

	for (const char *p = text; *p; p++) {
		if (*p < '0' || *p > '9' || nr > 100000)
			return false;
		nr = nr * 10 + (uint32_t)(*p - '0');
	}
	spec = decode_spec(ARCH_X86_64, nr);
	if (!*text || spec->id == CALL_unknown)
		return false;
	call_set_add(set, spec->id);
	return true;
}

static int
add_word(struct call_set *set, const char *word, struct err *err)
{
	bool may_miss = *word == '?';
	const struct call_spec *spec;

	word += may_miss;
	if (*word == '/')
		return add_regex(set, word + 1, err);
	if (strcmp(word, "all") == 0)
		memset(set->bits, 0xff, sizeof(set->bits));
	if (strcmp(word, "all") == 0 || strcmp(word, "none") == 0 || add_number(set, word))
		return 0;
	spec = decode_spec_by_name(word);
	if (class_named(word))
		add_class(set, class_named(word));
	else if (spec)
		call_set_add(set, spec->id);
	else if (!may_miss)
		return unknown_name(word + (*word == '%'), *word == '%', err);
	return 0;
}

int
call_set_parse(struct call_set *out, const char *spec, struct err *err)
{
	struct call_set set = { 0 };
	bool is_negated = *spec == '!';
	const char *at = spec + is_negated;

	if (!*at) {
		err_set(err, "an empty list of system calls");
		err_as(err, ERR_USAGE);
		return err_hint(err, "name calls (openat,read), classes (%%file) or 'none'");
	}
	while (*at) {
		size_t n = strcspn(at, ",");
		char word[NAME_MAX_LEN];

		/* A regular expression may hold a comma only at the end of the list. */
		if (*at == '/' || (*at == '?' && at[1] == '/'))
			n = strlen(at);
		if (n >= sizeof(word)) {
			if (*at != '/')
				return unknown_name(at, false, err);
			return add_regex(&set, at + 1, err);
		}
		memcpy(word, at, n);
		word[n] = '\0';
		if (add_word(&set, word, err) < 0)
			return -1;
		at += n + (at[n] == ',');
	}
	for (size_t i = 0; i < ARRAY_LEN(set.bits) && is_negated; i++)
		set.bits[i] = ~set.bits[i];
	*out = set;
	return 0;
}
