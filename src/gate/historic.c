/* SPDX-License-Identifier: MIT */
/* historic.c - tables that renacer.toml files in the wild carry */

#include "gate/historic.h"

#include "base/context.h"
#include "base/str.h"
#include "gate/key.h"
#include "gate/paths.h"
#include "gate/setting.h"

#include <string.h>

struct otlp_values {
	bool enabled, command_args;
	const char *endpoint, *service_name;
	int protocol, compression;
	uint64_t timeout_ns, min_ns;
	uint32_t max_calls;
};

/* One room for the values of any of these tables. */
struct values {
	bool enabled, truth[6];
	double number[4];
	const char *text[4];
	int choice;
	uint32_t size_kb;
	struct otlp_values otlp;
};

#define BOOL(i) KEY_BOOL, .offset = offsetof(struct values, truth[i])
#define TEXT(i) KEY_TEXT, .offset = offsetof(struct values, text[i])
#define NUMBER(i) KEY_FLOAT, .offset = offsetof(struct values, number[i])
#define ENABLED                                                                                \
	{                                                                                      \
		"enabled", KEY_BOOL, .offset = offsetof(struct values, enabled)                \
	}

static const struct key equivalence_keys[] = {
	ENABLED,
	{ "baseline_dir", TEXT(0) },
	{ "python_trace_dir", TEXT(1) },
	{ "rust_trace_dir", TEXT(2) },
	{ "min_confidence", NUMBER(0), .max = 1 },
	{ "check_write_patterns", BOOL(0) },
	{ "check_file_operations", BOOL(1) },
	{ "check_output_correctness", BOOL(2) },
	{ "check_memory_allocations", BOOL(3) },
	{ "expected_speedup_min", NUMBER(1), .max = 1000000 },
	{ "expected_speedup_max", NUMBER(2), .max = 1000000 },
	{ "expected_memory_reduction_min", NUMBER(3), .max = 1000000 },
	{ .name = NULL },
};

/* What a comparison does anyway cannot be left out; what it never does has rules of its own. */
static int
check_checks(const struct toml *table, const struct values *v, struct err *err)
{
	static const struct {
		const char *key;
		bool is_done;
	} checks[] = {
		{ "check_write_patterns", true },
		{ "check_file_operations", true },
		{ "check_output_correctness", true },
		{ "check_memory_allocations", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		const struct toml *item = toml_get(table, checks[i].key);

		if (!item || v->truth[i] == checks[i].is_done)
			continue;
		if (checks[i].is_done) {
			err_at(err, item->at, "'%s' cannot be switched off", checks[i].key);
			return err_hint(err,
				"profile = \"counts\" of a target judges rules and "
				"compares nothing");
		}
		err_at(err, item->at, "'%s': how memory is asked for is no effect",
			checks[i].key);
		return err_hint(err, "budget = { mapped_bytes = \"+10%%\" } of a target, or a "
				     "rule of type memory_usage");
	}
	return 0;
}

/* Keys that nothing goes by, and what does instead. */
static void
note_unused(struct config *c, const struct toml *table, const struct values *v)
{
	static const struct {
		const char *key, *text;
	} unused[] = {
		{ "python_trace_dir", "nothing is read there: `renacer compare A B` compares "
				      "stored traces, a "
				      "[[target]] with equivalent_to runs both programs" },
		{ "rust_trace_dir", "nothing is read there: `renacer compare A B` compares "
				    "stored traces, a "
				    "[[target]] with equivalent_to runs both programs" },
		{ "expected_speedup_min",
			"not judged: a speed is measured by pairs of runs (check "
			"--compare-ref), "
			"and the cost of both programs of equivalent_to is told" },
		{ "expected_speedup_max",
			"not judged: to be faster than expected is no fault" },
		{ "expected_memory_reduction_min",
			"not judged: budget = { max_rss = \"…\" } of a target limits memory, "
			"and the cost of both programs of equivalent_to is told" },
	};
	const struct toml *item = toml_get(table, "min_confidence");
	const struct toml *gate = toml_get(table->parent, "gate");

	if (item && v->number[0] < 1)
		config_note(c, item->key_at,
			"'min_confidence' = %g is met by 1: every effect must be as in the "
			"golden, and a share of them is no pass",
			v->number[0]);
	for (size_t i = 0; i < ARRAY_LEN(unused); i++) {
		item = toml_get(table, unused[i].key);
		if (item)
			config_note(c, item->key_at, "'%s': %s", unused[i].key, unused[i].text);
	}
	item = toml_get(table, "baseline_dir");
	if (item && gate && toml_get(gate, "golden_dir"))
		config_note(c, item->key_at,
			"'baseline_dir': goldens are where golden_dir of [gate] says");
}

static int
use_equivalence(
	struct config *c, const struct toml *table, const struct values *v, struct err *err)
{
	if (toml_get(table, "enabled") && !v->enabled)
		return 0;
	if (check_checks(table, v, err) < 0)
		return -1;
	note_unused(c, table, v);
	for (size_t i = 0; i < c->n_targets; i++)
		if (c->targets[i].profile == PROFILE_COUNTS)
			config_note(c, c->targets[i].at,
				"[semantic_equivalence] says nothing of target '%s': its "
				"profile "
				"compares counts alone",
				c->targets[i].name);
	return 0;
}

const char *
historic_golden_dir(const struct toml *document)
{
	const struct toml *table = toml_get(document, "semantic_equivalence");
	const struct toml *enabled = table ? toml_get(table, "enabled") : NULL;
	const struct toml *dir = table ? toml_get(table, "baseline_dir") : NULL;
	bool is_off = enabled && enabled->kind == TOML_BOOL && !enabled->truth;

	return dir && !is_off && dir->kind == TOML_STRING && dir->n ? dir->text : NULL;
}

static const struct key lamport_keys[] = {
	ENABLED,
	{ "propagate_across_fork", BOOL(0) },
	{ "propagate_across_exec", BOOL(1) },
	{ "env_var", TEXT(0) },
	{ .name = NULL },
};

/* The environment goes through a fork whether somebody wants it or not. */
static int
use_lamport(struct config *c, const struct toml *table, const struct values *v, struct err *err)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_"
				      "0123456789";
	const struct toml *enabled = toml_get(table, "enabled");
	const struct toml *fork = toml_get(table, "propagate_across_fork");
	const struct toml *exec = toml_get(table, "propagate_across_exec");
	const struct toml *variable = toml_get(table, "env_var");
	const char *name = variable ? v->text[0] : LAMPORT_VARIABLE;

	if (variable &&
		(!*name || name[strspn(name, letters)] || (*name >= '0' && *name <= '9'))) {
		err_at(err, variable->at, "'%s' cannot be the name of a variable", name);
		return err_hint(err, "env_var = \"" LAMPORT_VARIABLE "\"");
	}
	if (enabled && !v->enabled)
		return 0;
	if (fork && !v->truth[0]) {
		err_at(err, fork->at, "the environment cannot be kept from forked processes");
		return err_hint(err, "set enabled = false, or remove the key");
	}
	if (!exec || v->truth[1])
		c->clock_variable = name;
	return 0;
}

