/* SPDX-License-Identifier: MIT */
/*
 * bpf_object.c - the compiled kernel half, as it lies in our programs
 *
 * An ELF file for libbpf, put in whole by the assembler. The Makefile says where it was built.
 */

#include "capture/bpf_object.h"

/* clang-format off */
__asm__(".pushsection .rodata\n"
	".balign 16\n"
	".globl bpf_object_begin, bpf_object_end\n"
	".hidden bpf_object_begin, bpf_object_end\n"
	"bpf_object_begin:\n"
	".incbin \"" BPF_OBJECT "\"\n"
	"bpf_object_end:\n"
	".byte 0\n"
	".popsection\n");
/* clang-format on */
