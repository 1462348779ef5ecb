/* SPDX-License-Identifier: MIT */
/*
 * kernel_types.h - the running kernel's description of its types
 */
#ifndef CAPTURE_KERNEL_TYPES_H
#define CAPTURE_KERNEL_TYPES_H

#include "capture/btf_names.h"

#define KERNEL_TYPES "/sys/kernel/btf/vmlinux"

/* Writes to this descriptor the excerpt (btf_excerpt.h) of those that are looked for. */
MUST_CHECK int kernel_types_write(int fd, const struct btf_names *names, struct err *err);

#endif
