/* SPDX-License-Identifier: MIT */
/* settle_test.c - which names vary: by recordings, by a golden, by their look */
#include "unit/test.h"

#include "base/mem.h"
#include "base/str.h"
#include "effects/settle.h"

#include <string.h>

#define RUNS_MAX 3

/* Paths that a run made, one a line, with the text that it printed behind '|'; "!" before a
 * path: it is gone in the end. */
static struct golden *
made(const char *spec)
{
	struct golden *g = golden_new();
	const char *text = strchr(spec, '|');
	struct effect *e;

	g->is_raw = true;
	g->made = arena_array(g->arena, strlen(spec), sizeof *g->made);
	for (const char *p = spec; p < text;) {
		size_t n = strcspn(p, "\n|");
		bool is_gone = *p == '!';
		const char *path = arena_strndup(g->arena, p + is_gone, n - is_gone);

		g->made[g->n_made++].path = path;
		if (!is_gone)
			golden_add(g, EFFECT_PATH, path);
		p += n + (p[n] == '\n');
	}
	e = golden_add(g, EFFECT_STREAM, "stdout");
	effect_text(g, e, "digest", "");
	effect_text(g, e, "text", text + 1);
	return g;
}

static const char *
text_of(const struct golden *g)
{
	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].kind == EFFECT_STREAM)
			return effect_value(&g->effects[i], "text")->text;
	return "";
}

/* Its paths and its text, as made() takes them. */
static void
put_golden(struct str *out, const struct golden *g)
{
	str_clear(out);
	for (size_t i = 0; i < g->n_effects; i++)
		if (g->effects[i].kind == EFFECT_PATH)
			str_addf(out, "%s\n", g->effects[i].key);
	str_addf(out, "|%s", text_of(g));
}

static void
put_temps(struct str *out, const struct golden *g)
{
	str_clear(out);
	for (size_t i = 0; i < g->n_temps; i++)
		str_addf(out, "%s%s", i ? " " : "", g->temps[i]);
}

