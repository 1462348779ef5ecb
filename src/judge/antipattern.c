/* SPDX-License-Identifier: MIT */
/* antipattern.c - calls counted in groups, and whether there are too many of a kind */

#include "judge/antipattern.h"

#include "base/map.h"
#include "judge/antipattern_own.h"
#include "query/expr.h"

#include <stdlib.h>
#include <string.h>

#define GROUP_COLUMNS 2

struct row {
	const char *where;
	/* Of a grouped one. */
	const char *of, *excuse;
	enum column group[GROUP_COLUMNS];
	/* Of another: */
	const char *aside;
	uint64_t columns;
	search_fn *find;
};

static void
search_PCIE_BOTTLENECK(struct search *s)
{
	(void)s; /* never called: antipattern_find() says first that no trace can tell */
}

static const struct row rows[N_ANTIPATTERNS] = {
#define GROUPED(id_, name_, one_, two_, where_, of_, excuse_, ...)                             \
	[ANTIPATTERN_##id_] = {                                                                \
		.group = { one_, two_ }, .where = (where_), .of = (of_), .excuse = (excuse_)   \
	},
#define OTHER(id_, name_, columns_, where_, aside_, ...)                                       \
	[ANTIPATTERN_##id_] = { .columns = (columns_),                                         \
		.where = (where_),                                                             \
		.aside = (aside_),                                                             \
		.find = search_##id_ },
#include "judge/antipattern.def"
};

#define USUAL_FORMULA                                                                          \
	"share * n / (n + least), share being that of n in all such calls of the same group, " \
	"1 at "                                                                                \
	"most"

const struct antipattern_spec antipattern_specs[N_ANTIPATTERNS] = {
#define GROUPED(                                                                               \
	id_, name_, one_, two_, where_, of_, excuse_, least_, cost_, meaning_, remedy_)        \
	[ANTIPATTERN_##id_] = { name_, USUAL_FORMULA, meaning_, remedy_, least_, cost_ },
#define OTHER(id_, name_, columns_, where_, aside_, least_, formula_, meaning_, remedy_)       \
	[ANTIPATTERN_##id_] = { name_, formula_, meaning_, remedy_, least_, 0 },
#include "judge/antipattern.def"
};

enum antipattern
antipattern_by_name(const char *name)
{
	for (enum antipattern i = 0; i < N_ANTIPATTERNS; i++) {
		if (!strcmp(antipattern_specs[i].name, name))
			return i;
	}
	return N_ANTIPATTERNS;
}

static bool
is_of_paths(enum column column)
{
	return column == COLUMN_PATH || column == COLUMN_FD_NAME;
}

static uint64_t
columns_of(const char *text)
{
	struct expr *e = NULL;
	struct err err = { 0 };
	uint64_t columns = 0;

	if (!text)
		return 0;
	if (expr_parse(&e, text, (struct pos){ 0 }, &err) == 0)
		columns = expr_columns(e);
	err_drop(&err); /* antipattern_find() tells it; a test parses every row */
	expr_free(e);
	return columns;
}

uint64_t
antipattern_columns(enum antipattern which)
{
	const struct row *row = &rows[which];
	uint64_t columns = row->columns | COLUMNS_LASTING;

	if (row->find)
		return columns | columns_of(row->where) | columns_of(row->aside) |
		       COLUMN_BIT(COLUMN_EVENT);
	if (is_of_paths(row->group[1]))
		columns |= COLUMN_BIT(COLUMN_PATH);
	for (int i = 0; i < GROUP_COLUMNS; i++)
		columns |= row->group[i] < N_COLUMNS ? COLUMN_BIT(row->group[i]) : 0;
	columns |= COLUMN_BIT(COLUMN_DURATION) | COLUMN_BIT(COLUMN_EXEC) |
		   COLUMN_BIT(COLUMN_FD) | COLUMN_BIT(COLUMN_EVENT);
	return columns | columns_of(row->where) | columns_of(row->of) | columns_of(row->excuse);
}

struct antipattern_hit *
search_hit(struct search *s, const char *identity)
{
	struct sha256 digest;
	char hex[SHA256_HEX];
	struct antipattern_hit *hit;

	s->out->items = mem_grow(s->out->items, s->out->n, &s->room, sizeof *s->out->items);
	hit = &s->out->items[s->out->n++];
	*hit = (struct antipattern_hit){ 0 };
	sha256_init(&digest);
	sha256_add(&digest, s->spec->name, strlen(s->spec->name) + 1);
	sha256_add(&digest, identity, strlen(identity));
	sha256_done(&digest, hex);
	hit->fingerprint = arena_strndup(s->arena, hex, 16);
	return hit;
}

/* The port of a client is the kernel's choice. */
static size_t
without_port(const char *name)
{
	const char *colon = strrchr(name, ':');
	char *end;

	if (!colon || strncmp(name, "inet", 4) != 0 || strtoul(colon + 1, &end, 10) < 32768)
		return strlen(name);
	return (size_t)(colon - name);
}

void
search_name(struct str *out, const struct search *s, enum column column, size_t row)
{
	const char *name = columns_lasting(s->columns, column, row, 0);

	if (name)
		str_add_n(out, name, without_port(name));
	else if (column == COLUMN_FD_NAME)
		str_addf(out, "descriptor %lld",
			(long long)columns_number(s->columns, COLUMN_FD, row));
}

struct antipattern_hit *
search_hit_in(struct search *s, size_t row, double confidence, uint64_t n, uint64_t n_of)
{
	AUTO(str_done) struct str identity = { 0 };
	struct antipattern_hit *hit;

	search_name(&identity, s, COLUMN_EXEC, row);
	hit = search_hit(s, str_text(&identity));
	hit->confidence = confidence;
	hit->n = n;
	hit->n_of = n_of;
	hit->where = search_process(s, columns_number(s->columns, COLUMN_PROCESS, row), row);
	return hit;
}

const char *
search_process(const struct search *s, int64_t process, size_t row)
{
	const char *program = columns_text(s->columns, COLUMN_EXEC, row, 0);

	return arena_printf(s->arena, "process %lld%s%s%s", (long long)process,
		program ? " (" : "", program ? program : "", program ? ")" : "");
}

bool
search_is(const struct search *s, size_t row, const char *event)
{
	const char *is = columns_text(s->columns, COLUMN_EVENT, row, 0);

	return is && !strcmp(is, event);
}

/* PART_OF of any call: the whole to which groups of one call each belong. */
enum part { PART_WHERE, PART_OF, PART_EXCUSE };

struct group {
	uint64_t n, n_of, n_excuses, cost_ns;
	size_t rows[ANTIPATTERN_ROWS], n_rows;
	size_t first; /* any row of it */
};

bool
search_key(struct str *key, const struct columns *c, enum column column, size_t row)
{
	enum column_type type = column_specs[column].type;
	int64_t number;
	const char *text;

	if (type == COLUMN_IS_NUMBER || type == COLUMN_IS_TIME) {
		number = columns_number(c, column, row);
		str_add_n(key, (const char *)&number, sizeof number);
		return number != COLUMN_NULL;
	}
	text = columns_text(c, column, row, 0);
	if (!text && column == COLUMN_FD_NAME) /* a pipe, a pair of sockets */
		return search_key(key, c, COLUMN_FD, row);
	str_add_n(key, text ? text : "", text ? strlen(text) + 1 : 1);
	return text;
}

/* path: NULL, or instead of the one that the row names. False: one of the columns does not
 * apply to this row. */
static bool
group_key(struct str *key, const struct search *s, const struct row *spec, enum part part,
	size_t row, const char *path)
{
	search_key(key, s->columns, COLUMN_EXEC, row);
	for (int i = 0; i < GROUP_COLUMNS; i++) {
		if (part == PART_OF && spec->group[i] == COLUMN_SYSCALL)
			str_add_n(key, "", 1);
		else if (path && is_of_paths(spec->group[i]))
			str_add_n(key, path, strlen(path) + 1);
		else if (spec->group[i] < N_COLUMNS &&
			 !search_key(key, s->columns, spec->group[i], row))
			return false;
	}
	return true;
}

static struct group *
group_of(struct map *groups, const struct search *s, const struct row *spec, enum part part,
	size_t row, const char *path)
{
	AUTO(str_done) struct str key = { 0 };
	struct group *group;
	void **slot;

	if (!group_key(&key, s, spec, part, row, path))
		return NULL;
	slot = map_slot(groups, key.data, key.n);
	if (*slot)
		return *slot;
	*slot = group = arena_alloc(s->arena, sizeof *group);
	*group = (struct group){ .first = row };
	return group;
}

static void
count(struct group *group, const struct search *s, enum part part, size_t row)
{
	int64_t took;

	if (part == PART_OF) {
		group->n_of++;
	} else if (part == PART_EXCUSE) {
		group->n_excuses++;
	} else {
		took = columns_number(s->columns, COLUMN_DURATION, row);
		group->n++;
		group->cost_ns += took > 0 ? (uint64_t)took : 0;
		if (group->n_rows < ANTIPATTERN_ROWS)
			group->rows[group->n_rows++] = row;
	}
}

/* What moves or replaces is about two paths: it excuses for both. */
static void
count_row(struct map *groups, struct search *s, const struct row *spec, enum part part,
	size_t row)
{
	bool is_by_path = part == PART_EXCUSE && is_of_paths(spec->group[1]);
	const char *path = is_by_path ? columns_text(s->columns, COLUMN_PATH, row, 0) : NULL;
	unsigned nth = 0;
	struct group *group;

	do {
		group = is_by_path && !path ? NULL : group_of(groups, s, spec, part, row, path);
		if (group)
			count(group, s, part, row);
		path = is_by_path ? columns_text(s->columns, COLUMN_PATH, row, ++nth) : NULL;
	} while (path);
}

static int
select_part(struct search *s, struct map *groups, const struct row *spec, enum part part,
	struct err *err)
{
	const char *text = part == PART_WHERE ? spec->where
			   : part == PART_OF  ? spec->of
					      : spec->excuse;
	AUTO(expr_free) struct expr *e = NULL;
	AUTO(selection_done) struct selection found = { 0 };

	if (!text)
		return 0;
	if (expr_parse(&e, text, (struct pos){ 0 }, err) < 0 ||
		expr_select(&found, e, s->columns, SIZE_MAX, err) < 0)
		return -1;
	if (part == PART_WHERE) {
		s->out->n_looked = found.n_looked;
		s->out->n_applied = found.n_applied;
	}
	for (size_t i = 0; i < found.n_rows; i++)
		count_row(groups, s, spec, part, found.rows[i]);
	return 0;
}

/* What is the same in another run: no numbers of processes, which depend on the scheduler. */
static void
describe(struct str *where, struct str *identity, const struct search *s,
	const struct row *spec, size_t row)
{
	const char *program = columns_text(s->columns, COLUMN_EXEC, row, 0);

	search_name(identity, s, COLUMN_EXEC, row);
	for (int i = 0; i < GROUP_COLUMNS; i++) {
		enum column column = spec->group[i];
		int64_t number;

		if (column >= N_COLUMNS)
			continue;
		str_add(where, where->n ? ", " : "");
		if (column != COLUMN_PROCESS && column != COLUMN_TASK) {
			const char *name = columns_text(s->columns, column, row, 0);

			if (!name)
				name = arena_printf(s->arena, "descriptor %lld",
					(long long)columns_number(s->columns, COLUMN_FD, row));
			str_add(where, name);
			str_add(identity, " ");
			search_name(identity, s, column, row);
			continue;
		}
		number = columns_number(s->columns, column, row);
		if (column == COLUMN_PROCESS)
			str_add(where, search_process(s, number, row));
		else
			str_addf(where, "thread %lld (%s)", (long long)number,
				program ? program : "?");
	}
}

/* What its calls are a share of. */
static uint64_t
count_of(const struct map *groups, const struct search *s, const struct row *spec,
	const struct group *group)
{
	AUTO(str_done) struct str key = { 0 };
	const struct group *whole = NULL;

	if (!spec->of)
		return group->n;
	if (group_key(&key, s, spec, PART_OF, group->first, NULL))
		whole = map_get(groups, key.data, key.n);
	return whole ? whole->n_of : 0;
}

static void
judge_group(const struct map *groups, struct search *s, const struct row *spec,
	const struct group *group)
{
	AUTO(str_done) struct str where = { 0 }, identity = { 0 };
	uint64_t n = group->n - MIN(group->n, group->n_excuses);
	uint64_t n_of = MAX(count_of(groups, s, spec, group), n);
	struct antipattern_hit *hit;
	const char *took; /* events take no time */

	if (n < s->spec->least || group->cost_ns < s->spec->least_ns)
		return;
	describe(&where, &identity, s, spec, group->first);
	hit = search_hit(s, str_text(&identity));
	hit->n = n;
	hit->n_of = n_of;
	hit->cost_ns = group->cost_ns;
	hit->confidence = (double)n / (double)n_of * (double)n / (double)(n + s->spec->least);
	hit->where = arena_strdup(s->arena, str_text(&where));
	took = group->cost_ns ? arena_printf(s->arena, ", which took %.3f ms together,",
					(double)group->cost_ns / 1e6)
			      : "";
	hit->text = arena_printf(s->arena, "%s: %llu of %llu calls%s by %s", s->spec->name,
		(unsigned long long)n, (unsigned long long)n_of, took, hit->where);
	memcpy(hit->rows, group->rows, sizeof hit->rows);
	hit->n_rows = group->n_rows;
}

static int
find_grouped(struct search *s, const struct row *spec, struct err *err)
{
	AUTO(map_free) struct map *groups = map_new();
	void *value;

	for (enum part part = PART_WHERE; part <= PART_EXCUSE; part++) {
		if (select_part(s, groups, spec, part, err) < 0)
			return -1;
	}
	for (size_t at = 0; map_next(groups, &at, NULL, NULL, &value);)
		judge_group(groups, s, spec, value);
	return 0;
}

static int
surest_first(const void *x, const void *y)
{
	const struct antipattern_hit *a = x, *b = y;

	if (a->confidence != b->confidence)
		return a->confidence < b->confidence ? 1 : -1;
	if (a->cost_ns != b->cost_ns)
		return a->cost_ns < b->cost_ns ? 1 : -1;
	return strcmp(a->where, b->where);
}

/* For each row: does text, which may be NULL, select it? NULL: see err. */
static bool *
mark(const struct search *s, const char *text, struct err *err)
{
	AUTO(expr_free) struct expr *e = NULL;
	AUTO(selection_done) struct selection found = { 0 };
	bool *marks;

	if (text && (expr_parse(&e, text, (struct pos){ 0 }, err) < 0 ||
			    expr_select(&found, e, s->columns, SIZE_MAX, err) < 0))
		return NULL;
	marks = mem_array(columns_rows(s->columns) + 1, sizeof *marks);
	for (size_t i = 0; i < found.n_rows; i++)
		marks[found.rows[i]] = true;
	return marks;
}

static int
find(struct search *s, enum antipattern which, struct err *err)
{
	const struct row *spec = &rows[which];
	int rc;

	if (which == ANTIPATTERN_PCIE_BOTTLENECK) {
		err_set(err, "a trace of system calls holds no spans of a GPU");
		return err_as(err, ERR_UNSURE);
	}
	if (!spec->find)
		return find_grouped(s, spec, err);
	s->out->n_looked = columns_rows(s->columns);
	s->is_meant = mark(s, spec->where, err);
	s->is_aside = s->is_meant ? mark(s, spec->aside, err) : NULL;
	if (s->is_aside)
		spec->find(s);
	rc = s->is_aside ? 0 : -1;
	mem_free(s->is_meant);
	mem_free(s->is_aside);
	return rc;
}

int
antipattern_find(struct antipattern_hits *out, struct arena *arena, const struct columns *c,
	enum antipattern which, struct err *err)
{
	struct search s = {
		.out = out, .arena = arena, .columns = c, .spec = &antipattern_specs[which]
	};
	struct antipattern_hit *items;
	int rc;

	*out = (struct antipattern_hits){ 0 };
	if (rows[which].columns & COLUMN_BIT(COLUMN_BUSY))
		out->lack = columns_lack(c, COLUMN_BUSY);
	rc = find(&s, which, err);
	items = out->items;
	if (out->n)
		qsort(items, out->n, sizeof *items, surest_first);
	out->items = arena_dup(arena, items, out->n * sizeof *items);
	mem_free(items);
	return rc;
}
