/* SPDX-License-Identifier: MIT */
/*
 * historic.h - tables that renacer.toml files in the wild carry: [semantic_equivalence],
 * [lamport_clock], [compression], [otlp], [ci]
 *
 * What we can do is done with the meaning the key states; what we cannot do yet is an error
 * while it is enabled, and fine once it says enabled = false.
 */
#ifndef GATE_HISTORIC_H
#define GATE_HISTORIC_H

#include "base/toml.h"
#include "gate/config.h"
#include "gate/key.h"

/* Reads those of the document's tables that are historic, in the order of the file. */
MUST_CHECK int historic_read(struct config *c, const struct toml *document, struct err *err);

/* The keys of the i-th of these tables, and its name; NULL behind the last. */
const struct key *historic_keys(size_t i, const char **name);

#endif
