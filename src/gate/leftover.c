/* SPDX-License-Identifier: MIT */
/* leftover.c - sandboxes whose gate was killed before it could remove them */

#include "gate/leftover.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PREFIX "renacer-"
#define SETTLED_S 10 /* a younger one may be on its way to be locked */

static const char kept[] = "kept on purpose\n";

int
leftover_lock(const char *root)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	int fd = open(arena_printf(arena, "%s/" LEFTOVER_LOCK, root),
		O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0) {
		fd_close(fd);
		return -1;
	}
	return fd;
}

void
leftover_keep(int lock)
{
	struct err err = { 0 };

	if (fd_write(lock, kept, strlen(kept), &err) < 0)
		err_drop(&err); /* a full disk: it will be removed one day */
}

/* Locked by nobody, and not to be kept. Something in another form was not made by a gate. */
static bool
is_left_over(const char *root)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	AUTO(fd_close)
	int fd = open(arena_printf(arena, "%s/" LEFTOVER_LOCK, root),
		O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat dir, lock;

	if (fd < 0 || lstat(root, &dir) < 0 || fstat(fd, &lock) < 0)
		return false;
	return S_ISDIR(dir.st_mode) && S_ISREG(lock.st_mode) && dir.st_uid == geteuid() &&
	       lock.st_uid == geteuid() && lock.st_size == 0 &&
	       time(NULL) - lock.st_mtime > SETTLED_S && flock(fd, LOCK_EX | LOCK_NB) == 0;
}

static unsigned
remove_below(const char *place)
{
	AUTO(arena_free) struct arena *arena = arena_new();
	DIR *dir = opendir(place);
	const struct dirent *entry;
	unsigned n = 0;

	while (dir && (entry = readdir(dir))) {
		const char *root = arena_printf(arena, "%s/%s", place, entry->d_name);
		struct err err = { 0 };

		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) != 0 || !is_left_over(root))
			continue;
		if (dir_remove(root, &err) < 0)
			err_drop(&err);
		else
			n++;
	}
	if (dir)
		closedir(dir);
	return n;
}

unsigned
leftovers_remove(const char *const *places, unsigned n_places)
{
	unsigned n = 0;

	for (unsigned i = 0; i < n_places; i++)
		n += remove_below(places[i]);
	return n;
}
