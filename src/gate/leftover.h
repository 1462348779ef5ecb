/* SPDX-License-Identifier: MIT */
/*
 * leftover.h - sandboxes whose gate was killed before it could remove them
 *
 * Each sandbox holds a file LEFTOVER_LOCK, which its gate keeps locked (flock(2)) while it
 * lives. One that nobody has locked belongs to nobody, unless it says that it was kept on
 * purpose.
 */
#ifndef GATE_LEFTOVER_H
#define GATE_LEFTOVER_H

#define LEFTOVER_LOCK ".renacer-gate"

/* Makes the file in this sandbox and locks it until the descriptor given back is closed. -1:
 * errno.
 */
int leftover_lock(const char *root);
/* From now on it stays although nobody has it locked. */
void leftover_keep(int lock);
/* Removes the sandboxes of this user that nobody has locked, below these places ("/tmp"). What
 * cannot be removed stays: it is another's trouble, not this run's. How many are gone. */
unsigned leftovers_remove(const char *const *places, unsigned n_places);

#endif
