/* SPDX-License-Identifier: MIT */
/* catalog.h - what every rule_id of a finding means, for readers of SARIF */
#ifndef REPORT_CATALOG_H
#define REPORT_CATALOG_H

#include "base/base.h"

struct catalog_entry {
	const char *id;    /* as in struct finding; stable */
	const char *name;  /* in one word */
	const char *brief; /* a sentence */
	const char *help;  /* what it means and what to do */
};

extern const struct catalog_entry catalog[];
extern const size_t catalog_size;
/* Where it stands; an id that is not listed is the last entry, which fits all. */
size_t catalog_find(const char *id);

#endif
