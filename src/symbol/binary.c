/* SPDX-License-Identifier: MIT */
/* binary.c - libelf: files opened once, where they lie in memory, where their debug files are
 */

#include "symbol/binary.h"

#include "base/file.h"

#include <elfutils/libdwelf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define VDSO_BYTES (64 * 1024)         /* it has two or three pages */
#define COPY_BYTES ((size_t)512 << 20) /* larger files are read piece by piece */
#define PIECE ((size_t)64 << 10)       /* of a file, read at once */
#define PADDING 4096
#define BINARY_BYTES ((uint64_t)1 << 34) /* what one file may span in memory */

/* What makes two opened files the same. */
struct identity {
	uint64_t device, inode, size, changed_ns;
};

bool
symbol_is_available(void)
{
	return true;
}

struct symbols *
symbols_new(void)
{
	struct symbols *s = mem_alloc(sizeof *s);

	elf_version(EV_CURRENT);
	s->arena = arena_new();
	s->binaries = map_new();
	return s;
}

static void
binary_free(struct binary *b)
{
	elf_end(b->elf);
	fd_close(b->fd);
	map_free(b->found);
	mem_free(b->units);
	mem_free(b->memory);
	mem_free(b);
}

void
symbols_free(struct symbols *s)
{
	void *binary;

	if (!s)
		return;
	for (size_t at = 0; map_next(s->binaries, &at, NULL, NULL, &binary);)
		if (binary)
			binary_free(binary);
	map_free(s->binaries);
	arena_free(s->arena);
	mem_free(s);
}

/* A regular file and nothing that could block or have effects. */
static int
open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		fd_close(fd);
		return -1;
	}
	return fd;
}

/* The very file that is mapped where we may ask for it; else what its path leads to, for the
 * process or for us. */
static int
open_mapped(pid_t pid, const struct symbol_mapping *map)
{
	AUTO(str_done) struct str path = { 0 };
	int fd = -1;

	if (pid) {
		str_addf(&path, "/proc/%d/map_files/%" PRIx64 "-%" PRIx64, pid, map->start,
			map->end);
		fd = open_regular(path.data);
		str_clear(&path);
		str_addf(&path, "/proc/%d/root%s", pid, map->path);
		fd = fd < 0 ? open_regular(path.data) : fd;
	}
	return fd < 0 ? open_regular(map->path) : fd;
}

static struct binary *
binary_new(const char *path, int fd, Elf *elf)
{
	struct binary *b = mem_alloc(sizeof *b);

	*b = (struct binary){ .path = path, .fd = fd, .elf = elf, .found = map_new() };
	return b;
}

/* In pieces: what interrupts a read of many megabytes again and again (the tracer's own alarm,
 * in a run under valgrind) would have it begin anew for ever. How much there was. */
static size_t
read_pieces(char *to, int fd, size_t size)
{
	size_t n = 0;

	while (n < size) {
		ssize_t part = pread(fd, to + n, MIN(size - n, PIECE), (off_t)n);

		if (part < 0 && errno == EINTR)
			continue;
		if (part <= 0)
			break;
		n += (size_t)part;
	}
	return n;
}

/* libdw looks for the NUL of a text without regard to the end of its section (0.188 does, found
 * by tests/fuzz); zeros behind the copy end that search. Takes the descriptor. */
static struct binary *
binary_read(const char *path, int fd, size_t size)
{
	struct binary *b = binary_new(path, fd, NULL);

	if (size > COPY_BYTES) {
		b->elf = elf_begin(fd, ELF_C_READ, NULL);
		return b;
	}
	b->memory = mem_alloc(size + PADDING);
	size = read_pieces(b->memory, fd, size);
	fd_close(fd);
	b->fd = -1;
	b->elf = elf_memory(b->memory, size);
	return b;
}

static struct binary *
binary_of_vdso(struct symbols *s, pid_t pid, const struct symbol_mapping *map)
{
	struct identity id = { .inode = (uint64_t)pid, .size = map->end - map->start };
	void **slot = map_slot(s->binaries, &id, sizeof id);
	struct iovec ours, theirs = { (void *)(uintptr_t)map->start, id.size };
	struct binary *b;

	if (*slot || !pid || id.size > VDSO_BYTES)
		return *slot;
	b = binary_new("[vdso]", -1, NULL);
	b->memory = mem_alloc(id.size + PADDING);
	ours = (struct iovec){ b->memory, id.size };
	if (process_vm_readv(pid, &ours, 1, &theirs, 1, 0) == (ssize_t)id.size)
		b->elf = elf_memory(b->memory, id.size);
	*slot = b;
	return b;
}

