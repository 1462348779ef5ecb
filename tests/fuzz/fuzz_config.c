/* SPDX-License-Identifier: MIT */
/*
 * fuzz_config.c - renacer.toml: any text loads or is refused with a message, in bounded memory
 */

#include "base/str.h"
#include "gate/config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file of this process's own, in memory. */
static void
path_of(char path[64])
{
	snprintf(path, 64, "/dev/shm/fuzz_config-%d.toml", (int)getpid());
}

static void
forget(void)
{
	char path[64];

	path_of(path);
	unlink(path);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(config_free) struct config *config = NULL;
	struct err err = { 0 };
	static bool is_known;
	char path[64];
	int fd;

	if (!is_known)
		atexit(forget);
	is_known = true;
	path_of(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	if (config_load(&config, path, &err) < 0) {
		if (!err_is_set(&err) || config || err.kind != ERR_USAGE)
			abort();
		err_done(&err);
		return 0;
	}
	if (err_is_set(&err) || !config)
		abort();
	/* What was taken can be run: a name, a program, a golden. */
	for (size_t i = 0; i < config->n_targets; i++)
		if (!*config->targets[i].name || strchr(config->targets[i].name, '/') ||
			!config->targets[i].argv[0] ||
			(!config->targets[i].golden && !config->targets[i].equivalent_to))
			abort();
	return 0;
}
