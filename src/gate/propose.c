/* SPDX-License-Identifier: MIT */
/*
 * propose.c - a renacer.toml for a command, from what several runs of it did
 *
 * The proposal is tried before it is made: a configuration in a directory of our own is
 * recorded and checked by the same functions as any other, and what refuses it (output that
 * varies) is mended by the advice of the refusal. What varied between the recordings gets room.
 */

#include "gate/propose.h"

#include "base/file.h"
#include "base/mem.h"
#include "gate/inner.h"
#include "gate/packs.h"
#include "gate/propose_own.h"
#include "store/golden.h"

#include <stdlib.h>
#include <string.h>

#define MOST_TRIES 4 /* each for another piece of advice */

static void
put_pack_rules(struct proposal *p, struct str *out)
{
	size_t n;
	const char *const *names = pack_names(p->arena, &n), *dir = pack_dir(p->arena, 0);

	str_add(out, "include = [");
	for (size_t i = 0; dir && i < n; i++) {
		AUTO(str_done) struct str path = { 0 };

		str_addf(&path, "%s/%s.toml", dir, names[i]);
		proposal_text(out, path.data);
		str_add(out, ", ");
	}
	str_add(out, "]\n");
}

/* Rules that nothing breaks: what they need to look at is kept of the run. */
static const char probes[] =
	"[[assertion]]\nname = \"init\"\ntype = \"exec_policy\"\nallow = [\"**\"]\n"
	"[[assertion]]\nname = \"init-net\"\ntype = \"network_policy\"\nallow = [\"**\"]\n"
	"[[assertion]]\nname = \"init-path\"\ntype = \"path_policy\"\nallow = [\"**\"]\n"
	"[[assertion]]\nname = \"init-write\"\ntype = \"never\"\n"
	"where = 'access == \"write\" and errno == \"E2BIG\" and family == \"open\"'\n";

enum trial_rules { TRIAL_NONE, TRIAL_PROBES, TRIAL_PACKS };

static int
load_trial(struct config **out, struct proposal *p, enum trial_rules rules, struct err *err)
{
	AUTO(str_done) struct str text = { 0 };
	AUTO(str_done) struct str path = { 0 };

	str_addf(&path, "%s/renacer.toml", p->scratch);
	if (rules == TRIAL_PACKS)
		put_pack_rules(p, &text);
	str_add(&text, "[gate]\ngolden_dir = ");
	proposal_text(&text, p->scratch);
	str_add(&text, "\n\n");
	proposal_target(p, &text, true);
	if (rules == TRIAL_PROBES)
		str_add(&text, probes);
	if (file_write(path.data, text.data, text.n, 0600, err) < 0)
		return -1;
	return config_load_for(out, path.data, p->dir, err);
}

/* How one run of the command, traced as a whole, ended. run_done() is due in any case. */
static int
run_probed(struct proposal *p, struct run *run, struct err *err)
{
	AUTO(config_free) struct config *config = NULL;
	struct gate g = {
		.arena = p->arena, .opts = p->opts, .here = p->dir, .all_calls = true
	};

	if (load_trial(&config, p, TRIAL_PROBES, err) < 0)
		return -1;
	g.config = config;
	if (gate_run(&g, &config->targets[0], 0, run, err) < 0)
		return -1;
	if (run->timed_out || run->interrupted || run_exit(run) < 0)
		return err_set(err, run->interrupted
					    ? "interrupted"
					    : "the command did not end within a minute");
	return 0;
}

/* Who sets up a ring is run again without: many programs fall back to calls that are seen. One
 * that then ends otherwise needs its rings, and record says that they are in the way. */
static int
run_without_rings(struct proposal *p, struct run *run, struct err *err)
{
	struct run without = { .status = -1 };

	p->denies_rings = true;
	if (run_probed(p, &without, err) < 0) {
		run_done(&without);
		return -1;
	}
	p->denies_rings = run_exit(&without) == run_exit(run);
	p->needs_rings = !p->denies_rings;
	run_done(p->denies_rings ? run : &without);
	if (p->denies_rings)
		*run = without;
	return 0;
}

/* The first run: how it ends, and what it is about. */
static int
run_first(struct proposal *p, struct err *err)
{
	struct run run = { .status = -1 };
	int rc = run_probed(p, &run, err);

	if (rc == 0 && run.footer.n_rings)
		rc = run_without_rings(p, &run, err);
	if (rc == 0) {
		p->expect_exit = run_exit(&run);
		p->peak_rss_bytes = run.facts->peak_rss_bytes;
		proposal_look(p, run.columns);
	}
	run_done(&run);
	return rc;
}

/* "redact = [" or "ignore_paths = [" of a hint, without the brackets; NULL: it has none. */
static const char *
advised(struct arena *arena, const char *hint, const char *key, const char *end_1,
	const char *end_2)
{
	const char *at = strstr(hint, key), *end;

	if (!at)
		return NULL;
	at += strlen(key);
	end = strstr(at, end_1);
	if (!end && end_2)
		end = strstr(at, end_2);
	if (!end)
		end = strrchr(at, ']');
	return end ? arena_strndup(arena, at, (size_t)(end - at)) : NULL;
}

