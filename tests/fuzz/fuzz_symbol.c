/* SPDX-License-Identifier: MIT */
/* fuzz_symbol.c - any bytes as a program that is mapped: names and lines of addresses all over
 * it */

#include "symbol/symbol.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define BASE 0x555555554000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO(symbols_free) struct symbols *symbols = symbols_new();
	AUTO(symbol_space_free) struct symbol_space *space = NULL;
	struct symbol_place places[20];
	struct err err = { 0 };
	char path[40];
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct symbol_mapping map = {
		.start = BASE, .end = BASE + n + 1, .is_exec = true, .path = path
	};

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (fd < 0 || write(fd, data, n) != (ssize_t)n)
		return 0;
	if (symbol_space_of_mappings(&space, symbols, &map, 1, &err) == 0)
		for (uint64_t at = 0; at <= n; at += 1 + n / 50) {
			struct symbol_frame frame = { BASE + at, at % 2 };
			size_t found = symbol_find(space, &frame, places, 20);

			assert(found >= 1 && found <= 20);
		}
	err_done(&err);
	close(fd);
	return 0;
}
