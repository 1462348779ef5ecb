/* SPDX-License-Identifier: MIT */
/* text.c - places as text, names as people write them */

#include "symbol/symbol.h"

#include "base/mem.h"
#include "symbol/rust.h"

#include <inttypes.h>
#include <string.h>

/* The C++ runtime is linked anyway (base/toml.cc); this is its C face (Itanium C++ ABI, 3.4).
 * The result is from malloc(). */
char *__cxa_demangle(const char *mangled, char *room, size_t *n, int *status);

/* Rust's older scheme writes Itanium names with a hash as last component and a few characters
 * spelled out. */
static const struct {
	const char *spelled, *meant;
} rust_spellings[] = {
	{ "$LT$", "<" },
	{ "$GT$", ">" },
	{ "$RF$", "&" },
	{ "$BP$", "*" },
	{ "$LP$", "(" },
	{ "$RP$", ")" },
	{ "$C$", "," },
	{ "$SP$", "@" },
	{ "$u20$", " " },
	{ "$u27$", "'" },
	{ "$u5b$", "[" },
	{ "$u5d$", "]" },
	{ "$u7b$", "{" },
	{ "$u7d$", "}" },
	{ "$u7e$", "~" },
	{ "..", "::" },
};

/* The length without "::h" and 16 hexadecimal digits; 0: it does not end so. */
static size_t
without_hash(const char *name)
{
	size_t n = strlen(name);

	if (n <= 19 || memcmp(name + n - 19, "::h", 3) != 0 ||
		strspn(name + n - 16, "0123456789abcdef") != 16)
		return 0;
	return n - 19;
}

static void
add_rust(struct str *out, const char *name, size_t n)
{
	const char *end = name + n;

	while (name < end) {
		bool replaced = false;

		/* "_$LT$": the underscore only keeps the name from starting with a dollar. */
		if (*name == '_' && name[1] == '$')
			name++;
		for (size_t i = 0; i < ARRAY_LEN(rust_spellings) && !replaced; i++)
			if (str_has_prefix(name, rust_spellings[i].spelled)) {
				str_add(out, rust_spellings[i].meant);
				name += strlen(rust_spellings[i].spelled);
				replaced = true;
			}
		if (!replaced)
			str_add_char(out, *name++);
	}
}

void
symbol_demangle(struct str *out, const char *name)
{
	AUTO(mem_free) char *plain = NULL;
	size_t n_rust;
	int status = 0;

	if (rust_demangle(out, name))
		return;
	/* Longer names are not written by compilers but by somebody who wants to see us
	 * stumble. */
	if (str_has_prefix(name, "_Z") && strnlen(name, 4096) < 4096)
		plain = __cxa_demangle(name, NULL, NULL, &status);
	n_rust = plain ? without_hash(plain) : 0;
	if (n_rust)
		add_rust(out, plain, n_rust);
	else
		str_add(out, plain ? plain : name);
}

void
symbol_text(struct str *out, const struct symbol_place *place, uint64_t address)
{
	if (!place->module) {
		str_addf(out, "[0x%" PRIx64 "]", address);
		return;
	}
	str_add_printable(out, place->module, strlen(place->module));
	str_add_char(out, '(');
	if (place->function)
		str_add_printable(out, place->function, strlen(place->function));
	if (place->is_inlined)
		str_add(out, " inlined");
	else if (place->function)
		str_addf(out, "+0x%" PRIx64, place->function_offset);
	str_addf(out, ") [0x%" PRIx64 "]", place->module_offset);
	if (!place->file)
		return;
	str_add(out, " at ");
	str_add_printable(out, place->file, strlen(place->file));
	if (place->line)
		str_addf(out, ":%" PRIu32, place->line);
}
