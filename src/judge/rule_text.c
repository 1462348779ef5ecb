/* SPDX-License-Identifier: MIT */
/* rule_text.c - what the table of rule types says, for people: explain, docs/rules.md */

#include "judge/rule_text.h"

#include "judge/antipattern.h"
#include "judge/rule.h"

#include <inttypes.h>
#include <string.h>

#define WIDTH 92 /* of a line of text */
#define INDENT 4

static const char introduction[] =
	"# Rules\n"
	"\n"
	"<!-- Made by `make docs` from src/judge/rules.def: edit that. -->\n"
	"\n"
	"An `[[assertion]]` in `renacer.toml`, or in a rule pack that it includes, is a rule "
	"on what a "
	"run did,\n"
	"beside the comparison with the golden. `renacer-gate explain TYPE` prints what stands "
	"here, "
	"`renacer-gate\n"
	"explain RULE` a rule of the configuration in words.\n"
	"\n"
	"A rule says how many events it looked at. One that had nothing to look at is an "
	"error, not a "
	"pass, unless\n"
	"it says `allow_empty = true`; one whose calls were not all traced, or whose trace has "
	"holes, is "
	"inconclusive,\n"
	"except where what was seen breaks it already. Selectors are expressions over events: "
	"[expressions.md](expressions.md).\n"
	"\n"
	"## Keys of every rule\n"
	"\n";

static bool
is_common(const struct rule_key *key)
{
	for (size_t i = 0; i < N_RULE_KINDS; i++)
		if (!rule_key_is_of(key, (enum rule_kind)i))
			return false;
	return true;
}

/* What may be written: "a whole number from 1 to 64", `"a"` or `"b"`. */
static void
add_values(struct str *out, const struct rule_key *key)
{
	if (key->kind == RULE_KEY_UINT) {
		str_addf(out, "a whole number, %" PRId64 " or more", key->low);
		return;
	}
	if (key->kind != RULE_KEY_CHOICE) {
		str_add(out, rule_key_kind_names[key->kind]);
		return;
	}
	for (size_t i = 0; key->choices[i]; i++)
		str_addf(out, "%s`\"%s\"`", i ? ", " : "", key->choices[i]);
}

static void
add_row(struct str *out, const struct rule_key *key)
{
	str_addf(out, "| `%s` | ", key->name);
	add_values(out, key);
	str_addf(out, " | %s | %s |\n",
		key->is_required ? "required" : (key->absent ? key->absent : ""), key->meaning);
}

static void
add_keys(struct str *out, bool common, enum rule_kind kind)
{
	str_add(out, "| key | value | default | meaning |\n|---|---|---|---|\n");
	for (size_t i = 0; i < n_rule_keys; i++)
		if (rule_key_is_of(&rule_keys[i], kind) && is_common(&rule_keys[i]) == common)
			add_row(out, &rule_keys[i]);
}

static void
add_one_of(struct str *out, enum rule_kind kind, const char *quote)
{
	for (size_t i = 0; i < n_rule_one_ofs; i++) {
		const char *const *keys = rule_one_ofs[i].keys;

		if (rule_one_ofs[i].kind != kind)
			continue;
		str_add(out, "At least one of ");
		for (size_t k = 0; keys[k]; k++)
			str_addf(out, "%s%s%s%s", k ? ", " : "", quote, keys[k], quote);
		str_add(out, " is required.\n\n");
	}
}

static const char antipattern_introduction[] =
	"\n## Anti-patterns\n\n"
	"What `anti_pattern` rules and `renacer analyze` look for. Each finding has a "
	"confidence "
	"from 0 to 1 by\n"
	"the formula given; a rule's `threshold` and `--threshold` leave out what is less "
	"sure. `n` "
	"is the number\n"
	"counted, `least` the number from which it is a finding.\n";

void
rules_markdown(struct str *out)
{
	str_add(out, introduction);
	add_keys(out, true, RULE_COUNT);
	for (size_t i = 0; i < N_RULE_KINDS; i++) {
		const struct rule_type *type = &rule_types[i];

		str_addf(out, "\n## `%s`\n\n%s\n\n", type->name, type->meaning);
		add_keys(out, false, (enum rule_kind)i);
		str_add_char(out, '\n');
		add_one_of(out, (enum rule_kind)i, "`");
		str_addf(out, "```toml\n[[assertion]]\nname = \"%s-example\"\n%s```\n",
			type->name, type->example);
	}
	str_add(out, antipattern_introduction);
	antipatterns_markdown(out);
}