/* The words of OTEL_EXPORTER_OTLP_PROTOCOL and …_COMPRESSION. */
static const char *const protocols[] = { "http/protobuf", "http/json", "grpc", NULL };
static const char *const compressions[] = { "none", "gzip", NULL };
#define MAX_CALLS 1000000

static const struct key otlp_keys[] = {
	{ "enabled", KEY_BOOL, .offset = offsetof(struct values, otlp.enabled) },
	{ "endpoint", KEY_TEXT, .offset = offsetof(struct values, otlp.endpoint) },
	{ "service_name", KEY_TEXT, .offset = offsetof(struct values, otlp.service_name) },
	{ "protocol", KEY_CHOICE, .offset = offsetof(struct values, otlp.protocol),
		.choices = protocols },
	{ "compression", KEY_CHOICE, .offset = offsetof(struct values, otlp.compression),
		.choices = compressions },
	{ "timeout", KEY_DURATION, .offset = offsetof(struct values, otlp.timeout_ns) },
	{ "max_calls", KEY_NUMBER, .offset = offsetof(struct values, otlp.max_calls),
		.max = MAX_CALLS },
	{ "min_duration", KEY_DURATION, .offset = offsetof(struct values, otlp.min_ns) },
	{ "command_args", KEY_BOOL, .offset = offsetof(struct values, otlp.command_args) },
	{ .name = NULL },
};

/* A table without `enabled` is one that somebody wants. Of a URL only what it begins with is
 * looked at here; whoever sends knows more. */
static int
use_otlp(struct config *c, const struct toml *table, const struct values *values,
	struct err *err)
{
	const struct otlp_values *v = &values->otlp;
	const struct toml *endpoint = toml_get(table, "endpoint");
	const char *url = v->endpoint;

	(void)err;
	if (url && str_has_prefix(url, "file:"))
		url = arena_printf(c->arena, "file:%s",
			paths_join(c->arena, c->dir, url + strlen("file:")));
	c->otlp = (struct otlp_setting){
		.enabled = v->enabled || !toml_get(table, "enabled"),
		.endpoint = url,
		.service_name = v->service_name,
		.protocol = toml_get(table, "protocol") ? protocols[v->protocol] : NULL,
		.compression =
			toml_get(table, "compression") ? compressions[v->compression] : NULL,
		.timeout_ns = v->timeout_ns,
		.min_ns = v->min_ns,
		.max_calls = v->max_calls,
		.has_max_calls = toml_get(table, "max_calls") != NULL,
		.hides_arguments = toml_get(table, "command_args") && !v->command_args,
	};
	if (endpoint)
		c->otlp.endpoint_at = endpoint->at;
	return 0;
}

