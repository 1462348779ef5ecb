/* SPDX-License-Identifier: MIT */
/* golden_text_test.c - a golden as text and back, and everything that is no golden */

#include "unit/test.h"

#include "store/golden.h"

#include "base/mem.h"
#include "store/fields.h"
#include "unit/trace_events.h"

#include <string.h>

#define HEADER                                                                                 \
	"{\"renacer_golden\":1,\"tables\":2,\"target\":\"t\",\"argv\":[\"a\"],"                \
	"\"profile\":\"effects\",\"runs\":3,\"fingerprint\":{\"arch\":\"x86_64\","             \
	"\"libc\":\"\",\"interpreter\":\"\",\"build_id\":\"\"}}\n"
#define EXIT "{\"effect\":\"exit\",\"key\":\"exit\",\"code\":0}\n"
#define STREAM(key) "{\"effect\":\"stream\",\"key\":\"" key "\",\"bytes\":4,\"text\":null}\n"
#define NUMBER(name_, low_, high_)                                                             \
	"{\"number\":\"" name_ "\",\"low\":" low_ ",\"high\":" high_ "}\n"
#define LINE(text) "{\"text\":\"" text "\"}\n"

static struct golden *
parse(const char *text, size_t n)
{
	struct golden *g = NULL;
	struct err err = { 0 };

	if (golden_parse(&g, "x.golden", text, n, &err) < 0) {
		print_message("%s\n%s\n", err.place ? err.place : "", err.text);
		fail();
	}
	return g;
}

static void
a_golden_is_written_as_documented(void **state)
{
	AUTO(golden_free) struct golden *g = golden_new();
	AUTO(str_done) struct str text = { 0 };
	const char *argv[] = { "sort", "-u", NULL }, *list[] = { "a b", "" };
	struct effect *e;

	g->argv = argv;
	g->target = "sorting";
	g->n_runs = 3;
	g->fingerprint.arch = "x86_64";
	e = golden_add(g, EFFECT_STREAM, "stdout");
	effect_text(g, e, "text", "one\ntwo");
	effect_number(g, e, "bytes", 7);
	e->n_runs = 3;
	e = golden_add(g, EFFECT_PATH, "<cwd>/b");
	effect_text(g, e, "text", "short\n");
	effect_bool(g, e, "synced", true);
	e->n_runs = 2;
	e = golden_add(g, EFFECT_PATH, "<cwd>/a");
	effect_list(g, e, "argv", list, 2);
	e->n_runs = 3;
	e = golden_add(g, EFFECT_EXIT, "exit");
	effect_number(g, e, "code", -1);
	e->n_runs = 3;
	golden_print(&text, g);
	assert_string_equal(text.data,
		"{\"renacer_golden\":1,\"tables\":2,\"target\":\"sorting\",\"argv\":[\"sort\","
		"\"-u\"],\"profile\":\"effects\",\"runs\":3,\"fingerprint\":{\"arch\":\"x86_"
		"64\","
		"\"libc\":\"\",\"interpreter\":\"\",\"build_id\":\"\"}}\n"
		"{\"effect\":\"exit\",\"key\":\"exit\",\"code\":-1}\n"
		"{\"effect\":\"stream\",\"key\":\"stdout\",\"bytes\":7,\"text\":null}\n"
		"{\"text\":\"one\\n\"}\n"
		"{\"text\":\"two\"}\n"
		"{\"effect\":\"path\",\"key\":\"<cwd>/a\",\"argv\":[\"a b\",\"\"]}\n"
		"{\"effect\":\"path\",\"key\":\"<cwd>/b\",\"runs\":2,\"synced\":true,"
		"\"text\":\"short\\n\"}\n"
		"{\"end\":7}\n");
	(void)state;
}

static void
what_cannot_be_seen_is_escaped_and_what_can_is_not(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "plain ~", "\"plain ~\"" },
		{ "Grüße 漢字 😀", "\"Grüße 漢字 😀\"" },
		{ "a\u202eb", "\"a\\u202eb\"" },              /* right-to-left override */
		{ "a\u00a0b\u200b", "\"a\\u00a0b\\u200b\"" }, /* blanks that are none */
		{ "\ufeff", "\"\\ufeff\"" },
		{ "\x7f\xc2\x85", "\"\\u007f\\u0085\"" },
		{ "\U000e0041", "\"\\udb40\\udc41\"" }, /* a tag character */
		{ "\"\\\t", "\"\\\"\\\\\\t\"" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(golden_free) struct golden *g = golden_new();
		AUTO(golden_free) struct golden *back = NULL;
		AUTO(str_done) struct str text = { 0 };

		golden_add(g, EFFECT_READ, rows[i].text);
		golden_print(&text, g);
		if (!strstr(text.data, rows[i].wanted)) {
			print_message("row %zu: %s", i, text.data);
			fail();
		}
		back = parse(text.data, text.n);
		assert_string_equal(back->effects[0].key, rows[i].text);
	}
	(void)state;
}

