/* SPDX-License-Identifier: MIT */
/*
 * json-reader.c - the grammar of JSON (RFC 8259), token by token
 *
 * Fed text waits in one buffer; what is before `at` has been taken. A token is given only when
 * its end has been seen, so a block may end anywhere. How far a string has been searched for
 * its end is kept, so that a long one fed in small blocks is looked at once.
 */

#include "base/json.h"

#include <string.h>

enum expected {
	A_VALUE,
	A_VALUE_OR_END, /* behind '[' */
	A_KEY,
	A_KEY_OR_END, /* behind '{' */
	A_COLON,
	A_COMMA_OR_END,
	NOTHING, /* behind the outermost value */
};

static const char *const expected_text[] = {
	[A_VALUE] = "a value",
	[A_VALUE_OR_END] = "a value or ']'",
	[A_KEY] = "a key in quotes",
	[A_KEY_OR_END] = "a key in quotes or '}'",
	[A_COLON] = "':'",
	[A_COMMA_OR_END] = "',' or the closing bracket",
	[NOTHING] = "nothing more",
};

struct json_reader {
	struct str buf;
	size_t at;          /* the next byte to look at */
	size_t searched;    /* of an unfinished string: bytes behind its quote */
	uint64_t before;    /* bytes of the document that are no longer in buf */
	uint64_t token_at;  /* where the last token began */
	struct str text;    /* of the last token */
	struct str failure; /* what went wrong, once it did */
	enum expected state;
	unsigned depth;
	bool is_last;
	uint64_t is_object[JSON_DEPTH_READ / 64]; /* a bit a level */
};

struct json_reader *
json_reader_new(void)
{
	return mem_alloc(sizeof(struct json_reader));
}

void
json_reader_free(struct json_reader *r)
{
	if (!r)
		return;
	str_done(&r->buf);
	str_done(&r->text);
	str_done(&r->failure);
	mem_free(r);
}

void
json_reader_feed(struct json_reader *r, const char *block, size_t n, bool is_last)
{
	if (r->at) {
		memmove(r->buf.data, r->buf.data + r->at, r->buf.n - r->at);
		r->before += r->at;
		str_cut(&r->buf, r->buf.n - r->at);
		r->at = 0;
	}
	str_add_n(&r->buf, block, n);
	r->is_last |= is_last;
}

uint64_t
json_reader_offset(const struct json_reader *r)
{
	return r->token_at;
}

static enum json_token PRINTF(3, 4) fail(struct json_reader *r, size_t at, const char *fmt, ...)
{
	va_list ap;

	str_addf(&r->failure, "byte %llu: ", (unsigned long long)(r->before + at));
	va_start(ap, fmt);
	str_addv(&r->failure, fmt, ap);
	va_end(ap);
	return JSON_ERROR;
}

/* What stands at `at`, for a message. */
static enum json_token
fail_found(struct json_reader *r, size_t at, const char *wanted)
{
	AUTO(str_done) struct str found = { 0 };

	if (at >= r->buf.n) {
		str_add(&found, "the end");
	} else {
		str_add_char(&found, '\'');
		str_add_printable(&found, r->buf.data + at, 1);
		str_add_char(&found, '\'');
	}
	return fail(r, at, "expected %s, found %s", wanted, found.data);
}

/* Not enough text to know: more is needed, unless there is no more. */
static enum json_token
need_more(struct json_reader *r, const char *wanted)
{
	return r->is_last ? fail_found(r, r->buf.n, wanted) : JSON_MORE;
}

static bool
in_object(const struct json_reader *r)
{
	unsigned level = r->depth - 1;

	return r->depth && r->is_object[level / 64] >> (level % 64) & 1;
}

static void
value_ended(struct json_reader *r)
{
	r->state = r->depth ? A_COMMA_OR_END : NOTHING;
}

static enum json_token
begin(struct json_reader *r, bool is_object)
{
	uint64_t bit = (uint64_t)1 << (r->depth % 64);

	if (r->depth == JSON_DEPTH_READ)
		return fail(r, r->at, "nested deeper than %d", JSON_DEPTH_READ);
	r->is_object[r->depth / 64] &= ~bit;
	if (is_object)
		r->is_object[r->depth / 64] |= bit;
	r->depth++;
	r->at++;
	r->state = is_object ? A_KEY_OR_END : A_VALUE_OR_END;
	return is_object ? JSON_BEGIN_OBJECT : JSON_BEGIN_ARRAY;
}

