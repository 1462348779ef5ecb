/* SPDX-License-Identifier: MIT */
/*
 * names.h - names in the file system, and what the run did to them
 *
 * A name is a path; a file is the content behind it, which renames and links carry along. All
 * functions are told what succeeded; they never ask the file system.
 */
#ifndef EFFECTS_NAMES_H
#define EFFECTS_NAMES_H

#include "effects/state.h"

struct name *names_get(struct effects *fx, const char *path);
/* What is there now; an unseen file is made up when nothing is known. */
struct file *name_file(struct effects *fx, struct name *n);
/* Was the name absent before the run? By what was seen, or by the sandbox's first state. */
enum existed name_existed(const struct effects *fx, const struct name *n);

/* A call found nothing there. */
void names_missed(struct effects *fx, const char *path);
/* A new thing appeared under that name; replaces what was known of it. */
struct name *names_create(const struct act *a, const char *path, enum path_type type);
void names_remove(const struct act *a, const char *path);
/* Directories take everything below along. */
void names_rename(const struct act *a, const char *from, const char *to);
void names_swap(const struct act *a, const char *one, const char *other); /* RENAME_EXCHANGE */
void names_link(const struct act *a, const char *from, const char *to);
/* Mode, owner, times, attributes. */
struct name *names_touch(const struct act *a, const char *path);

/* It was there before the run, and was read. */
void name_was_read(const struct act *a, struct name *n);
/* Below the sandbox or the directory where the run began. */
bool name_is_inside(const struct effects *fx, const char *path);

void file_wrote(const struct act *a, struct file *f, uint32_t open_flags);
void file_synced(struct effects *fx, struct file *f, uint64_t seq);
bool file_is_synced(const struct effects *fx, const struct file *f);

#endif
