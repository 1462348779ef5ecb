/* SPDX-License-Identifier: MIT */
/* bpf_object.h - the compiled kernel half, as it lies in our programs */
#ifndef CAPTURE_BPF_OBJECT_H
#define CAPTURE_BPF_OBJECT_H

#include <stdint.h>

extern const uint8_t bpf_object_begin[], bpf_object_end[];

#endif
