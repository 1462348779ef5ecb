/* SPDX-License-Identifier: MIT */
/* renacer-gate.c - the program that judges: find the command, run it, print the one error, exit
 */

#include "cli/cli.h"
#include "cli/gate.h"
#include "cli/reports.h"
#include "cli/rights.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "renacer-gate - judge what programs do against what they did\n"
			    "\n"
			    "usage: renacer-gate [COMMAND] [options] [TARGET...]\n"
			    "\n"
			    "commands:\n";

static const char ending[] =
	"\n"
	"TARGET is a name in renacer.toml or a glob over names; all targets when none is "
	"given.\n"
	"\n"
	"exit status: 0 all passed, 1 a difference or a broken rule, 2 usage or "
	"configuration,\n"
	"  3 the tool could not do its work, 4 inconclusive, 5 a golden is missing\n"
	"\n"
	"examples:\n"
	"  renacer-gate record --golden ls.golden -- ls -l src     # once; commit the file\n"
	"  renacer-gate check --golden ls.golden -- ls -l src      # in CI\n"
	"  renacer-gate --config examples/renacer.toml --junit build/junit.xml\n";

/* In the interface, not here yet: told apart from a typing error. */
static const char *const later[] = { "review", "accept", "reject", "pending", "prune",
	"merge" };

static const char *
command_name(const void *table, size_t i)
{
	return ((const struct command *)table)[i].name;
}

static int
help(struct err *err)
{
	AUTO(str_done) struct str text = { 0 };

	str_add(&text, usage);
	for (const struct command *c = gate_commands; c->name; c++)
		str_addf(&text, "  %-50s %s\n", c->synopsis, c->help);
	str_add(&text, "\noptions:\n");
	options_help(&text, gate_options);
	str_add(&text, ending);
	return cli_print(&text, err);
}

/* The first word is a command, or a target of the default one. A word that is neither is found
 * out by check itself, except when it looks like a command mistyped. */
static const struct command *
find_command(const char *word)
{
	for (const struct command *c = gate_commands; word && c->name; c++)
		if (strcmp(c->name, word) == 0)
			return c;
	return NULL;
}

static int
refuse_later(const char *word, struct err *err)
{
	for (size_t i = 0; word && i < ARRAY_LEN(later); i++)
		if (strcmp(later[i], word) == 0)
			return cli_usage(err,
				"renacer-gate --help lists the commands there are",
				"command '%s' is not supported yet", word);
	return 0;
}

/* Before anything is read but the command line, by us. */
static int
begin(struct capture_grant **grant, const struct command *command,
	const struct gate_values *values, const struct parsed *parsed, struct err *err)
{
	struct foresight foresight = { values, parsed };
	struct rights_wish wish = { .as_root = values->as_root,
		.backend = (enum capture_backend)values->backend };

	if (command->rights == COMMAND_LOOKS)
		return 0;
	if (command->rights == COMMAND_TRACES)
		wish.n_runs = values->jobs ? values->jobs : 1;
	if (!values->golden && !parsed->command) {
		wish.foresee = foresee_runs;
		wish.arg = &foresight;
	}
	return rights_begin(grant, &wish, err);
}

static int
run(int *status, const char **argv, struct err *err)
{
	AUTO(capture_grant_free) struct capture_grant *grant = NULL;
	const struct command *command = find_command(argv[1]);
	struct gate_values values = { 0 };
	struct parsed parsed;

	if (refuse_later(argv[1], err) < 0)
		return -1;
	if (command)
		argv++;
	else
		command = &gate_commands[0];
	if (options_read(&parsed, gate_options, &values, argv, false, err) < 0)
		return -1;
	if (values.help)
		return help(err);
	if (values.version) {
		printf("renacer-gate %s\n", RENACER_VERSION);
		return 0;
	}
	if (reports_check(&values, err) < 0)
		return -1;
	if (begin(&grant, command, &values, &parsed, err) < 0)
		return -1;
	values.grant = grant;
	cli_catch_signals();
	if (command->run(status, &values, &parsed, err) == 0)
		return 0;
	if (err->kind == ERR_USAGE && !err->hint && parsed.n_words > 0) {
		const char *near = nearest_name(parsed.words[0], command_name, gate_commands);

		if (near && command == &gate_commands[0] && strcmp(near, "check") != 0)
			err_hint(err,
				strcmp(near, parsed.words[0]) == 0
					? "the command comes first: renacer-gate %s …"
					: "did you mean the command '%s'?",
				near);
	}
	return -1;
}

int
main(int argc, char **argv)
{
	struct err err = { 0 };
	int status = 0;

	(void)argc;
	cli_begin();
	if (run(&status, (const char **)(void *)argv, &err) < 0)
		return cli_fail("renacer-gate", &err);
	return status;
}