static const struct {
	const char *runs[RUNS_MAX]; /* recordings */
	const char *wanted, *temps; /* of each of them, in the end */
} recorded[] = {
	/* What all made was chosen, whatever it looks like. */
	{ { "<tmp>/report-aB3xY9|x", "<tmp>/report-aB3xY9|x" }, "<tmp>/report-aB3xY9\n|x", "" },
	{ { "<tmp>/sortaB3xY9|", "<tmp>/sortqq77Zt|" }, "<tmp>/sort<tmp:1>\n|",
		"<tmp>/sort<tmp:1=6>" },
	/* A first byte that all recordings share was drawn as well. */
	{ { "<tmp>/sortaB3xY9|", "<tmp>/sortaq77Zt|" }, "<tmp>/sort<tmp:1>\n|",
		"<tmp>/sort<tmp:1=6>" },
	{ { "<cwd>/tmpab_9xyz1.json|", "<cwd>/tmpac_7uvw2.json|" }, "<cwd>/tmp<tmp:1>.json\n|",
		"<cwd>/tmp<tmp:1=8>.json" },
	{ { "<cwd>/go-1318571238|", "<cwd>/go-131857|" }, "<cwd>/go-<tmp:1>\n|",
		"<cwd>/go-<tmp:1=#>" },
	/* A number that had as many digits each time need not have them the next. */
	{ { "<cwd>/go-1318571238.tmp|", "<cwd>/go-4020304050.tmp|" }, "<cwd>/go-<tmp:1>.tmp\n|",
		"<cwd>/go-<tmp:1=#>.tmp" },
	/* Directories, what is in them, and the same word in other names. */
	{ { "<tmp>/tmp.Ab12Cd\n<tmp>/tmp.Ab12Cd/x\n<tmp>/Ab12Cd.log|in Ab12Cd, not Ab12Cde",
		  "<tmp>/tmp.Qr34St\n<tmp>/tmp.Qr34St/x\n<tmp>/Qr34St.log|in Qr34St, not "
		  "Ab12Cde" },
		"<tmp>/<tmp:1>.log\n<tmp>/tmp.<tmp:1>\n<tmp>/tmp.<tmp:1>/x\n"
		"|in <tmp:1>, not Ab12Cde",
		"<tmp>/tmp.<tmp:1=6> <tmp>/<tmp:1=6>.log" },
	/* Used in another order than made; more than there are digits. */
	{ { "!<cwd>/x.aB3xY9\n!<cwd>/x.kk11Mm|kk11Mm aB3xY9",
		  "!<cwd>/x.qq77Zt\n!<cwd>/x.zz99Pp|zz99Pp qq77Zt" },
		"|<tmp:2> <tmp:1>", "<cwd>/x.<tmp:1=6> <cwd>/x.<tmp:2=6>" },
	{ { "!/Aaaa01\n!/Aaaa02\n!/Aaaa03\n!/Aaaa04\n!/Aaaa05\n!/Aaaa06\n!/Aaaa07\n!/Aaaa08\n"
	    "!/Aaaa09\n!/Aaaa10|Aaaa01 Aaaa02 Aaaa03 Aaaa04 Aaaa05 Aaaa06 Aaaa07 Aaaa08 "
	    "Aaaa09 Aaaa10",
		  "!/Bbbb01\n!/Bbbb02\n!/Bbbb03\n!/Bbbb04\n!/Bbbb05\n!/Bbbb06\n!/Bbbb07\n"
		  "!/Bbbb08\n!/Bbbb09\n!/Bbbb10|Bbbb01 Bbbb02 Bbbb03 Bbbb04 Bbbb05 Bbbb06 "
		  "Bbbb07 Bbbb08 Bbbb09 Bbbb10" },
		"|<tmp:1> <tmp:2> <tmp:3> <tmp:4> <tmp:5> <tmp:6> <tmp:7> <tmp:8> <tmp:9> "
		"<tmp:10>",
		"/<tmp:1=6> /<tmp:2=6> /<tmp:3=6> /<tmp:4=6> /<tmp:5=6> /<tmp:6=6> /<tmp:7=6> "
		"/<tmp:8=6> /<tmp:9=6> /<tmp:10=6>" },
	/* One that nothing tells of stands in nobody's place. */
	{ { "!<cwd>/x.aB3xY9\n!<cwd>/x.kk11Mm|kk11Mm",
		  "!<cwd>/x.qq77Zt\n!<cwd>/x.zz99Pp|zz99Pp" },
		"|<tmp:1>", "<cwd>/x.<tmp:1=6>" },
	/* Numbers only within their names. */
	{ { "<cwd>/out.4711|4711 out.4711 14711", "<cwd>/out.815|4711 out.815 14711" },
		"<cwd>/out.<tmp:1>\n|4711 out.<tmp:1> 14711", "<cwd>/out.<tmp:1=#>" },
	/* What is gone, and told of nowhere, needs no number. */
	{ { "!<cwd>/tmp_obj_aB3xY9\n<cwd>/o|", "!<cwd>/tmp_obj_qq77Zt\n<cwd>/o|" },
		"<cwd>/o\n|", "" },
	/* In the order of their letters, whatever that is; chosen names between them too. */
	{ { "!/x.aaaa11\n!/x.bbbb22|aaaa11 bbbb22", "!/x.bbbb11\n!/x.aaaa22|aaaa22 bbbb11" },
		"|<tmp:1|2 sorted> <tmp:1|2 sorted>", "/x.<tmp:1=6> /x.<tmp:2=6>" },
	{ { "!/x.aaaa11\n!/x.bbbb22|bbbb22 aaaa11", "!/x.bbbb11\n!/x.aaaa22|bbbb11 aaaa22" },
		"|<tmp:1|2 reversed> <tmp:1|2 reversed>", "/x.<tmp:1=6> /x.<tmp:2=6>" },
	{ { "!/x.aaaa11\n!/x.bbbb22\n!/x.cccc33|aaaa11\nbbbb22\ncccc33\n",
		  "!/x.bbbb11\n!/x.cccc22\n!/x.aaaa33|aaaa33\nbbbb11\ncccc22\n" },
		"|<tmp:1-3 sorted>\n<tmp:1-3 sorted>\n<tmp:1-3 sorted>\n",
		"/x.<tmp:1=6> /x.<tmp:2=6> /x.<tmp:3=6>" },
	/* One in the midst that had one place by chance; a directory has it by itself. */
	{ { "!/x.aaaa11\n!/x.bbbb22\n!/x.cccc33|aaaa11 bbbb22 cccc33",
		  "!/x.kkkk11\n!/x.jjjj22\n!/x.dddd34|dddd34 jjjj22 kkkk11" },
		"|<tmp:1-3 sorted> <tmp:1-3 sorted> <tmp:1-3 sorted>",
		"/x.<tmp:1=6> /x.<tmp:2=6> /x.<tmp:3=6>" },
	{ { "!/d.aaaa11\n!/d.aaaa11/bbbb22\n!/d.aaaa11/cccc33|"
	    "/d.aaaa11/bbbb22 /d.aaaa11/cccc33",
		  "!/d.zzzz11\n!/d.zzzz11/kkkk22\n!/d.zzzz11/jjjj33|"
		  "/d.zzzz11/jjjj33 /d.zzzz11/kkkk22" },
		"|/d.<tmp:1>/<tmp:2|3 sorted> /d.<tmp:1>/<tmp:2|3 sorted>",
		"/d.<tmp:1=6> /d.<tmp:1>/<tmp:2=6> /d.<tmp:1>/<tmp:3=6>" },
	/* Told as they were made, then listed twice. */
	{ { "!/x.aaaa11\n!/x.bbbb22|aaaa11 bbbb22: aaaa11 bbbb22, aaaa11 bbbb22",
		  "!/x.bbbb11\n!/x.aaaa22|bbbb11 aaaa22: aaaa22 bbbb11, aaaa22 bbbb11" },
		"|<tmp:1> <tmp:2>: <tmp:1|2 sorted> <tmp:1|2 sorted>, <tmp:1|2 sorted> "
		"<tmp:1|2 sorted>",
		"/x.<tmp:1=6> /x.<tmp:2=6>" },
	/* Chosen ones that were made in another order stay what they are. */
	{ { "<cwd>/one-aaaaaa\n<cwd>/one-bbbbbb|", "<cwd>/one-bbbbbb\n<cwd>/one-aaaaaa|" },
		"<cwd>/one-aaaaaa\n<cwd>/one-bbbbbb\n|", "" },
};

