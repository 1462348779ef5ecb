/* SPDX-License-Identifier: MIT */
/* kernel_types.c - the running kernel's description of its types */

#include "capture/kernel_types.h"

#include "base/file.h"
#include "base/str.h"
#include "capture/btf_excerpt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES_MAX (256u << 20)

/* For tests: a kernel whose types are not what we know. */
static const char *
types_path(void)
{
	const char *path = secure_getenv("RENACER_TEST_TYPES");

	return path && *path == '/' ? path : KERNEL_TYPES;
}

static int
read_all(int fd, uint8_t *to, size_t n, struct err *err)
{
	for (size_t at = 0; at < n;) {
		ssize_t got = read(fd, to + at, n - at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, "read %zu bytes of types", n);
		if (!got)
			return err_set(err, "%zu bytes of types were there, not %zu", at, n);
		at += (size_t)got;
	}
	return 0;
}

/* Since Linux 6.16 the file can be mapped; before, it is read, a page at a time. */
static void *
map_types(int fd, size_t n, struct err *err)
{
	void *p = mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);

	if (p != MAP_FAILED)
		return p;
	p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		-1, 0);
	if (p == MAP_FAILED) {
		err_sys(err, "get %zu bytes for types", n);
		return NULL;
	}
	if (read_all(fd, p, n, err) == 0)
		return p;
	munmap(p, n);
	return NULL;
}

int
kernel_types_write(int fd, const struct btf_names *names, struct err *err)
{
	const char *path = types_path();
	AUTO(fd_close) int types = open(path, O_RDONLY | O_CLOEXEC);
	AUTO(str_done) struct str out = { 0 };
	struct stat st;
	size_t n;
	void *p;
	int status;

	if (types < 0 || fstat(types, &st) < 0)
		return err_sys(err, "open '%s'", path);
	n = (size_t)st.st_size;
	if (!n || n > BYTES_MAX)
		return err_set(err, "'%s' has %zu bytes", path, n);
	p = map_types(types, n, err);
	if (!p)
		return err_wrap(err, "'%s'", path);
	status = btf_excerpt(&out, p, n, names, err);
	munmap(p, n);
	return status < 0 ? err_wrap(err, "'%s'", path) : fd_write(fd, out.data, out.n, err);
}
