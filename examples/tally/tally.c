/* SPDX-License-Identifier: MIT */
/*
 * tally.c - count a log by level, and keep the counts in a file
 *
 *     tally COUNTS < LOG
 *
 * A log line is `TIME LEVEL text`. The counts go to COUNTS by way of a new file that is synced
 * and renamed over the old one; a line without a known level is reported and counted as other.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum level { ERROR, WARN, INFO, DEBUG, OTHER, N_LEVELS };
static const char *const level_names[N_LEVELS] = { "ERROR", "WARN", "INFO", "DEBUG", "other" };

static enum level
level_of(const char *line)
{
	char word[8] = "";

	if (sscanf(line, "%*s %7s", word) != 1)
		return OTHER;
	for (int i = 0; i < OTHER; i++)
		if (strcmp(word, level_names[i]) == 0)
			return i;
	return OTHER;
}

static void
count_lines(FILE *log, unsigned long counts[N_LEVELS])
{
	char *line = NULL;
	size_t room = 0;
	unsigned long nr = 0;

	while (getline(&line, &room, log) > 0) {
		enum level level = level_of(line);

		nr++;
		counts[level]++;
		if (level == OTHER)
			fprintf(stderr, "line %lu has no level\n", nr);
	}
	free(line);
}

static int
save(const char *path, const unsigned long counts[N_LEVELS])
{
	char fresh[4096];
	FILE *out;
	int fd;

	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out)
		return -1;
	for (int i = 0; i < N_LEVELS; i++)
		fprintf(out, "%s %lu\n", level_names[i], counts[i]);
	/* Synced before the rename: after a power cut there are old counts or new ones. */
	if (fflush(out) != 0 || fsync(fd) != 0 || fclose(out) != 0)
		return -1;
	return rename(fresh, path);
}

int
main(int argc, char **argv)
{
	unsigned long counts[N_LEVELS] = { 0 };

	if (argc != 2) {
		fprintf(stderr, "usage: tally COUNTS < LOG\n");
		return 2;
	}
	count_lines(stdin, counts);
	if (save(argv[1], counts) < 0) {
		fprintf(stderr, "tally: save '%s': %s\n", argv[1], strerror(errno));
		return 1;
	}
	for (int i = 0; i < N_LEVELS; i++)
		if (counts[i] > 0)
			printf("%-6s %lu\n", level_names[i], counts[i]);
	return 0;
}
