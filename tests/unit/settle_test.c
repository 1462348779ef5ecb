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
		"|<tmp:1> <tmp:2>", "<cwd>/x.<tmp:2=6> <cwd>/x.<tmp:1=6>" },
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
	/* Chosen ones that were made in another order stay what they are. */
	{ { "<cwd>/one-aaaaaa\n<cwd>/one-bbbbbb|", "<cwd>/one-bbbbbb\n<cwd>/one-aaaaaa|" },
		"<cwd>/one-aaaaaa\n<cwd>/one-bbbbbb\n|", "" },
};

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
		cmocka_unit_test(a_golden_tells_what_may_vary),
		cmocka_unit_test(numbers_are_processes_where_all_recordings_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
