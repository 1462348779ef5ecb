/* SPDX-License-Identifier: MIT */
/*
 * fuzz_packs.c - the files that a renacer.toml names: any text as a rule pack and as one of
 * clusters is read or refused, and what is refused has a place in that very file
 */

#include "base/base.h"
#include "gate/config.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line of each is what names the file; no file without a target and a rule. */
#define REST                                                                                   \
	"[[target]]\nname = \"t\"\ncommand = [\"true\"]\n"                                     \
	"[[assertion]]\nname = \"e\"\ntype = \"span_count\"\nmax_spans = 9\n"

static const char *const configs[][2] = {
	{ "pack.toml", "include = [\"text.toml\"]\n" REST },
	{ "clusters.toml", "[gate]\nclusters = \"text.toml\"\n" REST },
};

/* In a directory of this process's own, in memory. */
static void
path_of(char path[100], const char *name)
{
	snprintf(path, 100, "/dev/shm/fuzz_packs-%d/%s", (int)getpid(), name);
}

static void
put(const char *name, const void *data, size_t n)
{
	char path[100];
	int fd;

	path_of(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0 && write(fd, data, n) == (ssize_t)n);
	close(fd);
}

static void
forget(void)
{
	static const char *const names[] = { "text.toml", "pack.toml", "clusters.toml", "" };
	char path[100];

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		path_of(path, names[i]);
		remove(path);
	}
}

static void
begin(void)
{
	char path[100];

	path_of(path, "");
	assert(mkdir(path, 0700) == 0);
	for (size_t i = 0; i < ARRAY_LEN(configs); i++)
		put(configs[i][0], configs[i][1], strlen(configs[i][1]));
	atexit(forget);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool has_begun;

	if (!has_begun)
		begin();
	has_begun = true;
	put("text.toml", data, size);
	for (size_t i = 0; i < ARRAY_LEN(configs); i++) {
		AUTO(config_free) struct config *config = NULL;
		struct err err = { 0 };
		char path[100];

		path_of(path, configs[i][0]);
		if (config_load(&config, path, &err) == 0) {
			assert(config && !err_is_set(&err));
			continue;
		}
		assert(!config && err_is_set(&err) && err.kind == ERR_USAGE && err.place);
		err_done(&err);
	}
	return 0;
}
