/* SPDX-License-Identifier: MIT */
/* fuzz_elf.c - any bytes as a program whose fingerprint is taken: texts, or none */

#include "gate/elf.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct elf elf;
	char path[40];

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	elf_read(&elf, path);
	assert(memchr(elf.interpreter, '\0', sizeof elf.interpreter));
	assert(strspn(elf.build_id, "0123456789abcdef") == strlen(elf.build_id));
	assert(elf.is_elf || (!*elf.interpreter && !*elf.build_id && !elf.is_64));
	close(fd);
	return 0;
}
