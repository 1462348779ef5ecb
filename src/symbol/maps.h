/* SPDX-License-Identifier: MIT */
/* maps.h - /proc/PID/maps as mappings (proc_pid_maps(5)) */
#ifndef SYMBOL_MAPS_H
#define SYMBOL_MAPS_H

#include "base/mem.h"
#include "symbol/symbol.h"

/* All lines of the text; paths are borrowed from the arena. A line that is not one is skipped.
 */
size_t maps_parse(struct symbol_mapping **out, struct arena *arena, const char *text);

#endif