/* Valid UTF-8 with newlines, quotes, and characters of every length. */
static const char *
random_utf8(struct golden *g, uint64_t *seed)
{
	static const char *const pieces[] = { "a", "\n", "\"", "\\", "ü", "漢", "😀", "\u202e",
		" ", "\t", "\x01", "null", "<tmp:1>", "\r", "varies", "\n\n" };
	AUTO(str_done) struct str s = { 0 };

	for (uint64_t n = next_random(seed) % 12; n > 0; n--)
		str_add(&s, pieces[next_random(seed) % ARRAY_LEN(pieces)]);
	return arena_strdup(g->arena, str_text(&s));
}

static void
add_random_value(struct golden *g, struct effect *e, const struct field *f, uint64_t *seed)
{
	const char *list[3];

	if (f->kinds >> VALUE_NUMBER & 1 && next_random(seed) % 4)
		effect_number(g, e, f->name, (int64_t)random_number(seed));
	else if (f->kinds >> VALUE_NUMBER & 1)
		effect_text(g, e, f->name, FIELD_VARIES);
	else if (f->kinds >> VALUE_BOOL & 1)
		effect_bool(g, e, f->name, next_random(seed) & 1);
	else if (f->kinds >> VALUE_TEXT & 1)
		effect_text(g, e, f->name, random_utf8(g, seed));
	if (!(f->kinds >> VALUE_LIST & 1) || effect_value(e, f->name))
		return;
	for (int i = 0; i < 3; i++)
		list[i] = random_utf8(g, seed);
	effect_list(g, e, f->name, list, next_random(seed) % 4);
}

/* A text and a digest in one effect belong together. */
static void
set_digests(struct golden *g, struct effect *e)
{
	const char *text = effect_value(e, "text")->text;

	for (size_t i = 0; i < e->n_values; i++) {
		struct value *v = &e->values[i];
		struct digest digest = { 0 };
		struct sha256 sha;
		char hex[SHA256_HEX];

		digest_add(&digest, text, strlen(text));
		if (strcmp(v->name, "digest") == 0)
			digest_hex(&digest, hex);
		sha256_init(&sha);
		sha256_add(&sha, text, strlen(text));
		if (strcmp(v->name, "sha256") == 0)
			sha256_done(&sha, hex);
		if (strcmp(v->name, "sha256") == 0 || strcmp(v->name, "digest") == 0)
			v->text = arena_strdup(g->arena, hex);
	}
}

static struct golden *
random_golden(uint64_t *seed)
{
	struct golden *g = golden_new();
	const char **argv = arena_array(g->arena, 4, sizeof *argv);

	for (uint64_t i = 0, n = next_random(seed) % 4; i < n; i++)
		argv[i] = random_utf8(g, seed);
	g->argv = argv;
	g->target = random_utf8(g, seed);
	g->profile = next_random(seed) % N_PROFILES;
	g->n_runs = 1 + next_random(seed) % 4;
	g->fingerprint.libc = random_utf8(g, seed);
	for (uint64_t i = 0, n = 1 + next_random(seed) % 30; i < n; i++) {
		enum effect_kind kind = next_random(seed) % N_EFFECT_KINDS;
		const char *key =
			kind == EFFECT_CALL
				? arena_printf(g->arena, "%d", (int)(i % 3))
				: arena_printf(g->arena, "%s%d", random_utf8(g, seed), (int)i);
		struct effect *e = golden_add(g, kind, key);

		e->seq = i + 1;
		e->n_runs = 1 + next_random(seed) % g->n_runs;
		for (size_t k = 0; k < n_fields; k++)
			if (next_random(seed) % 6 == 0)
				add_random_value(g, e, &fields[n_fields - 1 - k], seed);
		if (effect_value(e, "text"))
			set_digests(g, e);
	}
	return g;
}

