#!/bin/bash
# The kernel half for a machine that does not show stores in their order: where one of ours says
# that what comes before it is there, it is an exchange, which orders. For x86 there is none.
set -u
cc=${BPF_CC:-$(command -v clang-14 || command -v clang-18 || command -v clang)}
dump=$(command -v "${cc/clang/llvm-objdump}" || command -v llvm-objdump-14 ||
	command -v llvm-objdump-18 || command -v llvm-objdump)
[ -n "$cc" ] && [ -n "$dump" ] || { echo 'no clang, or no llvm-objdump'; exit 77; }
[ -e "$BUILD/capture/bpf/renacer.bpf.o" ] || { echo 'built without the kernel half'; exit 77; }
bad=0
exchanges() { # MACHINE
	"$cc" -target bpf -mcpu=v3 -O2 -g -std=gnu17 -ffreestanding "-D__TARGET_ARCH_$1" \
		-I"$ROOT/src" -c "$ROOT/src/capture/bpf/renacer.bpf.c" -o "$1.o" &&
		"$dump" -d "$1.o" | grep -c xchg
}
n=$(exchanges arm64)
# A turn begins and ends at least once in each of seven programs, and its record is told.
[ "$n" -ge 21 ] || { echo "FAILED: $n exchanges for arm64"; bad=1; }
n=$(exchanges x86)
[ "$n" = 0 ] || { echo "FAILED: $n exchanges for x86"; bad=1; }
exit $bad
