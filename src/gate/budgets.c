/* SPDX-License-Identifier: MIT */
/*
 * budgets.c - the budget of a target, from renacer.toml
 *
 * A limit is a number, "64MiB", "2s", or against the golden "+10%", "+5", "+1MiB"; or a table
 * { limit = …, hard = …, test = … }.
 */

#include "gate/budgets.h"

#include "base/str.h"
#include "effects/choice.h"
#include "gate/scan.h"

#include <stdlib.h>
#include <string.h>

#define SHARE_MAX 1000.0 /* "+100000%" */

/* Where a key's value is put until all keys are known: one for each metric. */
struct slot {
	const struct toml *value;
};

static int
read_slot(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	(void)k, (void)err;
	((struct slot *)field)->value = v;
	return 0;
}

#define LIMIT(metric_, name_, schema_)                                                         \
	[BUDGET_##metric_] = { name_, KEY_OWN,                                                 \
		.offset = BUDGET_##metric_ * sizeof(struct slot), .read = read_slot,           \
		.schema = SCHEMA_REF(schema_) }
const struct key budget_keys[] = {
	LIMIT(SYSCALLS, "syscalls", "count_limit"),
	LIMIT(CALLS, "calls", "call_limits"),
	LIMIT(BYTES_READ, "bytes_read", "bytes_limit"),
	LIMIT(BYTES_WRITTEN, "bytes_written", "bytes_limit"),
	LIMIT(FILES_OPENED, "files_opened", "count_limit"),
	LIMIT(PROCESSES, "processes", "count_limit"),
	LIMIT(THREADS, "threads", "count_limit"),
	LIMIT(MAX_FDS, "max_fds", "count_limit"),
	LIMIT(MAPPED_BYTES, "mapped_bytes", "bytes_limit"),
	LIMIT(MAX_RSS, "max_rss", "bytes_limit"),
	LIMIT(CONTEXT_SWITCHES, "context_switches", "paired_limit"),
	LIMIT(PAGE_FAULTS, "page_faults", "paired_limit"),
	LIMIT(CPU, "cpu", "time_limit"),
	LIMIT(WALL, "wall", "time_limit"),
	[N_BUDGET_METRICS] = { .name = NULL },
};
_Static_assert(ARRAY_LEN(budget_keys) == N_BUDGET_METRICS + 1, "one key for each metric");

struct limit {
	const struct toml *value;
	bool is_hard;
	int test; /* of tests */
};

enum { TEST_RANKS, TEST_WELCH };
static const char *const tests[] = { [TEST_RANKS] = "ranks", [TEST_WELCH] = "welch", NULL };

static int
read_value(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	(void)k, (void)err;
	((struct limit *)field)->value = v;
	return 0;
}

const struct key budget_limit_keys[] = {
	{ "limit", KEY_OWN, .offset = offsetof(struct limit, value), .read = read_value,
		.required = true },
	{ "hard", KEY_BOOL, .offset = offsetof(struct limit, is_hard) },
	{ "test", KEY_CHOICE, .offset = offsetof(struct limit, test), .choices = tests },
	{ .name = NULL },
};

static const char *const units[] = {
	[BUDGET_COUNT] = "a whole number, or a string as \"+10%\" or \"+5\"",
	[BUDGET_BYTES] = "a number of bytes, or a string as \"64MiB\", \"+10%\" or \"+1MiB\"",
	[BUDGET_NS] = "a string as \"2s\", \"+10%\" or \"+100ms\"",
};

static int
refuse(const struct toml *v, struct budget *b, const char *why, struct err *err)
{
	err_at(err, v->at, "budget '%s': '%s' %s", b->name, b->text, why);
	return err_hint(err, "%s", units[budget_rows[b->metric].unit]);
}

static int
scan_count(uint64_t *out, const char *text, struct err *err)
{
	uint64_t n = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10, &n) ||
			__builtin_add_overflow(n, (uint64_t)(*p - '0'), &n))
			break;
	if (*p >= '0' && *p <= '9')
		return err_set(err, "'%s' is no limit any more", text);
	if (p == text || *p)
		return err_set(err, "'%s' is not a whole number", text);
	*out = n;
	return 0;
}

/* "10%": digits, at most one dot, nothing else that strtod() would take. */
static bool
scan_share(double *out, const char *text)
{
	size_t n = strspn(text, "0123456789");
	size_t more = text[n] == '.' ? 1 + strspn(text + n + 1, "0123456789") : 0;

	*out = strtod(text, NULL) / 100;
	return n && more != 1 && strcmp(text + n + more, "%") == 0;
}

static int
read_text(struct budget *b, const struct toml *v, struct err *err)
{
	static int (*const scans[])(uint64_t *, const char *, struct err *) = {
		[BUDGET_COUNT] = scan_count,
		[BUDGET_BYTES] = scan_size,
		[BUDGET_NS] = scan_duration,
	};
	enum budget_unit unit = budget_rows[b->metric].unit;
	const char *text = b->text;

	if (*text == '-')
		return refuse(v, b, "is below the golden; a budget is a ceiling", err);
	b->is_relative = *text == '+';
	text += b->is_relative;
	if (strchr(text, '%')) {
		b->is_share = true;
		if (!scan_share(&b->share, text))
			return refuse(v, b, "is not a share", err);
		if (b->share > SHARE_MAX)
			return refuse(v, b, "is no limit any more", err);
		return b->is_relative ? 0
				      : refuse(v, b,
						"is a share of what? With a '+' it comes on "
						"top of the golden",
						err);
	}
	if (scans[unit](&b->amount, text, err) < 0)
		return key_place(err, v->at);
	if (unit == BUDGET_NS && !b->amount && !b->is_relative)
		return refuse(v, b, "must be longer than nothing", err);
	return 0;
}

