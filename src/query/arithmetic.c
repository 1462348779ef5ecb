/* SPDX-License-Identifier: MIT */
/* arithmetic.c - numbers and fractions: every result is exact as its type says, or an error */
#include "query/eval.h"

#include <math.h>

#define TOO_LARGE "the result is too large"

bool
number_apply(enum node_kind kind, int64_t a, int64_t b, int64_t *out, const char **why)
{
	bool is_over;

	*why = TOO_LARGE;
	if (kind == NODE_MOD) {
		if (b == 0) {
			*why = "division by zero";
			return false;
		}
		*out = b == -1 ? 0 : a % b;
		return true;
	}
	is_over = kind == NODE_ADD        ? __builtin_add_overflow(a, b, out)
		  : kind == NODE_SUBTRACT ? __builtin_sub_overflow(a, b, out)
					  : __builtin_mul_overflow(a, b, out);
	return !is_over && *out != NO_VALUE;
}

bool
real_apply(enum node_kind kind, double a, double b, double *out, const char **why)
{
	if (kind == NODE_DIVIDE && b == 0) {
		*why = "division by zero";
		return false;
	}
	*out = kind == NODE_ADD        ? a + b
	       : kind == NODE_SUBTRACT ? a - b
	       : kind == NODE_MULTIPLY ? a * b
				       : a / b;
	*why = TOO_LARGE;
	return isfinite(*out);
}

bool
real_to_number(double value, int64_t *out, const char **why)
{
	double whole = round(value);

	*why = TOO_LARGE;
	/* 2^63 is a double, INT64_MAX is none. */
	if (!(whole > -0x1p63 && whole < 0x1p63))
		return false;
	*out = (int64_t)whole;
	return true;
}

bool
numbers_compare(enum compare_op op, int64_t a, int64_t b)
{
	switch (op) {
	case OP_EQ:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_LT:
		return a < b;
	case OP_LE:
		return a <= b;
	case OP_GT:
		return a > b;
	case OP_GE:
		return a >= b;
	}
	return false;
}

bool
reals_compare(enum compare_op op, double a, double b)
{
	return numbers_compare(op, (a > b) - (a < b), 0);
}

bool
number_real_compare(enum compare_op op, int64_t a, double b)
{
	double whole = floor(b);

	if (whole >= 0x1p63)
		return numbers_compare(op, -1, 0);
	if (whole < -0x1p63)
		return numbers_compare(op, 1, 0);
	if ((int64_t)whole != a)
		return numbers_compare(op, a, (int64_t)whole);
	return numbers_compare(op, whole < b ? -1 : 0, 0);
}

enum compare_op
op_turned(enum compare_op op)
{
	static const uint8_t turned[] = { [OP_EQ] = OP_EQ,
		[OP_NE] = OP_NE,
		[OP_LT] = OP_GT,
		[OP_LE] = OP_GE,
		[OP_GT] = OP_LT,
		[OP_GE] = OP_LE };

	return (enum compare_op)turned[op];
}
