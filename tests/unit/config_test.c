/* SPDX-License-Identifier: MIT */
/* config_test.c - renacer.toml: every error with its place, its caret and its hint */

#include "unit/scratch.h"

#include "gate/config.h"

#include "base/file.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Each case is a file of its own in a directory of its own, with in.txt, data/a and pack.toml.
 */
static void
put(const char *path, const char *text)
{
	struct err err = { 0 };

	if (strcmp(path, "renacer.toml") == 0)
		test_sample("config", text);
	assert_int_equal(file_write(path, text, strlen(text), 0644, &err), 0);
}

static char *root; /* of the project: where tests are started */

static int
enter(void **state)
{
	root = getcwd(NULL, 0);
	scratch_enter(state);
	assert_int_equal(mkdir("data", 0755), 0);
	put("data/a", "a");
	put("in.txt", "in");
	put("rules.toml",
		"[[assertion]]\nname = \"e\"\ntype = \"span_count\"\nmax_spans = 9\n");
	return 0;
}

static int
leave(void **state)
{
	free(root);
	return scratch_leave(state);
}

#define T "[[target]]\nname = \"t\"\ncommand = [\"true\"]\n"

#define LINE "stdout: line 1 differs [0123456789abcdef]"
#define KNOWN(target_, difference_, rest_)                                                     \
	"[[known]]\ntarget = \"" target_ "\"\ndifference = \"" difference_                     \
	"\"\nreason = \"r\"\nowner = \"o\"\n" rest_

/* What is written, where the error points (row:column, 0: not at a place), its text, its hint.
 */
