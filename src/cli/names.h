/* SPDX-License-Identifier: MIT */
/* names.h - what exports ask about calls, answered by the tables of decode */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

#include "decode/decode.h"
#include "effects/effects.h"
#include "export/names.h"

/* names.arg leads here: it must stay where it is while names are used. */
struct names {
	struct export_names names;
	struct decode_text how;
	struct redaction *redactions; /* borrowed */
	size_t n_redactions;
};

void names_init(struct names *n, struct redaction *redactions, size_t n_redactions);

#endif
