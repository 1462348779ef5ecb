/* SPDX-License-Identifier: MIT */
/* rule_antipattern.c - the judge of anti_pattern: is there a finding as sure as the rule says?
 */

#include "judge/rule_own.h"

#include "base/map.h"
#include "judge/antipattern.h"

#include <inttypes.h>
#include <string.h>

/* By the program that made its first event. */
static bool
is_meant(const struct judging *j, const struct antipattern_hit *hit, bool *gave_up)
{
	const char *program =
		hit->n_rows ? columns_text(j->columns, COLUMN_EXEC, hit->rows[0], 0) : NULL;

	if (!j->rule->compiled)
		return true;
	return program &&
	       regex_find(j->rule->compiled, program, strlen(program), 0, NULL, NULL, gave_up);
}

static void
conclude_hits(const struct judging *j, const struct antipattern_hits *hits)
{
	const struct antipattern_spec *spec = &antipattern_specs[j->rule->choice];
	const struct antipattern_hit *surest = NULL;
	uint32_t rows[ANTIPATTERN_ROWS];
	size_t n_sure = 0, n_rows = 0;
	bool gave_up = false;

	for (size_t i = 0; i < hits->n && !gave_up; i++) {
		const struct antipattern_hit *hit = &hits->items[i];

		if (!is_meant(j, hit, &gave_up))
			continue;
		surest = surest ? surest : hit;
		n_sure += hit->confidence >= j->rule->share;
	}
	if (gave_up)
		return judging_end(
			j, VERDICT_ERROR, "process_name_pattern takes too long to match");
	if (!n_sure && hits->lack)
		return judging_end(j, VERDICT_INCONCLUSIVE, hits->lack);
	for (; surest && n_rows < surest->n_rows; n_rows++)
		rows[n_rows] = (uint32_t)surest->rows[n_rows];
	judging_conclude(j,
		&(struct finding_of_rule){
			.is_broken = n_sure,
			.n_looked = hits->n_looked,
			.wanted =
				arena_printf(j->arena, "no %s with a confidence of %g or more",
					spec->name, j->rule->share),
			.found = surest ? arena_printf(j->arena, "%s: confidence %.2f",
						  surest->text, surest->confidence)
					: arena_printf(j->arena,
						  "no %s among %" PRIu64
						  " events that could be part of one",
						  spec->name, hits->n_applied),
			.rows = rows,
			.n_rows = n_rows,
		});
	if (j->out->kind == VERDICT_FAIL)
		j->out->detail = arena_printf(j->arena, "%s%swhat to do: %s\n",
			j->out->detail ? j->out->detail : "", "", spec->remedy);
}

/* A pattern that no program of the run fits would be a rule about nothing. */
static bool
has_program(const struct judging *j)
{
	AUTO(map_free) struct map *seen = map_new();
	bool gave_up = false, is_found = !j->rule->compiled;

	for (size_t row = 0; j->columns && row < columns_rows(j->columns) && !is_found; row++) {
		const char *program = columns_text(j->columns, COLUMN_EXEC, row, 0);
		void **slot = program ? map_text(seen, program) : NULL;

		if (!slot || *slot)
			continue;
		*slot = seen;
		is_found = regex_find(
			j->rule->compiled, program, strlen(program), 0, NULL, NULL, &gave_up);
	}
	if (!is_found && !gave_up)
		judging_end(j, VERDICT_ERROR,
			arena_printf(j->arena,
				"process_name_pattern '%s' matches no program of this run: %s",
				j->rule->pattern, words_of_programs(j)));
	return is_found || gave_up; /* is_meant() tells */
}

void
judge_anti_pattern(const struct judging *j)
{
	struct antipattern_hits hits = { 0 };
	struct err err = { 0 };

	if (!has_program(j))
		return;

	if (antipattern_find(
		    &hits, j->arena, j->columns, (enum antipattern)j->rule->choice, &err) == 0)
		return conclude_hits(j, &hits);
	judging_end(j, err.kind == ERR_UNSURE ? VERDICT_INCONCLUSIVE : VERDICT_ERROR,
		arena_strdup(j->arena, err.text));
	err_done(&err);
}