/*
 * Plain text: Markdown without its quotes, in lines of a width.
 */
static void
add_wrapped(struct str *out, const char *text, size_t indent)
{
	size_t column = 0;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (!column || column + 1 + n > WIDTH) {
			str_addf(out, "%s%*s", column ? "\n" : "", (int)indent, "");
			column = indent;
		} else {
			str_add_char(out, ' ');
			column++;
		}
		for (size_t i = 0; i < n; i++)
			if (text[i] != '`')
				str_add_char(out, text[i]);
		column += n;
		text += n + (text[n] == ' ');
	}
	str_add_char(out, '\n');
}

static void
add_indented(struct str *out, const char *lines)
{
	for (const char *p = lines; *p;) {
		size_t n = strcspn(p, "\n");

		str_addf(out, "%*s%.*s\n", INDENT, "", (int)n, p);
		p += n + (p[n] == '\n');
	}
}

void
rules_list(struct str *out)
{
	for (size_t i = 0; i < N_RULE_KINDS; i++)
		str_addf(out, "%-16s %s\n", rule_types[i].name, rule_types[i].fails);
}

static void
add_key_text(struct str *out, const struct rule_key *key)
{
	AUTO(str_done) struct str values = { 0 };
	AUTO(str_done) struct str line = { 0 };

	add_values(&values, key);
	str_addf(&line, "%s: %s", str_text(&values), key->meaning);
	if (key->is_required)
		str_add(&line, " (required)");
	else if (key->absent)
		str_addf(&line, " (without it: %s)", key->absent);
	str_addf(out, "  %s\n", key->name);
	add_wrapped(out, str_text(&line), 6);
}

void
rule_type_explain(struct str *out, enum rule_kind kind)
{
	const struct rule_type *type = &rule_types[kind];

	str_addf(out, "%s\n\n", type->name);
	add_wrapped(out, type->meaning, 2);
	str_add(out, "\n  broken: ");
	str_addf(out, "%s\n\nkeys:\n", type->fails);
	for (size_t i = 0; i < n_rule_keys; i++)
		if (rule_key_is_of(&rule_keys[i], kind))
			add_key_text(out, &rule_keys[i]);
	str_add_char(out, '\n');
	add_one_of(out, kind, "");
	str_addf(out, "example:\n\n    [[assertion]]\n    name = \"%s-example\"\n", type->name);
	add_indented(out, type->example);
}

/*
 * One rule.
 */
static void
add_globs(struct str *out, const struct globs *g)
{
	for (size_t i = 0; i < g->n; i++)
		str_addf(out, "%s'%s'", i ? ", " : "", g->items[i]);
}

static void
add_value(struct str *out, const struct rule *rule, const struct rule_key *key)
{
	const void *at = (const char *)rule + key->offset;

	switch (key->kind) {
	case RULE_KEY_BOOL:
		str_add(out, *(const bool *)at ? "true" : "false");
		break;
	case RULE_KEY_UINT:
		str_add_uint(out, *(const uint64_t *)at);
		break;
	case RULE_KEY_SHARE:
	case RULE_KEY_MS:
		str_addf(out, "%g", *(const double *)at);
		break;
	case RULE_KEY_CHOICE:
		str_add(out, key->choices[*(const uint32_t *)at]);
		break;
	case RULE_KEY_GLOBS:
		add_globs(out, at);
		break;
	default: /* a text, or a selector, which begins with its text */
		str_addf(out, "%s", *(const char *const *)at);
		break;
	}
}

_Static_assert(offsetof(struct selector, text) == 0, "a selector is printed as its text");

void
rule_explain(struct str *out, const struct rule *rule)
{
	str_addf(
		out, "[[assertion]] '%s' (%s:%u)\n\n", rule->name, rule->at.file, rule->at.row);
	add_wrapped(out, rule_types[rule->kind].meaning, 2);
	str_add_char(out, '\n');
	for (size_t i = 0; i < n_rule_keys; i++) {
		const struct rule_key *key = &rule_keys[i];
		AUTO(str_done) struct str line = { 0 };

		if (!rule_key_is_of(key, rule->kind) ||
			(!((rule->given >> i) & 1) && !key->absent))
			continue;
		if ((rule->given >> i) & 1)
			add_value(&line, rule, key);
		else
			str_addf(&line, "%s (not written here)", key->absent);
		str_addf(&line, " - %s", key->meaning);
		str_addf(out, "  %s\n", key->name);
		add_wrapped(out, str_text(&line), 6);
	}
}
