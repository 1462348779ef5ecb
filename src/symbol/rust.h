/* SPDX-License-Identifier: MIT */
/* rust.h - Rust's newer mangled names, those that begin with _R (RFC 2603); symbol's own */
#ifndef SYMBOL_RUST_H
#define SYMBOL_RUST_H

#include "base/str.h"

/* Appends the name as people write it, without hashes and lifetimes. False: the name is not of
 * that form; *out is then as it was. */
bool rust_demangle(struct str *out, const char *name);

#endif
