/* SPDX-License-Identifier: MIT */
/* budgets.h - the budget of a target, from renacer.toml and as a run is held against it */
#ifndef GATE_BUDGETS_H
#define GATE_BUDGETS_H

#include "gate/config.h"
#include "gate/key.h"
#include "judge/budget.h"

/* By enum budget_metric: a row for each, and the end. */
extern const struct key budget_keys[], budget_limit_keys[];

/* read() of the key; field: struct target. */
MUST_CHECK int budgets_read(
	struct key_context *k, const struct toml *value, void *field, struct err *err);
/* One of them counts calls: all must be traced. */
bool budgets_need_all_calls(const struct target *target);
/* One of them is absolute, of something that tracing changes. */
bool budgets_need_unwatched(const struct target *target);

/* What editors are told of the limits of each unit, and of calls; see gate/key.h. */
#define BUDGET_SCHEMA(name, simple, more)                                                      \
	{                                                                                      \
		name, "{\"anyOf\": [" simple                                                   \
		      ", {\"type\": \"object\", \"required\": [\"limit\"], "                   \
		      "\"additionalProperties\": false, \"properties\": {\"limit\": "          \
		      "{\"anyOf\": [" simple "]}, \"hard\": {\"type\": \"boolean\"}" more      \
		      "}}]}"                                                                   \
	}
/* What pairs of runs decide. */
#define BUDGET_TEST ", \"test\": {\"enum\": [\"ranks\", \"welch\"]}"
#define BUDGET_COUNTED BUDGET_WHOLE BUDGET_AMOUNT("[+]?[0-9]+")
#define BUDGET_SHARE "{\"type\": \"string\", \"pattern\": \"^[+][0-9]+([.][0-9]+)?%$\"}"
#define BUDGET_AMOUNT(pattern)                                                                 \
	"{\"type\": \"string\", \"pattern\": \"^" pattern "$\"}, " BUDGET_SHARE
#define BUDGET_WHOLE "{\"type\": \"integer\", \"minimum\": 0}, "
#define BUDGET_SCHEMAS                                                                         \
	BUDGET_SCHEMA("count_limit", BUDGET_COUNTED, ""),                                      \
		BUDGET_SCHEMA("paired_limit", BUDGET_COUNTED, BUDGET_TEST),                    \
		BUDGET_SCHEMA("bytes_limit",                                                   \
			BUDGET_WHOLE BUDGET_AMOUNT("[+]?[0-9]+(B|kB|MB|GB|KiB|MiB|GiB)?"),     \
			""),                                                                   \
		BUDGET_SCHEMA("time_limit",                                                    \
			BUDGET_AMOUNT("([+][0-9]+|0*[1-9][0-9]*)(ns|us|ms|s|m|h)"),            \
			BUDGET_TEST),                                                          \
	{                                                                                      \
		"call_limits", "{\"type\": \"object\", \"minProperties\": 1, "                 \
			       "\"additionalProperties\": " SCHEMA_REF("count_limit") "}"      \
	}

#endif