/* What a run with these names and this text comes to, held against a golden of two that list
 * theirs sorted. */
static const struct {
	const char *run, *wanted;
} listed[] = {
	{ "!/x.kkkk11\n!/x.jjjj22|jjjj22 kkkk11", "|<tmp:1|2 sorted> <tmp:1|2 sorted>" },
	{ "!/x.kkkk11\n!/x.jjjj22|kkkk11 jjjj22", "|<tmp:1> <tmp:2>" },
	{ "!/x.kkkk11\n!/x.jjjj22|jjjj22 jjjj22", "|<tmp:1> <tmp:1>" },
	{ "!/x.kkkk11\n!/x.jjjj22|jjjj22, kkkk11", "|<tmp:2>, <tmp:1>" },
	{ "!/x.kkkk11\n!/x.jjjj22|jjjj22 kkkk11 kkkk11", "|<tmp:2> <tmp:1> <tmp:1>" },
	{ "!/x.kkkk11|jjjj22 kkkk11", "|jjjj22 <tmp:1>" },
};

static void
a_list_is_a_list_only_when_it_is_sorted(void **state)
{
	struct golden *runs[] = { made("!/x.aaaa11\n!/x.bbbb22|aaaa11 bbbb22"),
		made("!/x.bbbb11\n!/x.aaaa22|aaaa22 bbbb11") };
	AUTO(str_done) struct str out = { 0 };

	(void)state;
	settle_runs(runs, 2);
	for (size_t i = 0; i < sizeof listed / sizeof listed[0]; i++) {
		AUTO(golden_free) struct golden *run = made(listed[i].run);

		effects_settle(run, runs[0]);
		put_golden(&out, run);
		assert_string_equal(out.data, listed[i].wanted);
	}
	golden_free(runs[0]);
	golden_free(runs[1]);
}

