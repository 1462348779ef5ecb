/* SPDX-License-Identifier: MIT */
/*
 * settle.h - which names vary between runs of one program
 *
 * Several recordings know: a name that all of them made is chosen by the program, and stays.
 * What is left is made in the same directory, by names of the same form, in the same order: the
 * words that differ are temporary. One run alone is settled by a golden, which says how
 * temporary names look, or, without one, by how its own look. In the end an alias stands for
 * one name, and a name has one alias.
 */
#ifndef EFFECTS_SETTLE_H
#define EFFECTS_SETTLE_H

#include "effects/effects.h"
#include "effects/reword.h"

void settle_runs(struct golden *const *runs, size_t n_runs);

struct chance;
/* settle_pair.c: finds what varies between recordings; rules[i] are those of runs[i]. chance
 * (NULL: not asked): what orders the names that vary had. */
void settle_pairs(struct golden *const *runs, struct rules *rules, size_t n_runs,
	struct arena *arena, struct chance *chance);
/* settle_golden.c: gives the names of a run the numbers that the golden has for them. */
void settle_by_golden(struct golden *run, struct rules *rules, const struct golden *golden,
	struct arena *arena);
/* settle_word.c: numbers of processes, where a text shows that it tells them. */
void settle_words(struct golden *const *runs, size_t n_runs);
void settle_words_by_golden(struct golden *run, const struct golden *golden);
/* settle_sort.c: drawn names that are told in the order of their letters. */
void settle_sorted(struct golden *const *runs, size_t n_runs);
void settle_sorted_by_golden(struct golden *run, const struct golden *golden);
/* Are the texts the same but for which drawn names stand where? */
bool settle_is_order(const char *const *texts, size_t n);
/* By the look of it; false: nothing in this name looks drawn. */
bool settle_guess(struct rules *rules, const struct golden_made *made, const char *dir,
	struct temp *temp);

#endif
