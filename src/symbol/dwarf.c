/* SPDX-License-Identifier: MIT */
/*
 * dwarf.c - libdw: which functions an address is in, and which source line
 *
 * The file may say anything: walks through its tree are bounded in depth and in steps.
 */

#include "symbol/dwarf.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>
#include <string.h>

#define MAX_UNITS 1000000 /* compilation units of one file */
#define MAX_STEPS 500000  /* entries looked at for one address */
#define MAX_DEPTH 64      /* namespaces and classes in each other */

static int
compare_units(const void *a, const void *b)
{
	const struct unit *left = a, *right = b;

	return left->low < right->low ? -1 : left->low > right->low;
}

/* clang and rustc leave out the index (.debug_aranges) that libdwfl relies on. */
static void
list_units(struct binary *b, Dwarf *dwarf)
{
	Dwarf_Off at = 0, next;
	size_t header, capacity = 0;

	for (; dwarf_nextcu(dwarf, at, &next, &header, NULL, NULL, NULL) == 0 && next > at;
		at = next) {
		Dwarf_Addr base, low, high;
		Dwarf_Die unit;
		ptrdiff_t range = 0;

		if (!dwarf_offdie(dwarf, at + header, &unit))
			continue;
		while ((range = dwarf_ranges(&unit, range, &base, &low, &high)) > 0 &&
			b->n_units < MAX_UNITS) {
			b->units = mem_grow(b->units, b->n_units, &capacity, sizeof *b->units);
			b->units[b->n_units++] = (struct unit){ low, high, at + header };
		}
	}
	if (b->n_units)
		qsort(b->units, b->n_units, sizeof *b->units, compare_units);
	b->has_units = true;
}

static uint64_t
find_unit(struct binary *b, Dwarf *dwarf, uint64_t pc)
{
	size_t low = 0, high;

	if (!b->has_units)
		list_units(b, dwarf);
	for (high = b->n_units; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (b->units[middle].low <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && pc < b->units[low - 1].high ? b->units[low - 1].offset : NO_UNIT;
}

static bool
holds_functions(int tag)
{
	return tag == DW_TAG_namespace || tag == DW_TAG_module || tag == DW_TAG_class_type ||
	       tag == DW_TAG_structure_type || tag == DW_TAG_enumeration_type;
}

static bool
holds_code(int tag)
{
	return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine ||
	       tag == DW_TAG_lexical_block || tag == DW_TAG_try_block ||
	       tag == DW_TAG_catch_block;
}

/* The functions around the address, the real one first, then what is inlined into it. Not
 * dwarf_getscopes(): that recurses as deep as the file says. */
static size_t
functions_at(Dwarf_Die *unit, Dwarf_Addr pc, Dwarf_Die *out)
{
	Dwarf_Die above[MAX_DEPTH], die, next;
	size_t depth = 0, n = 0;

	if (dwarf_child(unit, &die) != 0)
		return 0;
	for (int steps = 0; steps < MAX_STEPS; steps++) {
		int tag = dwarf_tag(&die);

		if (holds_code(tag) && dwarf_haspc(&die, pc) == 1) {
			if ((tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) &&
				n < MAX_PLACES)
				out[n++] = die;
			if (dwarf_child(&die, &next) != 0)
				return n;
			depth = 0; /* it is in here, or nowhere */
			die = next;
			continue;
		}
		if (holds_functions(tag) && depth < MAX_DEPTH &&
			dwarf_child(&die, &next) == 0) {
			above[depth++] = die;
			die = next;
			continue;
		}
		while (dwarf_siblingof(&die, &next) != 0) {
			if (depth == 0)
				return n;
			die = above[--depth];
		}
		die = next;
	}
	return n;
}

static uint32_t
number_of(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attr;
	Dwarf_Word value;

	if (!dwarf_attr(die, name, &attr) || dwarf_formudata(&attr, &value) != 0)
		return 0;
	return value < UINT32_MAX ? (uint32_t)value : 0;
}

static const char *
name_of(Dwarf_Die *function, struct arena *arena)
{
	AUTO(str_done) struct str plain = { 0 };
	Dwarf_Attribute attr;
	const char *name = NULL;

	if (dwarf_attr_integrate(function, DW_AT_linkage_name, &attr))
		name = dwarf_formstring(&attr);
	if (!name)
		name = dwarf_diename(function);
	if (!name)
		return NULL;
	symbol_demangle(&plain, name);
	return arena_intern(arena, plain.data, plain.n);
}

static const char *
keep(struct arena *arena, const char *text)
{
	return text ? arena_intern(arena, text, strlen(text)) : NULL;
}

/* Where the inlined function was called. */
static void
set_caller(struct symbol_place *place, Dwarf_Die *unit, Dwarf_Die *inlined, struct arena *arena)
{
	uint32_t index = number_of(inlined, DW_AT_call_file);
	Dwarf_Files *files;
	size_t n;

	*place = (struct symbol_place){ .line = number_of(inlined, DW_AT_call_line),
		.column = number_of(inlined, DW_AT_call_column) };
	if (dwarf_getsrcfiles(unit, &files, &n) == 0 && index < n)
		place->file = keep(arena, dwarf_filesrc(files, index, NULL, NULL));
}

static void
set_line(struct symbol_place *place, Dwarf_Die *unit, Dwarf_Addr pc, struct arena *arena)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, pc);
	int row = 0, column = 0;

	*place = (struct symbol_place){ 0 };
	if (!line)
		return;
	place->file = keep(arena, dwarf_linesrc(line, NULL, NULL));
	if (dwarf_lineno(line, &row) == 0 && row > 0)
		place->line = (uint32_t)row;
	if (dwarf_linecol(line, &column) == 0 && column > 0)
		place->column = (uint32_t)column;
}

size_t
dwarf_places(struct binary *b, struct Dwarf *dwarf, uint64_t unit, uint64_t pc,
	struct arena *arena, struct symbol_place *places)
{
	Dwarf_Die die, functions[MAX_PLACES];
	size_t n, filled = 0;

	if (unit == NO_UNIT)
		unit = find_unit(b, dwarf, pc);
	if (unit == NO_UNIT || !dwarf_offdie(dwarf, unit, &die))
		return 0;
	set_line(&places[0], &die, pc, arena);
	for (n = functions_at(&die, pc, functions); n > 0; n--) {
		Dwarf_Die *function = &functions[n - 1];
		struct symbol_place *place = &places[filled++];

		place->function = name_of(function, arena);
		place->is_inlined = n > 1 && dwarf_tag(function) == DW_TAG_inlined_subroutine;
		if (n > 1)
			set_caller(&places[filled], &die, function, arena);
	}
	return MAX(filled, (size_t)1);
}
