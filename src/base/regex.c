/* SPDX-License-Identifier: MIT */
/* regex.c - regular expressions through PCRE2, with limits that hold on every machine */

#include "base/regex.h"

#include "base/mem.h"
#include "base/str.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Steps of one search. The interpreter is used, not the compiler to machine code: what it
 * counts is the same everywhere, so a search that gives up does so on each machine. */
#define MATCH_LIMIT 1000000
#define HEAP_LIMIT_KIB (64 * 1024)

struct regex {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

static uint32_t
column_of(const char *pattern, size_t offset)
{
	uint32_t column = 1;

	for (size_t i = 0; i < offset && pattern[i]; i++)
		column += ((unsigned char)pattern[i] & 0xc0) != 0x80;
	return column;
}

int
regex_new(struct regex **out, const char *pattern, struct err *err)
{
	AUTO(regex_free) struct regex *r = mem_alloc(sizeof *r);
	PCRE2_UCHAR text[256] = { 0 };
	PCRE2_SIZE offset = 0;
	int code = 0;

	r->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
		PCRE2_NEVER_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C, &code, &offset,
		NULL);
	if (!r->code) {
		pcre2_get_error_message(code, text, sizeof text);
		err_set(err, "pattern '%s' does not compile: column %u: %s", pattern,
			column_of(pattern, offset), (const char *)text);
		return err_as(err, ERR_USAGE);
	}
	r->match = pcre2_match_data_create(1, NULL);
	r->limits = pcre2_match_context_create(NULL);
	assert(r->match && r->limits); /* out of memory is the end elsewhere, too */
	pcre2_set_match_limit(r->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(r->limits, MATCH_LIMIT);
	pcre2_set_heap_limit(r->limits, HEAP_LIMIT_KIB);
	*out = TAKE(r);
	return 0;
}

void
regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_code_free(r->code);
	pcre2_match_data_free(r->match);
	pcre2_match_context_free(r->limits);
	mem_free(r);
}

bool
regex_find(const struct regex *r, const char *text, size_t n, size_t from, size_t *start,
	size_t *end, bool *gave_up)
{
	const PCRE2_SIZE *at;
	int rc;

	if (gave_up)
		*gave_up = false;
	if (from > n)
		return false;
	rc = pcre2_match(
		r->code, (PCRE2_SPTR)(text ? text : ""), n, from, 0, r->match, r->limits);
	if (rc < 0) {
		if (gave_up)
			*gave_up = rc != PCRE2_ERROR_NOMATCH;
		return false;
	}
	/* \K inside a look-ahead can put the start behind the end; such a match is empty. */
	at = pcre2_get_ovector_pointer(r->match);
	if (start)
		*start = MIN(at[0], at[1]);
	if (end)
		*end = at[1];
	return true;
}
