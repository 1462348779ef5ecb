/* SPDX-License-Identifier: MIT */
/*
 * migrate.c - the command migrate: goldens of older versions in today's words
 */

#include "cli/cli.h"
#include "cli/gate.h"
#include "gate/config.h"
#include "judge/migrate.h"
#include "store/golden.h"

#include <stdlib.h>
#include <string.h>

struct migration {
	struct str text;
	size_t n, n_reworded, n_to_record;
	size_t zst_above;
};

static void
say_lines(struct str *out, const struct str *lines)
{
	for (const char *p = str_text(lines); *p;) {
		size_t n = strcspn(p, "\n");

		str_add(out, "    ");
		str_add_printable(out, p, n);
		str_add_char(out, '\n');
		p += n + (p[n] == '\n');
	}
}

/* The path without ".zst", which golden_load() and golden_save() add themselves. */
static char *
plain_path(const char *path, bool *is_compressed)
{
	size_t n = strlen(path);
	char *copy = mem_strdup(path);

	*is_compressed = str_has_suffix(path, ".zst");
	if (*is_compressed)
		copy[n - strlen(".zst")] = '\0';
	return copy;
}

/* The new words must say what the old ones said before the file is touched. */
static int
rewrite(struct migration *m, const char *path, const struct golden *old, struct golden *now,
	size_t zst_above, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	AUTO(golden_free) struct golden *again = NULL;
	size_t n_probes;
	bool written;

	golden_print(&text, now);
	if (golden_parse(&again, path, str_text(&text), text.n, err) < 0 ||
		migrate_verify(old, again, &versions, &n_probes, err) < 0)
		return err_wrap(err, "migrate '%s': it was left as it is", path);
	if (golden_save(now, path, zst_above, &written, err) < 0)
		return -1;
	str_addf(&m->text, "%s: tables %u, now %u; judges %zu changed runs as before\n", path,
		old->table, now->table, n_probes);
	return 0;
}

static int
migrate_file(struct migration *m, const char *given, struct err *err)
{
	AUTO(golden_free) struct golden *old = NULL;
	AUTO(golden_free) struct golden *now = NULL;
	AUTO(str_done) struct str report = { 0 };
	bool is_compressed;
	AUTO(mem_free) char *path = plain_path(given, &is_compressed);

	if (golden_load(&old, path, err) < 0)
		return -1;
	m->n++;
	switch (migrate_golden(&now, old, &versions, &report)) {
	case MIGRATE_SAME:
		str_addf(&m->text, "%s: tables %u, as it should be\n", path, old->table);
		return 0;
	case MIGRATE_RECORD:
		m->n_to_record++;
		str_addf(&m->text,
			"%s: tables %u; must be recorded again: renacer-gate record %s\n", path,
			old->table, old->target);
		say_lines(&m->text, &report);
		return 0;
	case MIGRATE_REWORDED:
		break;
	}
	m->n_reworded++;
	if (rewrite(m, path, old, now, is_compressed ? 1 : m->zst_above, err) < 0)
		return -1;
	say_lines(&m->text, &report);
	return 0;
}

static int
refuse_ci(struct err *err)
{
	const char *ci = getenv("CI");

	if (!ci || (strcmp(ci, "true") != 0 && strcmp(ci, "1") != 0))
		return 0;
	err_set(err, "CI=%s: goldens are migrated by people and committed", ci);
	err_hint(err, "migrate at your desk; 'CI= renacer-gate migrate' if this is one");
	return err_as(err, ERR_USAGE);
}

static int
migrate_configured(struct migration *m, const struct gate_values *values, struct err *err)
{
	AUTO(config_free) struct config *config = NULL;
	AUTO(mem_free) char *found = NULL;

	if (!values->config && config_find(&found, ".", err) < 0)
		return -1;
	if (config_load(&config, values->config ? values->config : found, err) < 0)
		return -1;
	m->zst_above = config->zst_above;
	for (size_t i = 0; i < config->n_targets; i++) {
		const struct target *t = &config->targets[i];

		if (t->equivalent_to)
			continue;
		if (migrate_file(m, t->golden, err) == 0)
			continue;
		if (err->kind != ERR_MISSING)
			return -1;
		err_drop(err); /* a target that was never recorded */
	}
	return 0;
}

int
command_migrate(int *status, const struct gate_values *values, const struct parsed *parsed,
	struct err *err)
{
	struct migration m = { 0 };
	int rc = refuse_ci(err);

	if (rc == 0 && parsed->n_words == 0)
		rc = migrate_configured(&m, values, err);
	for (size_t i = 0; rc == 0 && i < parsed->n_words; i++)
		rc = migrate_file(&m, parsed->words[i], err);
	if (rc == 0) {
		str_addf(&m.text, "%zu golden%s: %zu reworded, %zu to be recorded again\n", m.n,
			m.n == 1 ? "" : "s", m.n_reworded, m.n_to_record);
		*status = m.n_to_record ? 4 : 0;
		rc = cli_print(&m.text, err);
	}
	str_done(&m.text);
	return rc;
}
