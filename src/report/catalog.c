/* SPDX-License-Identifier: MIT */
/* catalog.c - a row for each kind of finding */

#include "report/catalog.h"

#include <string.h>

#define ACCEPT                                                                                 \
	" If the change is wanted, record the golden again with `renacer-gate record TARGET` " \
	"and commit it; the diff of the golden then shows the change to the reviewer."
#define RULE                                                                                   \
	" Change the program, or the limit in the [[assertion]] table of renacer.toml that "   \
	"this result points to."

/* clang-format off */
const struct catalog_entry catalog[] = {
	{ "renacer/removed", "EffectRemoved", "An effect that the golden holds did not happen.",
		"The recorded run wrote, executed, read or connected to something that this run did not."
		ACCEPT },
	{ "renacer/added", "EffectAdded", "An effect happened that the golden does not hold.",
		"This run left a file, executed a program, opened a connection or wrote to a stream that "
		"the recorded run did not." ACCEPT },
	{ "renacer/argument", "EffectChanged", "An effect happened in another way.",
		"The same effect has another attribute: a mode, a name, a missing fsync, another stream."
		ACCEPT },
	{ "renacer/result", "ResultChanged", "Something ended in another way.",
		"An exit status, the outcome of a connection or the type of a file is not that of the "
		"golden." ACCEPT },
	{ "renacer/bytes", "ContentChanged", "Other bytes were written.",
		"The content of a stream, a file or a connection is not that of the golden." ACCEPT },
	{ "renacer/count", "CountChanged", "Something happened more or less often.",
		"The number of executions, connections or other effects is not that of the golden."
		ACCEPT },
	{ "renacer/order", "OrderChanged", "Calls came in another order.",
		"The same system calls were made, but not in the order of the golden." ACCEPT },
#define TYPE(id_, name_, title_, fails_, meaning_, example_)                                   \
	{ "renacer/rule/" name_, title_, fails_, meaning_ RULE },
#include "judge/rules.def"
	{ "renacer/rule/budget", "BudgetExceeded", "The target cost more than its budget allows.",
		"The message has the number, the limit, what the golden has and the calls by which it grew. "
		"Change the program, or the limit in the target's budget in renacer.toml." },
	{ "renacer/known", "KnownDifference", "A difference that a [[known]] table accepts.",
		"Its owner has agreed to end it by the date that the table names." },
	{ "renacer/known-stale", "KnownStale", "A [[known]] table that must go.",
		"The difference it accepts no longer occurs, or its date has passed. Remove the table from "
		"renacer.toml; what still differs has to be repaired or accepted anew." },
	{ "renacer/missing-golden", "GoldenMissing", "There is no golden to compare with.",
		"Record one with `renacer-gate record TARGET` and commit it." },
	{ "renacer/inconclusive", "Inconclusive", "What was seen is not enough to judge.",
		"The trace has holes or the environment is not comparable; the message says which. This is "
		"never a pass." },
	{ "renacer/unexpected-pass", "UnexpectedPass", "A target that must fail passed.",
		"The configuration says expect = \"fail\" for this target, but nothing was found. Remove the "
		"line, or find out why the difference is gone." },
	{ "renacer/error", "NotJudged", "The target could not be judged.",
		"Something kept the gate from running or judging the target; the message says what." },
	{ "renacer/other", "Finding", "Something else was found.", "The message says what." },
};
/* clang-format on */

const size_t catalog_size = ARRAY_LEN(catalog);

size_t
catalog_find(const char *id)
{
	for (size_t i = 0; i < ARRAY_LEN(catalog); i++)
		if (strcmp(catalog[i].id, id) == 0)
			return i;
	return ARRAY_LEN(catalog) - 1;
}
