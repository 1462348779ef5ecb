/* SPDX-License-Identifier: MIT */
/*
 * junit.c - JUnit XML: a suite for each target, a case for its golden and one for each rule
 *
 * There is no standard. The strict form is valid by the schemas of Ant (windyroad JUnit.xsd)
 * and of the Jenkins xunit plugin (junit-10.xsd); the rich form adds file and line, which
 * annotators read and both schemas forbid. What is neither pass nor skip is a failure or an
 * error: doubt must not turn green.
 */

#include "report/formats.h"

#include "base/map.h"
#include "base/mem.h"
#include "judge/basis.h"
#include "report/clean.h"

#include <libxml/xmlwriter.h>
#include <string.h>

struct junit {
	xmlTextWriterPtr w;
	bool is_strict;
	bool has_failed; /* libxml2 refused something: out of memory */
	struct str room;
	struct map *names; /* classname and name of every case so far */
};

enum result { PASSED, SKIPPED, FAILED, BROKEN };

/* One <testcase>, ready to write. */
struct test {
	const char *classname, *name;
	enum result result;
	const char *type, *message; /* when not passed */
	const char *body;           /* NULL: none */
	struct pos at;
	uint64_t time_ns;
};

static void
check(struct junit *j, int rc)
{
	j->has_failed |= rc < 0;
}

static void
start(struct junit *j, const char *element)
{
	check(j, xmlTextWriterStartElement(j->w, BAD_CAST element));
}

static void
end(struct junit *j)
{
	check(j, xmlTextWriterEndElement(j->w));
}

/* libxml2 escapes markup but lets through what XML cannot hold; clean() takes that out. */
static void
attribute(struct junit *j, const char *name, const char *text)
{
	const char *cleaned = clean(&j->room, text, LINE_LIMIT, CLEAN_LINE);

	check(j, xmlTextWriterWriteAttribute(j->w, BAD_CAST name, BAD_CAST cleaned));
}

static void
number(struct junit *j, const char *name, size_t n)
{
	AUTO(str_done) struct str text = { 0 };

	str_addf(&text, "%zu", n);
	attribute(j, name, str_text(&text));
}

static void
seconds(struct junit *j, uint64_t ns)
{
	AUTO(str_done) struct str text = { 0 };

	add_seconds(&text, ns);
	attribute(j, "time", str_text(&text));
}

static void
content(struct junit *j, const char *text)
{
	const char *cleaned = clean(&j->room, text, 4 * TEXT_LIMIT, CLEAN_LINES);

	check(j, xmlTextWriterWriteString(j->w, BAD_CAST cleaned));
}

/* Readers keep the first of two cases with one name: the second gets a number. */
static void
name_attribute(struct junit *j, const struct test *t)
{
	AUTO(str_done) struct str key = { 0 };
	AUTO(str_done) struct str name = { 0 };

	for (unsigned i = 1;; i++) {
		str_clear(&name);
		clean_add(&name, t->name, LINE_LIMIT, CLEAN_LINE);
		if (i > 1)
			str_addf(&name, " (%u)", i);
		str_clear(&key);
		clean_add(&key, t->classname, LINE_LIMIT, CLEAN_LINE);
		str_add_char(&key, '\n'); /* in neither of the two */
		str_add_n(&key, str_text(&name), name.n);
		if (!map_get(j->names, str_text(&key), key.n))
			break;
	}
	*map_slot(j->names, str_text(&key), key.n) = j;
	check(j, xmlTextWriterWriteAttribute(j->w, BAD_CAST "name", BAD_CAST str_text(&name)));
}

static void
add_test(struct junit *j, const struct test *t)
{
	static const char *const elements[] = {
		[SKIPPED] = "skipped", [FAILED] = "failure", [BROKEN] = "error"
	};

	start(j, "testcase");
	name_attribute(j, t);
	attribute(j, "classname", t->classname);
	seconds(j, t->time_ns);
	if (!j->is_strict && t->at.file) {
		attribute(j, "file", t->at.file);
		number(j, "line", MAX(t->at.row, 1u));
	}
	if (t->result != PASSED) {
		start(j, elements[t->result]);
		attribute(j, "message", t->message);
		if (t->result != SKIPPED)
			attribute(j, "type", t->type);
		if (t->body)
			content(j, t->body);
		end(j);
	}
	end(j);
}

/*
 * From verdicts to cases.
 */
static const struct {
	enum result result;
	const char *type;
} results[N_VERDICTS] = {
	[VERDICT_PASS] = { PASSED, NULL },
	[VERDICT_SKIP] = { SKIPPED, NULL },
	[VERDICT_FLAKY] = { FAILED, "flaky" },
	[VERDICT_INCONCLUSIVE] = { BROKEN, "inconclusive" },
	[VERDICT_FAIL] = { FAILED, "difference" },
	[VERDICT_MISSING] = { BROKEN, "missing-golden" },
	[VERDICT_ERROR] = { BROKEN, "error" },
};

