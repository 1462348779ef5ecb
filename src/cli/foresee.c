/* SPDX-License-Identifier: MIT */
/*
 * foresee.c - how many runs there may be at a time, by the configuration
 *
 * That must be known while there is privilege, and the configuration is not to be read with
 * any: so a child reads it that has given up all of it, and nothing but the number comes back.
 */

#include "base/regex.h"
#include "cli/gate.h"
#include "cli/options.h"
#include "gate/config.h"

static size_t
n_picked(const struct config *config, const struct parsed *parsed)
{
	size_t n = 0;

	if (!parsed->n_words)
		return config->n_targets;
	for (size_t i = 0; i < config->n_targets; i++)
		for (size_t k = 0; k < parsed->n_words; k++)
			if (glob_matches(parsed->words[k], config->targets[i].name)) {
				n++;
				break;
			}
	return n;
}

static size_t
of_config(const struct config *config, const struct foresight *f)
{
	const struct gate_values *values = f->values;
	enum capture_backend backend = (enum capture_backend)values->backend;

	if (backend == BACKEND_AUTO)
		backend = config->backend;
	if (backend != BACKEND_AUTO && backend != BACKEND_EBPF)
		return 0;
	return MIN((size_t)(values->jobs ? values->jobs : config->jobs),
		n_picked(config, f->parsed));
}

/* What is wrong with the configuration is told by who reads it next. */
size_t
foresee_runs(const void *arg)
{
	const struct foresight *f = arg;
	const struct gate_values *values = f->values;
	AUTO(mem_free) char *found = NULL;
	AUTO(config_free) struct config *config = NULL;
	struct err err = { 0 };

	if ((!values->config && config_find(&found, ".", &err) < 0) ||
		config_load(&config, values->config ? values->config : found, &err) < 0) {
		err_drop(&err);
		return 0;
	}
	return of_config(config, f);
}
