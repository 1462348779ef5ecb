/* SPDX-License-Identifier: MIT */
/*
 * historic.h - tables that renacer.toml files in the wild carry: [semantic_equivalence],
 * [lamport_clock], [compression], [otlp], [ci]
 *
 * What we can do is done with the meaning the key states; a key that nothing goes by is a note
 * of the configuration.
 */
#ifndef GATE_HISTORIC_H
#define GATE_HISTORIC_H

#include "base/toml.h"
#include "gate/config.h"
#include "gate/key.h"

/* Reads those of the document's tables that are historic, in the order of the file. */
MUST_CHECK int historic_read(struct config *c, const struct toml *document, struct err *err);

/* Where [semantic_equivalence] says that goldens are; NULL: it does not. Before the tables are
 * read, and so without a check. */
const char *historic_golden_dir(const struct toml *document);
/* The keys of the i-th of these tables, and its name; NULL behind the last. */
const struct key *historic_keys(size_t i, const char **name);

#endif