static const struct {
	const char *toml, *at, *text, *hint;
} errors[] = {
	{ "[gate]\ngolden_dri = \"g\"\n", "2:1", "unknown key 'golden_dri' in [gate]",
		"did you mean 'golden_dir'?" },
	{ "[gaet]\n", "1:2", "unknown key 'gaet' in the configuration",
		"did you mean 'gate'?" },
	{ "[frobnicate]\n", "1:2", "unknown key 'frobnicate' in the configuration",
		"its keys: include, gate, target, assertion, known, semantic_equivalence, "
		"lamport_clock, compression, otlp, ci" },
	{ "[gate]\nretries_of_a_run = 1\n", "2:1", "unknown key 'retries_of_a_run' in [gate]",
		"did you mean 'retries'?" },
	{ "gate = 1\n", "1:8", "'gate' in the configuration must be a table, not an integer",
		NULL },
	{ "[gate]\ntimeout = 30\n", "2:11",
		"'timeout' in [gate] must be a duration as \"30s\", not an integer", NULL },
	{ "[gate]\ntimeout = \"30\"\n", "2:11", "'30' is not a duration",
		"a whole number and a unit: \"500ms\", \"30s\", \"2m\"" },
	{ "[gate]\ntimeout = \"0s\"\n", "2:11",
		"'timeout' in [gate] must be longer than nothing", NULL },
	{ "[gate]\ntimeout = \"1 s\"\n", "2:11", "'1 s' is not a duration",
		"a whole number and a unit: \"500ms\", \"30s\", \"2m\"" },
	{ "[gate]\nzst_above = \"1kiB\"\n", "2:13", "'1kiB' is not a size",
		"a whole number and a unit: \"512KiB\", \"64MiB\", \"1GB\"" },
	{ "[gate]\nzst_above = -1\n", "2:13", "'zst_above' in [gate] must not be negative",
		NULL },
	{ "[gate]\nruns = 0\n", "2:8", "'runs' in [gate] must be from 1 to 1000, not 0", NULL },
	{ "[gate]\nruns = 1.0\n", "2:8", "'runs' in [gate] must be a whole number, not a float",
		NULL },
	{ "[gate]\nretries = true\n", "2:11",
		"'retries' in [gate] must be a whole number, not a boolean", NULL },
	{ "[gate]\njobs = 0\n", "2:8", "'jobs' in [gate] must be from 1 to 64, not 0", NULL },
	{ "[gate]\nprofile = \"efects\"\n", "2:11", "'profile' in [gate] cannot be \"efects\"",
		"did you mean \"effects\"?" },
	{ "[gate]\nio_uring = \"maybe\"\n", "2:12", "'io_uring' in [gate] cannot be \"maybe\"",
		"one of \"allow\", \"deny\"" },
	{ "[gate]\nbackend = \"tap\"\n", "2:11", "'backend' in [gate] cannot be \"tap\"",
		"one of \"auto\", \"ptrace\", \"seccomp\", \"ebpf\"" },
	{ "[gate]\nreports = { junti = \"x\" }\n", "2:13", "unknown report format 'junti'",
		"did you mean 'junit'?" },
	{ "[gate]\nreports = { junit = 3 }\n", "2:21",
		"'junit' in [gate] must be a string, not an integer", NULL },
	{ "[gate]\nreports = { junit = \"\" }\n", "2:21", "the path of the report is empty",
		NULL },
	{ "[gate.environment]\ninherit = [\"A=1\"]\n", "2:12",
		"'A=1' cannot be the name of a variable",
		"to give a value use set = { NAME = \"value\" }" },
	{ "[gate.environment]\nset = { \"A=B\" = \"1\" }\n", "2:9",
		"'A=B' in [gate.environment] cannot be the name of a variable", NULL },
	{ "[gate.environment]\nset = { \"A\\u0000B\" = \"1\" }\n", "2:9",
		"'A' in [gate.environment] cannot be the name of a variable", NULL },
	{ "\"gate\\u0000x\" = 1\n", "1:1", "unknown key 'gate' in the configuration",
		"did you mean 'gate'?" },
	{ "[gate.environment]\nset = { A = 1 }\n", "2:13",
		"'A' in [gate.environment] must be a string, not an integer", NULL },
	{ "[gate.environment]\nset = { A = \"x\\u0000y\" }\n", "2:13",
		"'A' in [gate.environment] must not hold a NUL byte", NULL },
	{ "[gate.environment]\naslr = \"no\"\n", "2:8",
		"'aslr' in [gate.environment] must be true or false, not a string", NULL },
	{ "[target]\nname = \"t\"\n", "1:2", "'target' must be an array of tables, not a table",
		"write [[target]]" },
	{ "[[target]]\ncommand = [\"true\"]\n", "1:1", "[[target]] lacks 'name'", NULL },
	{ "[[target]]\nname = \"t\"\n", "1:1", "[[target]] 't' has nothing to run",
		"add command = [\"program\", \"argument\"]" },
	{ "[[target]]\nname = \"../x\"\ncommand = [\"true\"]\n", "2:8",
		"'../x' cannot be the name of a target: it becomes a file name",
		"up to 100 letters, digits, '_', '-', '.', and neither '-' nor '.' in front" },
	{ "[[target]]\nname = \"\"\ncommand = [\"true\"]\n", "2:8",
		"'' cannot be the name of a target: it becomes a file name",
		"up to 100 letters, digits, '_', '-', '.', and neither '-' nor '.' in front" },
	{ "[[target]]\nname = \"-v\"\ncommand = [\"true\"]\n", "2:8",
		"'-v' cannot be the name of a target: it becomes a file name",
		"up to 100 letters, digits, '_', '-', '.', and neither '-' nor '.' in front" },
	{ "[[target]]\nname = \"t\"\ncommand = \"true\"\n", "3:11",
		"'command' in [[target]] 't' must be an array of strings, not a string",
		"for a shell's line write shell = \"…\"" },
	{ "[[target]]\nname = \"t\"\ncommand = []\n", "3:11",
		"'command' in [[target]] 't' names no program", NULL },
	{ "[[target]]\nname = \"t\"\ncommand = [\"a\", 1]\n", "3:17",
		"'command' in [[target]] 't' must be a string, not an integer", NULL },
	{ T "shell = \"true\"\n", "4:1",
		"'command' and 'shell' in [[target]] 't' exclude each other",
		"keep one of them" },
	{ T "stdin = \"\"\nstdin_file = \"in.txt\"\n", "5:1",
		"'stdin' and 'stdin_file' in [[target]] 't' exclude each other",
		"keep one of them" },
	{ T "stdin_file = \"no.txt\"\n", "4:14",
		"stdin_file 'no.txt': No such file or directory", NULL },
	{ T "stdin_file = \"data\"\n", "4:14", "stdin_file 'data': Is a directory", NULL },
	{ T "cwd = \"nowhere\"\n", "4:7", "cwd 'nowhere': No such file or directory", NULL },
	{ T "sandbox = true\ncwd = \"../up\"\n", "5:7", "cwd '../up' is not inside the sandbox",
		"a path relative to the sandbox, as cwd = \"examples\"" },
	{ T "sandbox = true\ncwd = \"/etc\"\n", "5:7", "cwd '/etc' is not inside the sandbox",
		"a path relative to the sandbox, as cwd = \"examples\"" },
	{ T "fixtures = [\"data\"]\n", "4:1", "'fixtures' in [[target]] 't' need a sandbox",
		"add sandbox = true" },
	{ T "sandbox = true\nfixtures = [\"data\", \"dta\"]\n", "5:21",
		"fixture 'dta': No such file or directory", NULL },
	{ T "expect_exit = 256\n", "4:15",
		"'expect_exit' in [[target]] 't' must be from 0 to 255, not 256", NULL },
	{ T "expect = \"fial\"\n", "4:10", "'expect' in [[target]] 't' cannot be \"fial\"",
		"did you mean \"fail\"?" },
	{ T "ignore_paths = [\"ok\", \"a[b\"]\n", "4:23",
		"the bracket in 'a[b' is never closed", NULL },
	{ T "ignore_paths = [\"\"]\n", "4:17", "an empty pattern matches nothing", NULL },
	{ T "redact = [{ pattern = 'a(', with = \"\" }]\n", "4:23", NULL, NULL },
	{ T "redact = [{ pattern = 'a' }]\n", "4:11", "'redact' of [[target]] 't' lacks 'with'",
		NULL },
	{ T "redact = [\"a\"]\n", "4:11",
		"an item of 'redact' in [[target]] 't' must be a table, not a string",
		"write { pattern = '…', with = \"…\" }" },
	{ T "budget = { syscals = 1 }\n", "4:12",
		"unknown key 'syscals' in 'budget' of [[target]] 't'",
		"did you mean 'syscalls'?" },
	{ T "budget = { syscalls = \"10%\" }\n", "4:23",
		"budget 'syscalls': '10%' is a share of what? With a '+' it comes on top of "
		"the golden",
		"a whole number, or a string as \"+10%\" or \"+5\"" },
	{ T "budget = { syscalls = \"-5\" }\n", "4:23",
		"budget 'syscalls': '-5' is below the golden; a budget is a ceiling",
		"a whole number, or a string as \"+10%\" or \"+5\"" },
	{ T "budget = { syscalls = \"+10 %\" }\n", "4:23",
		"budget 'syscalls': '+10 %' is not a share",
		"a whole number, or a string as \"+10%\" or \"+5\"" },
	{ T "budget = { syscalls = \"+1e3%\" }\n", "4:23",
		"budget 'syscalls': '+1e3%' is not a share",
		"a whole number, or a string as \"+10%\" or \"+5\"" },
	{ T "budget = { syscalls = \"+1000000%\" }\n", "4:23",
		"budget 'syscalls': '+1000000%' is no limit any more",
		"a whole number, or a string as \"+10%\" or \"+5\"" },
	{ T "budget = { syscalls = -1 }\n", "4:23", "budget 'syscalls' must not be negative",
		NULL },
	{ T "budget = { syscalls = \"many\" }\n", "4:23", "'many' is not a whole number",
		NULL },
	{ T "budget = { syscalls = \"18446744073709551616\" }\n", "4:23",
		"'18446744073709551616' is no limit any more", NULL },
	{ T "budget = { syscalls = 1.5 }\n", "4:23",
		"'syscalls' in 'budget' of [[target]] 't' must be a whole number, or a string "
		"as \"+10%\" or \"+5\", not a float",
		NULL },
	{ T "budget = { wall = 2 }\n", "4:19",
		"'wall' in 'budget' of [[target]] 't' must be a string as \"2s\", \"+10%\" or "
		"\"+100ms\", not an integer",
		NULL },
	{ T "budget = { wall = \"0s\" }\n", "4:19",
		"budget 'wall': '0s' must be longer than nothing",
		"a string as \"2s\", \"+10%\" or \"+100ms\"" },
	{ T "budget = { bytes_read = \"64Mib\" }\n", "4:25", "'64Mib' is not a size",
		"a whole number and a unit: \"512KiB\", \"64MiB\", \"1GB\"" },
	{ T "budget = { calls = \"openat\" }\n", "4:20",
		"'calls' in 'budget' of [[target]] 't' must be a table of calls, not a string",
		"write calls = { openat = \"+0\", \"%network\" = 0 }" },
	{ T "budget = { calls = { opnat = 1 } }\n", "4:22", "unknown system call 'opnat'",
		"did you mean 'openat'?" },
	{ T "budget = { calls = { \"%fil\" = 0 } }\n", "4:22",
		"unknown class of system calls '%fil'", "did you mean '%file'?" },
	{ T "budget = { calls = { \"family:opn\" = 1 } }\n", "4:22",
		"there is no family of calls 'opn'", "did you mean 'family:open'?" },
	{ T "budget = { calls = { \"!all\" = 1 } }\n", "4:22", "'!all' is no call at all",
		NULL },
	{ T "budget = { calls = {} }\n", "4:20",
		"'calls' in 'budget' of [[target]] 't' is empty", NULL },
	{ T "budget = {}\n", "4:10", "'budget' in [[target]] 't' is empty", NULL },
	{ T "budget = 3\n", "4:10",
		"'budget' in [[target]] 't' must be a table, not an integer",
		"write budget = { syscalls = \"+10%\" }" },
	{ T "budget = { syscalls = { limit = \"+1%\", test = \"welch\" } }\n", "4:12",
		"budget 'syscalls': 'test' is for what pairs of runs decide: wall, cpu, "
		"page_faults, "
		"context_switches, and a limit as \"+10%\"",
		"leave 'test' out: counts are compared as they are" },
	{ T "budget = { max_rss = { limit = \"+1%\", hard = true } }\n", "4:32",
		"budget 'max_rss': '+1%' cannot be hard: memory varies from run to run",
		"an absolute limit can: \"64MiB\"" },
	{ T "budget = { syscalls = { hard = true } }\n", "4:12",
		"'syscalls' in 'budget' of [[target]] 't' lacks 'limit'", NULL },
	{ T "budget = { syscalls = { limit = 3, hrd = true } }\n", "4:36",
		"unknown key 'hrd' in 'syscalls' in 'budget' of [[target]] 't'",
		"did you mean 'hard'?" },
	{ T "output_maps = \"json\"\n", "4:15",
		"'output_maps' in [[target]] 't' must be an array of output maps, not a string",
		NULL },
	{ T "output_maps = [\"jsn\"]\n", "4:16", "unknown output map 'jsn'",
		"did you mean 'json'?" },
	{ T "output_maps = [\"json\", \"json\"]\n", "4:24",
		"the output map 'json' is there twice", NULL },
	{ T "output_maps = [3]\n", "4:16",
		"an output map in [[target]] 't' is a name, or a table of one",
		"\"json\", or { float_tolerance = 1e-9 }" },
	{ T "output_maps = [{}]\n", "4:16",
		"an output map in [[target]] 't' is a name, or a table of one",
		"\"json\", or { float_tolerance = 1e-9 }" },
	{ T "output_maps = [{ json = true }]\n", "4:25",
		"the output map 'json' takes no parameter", "write \"json\"" },
	{ T "output_maps = [\"float_tolerance\"]\n", "4:16",
		"the output map 'float_tolerance' needs its tolerance",
		"{ float_tolerance = 1e-9 } is relative; { float_tolerance = { relative = "
		"1e-9, "
		"absolute = 1e-12 } } both" },
	{ T "output_maps = [{ float_tolerance = \"1\" }]\n", "4:36",
		"'float_tolerance' in [[target]] 't' must be a number or a table, not a string",
		"{ float_tolerance = 1e-9 } is relative; { float_tolerance = { relative = "
		"1e-9, "
		"absolute = 1e-12 } } both" },
	{ T "output_maps = [{ float_tolerance = 0.5 }]\n", "4:36",
		"a relative tolerance of 0.5 is neither 0 nor from 1e-15 to 0.1",
		"{ float_tolerance = 1e-9 } is relative; { float_tolerance = { relative = "
		"1e-9, "
		"absolute = 1e-12 } } both" },
	{ T "output_maps = [{ float_tolerance = -1e-9 }]\n", "4:36",
		"a relative tolerance of -1e-09 is neither 0 nor from 1e-15 to 0.1",
		"{ float_tolerance = 1e-9 } is relative; { float_tolerance = { relative = "
		"1e-9, "
		"absolute = 1e-12 } } both" },
	{ T "output_maps = [{ float_tolerance = nan }]\n", "4:36",
		"a relative tolerance of nan is neither 0 nor from 1e-15 to 0.1",
		"{ float_tolerance = 1e-9 } is relative; { float_tolerance = { relative = "
		"1e-9, "
		"absolute = 1e-12 } } both" },
	{ T "output_maps = [{ float_tolerance = {} }]\n", "4:36",
		"'float_tolerance' has no tolerance",
		"{ float_tolerance = 1e-9 } is relative; { float_tolerance = { relative = "
		"1e-9, "
		"absolute = 1e-12 } } both" },
	{ T "output_maps = [{ float_tolerance = { relatives = 1 } }]\n", "4:38",
		"unknown key 'relatives' in 'float_tolerance'", "did you mean 'relative'?" },
	{ T "output_maps = [{ float_tolerance = { absolute = inf } }]\n", "4:36",
		"an absolute tolerance of inf is not a number from 0 on",
		"{ float_tolerance = 1e-9 } is relative; { float_tolerance = { relative = "
		"1e-9, "
		"absolute = 1e-12 } } both" },
	{ T "profile = \"io\"\noutput_maps = [\"json\"]\n", "5:1",
		"'output_maps' mean nothing to the profile 'io'",
		"profile = \"transpile\", or \"effects\"" },
	{ T "equivalent_to = \"other\"\n", "4:17",
		"[[target]] 't' cannot be equivalent to 'other': there is no such target",
		NULL },
	{ T "equivalent_to = \"t\"\n", "4:17",
		"[[target]] 't' cannot be equivalent to 't': that is the target itself",
		"name a target that is compared with a golden" },
	{ T "equivalent_to = \"t\"\ngolden = \"x\"\n", "5:1",
		"'equivalent_to' and 'golden' in [[target]] 't' exclude each other",
		"keep one of them" },
	{ T T, "4:1", "a second [[target]] 't'", "the first is at renacer.toml:1" },
	{ T "[[target]]\nname = \"u\"\ncommand = [\"true\"]\ngolden = \"golden/t.golden\"\n",
		"4:1", NULL, NULL },
	{ T KNOWN("elsewhere", LINE, ""), "5:10", "there is no target 'elsewhere'", NULL },
	{ T "[[known]]\ntarget = \"t\"\n", "4:1", "[[known]] lacks 'difference'", NULL },
	{ T KNOWN("t", "stdout: line 1 differs", ""), "6:14",
		"'difference' does not end in the imprint of a difference: [16 hexadecimal "
		"digits]",
		"copy it from a report: renacer-gate -v prints the whole table" },
	{ T KNOWN("t", "stdout [0123456789abcdeF]", ""), "6:14", NULL, NULL },
	{ T KNOWN("t", LINE, "expires = \"2027-03-01\"\n"), "9:11",
		"'expires' in [[known]] must be a date, not a string",
		"write it without quotes: expires = 2027-03-01" },
	{ T KNOWN("t", LINE, "expires = 2027-03-01T00:00:00Z\n"), "9:11", NULL, NULL },
	{ T KNOWN("t", LINE, "expires = 2027-02-30\n"), NULL, NULL, NULL },
	{ T KNOWN("t", LINE, "expires = 2027-03-01\nuntil = 3\n"), "10:1",
		"unknown key 'until' in [[known]]",
		"its keys: target, difference, reason, owner, expires" },
	{ T KNOWN("t", LINE, "expires = 2027-03-01\n")
			KNOWN("t", "other words [0123456789abcdef]", "expires = 2027-03-01\n"),
		"10:1", "a second [[known]] for this difference of 't'",
		"the first is at renacer.toml:4" },
	{ "include = \"pack.toml\"\n", "1:11",
		"'include' in the configuration must be an array of paths, not a string",
		NULL },
	{ "include = [\"none.toml\"]\n", "1:12",
		"rule pack 'none.toml': No such file or directory", NULL },
	{ "include = [\"/\"]\n", "1:12", "rule pack '/': Is a directory",
		"name the files in it, one by one" },
	{ "include = [{ path = \"/\", target = \"*\" }]\n", "1:12",
		"rule pack '/': Is a directory", "name the files in it, one by one" },
	{ "include = [\"renacer.toml\"]\n", "1:12", "'renacer.toml' includes itself", NULL },
	{ "include = [1]\n", "1:12",
		"an item of 'include' in the configuration must be a path, or a table with "
		"'path' and 'target', not an integer",
		NULL },
	{ "include = [{ target = \"t\" }]\n" T, "1:12", "an include lacks 'path'", NULL },
	{ "include = [{ path = \"rules.toml\", targets = \"t\" }]\n" T, "1:35",
		"unknown key 'targets' in an include", "did you mean 'target'?" },
	{ "include = [{ path = \"rules.toml\", target = [] }]\n" T, "1:44",
		"'target' in an include must be a glob over names of targets, or an array of "
		"them, not an array",
		NULL },
	{ "include = [{ path = \"rules.toml\", target = [\"t\", \"u\"] }]\n" T, "1:44",
		"'u' matches the name of no target",
		"it is a glob over names of targets: the first is 't'" },
	{ "include = [\"rules.toml\", { path = \"rules.toml\", target = \"t\" }]\n" T, "1:26",
		"'rules.toml' is included a second time, with 'target'",
		"the first is at renacer.toml:1: name all its targets there, target = [\"a\", "
		"\"b-*\"]" },
	{ "[semantic_equivalence]\ncheck_file_operations = false\n", "2:25",
		"'check_file_operations' cannot be switched off",
		"profile = \"counts\" of a target judges rules and compares nothing" },
	{ "[semantic_equivalence]\ncheck_memory_allocations = true\n", "2:28",
		"'check_memory_allocations': how memory is asked for is no effect",
		"budget = { mapped_bytes = \"+10%\" } of a target, or a rule of type "
		"memory_usage" },
	{ "[otlp]\nprotocol = \"http\"\n", "2:12", "'protocol' in [otlp] cannot be \"http\"",
		"one of \"http/protobuf\", \"http/json\", \"grpc\"" },
	{ "[otlp]\nmax_calls = 1000001\n", "2:13",
		"'max_calls' in [otlp] must be from 0 to 1000000, not 1000001", NULL },
	{ "[lamport_clock]\npropagate_across_fork = false\n", "2:25",
		"the environment cannot be kept from forked processes",
		"set enabled = false, or remove the key" },
	{ "[lamport_clock]\nenv_var = \"1X\"\n", "2:11",
		"'1X' cannot be the name of a variable",
		"env_var = \"RENACER_LOGICAL_CLOCK\"" },
	{ "[otlp]\nendpoit = \"x\"\n", "2:1", "unknown key 'endpoit' in [otlp]",
		"did you mean 'endpoint'?" },
	{ "[semantic_equivalence]\nenabled = false\nmin_confidence = 1.5\n", "3:18",
		"'min_confidence' in [semantic_equivalence] must be from 0 to 1", NULL },
	{ "[compression]\nalgorithm = \"lzma\"\n", "2:13",
		"'algorithm' in [compression] cannot be \"lzma\"", "one of \"rle\", \"zstd\"" },
	{ "[gate]\nzst_above = 1\n[compression]\nenabled = true\n", "3:2",
		"[compression] and 'zst_above' in [gate] exclude each other",
		"keep one of them" },
	{ "[ci]\nexport_format = \"json\"\n", "2:1",
		"'export_format' in [ci] needs 'export_path'", NULL },
	{ "[ci]\ncompare_with_baseline = false\n", "2:25",
		"a check without its golden is not supported",
		"remove the key: a check always compares" },
	{ "a = [\n", NULL, NULL, NULL },
};