/* "rle" is what folding repeated calls in a golden does; the file itself is zstd. */
static const char *const algorithms[] = { "rle", "zstd", NULL };
static const struct key compression_keys[] = {
	ENABLED,
	{ "algorithm", KEY_CHOICE, .offset = offsetof(struct values, choice),
		.choices = algorithms },
	{ "min_file_size_kb", KEY_NUMBER, .offset = offsetof(struct values, size_kb),
		.max = 4 << 20 },
	{ .name = NULL },
};

static const struct key ci_keys[] = {
	{ "fail_fast", BOOL(0) },
	{ "export_format", KEY_CHOICE, .offset = offsetof(struct values, choice),
		.choices = setting_report_formats },
	{ "export_path", TEXT(0) },
	{ "compare_with_baseline", BOOL(1) },
	{ .name = NULL },
};

static int
use_compression(
	struct config *c, const struct toml *table, const struct values *v, struct err *err)
{
	const struct toml *gate = toml_get(table->parent, "gate");
	const struct toml *above = gate ? toml_get(gate, "zst_above") : NULL;

	if (above) {
		err_at(err, table->key_at,
			"[compression] and 'zst_above' in [gate] exclude each other");
		return err_hint(err, "keep one of them");
	}
	if (toml_get(table, "enabled") && !v->enabled)
		c->zst_above = 0; /* never */
	else if (toml_get(table, "min_file_size_kb"))
		c->zst_above = MAX((size_t)v->size_kb * 1024, (size_t)1);
	return 0;
}

/* The path is a directory in all files seen; one that ends as a file of the format does is a
 * file. */
static int
use_ci(struct config *c, const struct toml *table, const struct values *v, struct err *err)
{
	static const char *const names[] = { "renacer.xml", "renacer.sarif", "renacer.json",
		"renacer.md", "renacer.txt" };
	const struct toml *format = toml_get(table, "export_format");
	const struct toml *compare = toml_get(table, "compare_with_baseline");
	const char *path, *dot, *name;

	_Static_assert(ARRAY_LEN(names) == 5, "a name for each of setting_report_formats");
	c->fail_fast = v->truth[0];
	if (compare && !v->truth[1]) {
		err_at(err, compare->at, "a check without its golden is not supported");
		return err_hint(err, "remove the key: a check always compares");
	}
	if (format && !v->text[0])
		return err_at(
			err, format->key_at, "'export_format' in [ci] needs 'export_path'");
	if (!v->text[0])
		return 0;
	name = names[format ? v->choice : 2];
	path = paths_join(c->arena, c->dir, v->text[0]);
	dot = strrchr(paths_last(path), '.');
	if (!dot || strcmp(dot, strrchr(name, '.')) != 0)
		path = paths_join(c->arena, path, name);
	setting_add_report(c, setting_report_formats[format ? v->choice : 2], path);
	return 0;
}

static const struct historic {
	const char *name;
	const struct key *keys;
	int (*use)(struct config *c, const struct toml *table, const struct values *v,
		struct err *err);
} tables[] = {
	{ "semantic_equivalence", equivalence_keys, use_equivalence },
	{ "lamport_clock", lamport_keys, use_lamport },
	{ "compression", compression_keys, use_compression },
	{ "otlp", otlp_keys, use_otlp },
	{ "ci", ci_keys, use_ci },
};

const struct key *
historic_keys(size_t i, const char **name)
{
	if (i >= ARRAY_LEN(tables))
		return NULL;
	*name = tables[i].name;
	return tables[i].keys;
}

static const struct historic *
find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		if (strcmp(tables[i].name, name) == 0)
			return &tables[i];
	return NULL;
}

static int
read_one(struct config *c, const struct historic *h, const struct toml *table, struct err *err)
{
	struct values values = { 0 };
	struct key_context k = { c->arena, arena_printf(c->arena, "[%s]", h->name), c };

	if (table->kind != TOML_TABLE)
		return key_wrong_kind(&k, table, "a table", err);
	if (keys_read(&k, h->keys, table, &values, err) < 0)
		return -1;
	return h->use(c, table, &values, err);
}

int
historic_read(struct config *c, const struct toml *document, struct err *err)
{
	const struct historic *h;

	for (const struct toml *item = document->first; item; item = item->next) {
		h = find(item->key);
		if (h && read_one(c, h, item, err) < 0)
			return -1;
	}
	return 0;
}