static void
assert_same_golden(const struct golden *a, const struct golden *b)
{
	assert_int_equal(a->n_effects, b->n_effects);
	assert_string_equal(a->target, b->target);
	assert_int_equal(a->profile, b->profile);
	assert_int_equal(a->n_runs, b->n_runs);
	for (size_t i = 0; a->argv[i] || b->argv[i]; i++)
		assert_string_equal(a->argv[i], b->argv[i]);
	for (size_t i = 0; i < a->n_effects; i++) {
		const struct effect *x = &a->effects[i], *y = &b->effects[i];

		assert_int_equal(x->kind, y->kind);
		assert_string_equal(x->key, y->key);
		assert_int_equal(x->n_runs, y->n_runs);
		assert_int_equal(x->n_values, y->n_values);
		for (size_t k = 0; k < x->n_values; k++)
			assert_true(value_is_equal(&x->values[k], &y->values[k]));
	}
}

static void
random_goldens_come_back_and_print_the_same(void **state)
{
	uint64_t seed = 99;

	for (int i = 0; i < 500; i++) {
		AUTO(golden_free) struct golden *g = random_golden(&seed);
		AUTO(golden_free) struct golden *back = NULL;
		AUTO(str_done) struct str text = { 0 }, again = { 0 };

		golden_print(&text, g);
		back = parse(text.data, text.n);
		assert_same_golden(g, back);
		golden_print(&again, back);
		assert_string_equal(text.data, again.data);
	}
	(void)state;
}

static void
calls_keep_their_order_through_load_and_print(void **state)
{
	AUTO(golden_free) struct golden *g = golden_new();
	AUTO(golden_free) struct golden *back = NULL;
	AUTO(str_done) struct str text = { 0 }, again = { 0 };

	for (uint64_t i = 0; i < 100; i++) {
		struct effect *e = golden_add(g, EFFECT_CALL, i % 2 ? "1" : "1.1");

		e->seq = i + 1;
		effect_number(g, e, "count", (int64_t)(i * 37 % 100));
	}
	golden_print(&text, g);
	back = parse(text.data, text.n);
	golden_print(&again, back);
	assert_string_equal(text.data, again.data);
	(void)state;
}

static void
loaded_effects_know_their_line_and_recordings(void **state)
{
	static const char text[] = HEADER EXIT STREAM("stdout") LINE("a\\n")
		LINE("b") "{\"effect\":\"path\",\"key\":\"p\",\"runs\":2}\n{\"end\":6}\n";
	AUTO(golden_free) struct golden *g = parse(text, sizeof text - 1);

	assert_int_equal(g->effects[0].line, 2);
	assert_int_equal(g->effects[1].line, 3);
	assert_int_equal(g->effects[2].line, 6);
	assert_int_equal(g->effects[0].n_runs, 3);
	assert_int_equal(g->effects[2].n_runs, 2);
	assert_string_equal(effect_value(&g->effects[1], "text")->text, "a\nb");
	(void)state;
}