static void
check_error(size_t i, const struct err *err)
{
	AUTO(str_done) struct str place = { 0 };

	assert_int_equal(err->kind, ERR_USAGE);
	if (errors[i].text)
		assert_string_equal(err->text, errors[i].text);
	if (errors[i].at) {
		str_addf(&place, "renacer.toml:%s\n", errors[i].at);
		assert_non_null(err->place);
		assert_memory_equal(err->place, place.data, place.n);
		assert_non_null(strchr(err->place, '^'));
	}
	if (errors[i].hint)
		assert_string_equal(err->hint, errors[i].hint);
	else if (errors[i].text)
		assert_null(err->hint);
}

static void
each_error_has_its_place_and_words(void **state)
{
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
		AUTO(config_free) struct config *c = NULL;

		put("renacer.toml", errors[i].toml);
		print_message("# %s", errors[i].toml);
		assert_int_equal(config_load(&c, "renacer.toml", &err), -1);
		assert_null(c);
		check_error(i, &err);
		err_done(&err);
	}
}

static struct config *
load(const char *text)
{
	struct err err = { 0 };
	struct config *c = NULL;

	put("renacer.toml", text);
	if (config_load(&c, "renacer.toml", &err) < 0) {
		err_print(&err, "config", stderr);
		fail();
	}
	return c;
}

