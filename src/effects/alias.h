/* SPDX-License-Identifier: MIT */
/*
 * alias.h - names that vary between equal runs, and what stands for them
 *
 * Known roots become <sandbox>, <cwd>, <tmp>, <home>; ports that the kernel chose <port:N>;
 * processes <pid:PLACE>. N is given at first use in the output, whose order is canonical.
 * Temporary names stay as they are: settle.h knows more about them.
 */
#ifndef EFFECTS_ALIAS_H
#define EFFECTS_ALIAS_H

#include "effects/state.h"

void alias_roots(struct effects *fx); /* from the header; once */
void alias_add_port(struct effects *fx, int port);
bool alias_has_port(const struct effects *fx, int port);

/* The canonical form of an absolute path. */
void alias_path(struct effects *fx, struct str *out, const char *path);
/* The same for a name that the run may have made: the number of its maker, or of those that the
 * maker comes from, is aliased as well. Call when all names are known. */
void alias_made_path(struct effects *fx, struct str *out, const struct name *n);
/* Any text: bytes in, bytes out. True when something was replaced. */
bool alias_text(struct effects *fx, struct str *out, const char *text, size_t n);
/* The same for what a program wrote: "<tmp:1>" in it becomes "<<>tmp:1>". */
bool alias_payload(struct effects *fx, struct str *out, const char *text, size_t n);
/* One word of a command line: roots at its beginning and behind '=', ':' and ','. */
void alias_word(struct effects *fx, struct str *out, const char *word, bool has_pids);
/* The same for words of ours, in which "<pid:" and the like may stand already. */
void alias_own_words(struct effects *fx, struct str *out, const char *words, bool has_pids);
/* What the user wants hidden, in place. True when something was. */
bool redact(struct effects *fx, struct str *text);

#endif