static void
what_is_not_exactly_a_golden_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text, *place, *wanted, *hint;
	} rows[] = {
		{ "", "x.golden", "an empty file is no golden", "record" },
		{ HEADER, "x.golden", "cut: no end after line 1", "git checkout" },
		{ HEADER EXIT, "x.golden", "cut: no end after line 2", "git checkout" },
		{ HEADER EXIT "{\"effect\":\"pa", "x.golden:3:14", "cut inside this line", "" },
		{ HEADER EXIT "{\"end\":1}", "x.golden:3:10", "cut inside this line", "" },
		{ HEADER "{\"end\":1}\n", "x.golden:2:1", "a golden without effects says",
			NULL },
		{ HEADER EXIT "{\"end\":3}\n", "x.golden:3:2", "3 lines announced, 2 are here",
			"{\"end\":2}" },
		{ HEADER EXIT "{\"end\":-1}\n", "x.golden:3:2", "-1 lines announced", "" },
		{ HEADER EXIT "{\"end\":\"1\"}\n", "x.golden:3:2", "expected a whole number",
			NULL },
		{ HEADER EXIT "{\"end\":2,\"x\":1}\n", "x.golden:3:10", "unknown field 'x'",
			NULL },
		{ HEADER EXIT "{\"end\":2}\n\n", "x.golden:4:1", "a line behind the end",
			NULL },
		{ HEADER EXIT "{\"end\":2}\nx", "x.golden:4:1", "a line behind the end", NULL },
		{ HEADER "\n" EXIT "{\"end\":1}\n", "x.golden:2:1", "an empty line", NULL },
		{ EXIT "{\"end\":1}\n", "x.golden:1:1", "not a golden", NULL },
		{ "#!/bin/sh\n", "x.golden:1:1", "not a golden", NULL },
		{ HEADER "[1]\n", "x.golden:2:1", "expected an object with fields", NULL },
		{ HEADER "{}\n", "x.golden:2:1", "expected an object with fields", NULL },
		{ "{}\n", "x.golden:1:1", "not a golden", NULL },
		{ "{\"renacer_golden\":2}\n", "x.golden:1:2",
			"'renacer_golden': 2, this program works with 1", "newer" },
		{ "{\"renacer_golden\":1,\"tables\":3}\n", "x.golden:1:21",
			"'tables': 3, this program works with 2", "newer" },
		{ "{\"renacer_golden\":0}\n", "x.golden:1:2", "expected 1 to", NULL },
		{ "{\"renacer_golden\":1}\n", "x.golden:1:20",
			"expected the field 'tables', found the end of the line", NULL },
		{ "{\"renacer_golden\":1,\"target\":\"\"}\n", "x.golden:1:21",
			"expected the field 'tables', found 'target'", NULL },
		{ HEADER "<<<<<<< HEAD\n" EXIT, "x.golden:2:1", "a merge conflict",
			"either side" },
		{ HEADER EXIT "=======\n", "x.golden:3:1", "a merge conflict", "either side" },
		{ HEADER EXIT ">>>>>>> other\n", "x.golden:3:1", "a merge conflict", "either" },
		{ HEADER EXIT "||||||| base\n", "x.golden:3:1", "a merge conflict", "either" },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"exit\"}\r\n", "x.golden:2:31",
			"a line that ends in CR LF", ".gitattributes" },
		{ HEADER EXIT EXIT "{\"end\":2}\n", "x.golden:3:1",
			"exit 'exit' stands here twice (line 2)", NULL },
		{ HEADER STREAM("b") LINE("1\\n") LINE("2") STREAM("a") LINE("1\\n") LINE("2"),
			"x.golden:5:1", "stream 'a' must stand before stream 'b' (line 2)",
			NULL },
		{ HEADER STREAM("b") LINE("1\\n") LINE("2") EXIT, "x.golden:5:1",
			"exit 'exit' must stand before stream 'b' (line 2)", NULL },
		{ HEADER "{\"effect\":\"nope\",\"key\":\"\"}\n", "x.golden:2:2",
			"unknown kind of effect 'nope'", NULL },
		{ HEADER "{\"effect\":1}\n", "x.golden:2:2", "expected text, found a whole",
			NULL },
		{ HEADER EXIT NUMBER("b", "1", "2") NUMBER("a", "1", "2"), "x.golden:4:2",
			"number 'a' must stand before 'b', and once", NULL },
		{ HEADER EXIT NUMBER("a", "1", "2") NUMBER("a", "1", "2"), "x.golden:4:2",
			"number 'a' must stand before 'a', and once", NULL },
		{ HEADER EXIT NUMBER("a", "2", "1"), "x.golden:3:2", "low is above high",
			NULL },
		{ HEADER EXIT NUMBER("a", "-2", "1"), "x.golden:3:15",
			"expected a whole number that is not negative", NULL },
		{ HEADER EXIT NUMBER("a", "\"2\"", "1"), "x.golden:3:15",
			"expected a whole number that is not negative", NULL },
		{ HEADER EXIT "{\"number\":\"a\",\"high\":1}\n", "x.golden:3:15",
			"expected the field 'low', found 'high'", NULL },
		{ HEADER EXIT "{\"number\":\"a\",\"low\":1,\"high\":1,\"x\":1}\n",
			"x.golden:3:32", "expected the field 'by', found 'x'", NULL },
		{ HEADER NUMBER("a", "1", "2") EXIT, "x.golden:3:2",
			"expected a number or the end, found 'effect'", NULL },
		{ HEADER NUMBER("a", "1", "2") "{\"end\":2}\n", "x.golden:3:1",
			"a golden without effects says", NULL },
		{ HEADER "{\"key\":\"\"}\n", "x.golden:2:2", "expected an effect or the end",
			NULL },
		{ HEADER "{\"effect\":\"exit\",\"code\":0}\n", "x.golden:2:18",
			"expected the field 'key', found 'code'", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"exit\",\"coed\":0}\n", "x.golden:2:31",
			"unknown field 'coed'", "did you mean 'code'?" },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"exit\",\"zzzzzzz\":0}\n",
			"x.golden:2:31", "unknown field 'zzzzzzz'", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"exit\",\"code\":\"0\"}\n",
			"x.golden:2:31", "'code' cannot be text", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"exit\",\"code\":0.5}\n",
			"x.golden:2:31", "found a fraction", NULL },
		{ HEADER
			"{\"effect\":\"exit\",\"key\":\"exit\",\"code\":9223372036854775808}\n",
			"x.golden:2:31", "'code': beyond 63 bits", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"exit\",\"code\":{}}\n",
			"x.golden:2:31", "found an object", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"exit\",\"code\":null}\n",
			"x.golden:2:31", "'code' cannot be null", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"exit\",\"argv\":[1]}\n",
			"x.golden:2:39",
			"'argv': expected a list of texts, found a whole number in it", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"e\",\"code\\u0000x\":0}\n",
			"x.golden:2:42", "a NUL in the name of a field", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"e\\u0000\"}\n", "x.golden:2:18",
			"a NUL in the text", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"e\",\"code\":0,\"code\":0}\n",
			"x.golden:2:45", "twice", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"e\",\"text\":\"\",\"code\":0}\n",
			"x.golden:2:38", "field 'code' must stand before 'text'", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"e\",\"runs\":3}\n", "x.golden:2:28",
			"'runs': expected 1 to 2", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"e\",\"runs\":0}\n", "x.golden:2:28",
			"'runs': expected 1 to 2", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"e\"", "x.golden:2:", "cut inside",
			NULL },
		{ HEADER "{\"effect\":\"exit\" \"key\":\"e\"}\n", "x.golden:2:18",
			"expected ','", NULL },
		{ HEADER "{\"effect\":\"exit\",\"key\":\"\xff\"}\n", "x.golden:2:25", "UTF-8",
			NULL },
		{ HEADER STREAM("a") EXIT, "x.golden:3:1", "expected a line of 'text' (two",
			NULL },
		{ HEADER STREAM("a") LINE("1\\n") "{\"end\":1}\n", "x.golden:4:1",
			"expected a line of 'text' (two at least)", NULL },
		{ HEADER STREAM("a") LINE("1") LINE("2"), "x.golden:4:1", "does not end in \\n",
			NULL },
		{ HEADER STREAM("a") LINE("1\\n2\\n"), "x.golden:3:2", "expected one line",
			NULL },
		{ HEADER STREAM("a") LINE(""), "x.golden:3:2", "expected one line", NULL },
		{ HEADER
			"{\"effect\":\"path\",\"key\":\"p\",\"sha256\":\"00\",\"text\":\"a\"}\n"
			"{\"end\":2}\n",
			"x.golden:2:1", "path 'p': its 'sha256' is not that of its text",
			"record" },
		{ HEADER "{\"effect\":\"stream\",\"key\":\"s\",\"digest\":\"00\",\"text\":"
			 "\"a\"}\n"
			 "{\"end\":2}\n",
			"x.golden:2:1", "stream 's': its 'digest' is not that of its text",
			"record" },
		{ HEADER EXIT LINE("1\\n"), "x.golden:3:2", "expected an effect or the end",
			"\"text\":null" },
	};

	int n_bad = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO(golden_free) struct golden *g = NULL;
		struct err err = { 0 };
		bool is_good;

		assert_int_equal(
			golden_parse(&g, "x.golden", rows[i].text, strlen(rows[i].text), &err),
			-1);
		is_good = err.place && str_has_prefix(err.place, rows[i].place) &&
			  strstr(err.text, rows[i].wanted) &&
			  (!rows[i].hint || (*rows[i].hint == '\0') == !err.hint ||
				  (err.hint && strstr(err.hint, rows[i].hint)));
		if (!is_good) {
			print_message("row %zu, %s: ", i, rows[i].wanted);
			err_print(&err, "test", stdout);
			n_bad++;
		}
		err_done(&err);
	}
	assert_int_equal(n_bad, 0);
	(void)state;
}