struct binary *
binary_of(struct symbols *s, pid_t pid, const struct symbol_mapping *map)
{
	struct identity id;
	struct stat st;
	void **slot;
	int fd;

	if (!map->is_exec || !map->path)
		return NULL;
	if (strcmp(map->path, "[vdso]") == 0)
		return binary_of_vdso(s, pid, map);
	fd = *map->path == '/' ? open_mapped(pid, map) : -1;
	if (fd < 0 || fstat(fd, &st) < 0) {
		fd_close(fd);
		return NULL;
	}
	id = (struct identity){ st.st_dev, st.st_ino, (uint64_t)st.st_size,
		(uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec };
	slot = map_slot(s->binaries, &id, sizeof id);
	if (*slot)
		fd_close(fd);
	else
		*slot = binary_read(arena_strdup(s->arena, map->path), fd, (size_t)st.st_size);
	return *slot;
}

bool
binary_place(const struct binary *b, const struct symbol_mapping *map, uint64_t *bias,
	uint64_t *start, uint64_t *end)
{
	uint64_t low = UINT64_MAX, high = 0;
	bool has_bias = false;
	size_t n = 0;

	if (elf_kind(b->elf) != ELF_K_ELF || elf_getphdrnum(b->elf, &n) < 0)
		return false;
	for (size_t i = 0; i < n && i < UINT16_MAX; i++) {
		GElf_Phdr ph;

		if (!gelf_getphdr(b->elf, (int)i, &ph) || ph.p_type != PT_LOAD)
			continue;
		if (low == UINT64_MAX) /* libdwfl takes the first for the lowest */
			low = ph.p_vaddr & -ph.p_align;
		high = MAX(high, ph.p_vaddr + ph.p_memsz);
		if (!has_bias && ph.p_flags & PF_X && map->offset < ph.p_offset + ph.p_filesz &&
			map->offset + (map->end - map->start) > ph.p_offset) {
			*bias = map->start - (map->offset - ph.p_offset + ph.p_vaddr);
			has_bias = true;
		}
	}
	if (!has_bias)
		return false;
	*start = *bias + low;
	*end = *bias + high;
	return *start <= map->start && *end > map->start && *end - *start < BINARY_BYTES;
}

static bool
has_build_id(int fd, const uint8_t *wanted, size_t n)
{
	Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
	const void *bits = NULL;
	ssize_t len = elf ? dwelf_elf_gnu_build_id(elf, &bits) : -1;
	bool is_same = len > 0 && (size_t)len == n && memcmp(bits, wanted, n) == 0;

	elf_end(elf);
	return is_same;
}

/* Where distributions put debug files, and where objcopy --add-gnu-debuglink expects them. What
 * has another build-id is not taken. */
int
binary_open_debug(
	const struct binary *b, const uint8_t *id, size_t n_id, const char *link, char **path)
{
	static const char *const before[] = { "", "", "/usr/lib/debug" };
	static const char *const between[] = { "/", "/.debug/", "/" };
	const char *slash = strrchr(b->path, '/');
	AUTO(str_done) struct str s = { 0 };
	int fd;

	if (n_id < 2 || !slash)
		return -1;
	str_addf(&s, "/usr/lib/debug/.build-id/%02x/", id[0]);
	for (size_t i = 1; i < n_id; i++)
		str_addf(&s, "%02x", id[i]);
	str_add(&s, ".debug");
	for (size_t i = 0;; i++) {
		fd = open_regular(s.data);
		if (fd >= 0 && has_build_id(fd, id, n_id))
			break;
		fd_close(fd);
		if (!link || i == ARRAY_LEN(before))
			return -1;
		str_clear(&s);
		str_add(&s, before[i]);
		str_add_n(&s, b->path, (size_t)(slash - b->path));
		str_add(&s, between[i]);
		str_add(&s, link);
	}
	*path = str_take(&s);
	return fd;
}
