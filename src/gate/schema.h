/* SPDX-License-Identifier: MIT */
/* schema.h - the JSON Schema of renacer.toml, made from the tables that its reader goes by */
#ifndef GATE_SCHEMA_H
#define GATE_SCHEMA_H

#include "base/str.h"

/* Draft 7, for editors (taplo, Even Better TOML). It says no to what single values show to be
 * wrong; what needs the rest of the file, the file system or a pattern's compilation is for
 * `renacer-gate validate`. */
void schema_write(struct str *out);

#endif