static void
a_long_line_is_shown_short(void **state)
{
	AUTO(str_done) struct str text = { 0 };
	AUTO(golden_free) struct golden *g = NULL;
	struct err err = { 0 };

	str_add(&text, HEADER "{\"effect\":\"exit\",\"nope\":\"");
	for (int i = 0; i < 10000; i++)
		str_add(&text, "ü");
	str_add(&text, "\"}\n");
	assert_int_equal(golden_parse(&g, "x", text.data, text.n, &err), -1);
	assert_in_range(strlen(err.place), 100, 500);
	assert_true(utf8_is_valid(err.place, strlen(err.place)));
	err_done(&err);
	(void)state;
}

/* A golden cut anywhere is an error, whatever is left of it. */
static void
a_golden_cut_at_any_byte_is_refused(void **state)
{
	uint64_t seed = 5;
	AUTO(golden_free) struct golden *g = random_golden(&seed);
	AUTO(str_done) struct str text = { 0 };

	golden_print(&text, g);
	for (size_t n = 0; n < text.n; n++) {
		AUTO(golden_free) struct golden *back = NULL;
		struct err err = { 0 };

		assert_int_equal(golden_parse(&back, "x", text.data, n, &err), -1);
		err_done(&err);
	}
	(void)state;
}

/* A golden without one of its lines is an error too. */
static void
a_golden_that_lost_a_line_is_refused(void **state)
{
	uint64_t seed = 17;
	AUTO(golden_free) struct golden *g = random_golden(&seed);
	AUTO(str_done) struct str text = { 0 };

	golden_print(&text, g);
	for (size_t at = 0; at < text.n;) {
		size_t n = (size_t)(strchr(text.data + at, '\n') + 1 - (text.data + at));
		AUTO(golden_free) struct golden *back = NULL;
		AUTO(str_done) struct str less = { 0 };
		struct err err = { 0 };

		str_add_n(&less, text.data, at);
		str_add_n(&less, text.data + at + n, text.n - at - n);
		assert_int_equal(golden_parse(&back, "x", less.data, less.n, &err), -1);
		err_done(&err);
		at += n;
	}
	(void)state;
}