/* Names with the events between which they were there, and where a listing had them. */
struct drawn {
	const char *path;
	uint64_t from, to;
	const char *listing; /* its directory's; NULL: none */
};

static struct golden *
drew(const struct drawn *names, size_t n)
{
	struct golden *g = golden_new();

	g->is_raw = true;
	g->made = arena_array(g->arena, n, sizeof *g->made);
	for (; g->n_made < n; g->n_made++) {
		const struct drawn *d = &names[g->n_made];
		struct golden_made *m = &g->made[g->n_made];
		struct golden_listing *l;
		const char **list, *p = d->listing;

		*m = (struct golden_made){
			.path = d->path, .from_seq = d->from, .to_seq = d->to
		};
		if (!p)
			continue;
		l = g->n_made && names[g->n_made - 1].listing == p
			    ? (struct golden_listing *)m[-1].listing
			    : arena_alloc(g->arena, sizeof *l);
		list = arena_array(g->arena, 8, sizeof *list);
		for (l->n = 0; *p; p += strcspn(p, " "), p += *p == ' ')
			list[l->n++] = arena_strndup(g->arena, p, strcspn(p, " "));
		l->names = list;
		m->listing = l;
		while (strcmp(list[m->rank], strrchr(d->path, '/') + 1) != 0)
			m->rank++;
	}
	return g;
}

#define DRAWN_MAX 2

static const struct {
	const char *why;
	struct drawn runs[RUNS_MAX][DRAWN_MAX];
	bool is_chance;
} chances[] = {
	{ "sorted the same way",
		{ { { "/d/aaaa11", 1, 0, NULL }, { "/d/bbbb22", 2, 0, NULL } },
			{ { "/d/cccc11", 1, 0, NULL }, { "/d/xxxx22", 2, 0, NULL } },
			{ { "/d/gggg11", 1, 0, NULL }, { "/d/hhhh22", 2, 0, NULL } } },
		true },
	{ "both ways",
		{ { { "/d/aaaa11", 1, 0, NULL }, { "/d/bbbb22", 2, 0, NULL } },
			{ { "/d/xxxx11", 1, 0, NULL }, { "/d/cccc22", 2, 0, NULL } },
			{ { "/d/gggg11", 1, 0, NULL }, { "/d/hhhh22", 2, 0, NULL } } },
		false },
	{ "never there together",
		{ { { "/d/aaaa11", 1, 2, NULL }, { "/d/bbbb22", 3, 4, NULL } },
			{ { "/d/cccc11", 1, 2, NULL }, { "/d/xxxx22", 3, 4, NULL } },
			{ { "/d/gggg11", 1, 2, NULL }, { "/d/hhhh22", 3, 4, NULL } } },
		false },
	{ "counted",
		{ { { "/d/x.412345.1", 1, 0, NULL }, { "/d/x.412345.2", 2, 0, NULL } },
			{ { "/d/x.598765.1", 1, 0, NULL }, { "/d/x.598765.2", 2, 0, NULL } },
			{ { "/d/x.698764.1", 1, 0, NULL }, { "/d/x.698764.2", 2, 0, NULL } } },
		false },
	{ "chosen",
		{ { { "/d/first-one", 1, 0, NULL }, { "/d/second-one", 2, 0, NULL } },
			{ { "/d/first-one", 1, 0, NULL }, { "/d/second-one", 2, 0, NULL } },
			{ { "/d/first-one", 1, 0, NULL }, { "/d/second-one", 2, 0, NULL } } },
		false },
	{ "listed the same way",
		{ { { "/d/aaaa11", 1, 0, "aaaa11 bbbb22" },
			  { "/d/bbbb22", 2, 0, "aaaa11 bbbb22" } },
			{ { "/d/xxxx11", 1, 0, "xxxx11 cccc22" },
				{ "/d/cccc22", 2, 0, "xxxx11 cccc22" } },
			{ { "/d/gggg11", 1, 0, "gggg11 hhhh22" },
				{ "/d/hhhh22", 2, 0, "gggg11 hhhh22" } } },
		true },
	{ "listed as they sort",
		{ { { "/d/aaaa11", 1, 0, "aaaa11 bbbb22" },
			  { "/d/bbbb22", 2, 0, "aaaa11 bbbb22" } },
			{ { "/d/xxxx11", 1, 0, "cccc22 xxxx11" },
				{ "/d/cccc22", 2, 0, "cccc22 xxxx11" } },
			{ { "/d/gggg11", 1, 0, "gggg11 hhhh22" },
				{ "/d/hhhh22", 2, 0, "gggg11 hhhh22" } } },
		true },
	{ "listed in every order",
		{ { { "/d/aaaa11", 1, 0, "aaaa11 bbbb22" },
			  { "/d/bbbb22", 2, 0, "aaaa11 bbbb22" } },
			{ { "/d/xxxx11", 1, 0, "cccc22 xxxx11" },
				{ "/d/cccc22", 2, 0, "cccc22 xxxx11" } },
			{ { "/d/gggg11", 1, 0, "hhhh22 gggg11" },
				{ "/d/hhhh22", 2, 0, "hhhh22 gggg11" } } },
		false },
	{ "one beside a chosen one, always behind it",
		{ { { "/d/x.aaaa11", 1, 0, "other x.aaaa11" } },
			{ { "/d/x.cccc11", 1, 0, "other x.cccc11" } },
			{ { "/d/x.gggg11", 1, 0, "other x.gggg11" } } },
		true },
	{ "one beside a chosen one, on both sides",
		{ { { "/d/x.aaaa11", 1, 0, "other x.aaaa11" } },
			{ { "/d/x.cccc11", 1, 0, "x.cccc11 other" } },
			{ { "/d/x.gggg11", 1, 0, "other x.gggg11" } } },
		false },
};

