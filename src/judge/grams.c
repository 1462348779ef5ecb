/* SPDX-License-Identifier: MIT */
/*
 * grams.c - which calls follow each other in a run
 *
 * A gram is n families in a row, within one task, so that how tasks interleave says nothing. A
 * call that repeats itself at once is one, for how often read(2) is needed for the same bytes
 * is for the kernel to say. The first gram of a process begins with "^". Calls that never
 * returned are left out: where a task stood when its process ended is chance. So are waits for
 * children: a shell makes them when SIGCHLD comes, between whatever calls it is then.
 */

#include "judge/grams.h"

#include "base/digest.h"
#include "base/map.h"
#include "query/columns.h"

#include <inttypes.h>
#include <string.h>

#define N_MOST 8 /* of a gram; rules.def has the same */

/* The last families of one task. */
struct tail {
	const char *family[N_MOST];
	size_t n;
	bool was_told; /* a gram of it was counted */
};

struct grams {
	const struct judging *j;
	struct map *counts; /* gram -> uint64_t * */
	struct map *tails;  /* task -> struct tail * */
	uint64_t n_looked;
};

static bool
is_among(const struct judging *j, enum column column, uint32_t row, const char *word)
{
	const char *text;

	for (unsigned i = 0; (text = columns_text(j->columns, column, row, i)); i++)
		if (strcmp(text, word) == 0)
			return true;
	return false;
}

/* Of what the program itself does, not its loader, and what is the same each time. */
static bool
is_usual(const struct judging *j, uint32_t row)
{
	return !is_among(j, COLUMN_CLASS, row, "noise") &&
	       !is_among(j, COLUMN_REGION, row, "start-up") &&
	       !is_among(j, COLUMN_REGION, row, "shut-down");
}

static void
count_tail(struct grams *g, struct tail *tail)
{
	AUTO(str_done) struct str gram = { 0 };
	uint64_t **slot;

	for (size_t i = 0; i < tail->n; i++)
		str_addf(&gram, "%s%s", i ? ">" : "", tail->family[i]);
	slot = (uint64_t **)map_text(g->counts, gram.data);
	if (!*slot)
		*slot = arena_alloc(g->j->arena, sizeof **slot);
	++**slot;
	tail->was_told = true;
}

static void
add_row(struct grams *g, uint32_t row)
{
	const struct judging *j = g->j;
	const char *family = columns_text(j->columns, COLUMN_FAMILY, row, 0);
	int64_t task = columns_number(j->columns, COLUMN_TASK, row);
	size_t n = j->rule->min;
	struct tail **slot;
	struct tail *tail;

	if (!family || strcmp(family, "wait") == 0 ||
		is_among(j, COLUMN_STATE, row, "unfinished"))
		return;
	g->n_looked++;
	slot = (struct tail **)map_number(g->tails, (uint64_t)task);
	if (!*slot) {
		*slot = arena_alloc(j->arena, sizeof **slot);
		/* Which of several threads gets to work at all is chance. */
		if (n > 1 && task == columns_number(j->columns, COLUMN_PROCESS, row))
			(*slot)->family[(*slot)->n++] = "^";
	}
	tail = *slot;
	if (tail->n && strcmp(tail->family[tail->n - 1], family) == 0)
		return;
	if (tail->n == n)
		memmove(tail->family, tail->family + 1, --tail->n * sizeof *tail->family);
	tail->family[tail->n++] = family;
	if (tail->n == n)
		count_tail(g, tail);
}

/* A task that made fewer calls than a gram has is one by itself. */
static void
end_tails(struct grams *g)
{
	size_t at = 0;
	void *value;

	while (map_next(g->tails, &at, NULL, NULL, &value)) {
		struct tail *tail = value;

		if (!tail->was_told)
			count_tail(g, tail);
	}
}

bool
grams_count(const struct judging *j, struct tally *out, uint64_t *n_looked)
{
	AUTO(map_free) struct map *counts = map_new();
	AUTO(map_free) struct map *tails = map_new();
	AUTO(selection_done) struct selection s = { 0 };
	struct grams g = { j, counts, tails, 0 };

	if (j->rule->where.expr && !judging_select(j, &s, &j->rule->where))
		return false;
	for (size_t i = 0; i < s.n_rows; i++)
		add_row(&g, s.rows[i]);
	for (size_t i = 0; !j->rule->where.expr && i < columns_rows(j->columns); i++)
		if (is_usual(j, (uint32_t)i))
			add_row(&g, (uint32_t)i);
	end_tails(&g);
	tally_of(out, j->arena, counts);
	*n_looked = g.n_looked;
	return true;
}

const char *
grams_number(const struct judging *j)
{
	const char *where = j->rule->where.text ? j->rule->where.text : "";
	char hex[SHA256_HEX];
	struct sha256 s;

	sha256_init(&s);
	sha256_add(&s, where, strlen(where));
	sha256_done(&s, hex);
	return arena_printf(j->arena, "sequence.%" PRIu64 ".%.8s", j->rule->min, hex);
}

/* A gram taken apart; `text` is its own copy. */
struct words {
	char *text;
	const char *items[N_MOST];
	size_t n;
};

static void
words_init(struct words *w, const char *gram)
{
	char *rest, *word;

	*w = (struct words){ .text = mem_strdup(gram) };
	rest = w->text;
	while (w->n < N_MOST && (word = strsep(&rest, ">")))
		w->items[w->n++] = word;
}

static const char *
words_part(struct str *out, const struct words *w, size_t at, size_t n)
{
	str_clear(out);
	for (size_t i = at; i < at + n; i++)
		str_addf(out, "%s%s", i > at ? ">" : "", w->items[i]);
	return str_text(out);
}

void
gram_add_parts(struct map *parts, const char *gram)
{
	AUTO(str_done) struct str part = { 0 };
	struct words w;

	words_init(&w, gram);
	for (size_t n = 1; n <= w.n; n++)
		for (size_t at = 0; at + n <= w.n; at++)
			*map_text(parts, words_part(&part, &w, at, n)) = parts;
	mem_free(w.text);
}

void
gram_visit_new(const struct map *parts, const char *gram,
	void (*visit)(void *arg, const char *part), void *arg)
{
	AUTO(str_done) struct str part = { 0 };
	bool is_new[N_MOST + 1][N_MOST + 1] = { 0 }, was_visited = false;
	struct words w;

	words_init(&w, gram);
	for (size_t n = 1; n <= w.n; n++)
		for (size_t at = 0; at + n <= w.n; at++) {
			bool inner = n > 1 && (is_new[at][n - 1] || is_new[at + 1][n - 1]);

			is_new[at][n] =
				inner || !map_get_text(parts, words_part(&part, &w, at, n));
			if (!is_new[at][n] || inner)
				continue;
			visit(arg, part.data);
			was_visited = true;
		}
	mem_free(w.text);
	if (was_visited)
		return;
	str_clear(&part);
	str_addf(&part, "=%s", gram);
	visit(arg, part.data);
}