static void
add_item(struct str *list, const char *items)
{
	if (items && !(list->n && strstr(list->data, items)))
		str_addf(list, "%s%s", list->n ? ", " : "", items);
}

/* Takes the advice of a refused recording; false: it has none that is new. */
static bool
take_advice(struct proposal *p, const struct verdict *v)
{
	size_t was = p->redact.n + p->ignore.n + p->denies_rings;

	for (size_t i = 0; i < v->n_findings; i++) {
		const char *hint = v->findings[i].hint;

		if (!hint)
			continue;
		p->denies_rings |= !p->needs_rings && strstr(hint, "io_uring = \"deny\"");
		add_item(&p->redact, advised(p->arena, hint, "redact = [", "]; when it only ",
					     "] and ignore_paths = ["));
		add_item(&p->ignore,
			advised(p->arena, hint, "ignore_paths = [", "]; when it only ", NULL));
	}
	return p->redact.n + p->ignore.n + p->denies_rings > was;
}

static int
record_once(struct proposal *p, struct verdicts *out, struct err *err)
{
	AUTO(config_free) struct config *config = NULL;
	struct golden *golden = NULL;
	int rc;

	if (load_trial(&config, p, TRIAL_NONE, err) < 0)
		return -1;
	rc = gate_record(out, p->arena, config, p->opts, err);
	for (size_t i = 0; rc == 0 && i < out->items[0].n_findings; i++)
		p->varies |= strcmp(out->items[0].findings[i].rule_id,
				     "renacer/record/volatile") == 0;
	p->varies |= p->redact.n || p->ignore.n;
	if (rc == 0 && out->items[0].kind == VERDICT_PASS) {
		rc = golden_load(&golden, config->targets[0].golden, err);
		if (rc == 0)
			p->golden = golden;
	}
	return rc;
}

/* In a sandbox if it writes where it runs, else or when that fails in place. */
static int
record(struct proposal *p, struct err *err)
{
	struct verdicts v = { 0 };

	for (int i = 0; i < MOST_TRIES; i++) {
		if (record_once(p, &v, err) < 0)
			return -1;
		if (p->golden)
			return 0;
		if (take_advice(p, &v.items[0]))
			continue;
		if (!p->sandbox)
			break;
		p->sandbox = false;
		p->left_sandbox = arena_strdup(p->arena, v.items[0].text);
		str_clear(&p->redact);
		str_clear(&p->ignore);
	}
	p->refused = arena_strdup(p->arena, v.items[0].text);
	return 0;
}

/* Which packs this command keeps. */
static int
try_packs(struct proposal *p, struct err *err)
{
	AUTO(config_free) struct config *config = NULL;
	struct verdicts v = { 0 };
	size_t n;
	const char *const *names = pack_names(p->arena, &n);

	if (!n)
		return 0;
	if (load_trial(&config, p, TRIAL_PACKS, err) < 0 ||
		gate_check(&v, p->arena, config, p->opts, err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (proposal_keeps(&v.items[0], names[i]))
			proposal_add(&p->packs, names[i]);
	return 0;
}

static void
proposal_done(struct proposal *p)
{
	struct err err = { 0 };

	if (p->scratch && dir_remove(p->scratch, &err) < 0)
		err_drop(&err); /* a directory of /tmp stays behind, nothing depends on it */
	proposal_names_done(p);
	str_done(&p->redact);
	str_done(&p->ignore);
	golden_free(p->golden);
	arena_free(p->arena);
}

static int
try_all(struct proposal *p, struct err *err)
{
	if (run_first(p, err) < 0)
		return -1;
	proposal_choose_sandbox(p);
	if (record(p, err) < 0)
		return -1;
	return p->golden ? try_packs(p, err) : 0;
}

int
propose(struct str *out, struct str *notes, bool *is_recorded, const char *const *argv,
	const char *dir, const struct gate_opts *opts, struct err *err)
{
	struct proposal p = { .arena = arena_new(), .argv = argv, .dir = dir, .opts = opts };
	AUTO(mem_free) char *scratch = NULL;
	int rc;

	for (size_t i = 0; argv[i]; i++) {
		if (utf8_is_valid(argv[i], strlen(argv[i])))
			continue;
		arena_free(p.arena);
		err_set(err,
			"argument %zu of the command has bytes that are no UTF-8: a "
			"renacer.toml cannot hold them",
			i);
		err_hint(err, "put the command into a script, and propose that");
		return err_as(err, ERR_USAGE);
	}
	proposal_name(&p);
	scratch = dir_make_scratch("renacer-init-", err);
	if (!scratch) {
		arena_free(p.arena);
		return -1;
	}
	p.scratch = scratch;
	rc = try_all(&p, err);
	if (rc == 0) {
		*is_recorded = p.golden != NULL;
		proposal_write(&p, out);
		proposal_say(&p, notes);
	}
	proposal_done(&p);
	return rc;
}
