/* SPDX-License-Identifier: MIT */
/*
 * map_json.c - json: objects and arrays that stand on lines of their own, as values
 *
 * Strict RFC 8259, in one pass over the text and exact: numbers of any size keep every digit
 * that counts, a lone surrogate stays one, members of one name keep their order among
 * themselves. What is not JSON to its last byte stays as it is.
 */

#include "base/mem.h"
#include "judge/output_map_inner.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 512
/* Bytes read in vain, for each byte of the text: of one that opens bracket after bracket and
 * closes none, the rest then stays as it is. */
#define VAIN_MOST 16

struct parser {
	const char *text;
	size_t n, at;
	unsigned depth;
};

static bool parse_value(struct parser *p, struct str *out);

static char
peek(const struct parser *p)
{
	return p->at < p->n ? p->text[p->at] : '\0';
}

static bool
take(struct parser *p, char c)
{
	if (peek(p) != c)
		return false;
	p->at++;
	return true;
}

static bool
is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static void
skip_blanks(struct parser *p)
{
	while (p->at < p->n && is_one_of(p->text[p->at], " \t\r\n"))
		p->at++;
}

/*
 * Strings: every character as itself, but those that JSON wants escaped.
 */
static void
add_code(struct str *out, uint32_t code)
{
	if (code == '"' || code == '\\') {
		str_add_char(out, '\\');
		str_add_char(out, (char)code);
	} else if (code < 0x20 || (code >= 0xd800 && code < 0xe000)) {
		str_addf(out, "\\u%04x", code);
	} else if (code < 0x80) {
		str_add_char(out, (char)code);
	} else if (code < 0x800) {
		str_add_char(out, (char)(0xc0 | code >> 6));
		str_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		str_add_char(out, (char)(0xe0 | code >> 12));
		str_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		str_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else {
		str_add_char(out, (char)(0xf0 | code >> 18));
		str_add_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
		str_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		str_add_char(out, (char)(0x80 | (code & 0x3f)));
	}
}

/* The four digits behind \u at `at`. */
static bool
read_unit(const struct parser *p, size_t at, uint32_t *unit)
{
	*unit = 0;
	if (p->n - at < 6 || p->text[at] != '\\' || p->text[at + 1] != 'u')
		return false;
	for (size_t i = at + 2; i < at + 6; i++) {
		char c = p->text[i], small = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			*unit = *unit << 4 | (uint32_t)(c - '0');
		else if (small >= 'a' && small <= 'f')
			*unit = *unit << 4 | (uint32_t)(small - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* Two surrogates that belong together are one character, in whichever way they were written. */
static bool
parse_unit(struct parser *p, struct str *out)
{
	uint32_t unit, low;

	if (!read_unit(p, p->at, &unit))
		return false;
	p->at += 6;
	if (unit >= 0xd800 && unit < 0xdc00 && read_unit(p, p->at, &low) && low >= 0xdc00 &&
		low < 0xe000) {
		p->at += 6;
		unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
	}
	add_code(out, unit);
	return true;
}

static bool
parse_escape(struct parser *p, struct str *out)
{
	static const char letters[] = "\"\\/bfnrt", codes[] = "\"\\/\b\f\n\r\t";
	const char *letter;

	if (p->n - p->at < 2 || !p->text[p->at + 1])
		return false;
	letter = strchr(letters, p->text[p->at + 1]);
	if (!letter)
		return parse_unit(p, out);
	add_code(out, (uint32_t)codes[letter - letters]);
	p->at += 2;
	return true;
}

static bool
parse_string(struct parser *p, struct str *out)
{
	if (!take(p, '"'))
		return false;
	str_add_char(out, '"');
	while (p->at < p->n && p->text[p->at] != '"') {
		unsigned char c = (unsigned char)p->text[p->at];

		if (c < 0x20)
			return false;
		if (c == '\\') {
			if (!parse_escape(p, out))
				return false;
		} else {
			str_add_char(out, (char)c); /* UTF-8: a byte at a time is enough */
			p->at++;
		}
	}
	str_add_char(out, '"');
	return take(p, '"');
}

/*
 * Numbers and words.
 */
static bool
is_json_number(const char *text, size_t n)
{
	size_t digits = n && text[0] == '-';

	/* What remains beside the decimal form: no plus, no zero or point in front. */
	if (digits >= n || text[digits] < '0' || text[digits] > '9')
		return false;
	return text[digits] != '0' || digits + 1 == n || text[digits + 1] < '0' ||
	       text[digits + 1] > '9';
}

static bool
parse_number(struct parser *p, struct str *out)
{
	size_t from = p->at;

	while (p->at < p->n && is_one_of(p->text[p->at], "+-.0123456789eE"))
		p->at++;
	return is_json_number(p->text + from, p->at - from) &&
	       decimal_add(out, p->text + from, p->at - from);
}

static bool
parse_word(struct parser *p, struct str *out)
{
	static const char *const words[] = { "true", "false", "null" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);

		if (p->n - p->at >= n && memcmp(p->text + p->at, words[i], n) == 0) {
			str_add(out, words[i]);
			p->at += n;
			return true;
		}
	}
	return false;
}

/*
 * Arrays and objects.
 */
static bool
parse_array(struct parser *p, struct str *out)
{
	bool is_first = true;

	p->at++;
	str_add_char(out, '[');
	for (skip_blanks(p); !take(p, ']'); is_first = false) {
		if (!is_first) {
			if (!take(p, ','))
				return false;
			str_add_char(out, ',');
		}
		if (!parse_value(p, out))
			return false;
		skip_blanks(p);
	}
	str_add_char(out, ']');
	return true;
}

struct member {
	size_t at, n_key, n; /* in the text of all members */
	const char *text;    /* which is that, once it is whole */
};

/* By name; one name given twice keeps the order that it had. */
static int
compare_members(const void *x, const void *y)
{
	const struct member *a = x, *b = y;
	int order = memcmp(a->text + a->at, b->text + b->at, MIN(a->n_key, b->n_key));

	if (!order)
		order = (a->n_key > b->n_key) - (a->n_key < b->n_key);
	return order ? order : (a->at > b->at) - (a->at < b->at);
}

static bool
parse_member(struct parser *p, struct str *all, struct member *m)
{
	m->at = all->n;
	skip_blanks(p);
	if (!parse_string(p, all))
		return false;
	m->n_key = all->n - m->at;
	skip_blanks(p);
	if (!take(p, ':'))
		return false;
	str_add_char(all, ':');
	if (!parse_value(p, all))
		return false;
	m->n = all->n - m->at;
	skip_blanks(p);
	return true;
}

static bool
parse_object(struct parser *p, struct str *out)
{
	AUTO(str_done) struct str all = { 0 };
	AUTO(mem_free) struct member *members = NULL;
	size_t n = 0, capacity = 0;

	p->at++;
	for (skip_blanks(p); !take(p, '}'); n++) {
		members = mem_grow(members, n, &capacity, sizeof *members);
		if ((n && !take(p, ',')) || !parse_member(p, &all, &members[n]))
			return false;
	}
	for (size_t i = 0; i < n; i++)
		members[i].text = all.data;
	if (n)
		qsort(members, n, sizeof *members, compare_members);
	str_add_char(out, '{');
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? "," : "");
		str_add_n(out, all.data + members[i].at, members[i].n);
	}
	str_add_char(out, '}');
	return true;
}

static bool
parse_value(struct parser *p, struct str *out)
{
	bool done;

	skip_blanks(p);
	switch (peek(p)) {
	case '"':
		return parse_string(p, out);
	case '{':
	case '[':
		if (p->depth == DEPTH_MOST)
			return false;
		p->depth++;
		done = peek(p) == '{' ? parse_object(p, out) : parse_array(p, out);
		p->depth--;
		return done;
	case 't':
	case 'f':
	case 'n':
		return parse_word(p, out);
	}
	return parse_number(p, out);
}

/* The length of the JSON that begins here and has its last line for itself; 0: none, and *vain
 * grows by what was read to find that out. */
static size_t
block_at(struct str *out, const char *text, size_t n, size_t *vain)
{
	struct parser p = { .text = text, .n = n };
	size_t end;

	if (!n || (*text != '{' && *text != '['))
		return 0;
	if (parse_value(&p, out)) {
		for (end = p.at; end < n && is_one_of(text[end], " \t\r");)
			end++;
		if (end == n || text[end] == '\n')
			return p.at;
	}
	*vain += p.at;
	return 0;
}

void
map_json(struct str *out, const char *text, size_t n, struct spellings *seen)
{
	AUTO(str_done) struct str block = { 0 };
	size_t vain = 0;

	for (size_t at = 0; at < n;) {
		size_t len =
			vain / VAIN_MOST > n ? 0 : block_at(&block, text + at, n - at, &vain);
		const char *end;

		if (len) {
			size_t form_at = out->n;

			str_add_n(out, block.data, block.n);
			spellings_add(seen, text + at, len, out, form_at);
			at += len;
		}
		str_clear(&block);
		end = at < n ? memchr(text + at, '\n', n - at) : NULL;
		len = end ? (size_t)(end - text) - at + 1 : n - at;
		str_add_n(out, text + at, len);
		at += len;
	}
}
