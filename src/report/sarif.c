/* SPDX-License-Identifier: MIT */
/*
 * sarif.c - SARIF 2.1.0 (errata 01) as GitHub's code scanning takes it
 *
 * GitHub shows a result at its first location and knows it again by primaryLocationLineHash, so
 * each result points to a line of the golden or of renacer.toml by a relative path, and its
 * hash is made of target, rule and effect: lines may move. Notes (the differences of a target
 * that is meant to fail) are left out: code scanning ignores suppressions and would open alerts
 * for them.
 */

#include "base/json.h"

#include "base/digest.h"
#include "base/map.h"
#include "base/mem.h"
#include "judge/basis.h"
#include "report/catalog.h"
#include "report/clean.h"
#include "report/formats.h"

#include <string.h>

#define SCHEMA                                                                                 \
	"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/"                  \
	"sarif-schema-2.1.0.json"
#define MOST_RESULTS 5000 /* GitHub shows no more */
#define MESSAGE_LIMIT 4000

struct sarif {
	struct json_writer w;
	struct str room;
	struct map *fingerprints; /* how often each was given out */
	size_t n_results, n_left_out;
};

static void
put(struct sarif *s, const char *key, const char *text)
{
	json_key(&s->w, key);
	json_text(&s->w, clean(&s->room, text, MESSAGE_LIMIT, CLEAN_LINES));
}

static void
begin(struct sarif *s, const char *key, char bracket)
{
	if (key)
		json_key(&s->w, key);
	json_begin(&s->w, bracket);
}

static void
end(struct sarif *s, char bracket)
{
	json_end(&s->w, bracket);
}

static void
put_message(struct sarif *s, const char *key, const char *text)
{
	begin(s, key, '{');
	put(s, "text", text);
	end(s, '}');
}

/*
 * Rules.
 */
static void
put_rule(struct sarif *s, const struct catalog_entry *e)
{
	begin(s, NULL, '{');
	put(s, "id", e->id);
	put(s, "name", e->name);
	put_message(s, "shortDescription", e->brief);
	put_message(s, "fullDescription", e->brief);
	begin(s, "help", '{');
	put(s, "text", e->help);
	put(s, "markdown", e->help);
	end(s, '}');
	begin(s, "defaultConfiguration", '{');
	put(s, "level", "error");
	end(s, '}');
	begin(s, "properties", '{');
	begin(s, "tags", '(');
	json_text(&s->w, "behaviour");
	end(s, ']');
	put(s, "precision", "very-high");
	put(s, "problem.severity", "error");
	end(s, '}');
	end(s, '}');
}

static void
put_tool(struct sarif *s, const struct verdicts *v)
{
	begin(s, "tool", '{');
	begin(s, "driver", '{');
	put(s, "name", TOOL_NAME);
	if (v->tool_version)
		put(s, "semanticVersion", v->tool_version);
	begin(s, "rules", '[');
	for (size_t i = 0; i < catalog_size; i++)
		put_rule(s, &catalog[i]);
	end(s, ']');
	end(s, '}');
	end(s, '}');
}

/*
 * Places.
 */
static bool
is_relative(const char *path)
{
	return path && *path && *path != '/' && strcmp(path, "..") != 0 &&
	       !str_has_prefix(path, "../") && !strstr(path, "/../");
}

static const char *
last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool
has_source(const struct finding *f)
{
	return f->origin.is_ours && f->origin.at.row && is_relative(f->origin.at.file);
}

/* The line of the program that made the call, when it lies in the repository; else the
 * finding's own place when it can be named inside the repository, else the configuration.
 */
static struct pos
place_of(const struct verdict *v, const struct finding *f)
{
	const struct pos *places[] = { &f->at, &v->at };
	struct pos last = { .file = "renacer.toml", .row = 1 };

	if (has_source(f))
		return f->origin.at;
	for (size_t i = 0; i < ARRAY_LEN(places); i++)
		if (is_relative(places[i]->file))
			return *places[i];
	if (v->config_path && *v->config_path)
		last.file = is_relative(v->config_path) ? v->config_path
							: last_part(v->config_path);
	return last;
}

/* RFC 3986: what is not unreserved or a slash is percent-encoded. */
static void
add_uri(struct str *out, const char *path)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~/";

	while (str_has_prefix(path, "./"))
		path += 2;
	for (size_t i = 0; path[i] && i < LINE_LIMIT; i++) {
		if (strchr(plain, path[i]))
			str_add_char(out, path[i]);
		else
			str_addf(out, "%%%02X", (unsigned char)path[i]);
	}
}

