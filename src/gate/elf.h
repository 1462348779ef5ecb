/* SPDX-License-Identifier: MIT */
/*
 * elf.h - the little that a fingerprint needs of an ELF file: build-id and interpreter
 *
 * Read by hand (elf(5)), both classes, our byte order only. Any file may be given: what is
 * damaged or not ELF gives empty texts.
 */
#ifndef GATE_ELF_H
#define GATE_ELF_H

#include "base/base.h"

struct elf {
	bool is_elf, is_64;
	char build_id[2 * 64 + 1]; /* hex; "" when there is none */
	char interpreter[256];     /* of PT_INTERP; "" for a static program */
};

void elf_read(struct elf *out, const char *path);

#endif