static void
an_empty_file_has_the_defaults(void **state)
{
	AUTO(config_free) struct config *c = load("");

	(void)state;
	assert_int_equal(c->n_targets, 0);
	assert_int_equal(c->n_inherit, 1);
	assert_string_equal(c->inherit[0], "PATH");
	assert_int_equal(c->defaults.record_runs, 3);
	assert_int_equal(c->defaults.profile, PROFILE_EFFECTS);
}

static void
everything_that_is_written_is_read(void **state)
{
	AUTO(config_free)
	struct config *c = load(
		"[[target]]\nname = \"greet\"\ncommand = [\"build/greet\", \"--name\", "
		"\"Al\"]\n"
		"stdin = \"a\\u0000b\"\nenv = { MODE = \"test\" }\nsandbox = true\n"
		"fixtures = [\"data/a\", \"data/\", \"/etc/passwd\"]\nexpect_exit = 3\nexpect "
		"= \"fail\"\n"
		"ignore_paths = [\"**/x/**\"]\nredact = [{ pattern = '\\d+', with = \"\" }]\n"
		"timeout = \"2m\"\nruns = 4\nprofile = \"io\"\nio_uring = \"deny\"\n"
		"[[target]]\nname = \"s\"\nshell = \"a | b\"\nequivalent_to = \"greet\"\n"
		"cwd = \"data\"\n"
		"[gate]\ngolden_dir = \"g\"\ntimeout = \"500ms\"\nretries = 2\nzst_above = "
		"\"2KiB\"\n"
		"reports = { junit = \"out/j.xml\", json = \"-\" }\nlinger = \"7s\"\n"
		"[gate.environment]\ninherit = [\"PATH\", \"CC\"]\nset = { A = \"1\" }\naslr = "
		"true\n");
	const struct target *t = &c->targets[0], *s = &c->targets[1];

	(void)state;
	assert_int_equal(c->n_targets, 2);
	assert_string_equal(t->argv[2], "Al");
	assert_null(t->argv[3]);
	assert_int_equal(t->n_stdin, 3);
	assert_string_equal(t->env[0], "MODE=test");
	assert_true(t->sandbox && t->expects_fail && t->deny_io_uring && t->aslr);
	assert_string_equal(t->fixtures[0].to, "data/a");
	assert_string_equal(t->fixtures[1].to, "");
	assert_string_equal(t->fixtures[2].to, "passwd");
	assert_int_equal(t->expect_exit, 3);
	assert_int_equal(t->n_redactions, 1);
	assert_int_equal(t->timeout_ns, 120000000000);
	assert_int_equal(t->runs, 4);
	assert_int_equal(t->retries, 2);
	assert_int_equal(t->profile, PROFILE_IO);
	assert_true(str_has_suffix(t->golden, "/g/greet.golden"));
	assert_int_equal(s->timeout_ns, 500000000);
	assert_int_equal(s->linger_ns, 7000000000);
	assert_string_equal(s->argv[0], "/bin/sh");
	assert_string_equal(s->equivalent_to, "greet");
	assert_true(str_has_suffix(s->cwd, "/data"));
	assert_int_equal(c->zst_above, 2048);
	assert_int_equal(c->n_reports, 2);
	assert_true(str_has_suffix(c->reports[0].path, "/out/j.xml"));
	assert_string_equal(c->reports[1].path, "-");
	assert_string_equal(c->set[c->n_set - 1], "A=1");
}