static void
put_location(struct sarif *s, const char *key, const struct pos *at)
{
	AUTO(str_done) struct str uri = { 0 };

	add_uri(&uri, at->file);
	begin(s, key, '[');
	begin(s, NULL, '{');
	begin(s, "physicalLocation", '{');
	begin(s, "artifactLocation", '{');
	put(s, "uri", str_text(&uri));
	put(s, "uriBaseId", "%SRCROOT%");
	end(s, '}');
	begin(s, "region", '{');
	json_key(&s->w, "startLine");
	json_uint(&s->w, MAX(at->row, 1u));
	end(s, '}');
	end(s, '}');
	end(s, '}');
	end(s, ']');
}

/*
 * Results.
 */
static void
put_fingerprints(struct sarif *s, const struct verdict *v, const struct finding *f)
{
	const char *parts[] = { target_of(v), f->rule_id, f->subject ? f->subject : "" };
	AUTO(str_done) struct str text = { 0 };
	struct sha256 sha;
	char hex[SHA256_HEX];
	void **slot;

	sha256_init(&sha);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		sha256_add(&sha, parts[i], strlen(parts[i]) + 1); /* its NUL parts them */
	sha256_done(&sha, hex);
	hex[16] = '\0';
	slot = map_text(s->fingerprints, hex);
	*slot = (char *)*slot + 1;
	str_addf(&text, "%s:%zu", hex, (size_t)(uintptr_t)*slot);
	begin(s, "partialFingerprints", '{');
	put(s, "primaryLocationLineHash", str_text(&text));
	put(s, "renacer/effect/v1", str_text(&text));
	end(s, '}');
}

/* Two brackets in a row would make a link of a target's output. */
static void
put_result_message(struct sarif *s, const struct verdict *v, const struct finding *f)
{
	AUTO(str_done) struct str text = { 0 };
	AUTO(str_done) struct str safe = { 0 };

	str_addf(&text, "%s: %s", target_of(v), f->text);
	for (size_t i = 0; i < text.n; i++) {
		str_add_char(&safe, text.data[i]);
		if (text.data[i] == ']' && text.data[i + 1] == '(')
			str_add_char(&safe, ' ');
	}
	put_message(s, "message", str_text(&safe));
}

static void
put_bag(struct sarif *s, const struct verdict *v, const struct finding *f)
{
	AUTO(arena_free) struct arena *scratch = arena_new();
	AUTO(str_done) struct str origin = { 0 };
	bool has_origin = origin_put(&origin, &f->origin);
	const struct {
		const char *key, *text;
	} rows[] = {
		{ "target", target_of(v) },
		{ "verdict", verdict_names[v->kind] },
		{ "subject", f->subject },
		{ "wanted", f->wanted },
		{ "found", f->found },
		{ "detail", f->detail },
		{ "evidence", f->evidence },
		{ "source", has_origin ? str_text(&origin) : NULL },
		{ "hint", f->hint },
		{ "known", f->known },
		{ "firstDivergence", v->first },
		{ "restsOn", v->basis.is_known ? basis_words(scratch, &v->basis) : NULL },
		{ "again", v->basis.again },
		{ "notSeen", basis_unseen_words(scratch, &v->basis) },
	};

	begin(s, "properties", '{');
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].text)
			put(s, rows[i].key, rows[i].text);
	if (f->n_members) {
		begin(s, "members", '[');
		for (size_t i = 0; i < f->n_members; i++)
			json_text(&s->w, clean(&s->room, f->members[i].text, MESSAGE_LIMIT,
						 CLEAN_LINES));
		end(s, ']');
	}
	end(s, '}');
}

static const char *
level_of(const struct verdict *v, const struct finding *f)
{
	if (v->kind == VERDICT_FLAKY)
		return "note";
	return f->level == FINDING_ERROR ? "error" : "warning";
}

static void
put_result(struct sarif *s, const struct verdict *v, const struct finding *f)
{
	struct pos at = place_of(v, f);
	size_t rule = catalog_find(f->rule_id);

	if (s->n_results++ >= MOST_RESULTS) {
		s->n_left_out++;
		return;
	}
	begin(s, NULL, '{');
	put(s, "ruleId", catalog[rule].id);
	json_key(&s->w, "ruleIndex");
	json_uint(&s->w, rule);
	put(s, "level", level_of(v, f));
	put_result_message(s, v, f);
	put_location(s, "locations", &at);
	if (has_source(f) && is_relative(f->at.file))
		put_location(s, "relatedLocations", &f->at);
	put_fingerprints(s, v, f);
	put_bag(s, v, f);
	end(s, '}');
}

