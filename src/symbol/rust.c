/* SPDX-License-Identifier: MIT */
/*
 * rust.c - Rust's newer mangled names (RFC 2603, "v0")
 *
 * One function for each production of the grammar; each appends what it reads. A back reference
 * reads an earlier place again, so a short name could grow without end: depth and length are
 * bounded, beyond that the name counts as no name.
 */

#include "symbol/rust.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 100
#define MAX_TEXT 4000

struct parser {
	const char *name; /* behind the _R */
	const char *p;
	struct str *out;
	size_t limit; /* of out->n */
	int depth;
	bool failed;
};

static void path(struct parser *s, bool in_value);
static void type(struct parser *s);

static bool
fail(struct parser *s)
{
	s->failed = true;
	return false;
}

/* False once anything is wrong, so that every loop ends. */
static bool
is_good(struct parser *s)
{
	return !s->failed && (s->out->n <= s->limit || fail(s));
}

static bool
take(struct parser *s, char c)
{
	if (s->failed || *s->p != c)
		return false;
	s->p++;
	return true;
}

static void
add(struct parser *s, const char *text)
{
	if (is_good(s))
		str_add(s->out, text);
}

/* "_" is 0, "0_" is 1, … */
static uint64_t
base62(struct parser *s)
{
	static const char digits[] =
		"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
	uint64_t value = 0;

	if (take(s, '_'))
		return 0;
	while (!take(s, '_')) {
		const char *digit = *s->p ? strchr(digits, *s->p) : NULL;

		if (s->failed || !digit || value > UINT64_MAX / 62 - 1) {
			fail(s);
			return 0;
		}
		value = value * 62 + (uint64_t)(digit - digits);
		s->p++;
	}
	return value + 1;
}

/* What tells equal names apart: its number, 0 when there is none. */
static uint64_t
disambiguator(struct parser *s)
{
	return take(s, 's') ? base62(s) + 1 : 0;
}

/* Punycode ('u') stays as it is. */
static void
undisambiguated(struct parser *s, const char **text, size_t *n)
{
	*text = "";
	*n = 0;
	take(s, 'u');
	if (*s->p < '0' || *s->p > '9') {
		fail(s);
		return;
	}
	if (!take(s, '0'))
		while (*s->p >= '0' && *s->p <= '9' && *n < MAX_TEXT)
			*n = *n * 10 + (size_t)(*s->p++ - '0');
	take(s, '_');
	if (strnlen(s->p, *n) < *n) {
		fail(s);
		*n = 0;
		return;
	}
	*text = s->p;
	s->p += *n;
}

static void
identifier(struct parser *s, char kind)
{
	uint64_t number = disambiguator(s);
	const char *text;
	size_t n;

	undisambiguated(s, &text, &n);
	if (!is_good(s))
		return;
	if (kind >= 'a') { /* a module, a function, a type: named as it is */
		str_add(s->out, "::");
		str_add_n(s->out, text, n);
		return;
	}
	str_addf(s->out, "::{%s", kind == 'C' ? "closure" : kind == 'S' ? "shim" : "");
	if (kind != 'C' && kind != 'S')
		str_add_char(s->out, kind);
	if (n) {
		str_add_char(s->out, ':');
		str_add_n(s->out, text, n);
	}
	str_addf(s->out, "#%" PRIu64 "}", number);
}

/* Reads what a back reference leads to, then goes on behind it. It leads backwards only. */
static void
back(struct parser *s, void (*read)(struct parser *s))
{
	const char *from = s->p - 1, *after;
	uint64_t offset = base62(s);

	if (s->failed || offset >= (uint64_t)(from - s->name)) {
		fail(s);
		return;
	}
	after = s->p;
	s->p = s->name + offset;
	read(s);
	s->p = after;
}

static void
value_path(struct parser *s)
{
	path(s, true);
}

static void
type_path(struct parser *s)
{
	path(s, false);
}

/* Where an impl stands; read, not shown. */
static void
impl_path(struct parser *s)
{
	size_t n = s->out->n;

	disambiguator(s);
	path(s, false);
	str_cut(s->out, n);
}

static void
constant(struct parser *s)
{
	char kind = *s->p;
	const char *digits;
	char *end;
	uint64_t value;
	size_t n;

	if (take(s, 'B')) {
		back(s, constant);
		return;
	}
	if (take(s, 'p')) {
		add(s, "_");
		return;
	}
	if (!kind || !strchr("abchijlmnostxy", kind)) {
		fail(s); /* strings and structures are not stable yet */
		return;
	}
	s->p++;
	if (take(s, 'n'))
		add(s, "-");
	digits = s->p;
	n = strspn(digits, "0123456789abcdef");
	s->p += n;
	if (!take(s, '_')) {
		fail(s);
		return;
	}
	value = strtoull(digits, &end, 16);
	if (kind == 'b')
		add(s, value ? "true" : "false");
	else if (is_good(s) && n > 16)
		str_addf(s->out, "0x%.*s", (int)n, digits);
	else if (is_good(s))
		str_addf(s->out, kind == 'c' ? "'\\u{%" PRIx64 "}'" : "%" PRIu64, value);
}

/* "<u8, 3>"; nothing when they are all lifetimes. */
static void
generic_args(struct parser *s, bool in_value)
{
	const char *before = in_value ? "::<" : "<";
	bool any = false;

	while (is_good(s) && !take(s, 'E')) {
		if (take(s, 'L')) {
			base62(s);
			continue;
		}
		add(s, any ? ", " : before);
		any = true;
		if (take(s, 'K'))
			constant(s);
		else
			type(s);
	}
	add(s, any ? ">" : "");
}

