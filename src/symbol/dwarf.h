/* SPDX-License-Identifier: MIT */
/* dwarf.h - functions and source lines of an address in one file; symbol's own */
#ifndef SYMBOL_DWARF_H
#define SYMBOL_DWARF_H

#include "symbol/binary.h"

#define MAX_PLACES 16 /* functions inlined into each other at one address */

struct Dwarf; /* libdw's */

/* Fills function, file, line, column, is_inlined of up to MAX_PLACES places, innermost first,
 * as the debug information has them; text is in the arena. pc is an address of the file; unit
 * is the offset of its compilation unit's entry, or NO_UNIT when no index knew. Returns how
 * many, 0 when nothing is known. */
#define NO_UNIT UINT64_MAX
size_t dwarf_places(struct binary *b, struct Dwarf *dwarf, uint64_t unit, uint64_t pc,
	struct arena *arena, struct symbol_place *places);

#endif
