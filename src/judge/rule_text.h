/* SPDX-License-Identifier: MIT */
/*
 * rule_text.h - what the table of rule types says: to people, and to editors
 */
#ifndef JUDGE_RULE_TEXT_H
#define JUDGE_RULE_TEXT_H

#include "base/json.h"
#include "judge/rule_table.h"

struct rule;

/* A line for each type. */
void rules_list(struct str *out);
/* All about one type, plain text. */
void rule_type_explain(struct str *out, enum rule_kind kind);
/* One rule of a configuration: what it demands, key by key, with what holds for those that are
 * absent. */
void rule_explain(struct str *out, const struct rule *rule);
/* docs/rules.md */
void rules_markdown(struct str *out);
/* The JSON Schema of one [[assertion]] table, as the value that comes next. */
void rules_schema(struct json_writer *w);

#endif