static void
path_of_kind(struct parser *s, char kind, bool in_value)
{
	const char *text;
	size_t n;
	char namespace;

	switch (kind) {
	case 'C':
		disambiguator(s);
		undisambiguated(s, &text, &n);
		if (is_good(s))
			str_add_n(s->out, text, n);
		return;
	case 'N':
		namespace
		= *s->p ? *s->p++ : 'a';
		path(s, in_value);
		identifier(s, namespace);
		return;
	case 'I':
		path(s, in_value);
		generic_args(s, in_value);
		return;
	case 'M':
	case 'X':
		impl_path(s);
		/* fall through */
	case 'Y':
		add(s, "<");
		type(s);
		if (kind != 'M') {
			add(s, " as ");
			path(s, false);
		}
		add(s, ">");
		return;
	case 'B':
		back(s, in_value ? value_path : type_path);
		return;
	}
	fail(s);
}

static void
path(struct parser *s, bool in_value)
{
	if (!is_good(s) || !*s->p || s->depth == MAX_DEPTH) {
		fail(s);
		return;
	}
	s->depth++;
	path_of_kind(s, *s->p++, in_value);
	s->depth--;
}

static void
binder(struct parser *s)
{
	if (take(s, 'G'))
		base62(s);
}

static void
function_type(struct parser *s)
{
	const char *text;
	size_t n;

	binder(s);
	add(s, take(s, 'U') ? "unsafe " : "");
	if (take(s, 'K')) {
		if (take(s, 'C')) {
			add(s, "extern \"C\" ");
		} else {
			undisambiguated(s, &text, &n);
			if (is_good(s))
				str_addf(s->out, "extern \"%.*s\" ", (int)n, text);
		}
	}
	add(s, "fn(");
	for (bool is_first = true; is_good(s) && !take(s, 'E'); is_first = false) {
		add(s, is_first ? "" : ", ");
		type(s);
	}
	add(s, ")");
	if (take(s, 'u'))
		return;
	add(s, " -> ");
	type(s);
}

static void
dyn_type(struct parser *s)
{
	const char *text;
	size_t n;

	add(s, "dyn ");
	binder(s);
	for (bool is_first = true; is_good(s) && !take(s, 'E'); is_first = false) {
		add(s, is_first ? "" : " + ");
		path(s, false);
		while (take(s, 'p')) { /* what the trait's associated types are */
			bool has_args = s->out->n && s->out->data[s->out->n - 1] == '>';

			undisambiguated(s, &text, &n);
			if (!is_good(s))
				return;
			str_cut(s->out, s->out->n - has_args);
			str_addf(s->out, "%s%.*s = ", has_args ? ", " : "<", (int)n, text);
			type(s);
			add(s, ">");
		}
	}
	if (take(s, 'L'))
		base62(s);
}

static void
tuple_type(struct parser *s)
{
	size_t n = 0;

	add(s, "(");
	for (; is_good(s) && !take(s, 'E'); n++) {
		add(s, n ? ", " : "");
		type(s);
	}
	add(s, n == 1 ? ",)" : ")");
}

/* Types that are written around another one. */
static bool
wrapping_type(struct parser *s, char kind)
{
	static const struct {
		char kind;
		const char *before;
	} wraps[] = { { 'R', "&" }, { 'Q', "&mut " }, { 'P', "*const " }, { 'O', "*mut " },
		{ 'S', "[" }, { 'A', "[" } };

	for (size_t i = 0; i < ARRAY_LEN(wraps); i++) {
		if (wraps[i].kind != kind)
			continue;
		add(s, wraps[i].before);
		if ((kind == 'R' || kind == 'Q') && take(s, 'L'))
			base62(s);
		type(s);
		if (kind == 'A') {
			add(s, "; ");
			constant(s);
		}
		add(s, kind == 'A' || kind == 'S' ? "]" : "");
		return true;
	}
	return false;
}

static bool
basic_type(struct parser *s, char kind)
{
	static const char *const names[] = { "i8", "bool", "char", "f64", "str", "f32", NULL,
		"u8", "isize", "usize", NULL, "i32", "u32", "i128", "u128", "_", NULL, NULL,
		"i16", "u16", "()", "...", NULL, "i64", "u64", "!" };
	const char *name = kind >= 'a' && kind <= 'z' ? names[kind - 'a'] : NULL;

	if (name)
		add(s, name);
	return name;
}

static void
type_of_kind(struct parser *s)
{
	char kind = *s->p++;

	if (basic_type(s, kind) || wrapping_type(s, kind))
		return;
	if (kind == 'T')
		tuple_type(s);
	else if (kind == 'F')
		function_type(s);
	else if (kind == 'D')
		dyn_type(s);
	else if (kind == 'B')
		back(s, type);
	else
		path_of_kind(s, kind, false);
}

static void
type(struct parser *s)
{
	if (!is_good(s) || !*s->p || s->depth == MAX_DEPTH) {
		fail(s);
		return;
	}
	s->depth++;
	type_of_kind(s);
	s->depth--;
}

bool
rust_demangle(struct str *out, const char *name)
{
	struct parser s = {
		.name = name + 2, .p = name + 2, .out = out, .limit = out->n + MAX_TEXT
	};
	size_t n = out->n, n_shown;

	if (!str_has_prefix(name, "_R"))
		return false;
	path(&s, true);
	n_shown = out->n;
	/* Behind it the crate that asked for the instance, and what LLVM adds after a dot. */
	if (is_good(&s) && *s.p && *s.p != '.') {
		path(&s, false);
		str_cut(out, MIN(n_shown, out->n));
	}
	if (is_good(&s) && (!*s.p || *s.p == '.'))
		return true;
	str_cut(out, n);
	return false;
}