#define RULE(name) "[[assertion]]\nname = \"" name "\"\ntype = \"span_count\"\nmax_spans = 9\n"

static void
rule_packs_are_read_once_and_hold_rules_only(void **state)
{
	static const struct {
		const char *main, *one, *two, *text;
	} cases[] = {
		{ "include = [\"one.toml\"]\n" RULE("a"), RULE("b"), "", NULL },
		{ "include = [\"one.toml\", \"two.toml\"]\n", "include = [\"two.toml\"]\n",
			RULE("b"), NULL },
		{ "include = [\"one.toml\"]\n" RULE("b"), RULE("b"), "",
			"a second [[assertion]] 'b'" },
		{ "include = [\"one.toml\"]\n", "include = [\"two.toml\"]\n",
			"include = [\"one.toml\"]\n", "'one.toml' includes itself" },
		{ "include = [\"one.toml\"]\n", "[gate]\n", "",
			"unknown key 'gate' in a rule pack: only [[assertion]] may stand "
			"there" },
		{ "include = [\"one.toml\"]\n", "[[known]]\n", "",
			"[[known]] does not stand in a rule pack" },
		{ "include = [\"one.toml\"]\n", "# all gone\n", "",
			"rule pack 'one.toml' has no [[assertion]]" },
		{ "include = [\"one.toml\"]\n", "include = []\nassertion = []\n", "",
			"rule pack 'one.toml' has no [[assertion]]" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO(config_free) struct config *c = NULL;
		struct err err = { 0 };

		put("renacer.toml", cases[i].main);
		put("one.toml", cases[i].one);
		put("two.toml", cases[i].two);
		assert_int_equal(config_load(&c, "renacer.toml", &err), cases[i].text ? -1 : 0);
		if (cases[i].text)
			assert_string_equal(err.text, cases[i].text);
		else
			assert_int_equal(c->rules.n, 1 + (i == 0));
		err_done(&err);
	}
}

static void
a_rule_that_applies_to_nothing_is_an_error(void **state)
{
	AUTO(config_free) struct config *c = NULL;
	struct err err = { 0 };

	(void)state;
	put("renacer.toml", T RULE("a") "target = \"other\"\n");
	assert_int_equal(config_load(&c, "renacer.toml", &err), -1);
	assert_string_equal(err.text, "[[assertion]] 'a' applies to no target");
	err_done(&err);
}

static void
historic_tables_do_what_they_say(void **state)
{
	AUTO(config_free)
	struct config *c = load(
		"[semantic_equivalence]\nenabled = false\nmin_confidence = 0.90\n"
		"[lamport_clock]\nenabled = false\nenv_var = \"X\"\n"
		"[compression]\nenabled = true\nalgorithm = \"rle\"\nmin_file_size_kb = 100\n"
		"[otlp]\nenabled = false\n"
		"[ci]\nfail_fast = true\nexport_format = \"json\"\nexport_path = \"out/r\"\n"
		"compare_with_baseline = true\n");
	AUTO(config_free) struct config *d = load("[ci]\nexport_path = \"out/r.json\"\n");

	(void)state;
	assert_null(c->clock_variable);
	assert_true(c->fail_fast);
	assert_int_equal(c->zst_above, 102400);
	assert_int_equal(c->n_reports, 1);
	assert_string_equal(c->reports[0].format, "json");
	assert_true(str_has_suffix(c->reports[0].path, "/out/r/renacer.json"));
	assert_true(str_has_suffix(d->reports[0].path, "/out/r.json"));
}

static void
otlp_says_where_spans_go(void **state)
{
	AUTO(config_free) struct config *off = load("[otlp]\nenabled = false\n");
	AUTO(config_free) struct config *on = load("[otlp]\nendpoint = \"http://h:4317\"\n");
	AUTO(config_free)
	struct config *all = load("[otlp]\nenabled = true\nendpoint = \"file:out/x.jsonl\"\n"
				  "service_name = \"s\"\nprotocol = \"grpc\"\n"
				  "compression = \"gzip\"\ntimeout = \"2s\"\nmax_calls = 0\n"
				  "min_duration = \"5us\"\ncommand_args = false\n");
	AUTO(config_free) struct config *none = load("");

	(void)state;
	assert_false(off->otlp.enabled || none->otlp.enabled);
	assert_true(on->otlp.enabled && all->otlp.enabled);
	assert_string_equal(on->otlp.endpoint, "http://h:4317");
	assert_false(on->otlp.hides_arguments || on->otlp.has_max_calls);
	assert_null(on->otlp.protocol);
	assert_true(str_has_prefix(all->otlp.endpoint, "file:/"));
	assert_true(str_has_suffix(all->otlp.endpoint, "/out/x.jsonl"));
	assert_string_equal(all->otlp.service_name, "s");
	assert_string_equal(all->otlp.protocol, "grpc");
	assert_string_equal(all->otlp.compression, "gzip");
	assert_int_equal(all->otlp.timeout_ns, 2000000000);
	assert_true(all->otlp.has_max_calls && all->otlp.max_calls == 0);
	assert_int_equal(all->otlp.min_ns, 5000);
	assert_true(all->otlp.hides_arguments);
}

static void
the_configuration_is_found_in_a_parent(void **state)
{
	struct err err = { 0 };
	AUTO(mem_free) char *found = NULL;

	(void)state;
	put("renacer.toml", "");
	assert_int_equal(config_find(&found, "data", &err), 0);
	assert_string_equal(found, "data/../renacer.toml");
	mem_free(found);
	assert_int_equal(config_find(&found, ".", &err), 0);
	assert_string_equal(found, "renacer.toml");
	mem_free(found);
	found = NULL;
	assert_int_equal(config_find(&found, "/proc/self", &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	err_done(&err);
}

static void
an_ad_hoc_target_is_named_after_its_golden(void **state)
{
	static const char *const argv[] = { "ls", "-l", NULL };
	AUTO(config_free)
	struct config *c = config_ad_hoc("x/ls.golden.zst", argv, PROFILE_STRICT, 5, 3);

	(void)state;
	assert_string_equal(c->targets[0].name, "ls");
	assert_string_equal(c->targets[0].argv[1], "-l");
	assert_int_equal(c->targets[0].record_runs, 5);
	assert_int_equal(c->targets[0].expect_exit, 3);
	assert_true(str_has_suffix(c->targets[0].golden, "/x/ls.golden.zst"));
}

/* Files of real users load as they are, do what they say, and each key that nothing goes by is
 * told with its place. */
static void
configurations_in_the_wild_load(void **state)
{
	static const struct {
		const char *name;
		size_t n_notes;
	} files[] = { { "batuta", 3 }, { "decy", 3 }, { "reprorusted-python-cli", 6 },
		{ "ruchy", 3 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		AUTO(str_done) struct str path = { 0 };
		AUTO(str_done) struct str text = { 0 };
		AUTO(config_free) struct config *c = NULL;
		struct err err = { 0 };

		str_addf(&path, "%s/tests/data/consumers/%s.renacer.toml", root, files[i].name);
		assert_int_equal(file_read(&text, path.data, 0, &err), 0);
		put("renacer.toml", text.data);
		assert_int_equal(config_load(&c, "renacer.toml", &err), 0);
		assert_int_equal(c->rules.n, 6);
		assert_true(c->fail_fast);
		assert_int_equal(c->zst_above, 102400);
		assert_string_equal(c->clock_variable, "RENACER_LAMPORT_CLOCK");
		assert_true(str_has_suffix(c->golden_dir, "/golden_traces/baseline"));
		assert_true(str_has_suffix(
			c->reports[0].path, "/target/renacer-reports/renacer.json"));
		assert_int_equal(c->n_notes, files[i].n_notes);
		for (size_t k = 0; k < c->n_notes; k++)
			assert_true(c->notes[k].at.row > 50 && *c->notes[k].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_error_has_its_place_and_words),
		cmocka_unit_test(an_empty_file_has_the_defaults),
		cmocka_unit_test(everything_that_is_written_is_read),
		cmocka_unit_test(rule_packs_are_read_once_and_hold_rules_only),
		cmocka_unit_test(a_rule_that_applies_to_nothing_is_an_error),
		cmocka_unit_test(historic_tables_do_what_they_say),
		cmocka_unit_test(otlp_says_where_spans_go),
		cmocka_unit_test(configurations_in_the_wild_load),
		cmocka_unit_test(the_configuration_is_found_in_a_parent),
		cmocka_unit_test(an_ad_hoc_target_is_named_after_its_golden),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
