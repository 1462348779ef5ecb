/* SPDX-License-Identifier: MIT */
/* explain.c - the commands explain and schema: what renacer.toml may hold, for people and for
 * editors */

#include "base/file.h"
#include "cli/cli.h"
#include "cli/gate.h"
#include "gate/config.h"
#include "gate/packs.h"
#include "gate/schema.h"
#include "judge/rule_text.h"

#include <string.h>

static const char *
type_name(const void *table, size_t i)
{
	(void)table;
	return i < N_RULE_KINDS ? rule_types[i].name : NULL;
}

static int
unknown(const char *word, const char *config, struct err *err)
{
	const char *near = nearest_name(word, type_name, NULL);

	if (config)
		err_set(err, "'%s' is neither a type of rule, a pack, nor a rule of '%s'", word,
			config);
	else
		err_set(err,
			"'%s' is neither a type of rule nor a pack, and there is no "
			"configuration "
			"with rules",
			word);
	if (near)
		err_hint(err, "did you mean '%s'?", near);
	else
		err_hint(err, "renacer-gate explain lists the types and the packs");
	return err_as(err, ERR_USAGE);
}

/* The configuration that is meant; NULL: there is none. */
static char *
find_config(const struct gate_values *values)
{
	char *found = NULL;
	struct err none = { 0 };

	if (values->config)
		return mem_strdup(values->config);
	if (config_find(&found, ".", &none) < 0)
		err_drop(&none);
	return found;
}

/* A pack says itself what it demands: its text. 0: there is none of that name. */
static int
explain_pack(
	struct str *out, const struct gate_values *values, const char *word, struct err *err)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(mem_free) char *config = find_config(values);
	const char *path = strchr(word, '/') ? NULL : pack_named(arena, word, config);

	if (!path)
		return 0;
	str_addf(out, "include = [\"assertions/%s.toml\"]    (%s)\n\n", word, path);
	return file_read(out, path, 0, err) < 0 ? -1 : 1;
}

static void
list_packs(struct str *out)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	size_t n;
	const char *const *names = pack_names(arena, &n);

	if (n)
		str_add(out, "\npacks of rules, include = [\"assertions/NAME.toml\"]:\n");
	for (size_t i = 0; i < n; i++)
		str_addf(out, "  %s\n", names[i]);
}

static int
explain_rule(
	struct str *out, const struct gate_values *values, const char *word, struct err *err)
{
	AUTO(config_free) struct config *config = NULL;
	AUTO(mem_free) char *path = find_config(values);
	size_t i = 0;

	if (!path)
		return unknown(word, NULL, err);
	if (config_load(&config, path, err) < 0)
		return -1;
	while (i < config->rules.n && strcmp(rule_name(config->rules.items[i]), word) != 0)
		i++;
	if (i == config->rules.n)
		return unknown(word, path, err);
	rule_explain(out, config->rules.items[i]);
	return 0;
}

static int
explain_word(
	struct str *out, const struct gate_values *values, const char *word, struct err *err)
{
	enum rule_kind kind = rule_kind_find(word);
	int rc;

	if (kind < N_RULE_KINDS) {
		rule_type_explain(out, kind);
		return 0;
	}
	rc = explain_pack(out, values, word, err);
	return rc ? MIN(rc, 0) : explain_rule(out, values, word, err);
}

static int
write_page(const char *path, struct err *err)
{
	AUTO(str_done) struct str page = { 0 };

	rules_markdown(&page);
	if (strcmp(path, "-") == 0)
		return cli_print(&page, err);
	return file_write(path, page.data, page.n, 0644, err);
}

int
command_explain(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	AUTO(str_done) struct str text = { 0 };

	(void)status;
	if (parsed->command || values->golden || (values->markdown && parsed->n_words))
		return cli_usage(err,
			"renacer-gate explain, explain TYPE, explain RULE, explain PACK",
			"explain takes types, rules and packs, or '--markdown FILE' for all of "
			"them");
	if (values->markdown)
		return write_page(values->markdown, err);
	if (!parsed->n_words) {
		rules_list(&text);
		list_packs(&text);
	}
	for (size_t i = 0; i < parsed->n_words; i++) {
		if (i)
			str_add_char(&text, '\n');
		if (explain_word(&text, values, parsed->words[i], err) < 0)
			return -1;
	}
	return cli_print(&text, err);
}

int
command_schema(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	AUTO(str_done) struct str text = { 0 };

	(void)status;
	(void)values;
	if (parsed->n_words || parsed->command)
		return cli_usage(err, NULL, "schema takes no arguments");
	schema_write(&text);
	return cli_print(&text, err);
}