/* A verdict that is not good has a result even if nobody said why. */
static void
put_results_of(struct sarif *s, const struct verdict *v)
{
	size_t before = s->n_results;

	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].level != FINDING_NOTE)
			put_result(s, v, &v->findings[i]);
	if (is_bad(v) && s->n_results == before)
		put_result(s, v,
			&(struct finding){ .level = FINDING_ERROR,
				.rule_id = "renacer/other",
				.subject = target_of(v),
				.text = v->text,
				.at = v->at });
}

/*
 * The invocation.
 */
static void
put_notification(struct sarif *s, const char *level, const char *text)
{
	begin(s, NULL, '{');
	put(s, "level", level);
	put_message(s, "message", text);
	end(s, '}');
}

/* Which output maps a comparison needed is no alert, and still has to be said. */
static void
put_map_notes(struct sarif *s, const struct verdict *v)
{
	AUTO(str_done) struct str text = { 0 };

	for (size_t i = 0; i < v->n_findings; i++) {
		const struct finding *f = &v->findings[i];

		if (f->level != FINDING_NOTE || strcmp(f->rule_id, "renacer/output-map") != 0)
			continue;
		str_clear(&text);
		str_addf(&text, "%s: %s", target_of(v), f->text);
		put_notification(s, "note", str_text(&text));
	}
}

static void
put_invocation(struct sarif *s, const struct verdicts *v)
{
	AUTO(str_done) struct str time = { 0 };
	struct counts counts = count_verdicts(v);

	begin(s, "invocations", '[');
	begin(s, NULL, '{');
	json_key(&s->w, "executionSuccessful");
	json_bool(&s->w, !counts.of[VERDICT_ERROR]);
	json_key(&s->w, "exitCode");
	json_int(&s->w, v->exit_status);
	add_time(&time, v->started_ns, true);
	put(s, "startTimeUtc", str_text(&time));
	str_clear(&time);
	add_time(&time, v->started_ns + v->time_ns, true);
	put(s, "endTimeUtc", str_text(&time));
	begin(s, "toolExecutionNotifications", '[');
	for (size_t i = 0; i < v->n; i++)
		if (v->items[i].kind == VERDICT_ERROR)
			put_notification(s, "error", v->items[i].text);
	for (size_t i = 0; i < v->n; i++)
		put_map_notes(s, &v->items[i]);
	if (s->n_left_out) {
		str_clear(&time);
		str_addf(&time, "%zu results are left out: no more than %d are shown",
			s->n_left_out, MOST_RESULTS);
		put_notification(s, "warning", str_text(&time));
	}
	end(s, ']');
	end(s, '}');
	end(s, ']');
}

static void
put_run(struct sarif *s, const struct verdicts *v)
{
	AUTO(mem_free) size_t *order = worst_first(v);
	AUTO(str_done) struct str id = { 0 };

	begin(s, NULL, '{');
	put_tool(s, v);
	begin(s, "results", '[');
	for (size_t i = 0; i < v->n; i++)
		put_results_of(s, &v->items[order[i]]);
	end(s, ']');
	put_invocation(s, v);
	/* The text before the last slash is what GitHub calls the category. */
	str_addf(&id, TOOL_NAME "/%s/", v->command ? v->command : "check");
	begin(s, "automationDetails", '{');
	put(s, "id", str_text(&id));
	end(s, '}');
	put(s, "columnKind", "unicodeCodePoints");
	begin(s, "originalUriBaseIds", '{');
	begin(s, "%SRCROOT%", '{');
	put_message(s, "description", "the root of the repository");
	end(s, '}');
	end(s, '}');
	end(s, '}');
}

int
sarif_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err)
{
	struct sarif s = { .w = { .out = out, .indent = 1 } };

	(void)opts;
	(void)err; /* writing to memory does not fail */
	s.fingerprints = map_new();
	begin(&s, NULL, '{');
	put(&s, "$schema", SCHEMA);
	put(&s, "version", "2.1.0");
	begin(&s, "runs", '[');
	put_run(&s, v);
	end(&s, ']');
	end(&s, '}');
	str_add_char(out, '\n');
	map_free(s.fingerprints);
	str_done(&s.room);
	return 0;
}
