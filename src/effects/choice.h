/* SPDX-License-Identifier: MIT */
/*
 * choice.h - which calls are meant: by name, class or family
 */
#ifndef EFFECTS_CHOICE_H
#define EFFECTS_CHOICE_H

#include "base/err.h"
#include "base/mem.h"

struct call_choice; /* in the arena */

/* "openat", "%file", "/^open/", "open,close" as for `-e trace=`; "family:open" all that do the
 * same by other names (docs/profiles.md, strict). What is unknown is an error with a hint. */
MUST_CHECK int call_choice_new(
	const struct call_choice **out, struct arena *arena, const char *text, struct err *err);
/* Does how often it is made vary between equal runs? futex, brk, sched_yield, … */
bool call_is_noise(const char *name);
/* name: of a syscall. */
bool call_choice_has(const struct call_choice *choice, const char *name);

#endif