static void
an_order_that_was_never_another_one_is_chance(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof chances / sizeof chances[0]; i++) {
		AUTO(arena_free) struct arena *arena = arena_new();
		struct golden *runs[RUNS_MAX];

		for (size_t r = 0; r < RUNS_MAX; r++)
			runs[r] = drew(chances[i].runs[r], chances[i].runs[r][1].path ? 2 : 1);
		print_message("%s\n", chances[i].why);
		assert_int_equal(
			effects_chance(runs, RUNS_MAX, arena) != NULL, chances[i].is_chance);
		for (size_t r = 0; r < RUNS_MAX; r++)
			golden_free(runs[r]);
	}
}

static void
recordings_tell_what_varies(void **state)
{
	AUTO(str_done) struct str out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof recorded / sizeof recorded[0]; i++) {
		struct golden *runs[RUNS_MAX];
		size_t n = 0;

		for (; n < RUNS_MAX && recorded[i].runs[n]; n++)
			runs[n] = made(recorded[i].runs[n]);
		settle_runs(runs, n);
		for (size_t r = 0; r < n; r++) {
			/* A later run that does the same is the same. */
			AUTO(golden_free) struct golden *again = made(recorded[i].runs[r]);

			put_golden(&out, runs[r]);
			assert_string_equal(out.data, recorded[i].wanted);
			put_temps(&out, runs[r]);
			assert_string_equal(str_text(&out), recorded[i].temps);
			effects_settle(again, runs[0]);
			put_golden(&out, again);
			assert_string_equal(out.data, recorded[i].wanted);
		}
		for (size_t r = 0; r < n; r++)
			golden_free(runs[r]);
	}
}