static void
fields_have_names_of_their_own(void **state)
{
	for (size_t i = 0; i < n_fields; i++) {
		assert_int_equal(field_place(fields[i].name), i);
		assert_true(fields[i].kinds != 0);
		assert_string_not_equal(fields[i].name, "effect");
		assert_string_not_equal(fields[i].name, "key");
		assert_string_not_equal(fields[i].name, "runs");
		assert_string_not_equal(fields[i].name, "end");
	}
	(void)state;
}

static void
numbers_of_budgets_are_sorted_and_read_again(void **state)
{
	static const char *const by[] = { "openat 12", "read 3", NULL };
	AUTO(golden_free) struct golden *g = golden_new(), *read = NULL;
	AUTO(str_done) struct str text = { 0 };
	AUTO(str_done) struct str again = { 0 };
	struct err err = { 0 };
	struct golden_number *number;

	effect_number(g, golden_add(g, EFFECT_EXIT, "exit"), "code", 0);
	golden_number_add(g, "threads")->high = 1;
	number = golden_number_add(g, "syscalls");
	*number = (struct golden_number){ number->name, 12, UINT64_MAX, by, 2 };
	assert_ptr_equal(golden_number_add(g, "syscalls"), golden_number(g, "syscalls"));
	assert_null(golden_number(g, "wall"));
	golden_print(&text, g);
	assert_non_null(strstr(text.data,
		"{\"number\":\"syscalls\",\"low\":12,\"high\":18446744073709551615,"
		"\"by\":[\"openat 12\",\"read 3\"]}\n"
		"{\"number\":\"threads\",\"low\":0,\"high\":1}\n{\"end\":4}\n"));
	assert_int_equal(golden_parse(&read, "x", text.data, text.n, &err), 0);
	golden_print(&again, read);
	assert_string_equal(text.data, again.data);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_golden_is_written_as_documented),
		cmocka_unit_test(what_cannot_be_seen_is_escaped_and_what_can_is_not),
		cmocka_unit_test(random_goldens_come_back_and_print_the_same),
		cmocka_unit_test(calls_keep_their_order_through_load_and_print),
		cmocka_unit_test(loaded_effects_know_their_line_and_recordings),
		cmocka_unit_test(what_is_not_exactly_a_golden_is_refused_with_its_line),
		cmocka_unit_test(a_long_line_is_shown_short),
		cmocka_unit_test(a_golden_cut_at_any_byte_is_refused),
		cmocka_unit_test(a_golden_that_lost_a_line_is_refused),
		cmocka_unit_test(fields_have_names_of_their_own),
		cmocka_unit_test(numbers_of_budgets_are_sorted_and_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
