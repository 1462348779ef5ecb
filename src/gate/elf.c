/* SPDX-License-Identifier: MIT */
/* elf.c - the little that a fingerprint needs of an ELF file */

#include "gate/elf.h"

#include "base/file.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEADERS_LIMIT 256          /* program headers looked at */
#define NOTES_LIMIT ((size_t)4096) /* bytes of one note segment looked at */

/* A program header of either class. */
struct segment {
	uint32_t type;
	uint64_t offset, size;
};

static bool
read_at(int fd, void *out, size_t n, uint64_t offset)
{
	return offset <= INT64_MAX && pread(fd, out, n, (off_t)offset) == (ssize_t)n;
}

static bool
segment_at(int fd, const struct elf *elf, uint64_t offset, struct segment *out)
{
	Elf64_Phdr wide;
	Elf32_Phdr narrow;

	if (elf->is_64) {
		if (!read_at(fd, &wide, sizeof wide, offset))
			return false;
		*out = (struct segment){ wide.p_type, wide.p_offset, wide.p_filesz };
		return true;
	}
	if (!read_at(fd, &narrow, sizeof narrow, offset))
		return false;
	*out = (struct segment){ narrow.p_type, narrow.p_offset, narrow.p_filesz };
	return true;
}

static void
set_build_id(struct elf *out, const uint8_t *id, size_t n)
{
	for (size_t i = 0; i < n && 2 * i + 2 < sizeof out->build_id; i++)
		snprintf(out->build_id + 2 * i, 3, "%02x", id[i]);
}

/* A note is name size, description size, type, then both padded to 4. */
static void
read_notes(struct elf *out, int fd, const struct segment *s)
{
	uint8_t notes[4096];
	uint32_t head[3];
	size_t n = MIN(s->size, NOTES_LIMIT), at = 0, name, id;

	if (!read_at(fd, notes, n, s->offset))
		return;
	while (at + sizeof head <= n) {
		memcpy(head, notes + at, sizeof head);
		name = at + sizeof head;
		if (head[0] > n || head[1] > n)
			return;
		id = name + (head[0] + 3u) / 4 * 4;
		if (id > n || head[1] > n - id)
			return;
		if (head[2] == NT_GNU_BUILD_ID && head[0] == 4 &&
			memcmp(notes + name, "GNU", 4) == 0)
			set_build_id(out, notes + id, head[1]);
		at = id + (head[1] + 3u) / 4 * 4;
	}
}

static void
read_segments(struct elf *out, int fd, uint64_t offset, size_t n, size_t size)
{
	struct segment s;

	for (size_t i = 0; i < MIN(n, (size_t)HEADERS_LIMIT); i++) {
		if (!segment_at(fd, out, offset + i * size, &s))
			return;
		if (s.type == PT_NOTE && !*out->build_id)
			read_notes(out, fd, &s);
		if (s.type == PT_INTERP && s.size < sizeof out->interpreter &&
			!read_at(fd, out->interpreter, s.size, s.offset))
			out->interpreter[0] = '\0';
	}
}

void
elf_read(struct elf *out, const char *path)
{
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	Elf64_Ehdr wide = { 0 };
	Elf32_Ehdr narrow;

	*out = (struct elf){ 0 };
	if (fd < 0 || !read_at(fd, &narrow, sizeof narrow, 0) ||
		memcmp(narrow.e_ident, ELFMAG, SELFMAG) != 0 ||
		narrow.e_ident[EI_DATA] != ELFDATA2LSB)
		return;
	out->is_elf = true;
	out->is_64 = narrow.e_ident[EI_CLASS] == ELFCLASS64;
	if (!out->is_64)
		read_segments(out, fd, narrow.e_phoff, narrow.e_phnum, narrow.e_phentsize);
	else if (read_at(fd, &wide, sizeof wide, 0))
		read_segments(out, fd, wide.e_phoff, wide.e_phnum, wide.e_phentsize);
	out->interpreter[sizeof out->interpreter - 1] = '\0';
}