static enum result
outcome_result(const struct outcome *o)
{
	if (o->is_warning && o->kind != VERDICT_ERROR && o->kind != VERDICT_SKIP)
		return PASSED; /* its text is in system-out */
	return results[o->kind].result;
}

/* One line of a body, with its label. */
static void
add_row(struct str *body, const char *label, const char *text)
{
	if (!text)
		return;
	str_add(body, label);
	clean_add(body, text, LINE_LIMIT, CLEAN_LINE);
	str_add_char(body, '\n');
}

static void
add_origin(struct str *body, const struct origin *origin)
{
	AUTO(str_done) struct str text = { 0 };

	if (origin_put(&text, origin))
		add_row(body, "  source: ", str_text(&text));
}

static void
add_lines(struct str *body, const char *text)
{
	clean_add(body, text, TEXT_LIMIT, CLEAN_LINES);
	if (!str_has_suffix(str_text(body), "\n"))
		str_add_char(body, '\n');
}

static void
add_place(struct str *body, const struct pos *at)
{
	AUTO(str_done) struct str place = { 0 };

	if (!at->file)
		return;
	str_addf(&place, "%s:%u", at->file, at->row);
	add_row(body, "  at:     ", str_text(&place));
}

static void
describe_finding(struct str *body, const struct finding *f)
{
	add_row(body, "", f->text);
	add_row(body, "  golden: ", f->wanted);
	add_row(body, "  run:    ", f->found);
	if (f->detail)
		add_lines(body, f->detail);
	add_row(body, "  call:   ", f->evidence);
	add_origin(body, &f->origin);
	for (size_t i = 0; i < f->n_members && body->n < 4 * TEXT_LIMIT; i++)
		add_row(body, "  with it: ", f->members[i].text);
	add_place(body, &f->at);
	add_row(body, "  hint:   ", f->hint);
}

/* All there is to say of the golden's case. */
static void
describe(struct str *body, const struct verdict *v)
{
	for (size_t i = 0; i < v->n_findings && body->n < 4 * TEXT_LIMIT; i++)
		if (!is_of_rule(&v->findings[i]))
			describe_finding(body, &v->findings[i]);
	if (v->output && *v->output) {
		str_add(body, "the target's stderr ended with\n");
		add_lines(body, v->output);
	}
}

static const struct finding *
first_of_golden(const struct verdict *v)
{
	for (size_t i = 0; i < v->n_findings; i++)
		if (!is_of_rule(&v->findings[i]))
			return &v->findings[i];
	return NULL;
}

/* A target that is bad by its rules alone has a good case for its golden. */
static bool
is_bad_by_rules_alone(const struct verdict *v)
{
	bool any = false;

	for (size_t i = 0; i < v->n_outcomes; i++)
		any |= outcome_result(&v->outcomes[i]) >= FAILED;
	return any && !first_of_golden(v);
}

static struct test
golden_test(const struct verdict *v, struct str *name, struct str *body)
{
	const struct finding *first = first_of_golden(v);
	struct test t = { .classname = target_of(v),
		.result = results[v->kind].result,
		.type = results[v->kind].type,
		.message = first ? first->text : v->text,
		.at = first ? first->at : v->at,
		.time_ns = v->time_ns };

	str_addf(name, "golden (%s)", profile_names[v->profile]);
	t.name = str_text(name);
	if (is_bad(v) && is_bad_by_rules_alone(v))
		t.result = PASSED;
	if (t.result >= FAILED) {
		describe(body, v);
		t.body = str_text(body);
	}
	if (t.result == SKIPPED)
		t.message = v->text;
	return t;
}

static struct test
rule_test(const struct verdict *v, const struct outcome *o, struct str *name, struct str *body)
{
	str_clear(name);
	str_addf(name, "rule %s", o->name);
	str_clear(body);
	add_row(body, "", o->text);
	add_row(body, "  wanted: ", o->wanted);
	add_row(body, "  found:  ", o->found);
	add_row(body, "  call:   ", o->evidence);
	add_origin(body, &o->origin);
	if (o->detail)
		add_lines(body, o->detail);
	return (struct test){ .classname = target_of(v),
		.name = str_text(name),
		.result = outcome_result(o),
		.type = o->kind == VERDICT_FAIL ? o->type : results[o->kind].type,
		.message = o->text,
		.body = str_text(body),
		.at = o->at };
}

struct totals {
	size_t n[BROKEN + 1], all;
};

static struct totals
count_tests(const struct verdict *v)
{
	AUTO(str_done) struct str name = { 0 };
	AUTO(str_done) struct str body = { 0 };
	struct totals t = { { 0 }, 1 + v->n_outcomes };

	t.n[golden_test(v, &name, &body).result]++;
	for (size_t i = 0; i < v->n_outcomes; i++)
		t.n[outcome_result(&v->outcomes[i])]++;
	return t;
}