/* Recorded as the first two; is the third the same? */
static const struct {
	const char *runs[2], *later, *wanted;
} later[] = {
	{ { "<tmp>/sortaB3xY9|", "<tmp>/sortqq77Zt|" }, "<tmp>/sortLLaa22|",
		"<tmp>/sort<tmp:1>\n|" },
	/* Another prefix, another length, another chosen name. */
	{ { "<tmp>/sortaB3xY9|", "<tmp>/sortqq77Zt|" }, "<tmp>/tempLLaa22|",
		"<tmp>/tempLLaa22\n|" },
	{ { "<tmp>/sortaB3xY9|", "<tmp>/sortqq77Zt|" }, "<tmp>/sort1|", "<tmp>/sort1\n|" },
	{ { "<tmp>/report-aB3xY9|", "<tmp>/report-aB3xY9|" }, "<tmp>/report-aB3xY8|",
		"<tmp>/report-aB3xY8\n|" },
	{ { "<cwd>/go-1318571238.tmp|", "<cwd>/go-4020304050.tmp|" }, "<cwd>/go-22142400.tmp|",
		"<cwd>/go-<tmp:1>.tmp\n|" },
	{ { "<cwd>/go-1318571238.tmp|", "<cwd>/go-4020304050.tmp|" }, "<cwd>/go-final.tmp|",
		"<cwd>/go-final.tmp\n|" },
	/* Two digits each time were characters of any kind. */
	{ { "<cwd>/objects/44|", "<cwd>/objects/20|" }, "<cwd>/objects/8a|",
		"<cwd>/objects/<tmp:1>\n|" },
	/* Two aliases that changed places. */
	{ { "<cwd>/a-aB3xY9\n<cwd>/b-kk11Mm|aB3xY9", "<cwd>/a-qq77Zt\n<cwd>/b-zz99Pp|qq77Zt" },
		"<cwd>/a-LLaa22\n<cwd>/b-ooUU44|ooUU44",
		"<cwd>/a-<tmp:1>\n<cwd>/b-<tmp:2>\n|<tmp:2>" },
	/* What was one name is two now, and what were two is one. */
	{ { "<cwd>/a-aB3xY9\n<cwd>/b-aB3xY9|", "<cwd>/a-qq77Zt\n<cwd>/b-qq77Zt|" },
		"<cwd>/a-LLaa22\n<cwd>/b-ooUU44|", "<cwd>/a-<tmp:1>\n<cwd>/b-ooUU44\n|" },
	{ { "<cwd>/a-aB3xY9\n<cwd>/b-kk11Mm|", "<cwd>/a-qq77Zt\n<cwd>/b-zz99Pp|" },
		"<cwd>/a-LLaa22\n<cwd>/b-LLaa22|", "<cwd>/a-<tmp:1>\n<cwd>/b-<tmp:1>\n|" },
};

static void
a_golden_tells_what_may_vary(void **state)
{
	AUTO(str_done) struct str out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
		struct golden *runs[] = { made(later[i].runs[0]), made(later[i].runs[1]) };
		AUTO(golden_free) struct golden *run = made(later[i].later);

		settle_runs(runs, 2);
		effects_settle(run, runs[0]);
		put_golden(&out, run);
		assert_string_equal(out.data, later[i].wanted);
		golden_free(runs[0]);
		golden_free(runs[1]);
	}
}

static void
numbers_are_processes_where_all_recordings_say_so(void **state)
{
	struct golden *runs[] = { made("|500 41\n77 x\n"), made("|500 9041\n77 x\n") };
	AUTO(golden_free) struct golden *same = made("|500 6\n77 x\n");
	AUTO(golden_free) struct golden *other = made("|500 7\n77 x\n");
	struct golden_word words[] = { { "41", "<pid:1>" }, { "9041", "<pid:1>" },
		{ "6", "<pid:1>" }, { "6", "<pid:1>" } };
	struct golden *all[] = { runs[0], runs[1], same, other };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		all[i]->words = &words[i];
		all[i]->n_words = 1;
	}
	settle_runs(runs, 2);
	assert_string_equal(text_of(runs[0]), "500 <pid:1>\n77 x\n");
	assert_string_equal(text_of(runs[1]), "500 <pid:1>\n77 x\n");
	effects_settle(same, runs[0]);
	assert_string_equal(text_of(same), "500 <pid:1>\n77 x\n");
	effects_settle(other, runs[0]);
	assert_string_equal(text_of(other), "500 7\n77 x\n");
	golden_free(runs[0]);
	golden_free(runs[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recordings_tell_what_varies),
		cmocka_unit_test(a_list_is_a_list_only_when_it_is_sorted),
		cmocka_unit_test(an_order_that_was_never_another_one_is_chance),
		cmocka_unit_test(a_golden_tells_what_may_vary),
		cmocka_unit_test(numbers_are_processes_where_all_recordings_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
