/* SPDX-License-Identifier: MIT */
/*
 * runtime.h - files that belong to the language or the system, not to the program
 */
#ifndef EFFECTS_RUNTIME_H
#define EFFECTS_RUNTIME_H

#include "base/base.h"

enum runtime_kind {
	RUNTIME_UNSET, /* for callers: not asked yet */
	RUNTIME_NONE,  /* the program's */
	RUNTIME_OWN,   /* reading it is never an effect */
	RUNTIME_QUIET, /* reading it is one only when a command line names it */
	RUNTIME_CACHE, /* neither reading nor writing it is one */
};

/* is_own_place: below the run's sandbox or working directory, wherever that is. */
enum runtime_kind runtime_kind(const char *path, bool is_own_place);
/* A file whose content differs every time, by its nature: only that it is there counts. */
bool runtime_is_volatile(const char *path);
/* A file that holds the number of a process. */
bool runtime_holds_pid(const char *path);
/* Programs that a loop calls until something has happened: how often, if at all, says nothing.
 */
bool runtime_is_waiter(const char *exe);
/* Programs that fork for a part of themselves and mean a command by it. */
bool runtime_is_shell(const char *exe);
/* Programs whose words are process numbers. */
bool runtime_takes_pids(const char *exe);

#endif