static int
read_amount(struct key_context *k, struct budget *b, const struct toml *v, struct err *err)
{
	bool is_number = v->kind == TOML_INTEGER && budget_rows[b->metric].unit != BUDGET_NS;

	if (is_number && v->integer >= 0) {
		b->amount = (uint64_t)v->integer;
		b->text = arena_printf(k->arena, "%lld", (long long)v->integer);
		return 0;
	}
	if (is_number)
		return err_at(err, v->at, "budget '%s' must not be negative", b->name);
	if (v->kind != TOML_STRING)
		return key_wrong_kind(k, v, units[budget_rows[b->metric].unit], err);
	if (key_text(k, &b->text, v, err) < 0)
		return -1;
	return read_text(b, v, err);
}

static int
read_limit(struct key_context *k, struct budget *b, const struct toml *v, struct err *err)
{
	struct key_context inner = { k->arena,
		arena_printf(k->arena, "'%s' in %s", b->name, k->where), k->arg };
	struct limit limit = { .value = v, .is_hard = budget_rows[b->metric].is_hard };

	b->at = v->key_at;
	if (v->kind == TOML_TABLE && keys_read(&inner, budget_limit_keys, v, &limit, err) < 0)
		return -1;
	b->is_hard = limit.is_hard;
	b->by_means = limit.test == TEST_WELCH;
	if (read_amount(limit.value == v ? k : &inner, b, limit.value, err) < 0)
		return -1;
	if (b->by_means && !budget_is_paired(b)) {
		err_at(err, v->key_at,
			"budget '%s': 'test' is for what pairs of runs decide: wall, cpu, "
			"page_faults, context_switches, and a limit as \"+10%%\"",
			b->name);
		return err_hint(err, "leave 'test' out: counts are compared as they are");
	}
	if (b->metric == BUDGET_MAX_RSS && b->is_relative && b->is_hard) {
		err_at(err, limit.value->at,
			"budget 'max_rss': '%s' cannot be hard: memory varies from run to run",
			b->text);
		return err_hint(err, "an absolute limit can: \"64MiB\"");
	}
	return 0;
}

static int
read_calls(struct key_context *k, struct target *t, const struct toml *v, struct err *err)
{
	if (v->kind != TOML_TABLE) {
		key_wrong_kind(k, v, "a table of calls", err);
		return err_hint(err, "write calls = { openat = \"+0\", \"%%network\" = 0 }");
	}
	if (!v->first)
		return err_at(err, v->at, "'calls' in %s is empty", k->where);
	for (const struct toml *item = v->first; item; item = item->next) {
		struct budget *b = &t->budgets[t->n_budgets++];

		if (strlen(item->key) != item->n_key)
			return err_at(err, item->key_at, "a NUL in the name of a call");
		b->metric = BUDGET_CALLS;
		b->name = arena_printf(k->arena, "calls.%s", item->key);
		if (call_choice_new(&b->calls, k->arena, item->key, err) < 0)
			return key_place(err, item->key_at);
		if (read_limit(k, b, item, err) < 0)
			return -1;
	}
	return 0;
}

int
budgets_read(struct key_context *k, const struct toml *v, void *field, struct err *err)
{
	struct key_context inner = { k->arena,
		arena_printf(k->arena, "'budget' of %s", k->where), k->arg };
	struct slot slots[N_BUDGET_METRICS] = { 0 };
	struct target *t = field;
	const struct toml *calls;

	if (v->kind != TOML_TABLE) {
		key_wrong_kind(k, v, "a table", err);
		return err_hint(err, "write budget = { syscalls = \"+10%%\" }");
	}
	if (keys_read(&inner, budget_keys, v, slots, err) < 0)
		return -1;
	if (!v->first)
		return err_at(err, v->at, "'budget' in %s is empty", k->where);
	calls = slots[BUDGET_CALLS].value;
	t->budgets = arena_array(
		k->arena, N_BUDGET_METRICS + (calls ? calls->n : 0), sizeof *t->budgets);
	t->n_budgets = 0;
	for (size_t i = 0; i < N_BUDGET_METRICS; i++) {
		struct budget *b = &t->budgets[t->n_budgets];

		if (!slots[i].value)
			continue;
		if (i == BUDGET_CALLS) {
			if (read_calls(&inner, t, slots[i].value, err) < 0)
				return -1;
			continue;
		}
		t->n_budgets++;
		b->metric = (enum budget_metric)i;
		b->name = budget_rows[i].name;
		if (read_limit(&inner, b, slots[i].value, err) < 0)
			return -1;
	}
	return 0;
}

bool
budgets_need_all_calls(const struct target *target)
{
	bool needs = false;

	for (size_t i = 0; i < target->n_budgets; i++)
		needs |= budget_rows[target->budgets[i].metric].needs_calls;
	return needs;
}

bool
budgets_need_unwatched(const struct target *target)
{
	bool needs = false;

	for (size_t i = 0; i < target->n_budgets; i++)
		needs |= budget_is_unwatched(&target->budgets[i]) &&
			 !budget_is_paired(&target->budgets[i]);
	return needs;
}