static enum json_token
end(struct json_reader *r)
{
	bool is_object = in_object(r);

	r->depth--;
	r->at++;
	value_ended(r);
	return is_object ? JSON_END_OBJECT : JSON_END_ARRAY;
}

static int
hex4(const char *p)
{
	static const char digits[] = "0123456789abcdef";
	int value = 0;

	for (int i = 0; i < 4; i++) {
		const char *digit =
			p[i] ? strchr(digits, p[i] | ('A' <= p[i] && p[i] <= 'F' ? 0x20 : 0))
			     : NULL;

		if (!digit)
			return -1;
		value = value << 4 | (int)(digit - digits);
	}
	return value;
}

static void
add_utf8(struct str *s, uint32_t c)
{
	if (c < 0x80) {
		str_add_char(s, (char)c);
	} else if (c < 0x800) {
		str_add_char(s, (char)(0xc0 | c >> 6));
		str_add_char(s, (char)(0x80 | (c & 0x3f)));
	} else {
		if (c < 0x10000) {
			str_add_char(s, (char)(0xe0 | c >> 12));
		} else {
			str_add_char(s, (char)(0xf0 | c >> 18));
			str_add_char(s, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		str_add_char(s, (char)(0x80 | (c >> 6 & 0x3f)));
		str_add_char(s, (char)(0x80 | (c & 0x3f)));
	}
}

/* At a backslash; the string's closing quote is known to be further on. Returns the length of
 * the escape, 0 after fail(). */
static size_t
add_escaped_char(struct json_reader *r, size_t at)
{
	static const char named[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	const char *p = r->buf.data + at;
	int high, low;

	for (const char *name = named; *name; name += 2)
		if (*name == p[1]) {
			str_add_char(&r->text, name[1]);
			return 2;
		}
	if (p[1] != 'u') {
		fail_found(r, at + 1, "an escape (one of \" \\ / b f n r t u)");
		return 0;
	}
	/* The buffer ends in a NUL, so what is cut short is not hexadecimal. */
	high = hex4(p + 2);
	if (high < 0) {
		fail(r, at, "\\u needs four hexadecimal digits");
		return 0;
	}
	if (high < 0xd800 || high > 0xdfff) {
		add_utf8(&r->text, (uint32_t)high);
		return 6;
	}
	low = high < 0xdc00 && p[6] == '\\' && p[7] == 'u' ? hex4(p + 8) : -1;
	if (low < 0xdc00 || low > 0xdfff) {
		fail(r, at, "half of a surrogate pair");
		return 0;
	}
	add_utf8(&r->text,
		0x10000 + ((uint32_t)(high - 0xd800) << 10 | (uint32_t)(low - 0xdc00)));
	return 12;
}

/* The bytes between the quotes into r->text. */
static bool
unescape(struct json_reader *r, size_t at, size_t stop)
{
	const char *data = r->buf.data;
	size_t clean = at, len;

	str_clear(&r->text);
	for (; at < stop; at += len) {
		unsigned char c = (unsigned char)data[at];

		len = 1;
		if (c < ' ') {
			fail(r, at, "a control character in a string must be written \\u%04x",
				c);
			return false;
		}
		if (c >= 0x80) {
			len = utf8_len(data + at, stop - at);
			if (!len) {
				fail(r, at, "invalid UTF-8 (byte 0x%02x)", c);
				return false;
			}
		} else if (c == '\\') {
			str_add_n(&r->text, data + clean, at - clean);
			len = add_escaped_char(r, at);
			if (!len)
				return false;
			clean = at + len;
		}
	}
	str_add_n(&r->text, data + clean, stop - clean);
	return true;
}

static enum json_token
read_string(struct json_reader *r)
{
	size_t i = r->at + 1 + r->searched;
	bool is_key = r->state == A_KEY || r->state == A_KEY_OR_END;

	while (i < r->buf.n && r->buf.data[i] != '"') {
		if (r->buf.data[i] == '\\') {
			if (i + 1 >= r->buf.n)
				break;
			i++;
		}
		i++;
	}
	if (i >= r->buf.n || r->buf.data[i] != '"') {
		r->searched = i - r->at - 1;
		return need_more(r, "'\"'");
	}
	r->searched = 0;
	if (!unescape(r, r->at + 1, i))
		return JSON_ERROR;
	r->at = i + 1;
	if (is_key)
		r->state = A_COLON;
	else
		value_ended(r);
	return is_key ? JSON_KEY : JSON_STRING;
}

static size_t
skip_digits(const struct json_reader *r, size_t i)
{
	while (i < r->buf.n && r->buf.data[i] >= '0' && r->buf.data[i] <= '9')
		i++;
	return i;
}

/* Digits are needed at i: 0 and *token set when there are none. */
static size_t
need_digits(struct json_reader *r, size_t i, enum json_token *token)
{
	size_t after = skip_digits(r, i);

	if (after > i)
		return after;
	*token = i < r->buf.n ? fail_found(r, i, "a digit") : need_more(r, "a digit");
	return 0;
}

static enum json_token
read_number(struct json_reader *r)
{
	const char *data = r->buf.data;
	enum json_token token = JSON_NUMBER;
	size_t i = r->at + (data[r->at] == '-');

	/* The terminating NUL of the buffer is never a digit, a point or an e. */
	if (data[i] == '0')
		i++;
	else
		i = need_digits(r, i, &token);
	if (i && data[i] == '.')
		i = need_digits(r, i + 1, &token);
	if (i && (data[i] | 0x20) == 'e') {
		i++;
		if (data[i] == '+' || data[i] == '-')
			i++;
		i = need_digits(r, i, &token);
	}
	if (!i)
		return token;
	if (i == r->buf.n && !r->is_last)
		return JSON_MORE;
	if (i < r->buf.n && data[i] >= '0' && data[i] <= '9')
		return fail(r, r->at, "a number may not begin with 0");
	str_clear(&r->text);
	str_add_n(&r->text, data + r->at, i - r->at);
	r->at = i;
	value_ended(r);
	return JSON_NUMBER;
}

static enum json_token
read_word(struct json_reader *r, const char *word, enum json_token token)
{
	for (size_t i = 0; word[i]; i++) {
		if (r->at + i >= r->buf.n)
			return need_more(r, word);
		if (r->buf.data[r->at + i] != word[i])
			return fail_found(r, r->at + i, word);
	}
	r->at += strlen(word);
	value_ended(r);
	return token;
}

static enum json_token
read_value(struct json_reader *r, char c)
{
	switch (c) {
	case '{':
	case '[':
		return begin(r, c == '{');
	case '"':
		return read_string(r);
	case 't':
		return read_word(r, "true", JSON_TRUE);
	case 'f':
		return read_word(r, "false", JSON_FALSE);
	case 'n':
		return read_word(r, "null", JSON_NIL);
	}
	if (c == '-' || (c >= '0' && c <= '9'))
		return read_number(r);
	return fail_found(r, r->at, expected_text[r->state]);
}

/* One step at a character that is no blank; JSON_MORE here: punctuation taken, go on. */
static enum json_token
step(struct json_reader *r, char c, bool *again)
{
	switch (r->state) {
	case A_COLON:
	case A_COMMA_OR_END:
		if (r->state == A_COMMA_OR_END && c == (in_object(r) ? '}' : ']'))
			return end(r);
		if (c != (r->state == A_COLON ? ':' : ','))
			break;
		r->state = r->state == A_COLON || !in_object(r) ? A_VALUE : A_KEY;
		r->at++;
		*again = true;
		return JSON_MORE;
	case A_KEY:
	case A_KEY_OR_END:
		if (c == '}' && r->state == A_KEY_OR_END)
			return end(r);
		if (c == '"')
			return read_string(r);
		break;
	case A_VALUE_OR_END:
		if (c == ']')
			return end(r);
		return read_value(r, c);
	case A_VALUE:
		return read_value(r, c);
	case NOTHING:
		break;
	}
	return fail_found(r, r->at, expected_text[r->state]);
}

static enum json_token
next(struct json_reader *r)
{
	bool again = true;
	enum json_token token = JSON_MORE;

	while (again) {
		again = false;
		while (r->at < r->buf.n && strchr(" \t\r\n", r->buf.data[r->at]) &&
			r->buf.data[r->at])
			r->at++;
		r->token_at = r->before + r->at;
		if (r->at == r->buf.n && r->state == NOTHING && r->is_last)
			return JSON_DONE;
		if (r->at == r->buf.n)
			return need_more(r, expected_text[r->state]);
		token = step(r, r->buf.data[r->at], &again);
	}
	return token;
}

enum json_token
json_reader_next(struct json_reader *r, const char **text, size_t *n, struct err *err)
{
	enum json_token token = r->failure.n ? JSON_ERROR : next(r);

	if (token == JSON_ERROR)
		err_set(err, "%s", str_text(&r->failure));
	if (text)
		*text = str_text(&r->text);
	if (n)
		*n = r->text.n;
	return token;
}
