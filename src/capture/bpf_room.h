/* SPDX-License-Identifier: MIT */
/*
 * bpf_room.h - how many rings the kernel half gets, and how large they are
 */
#ifndef CAPTURE_BPF_ROOM_H
#define CAPTURE_BPF_ROOM_H

#include <stddef.h>
#include <stdint.h>

/* One for each CPU up to the highest that is there: later ones have none, and what happens
 * there counts as lost. */
uint32_t bpf_room_rings(void);
/* Of one ring, where so many are wanted. */
size_t bpf_room_bytes(uint32_t n_rings);

#endif
