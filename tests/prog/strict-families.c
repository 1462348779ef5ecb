/* SPDX-License-Identifier: MIT */
/*
 * strict-families.c - the same deeds by old names of calls (-DOLD) or by new ones
 *
 * CHANGE is one change that profile strict must find: the tests build one program for each.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CHANGE
#define CHANGE 0
#endif

#ifdef OLD
#define DO_OPEN(path, flags, mode) syscall(SYS_open, path, flags, mode)
#define DO_STAT(path, st) syscall(SYS_stat, path, st)
#define DO_ACCESS(path) syscall(SYS_access, path, F_OK)
#define DO_MKDIR(path, mode) syscall(SYS_mkdir, path, mode)
#define DO_RENAME(a, b) syscall(SYS_rename, a, b)
#define DO_UNLINK(path) syscall(SYS_unlink, path)
#define DO_RMDIR(path) syscall(SYS_rmdir, path)
#define DO_CHMOD(path, mode) syscall(SYS_chmod, path, mode)
#define DO_LINK(a, b) syscall(SYS_link, a, b)
#define DO_SYMLINK(a, b) syscall(SYS_symlink, a, b)
#define DO_PIPE(fds) syscall(SYS_pipe, fds)
#define DO_DUP2(a, b) syscall(SYS_dup2, a, b)
#define DO_READ(fd, buf, n) syscall(SYS_read, fd, buf, n)
#else
#define DO_OPEN(path, flags, mode) syscall(SYS_openat, AT_FDCWD, path, flags, mode)
#define DO_STAT(path, st) syscall(SYS_newfstatat, AT_FDCWD, path, st, 0)
#define DO_ACCESS(path) syscall(SYS_faccessat2, AT_FDCWD, path, F_OK, 0)
#define DO_MKDIR(path, mode) syscall(SYS_mkdirat, AT_FDCWD, path, mode)
#define DO_RENAME(a, b) syscall(SYS_renameat2, AT_FDCWD, a, AT_FDCWD, b, 0)
#define DO_UNLINK(path) syscall(SYS_unlinkat, AT_FDCWD, path, 0)
#define DO_RMDIR(path) syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR)
#define DO_CHMOD(path, mode) syscall(SYS_fchmodat, AT_FDCWD, path, mode)
#define DO_LINK(a, b) syscall(SYS_linkat, AT_FDCWD, a, AT_FDCWD, b, 0)
#define DO_SYMLINK(a, b) syscall(SYS_symlinkat, a, AT_FDCWD, b)
#define DO_PIPE(fds) syscall(SYS_pipe2, fds, 0)
#define DO_DUP2(a, b) syscall(SYS_dup3, a, b, 0)
#define DO_READ(fd, buf, n)                                                                    \
	syscall(SYS_readv, fd, &(struct {                                                      \
		void *at;                                                                      \
		size_t n_;                                                                     \
	}){ buf, n },                                                                          \
		1)
#endif

int
main(void)
{
	struct stat st;
	char buf[64];
	int fds[2], fd;

	DO_MKDIR("d", CHANGE == 1 ? 0700 : 0755);
	fd = (int)DO_OPEN("d/a", O_RDWR | O_CREAT | (CHANGE == 2 ? O_APPEND : 0), 0644);
	if (CHANGE == 3)
		DO_STAT("d", &st);
	(void)!write(fd, "hello\n", 6);
	if (CHANGE == 4)
		fsync(fd);
	DO_STAT("d/a", &st);
	DO_ACCESS(CHANGE == 5 ? "d/c" : "d/b");
	lseek(fd, 0, SEEK_SET);
	(void)!DO_READ(fd, buf, CHANGE == 6 ? 3 : sizeof buf);
	close(fd);
	DO_LINK("d/a", "d/b");
	DO_SYMLINK("b", "d/c");
	DO_RENAME("d/b", "d/e");
	DO_CHMOD("d/e", 0600);
	if (CHANGE == 7)
		DO_UNLINK("d/c");
	DO_UNLINK("d/e");
	if (CHANGE != 7)
		DO_UNLINK("d/c");
	DO_PIPE(fds);
	if (CHANGE != 8)
		DO_DUP2(fds[1], 1);
	DO_UNLINK("d/a");
	DO_RMDIR("d");
	return CHANGE == 9;
}
