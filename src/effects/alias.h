/* SPDX-License-Identifier: MIT */
/*
 * alias.h - names that vary between equal runs, and what stands for them
 *
 * Known roots become <sandbox>, <cwd>, <tmp>, <home>; random parts of temporary names <tmp:N>;
 * ports that the kernel chose <port:N>; processes <pid:PLACE>. N is given at first use in the
 * output, whose order is canonical.
 */
#ifndef EFFECTS_ALIAS_H
#define EFFECTS_ALIAS_H

#include "effects/state.h"

void alias_roots(struct effects *fx); /* from the header; once */
void alias_add_port(struct effects *fx, int port);
/* A name appeared: is it a temporary one, made by mkstemp or the like? */
void temp_notice(const struct act *a, struct name *n, uint32_t flags, uint32_t mode);

/* The canonical form of an absolute path. */
void alias_path(struct effects *fx, struct str *out, const char *path);
/* The same for a name that the run may have made: the number of its maker, or of those that the
 * maker comes from, is aliased as well. Call when all names are known. */
void alias_made_path(struct effects *fx, struct str *out, const struct name *n);
/* Any text: bytes in, bytes out. True when something was replaced. */
bool alias_text(struct effects *fx, struct str *out, const char *text, size_t n);
/* One word of a command line: roots at its beginning and behind '=', ':' and ','. */
void alias_word(struct effects *fx, struct str *out, const char *word, bool has_pids);
/* What the user wants hidden, in place. True when something was. */
bool redact(struct effects *fx, struct str *text);

#endif