static void
add_property(struct junit *j, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	start(j, "property");
	attribute(j, "name", name);
	attribute(j, "value", value);
	end(j);
}

static bool
is_of_map(const struct finding *f)
{
	return strcmp(f->rule_id, "renacer/output-map") == 0;
}

static void
add_system_out(struct junit *j, const struct verdict *v)
{
	AUTO(str_done) struct str text = { 0 };

	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].level == FINDING_WARNING ||
			(v->findings[i].level == FINDING_NOTE &&
				(!is_bad(v) || is_of_map(&v->findings[i]))))
			str_addf(&text, "%s: %s\n",
				v->findings[i].level == FINDING_NOTE ? "note" : "warning",
				v->findings[i].text);
	start(j, "system-out");
	content(j, str_text(&text));
	end(j);
	start(j, "system-err");
	content(j, v->output ? v->output : "");
	end(j);
}

static void
add_basis(struct junit *j, const struct verdict *v)
{
	AUTO(arena_free) struct arena *scratch = arena_new();

	if (!v->basis.is_known)
		return;
	add_property(j, "renacer.evidence",
		arena_printf(scratch, "%u runs, golden of %u: %s", v->n_runs, v->golden_runs,
			basis_words(scratch, &v->basis)));
	add_property(j, "renacer.backend", v->basis.backend);
	add_property(j, "renacer.again", v->basis.again);
	add_property(j, "renacer.not_seen", basis_unseen_words(scratch, &v->basis));
	add_property(j, "renacer.performance", cost_words(scratch, &v->performance));
}

static void
add_suite(struct junit *j, const struct verdicts *all, size_t i)
{
	const struct verdict *v = &all->items[i];
	struct totals totals = count_tests(v);
	AUTO(str_done) struct str name = { 0 };
	AUTO(str_done) struct str body = { 0 };
	AUTO(str_done) struct str time = { 0 };
	struct test t;

	add_time(&time, all->started_ns, false);
	start(j, "testsuite");
	attribute(j, "name", target_of(v));
	attribute(j, "package", TOOL_NAME);
	number(j, "id", i);
	attribute(j, "timestamp", str_text(&time));
	attribute(j, "hostname", "localhost"); /* Ant's word for: not known */
	number(j, "tests", totals.all);
	number(j, "failures", totals.n[FAILED]);
	number(j, "errors", totals.n[BROKEN]);
	number(j, "skipped", totals.n[SKIPPED]);
	seconds(j, v->time_ns);
	start(j, "properties");
	add_property(j, "renacer.verdict", verdict_names[v->kind]);
	add_property(j, "renacer.reason", v->text);
	add_property(j, "renacer.golden", v->golden_path);
	add_property(j, "renacer.command", v->command);
	add_property(j, "renacer.first", v->first);
	add_basis(j, v);
	end(j);
	t = golden_test(v, &name, &body);
	add_test(j, &t);
	for (size_t k = 0; k < v->n_outcomes; k++) {
		t = rule_test(v, &v->outcomes[k], &name, &body);
		add_test(j, &t);
	}
	add_system_out(j, v);
	end(j);
}

static void
add_suites(struct junit *j, const struct verdicts *v)
{
	struct totals sum = { { 0 }, 0 };

	for (size_t i = 0; i < v->n; i++) {
		struct totals t = count_tests(&v->items[i]);

		sum.all += t.all;
		sum.n[FAILED] += t.n[FAILED];
		sum.n[BROKEN] += t.n[BROKEN];
	}
	start(j, "testsuites");
	if (!j->is_strict) { /* Ant's schema allows none of these */
		attribute(j, "name", TOOL_NAME);
		number(j, "tests", sum.all);
		number(j, "failures", sum.n[FAILED]);
		number(j, "errors", sum.n[BROKEN]);
		seconds(j, v->time_ns);
	}
	for (size_t i = 0; i < v->n; i++)
		add_suite(j, v, i);
	end(j);
}

int
junit_write(struct str *out, const struct verdicts *v, const struct report_opts *opts,
	struct err *err)
{
	xmlBufferPtr buffer = xmlBufferCreate();
	struct junit j = { .w = buffer ? xmlNewTextWriterMemory(buffer, 0) : NULL,
		.is_strict = opts->strict_junit };

	if (!j.w) {
		xmlBufferFree(buffer);
		return err_set(err, "libxml2 could not make a writer");
	}
	j.names = map_new();
	xmlTextWriterSetIndent(j.w, 1);
	check(&j, xmlTextWriterStartDocument(j.w, NULL, "UTF-8", NULL));
	add_suites(&j, v);
	check(&j, xmlTextWriterEndDocument(j.w));
	xmlFreeTextWriter(j.w);
	if (!j.has_failed)
		str_add_n(out, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
	xmlBufferFree(buffer);
	map_free(j.names);
	str_done(&j.room);
	return j.has_failed ? err_set(err, "libxml2 could not write the JUnit report") : 0;
}
