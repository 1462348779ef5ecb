# renacer-gate: one Makefile, no recursion. `make help` lists what there is.
#
#   V=1     show commands          DEV=1   warnings are errors
#   WITH_DW=0  without libdw: no stacks, no source lines
#   WITH_BPF=0 without libbpf: no eBPF backend (BPF_CC=clang-14 builds its kernel half)
#   WITH_CURL=0  without libcurl: spans go into files, not to a collector
#   SAN=1   address and undefined sanitizers, in a build folder of their own
#   CC=clang CXX=clang++ work as well

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif
SAN ?= 0
DEV ?= 0
V ?= 0
BUILD ?= build$(if $(filter 1,$(SAN)),/san)

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),@:,@printf '  %-6s %s\n' "$(1)" "$(2)")

FLOORS := base model decode symbol store capture effects mutate query judge analyze report export gate cli
LIB_FLOORS := $(filter-out cli,$(FLOORS))
PACKAGES := libzstd libpcre2-8 libxml-2.0 zlib
# Needed to build, and never linked: looked for when a program needs it.
LOADED :=
# Optional libraries: WITH_X=0 takes a twin that says what is missing.
WITH_DW ?= 1
ifeq ($(WITH_DW),1)
PACKAGES += libdw libelf
LEFT_OUT += src/symbol/dwarf-none.c
else
LEFT_OUT += src/symbol/binary.c src/symbol/dwarf.c src/symbol/unwind.c
endif

WITH_BPF ?= $(if $(filter x86_64%,$(shell $(CC) -dumpmachine)),1,0)
BPF_CC ?= clang
BPF_OBJECT := $(BUILD)/capture/bpf/renacer.bpf.o
ifeq ($(WITH_BPF),1)
PACKAGES += libbpf
LEFT_OUT += src/capture/bpf-none.c
else
LEFT_OUT += src/capture/bpf_load.c src/capture/bpf_session.c src/capture/bpf_object.c
endif

WITH_CURL ?= 1
ifeq ($(WITH_CURL),1)
LOADED += libcurl
LEFT_OUT += src/export/http-none.c
else
LEFT_OUT += src/export/http.c
endif

WARN := -Wall -Wextra -Wshadow -Wpointer-arith -Wwrite-strings -Wvla -Wundef
CWARN = $(WARN) -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
OPT := -O2 -g
# gcc copies and clears structs of more than 32 bytes by string instructions, which begin slowly.
STRUCTS := unrolled_loop:512:noalign,libcall:-1:noalign
STRUCTS := -mmemcpy-strategy=$(STRUCTS) -mmemset-strategy=$(STRUCTS)
STRUCTS := $(shell $(CC) -Werror $(STRUCTS) -x c -S -o /dev/null /dev/null 2>/dev/null && echo $(STRUCTS))
ifeq ($(SAN),1)
OPT := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
endif
ifeq ($(FUZZ),1)
OPT += -fsanitize=fuzzer-no-link
endif
ifeq ($(DEV),1)
WARN += -Werror
endif
CPPFLAGS_ALL := -Isrc -Iinclude -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -DRENACER_VERSION='"$(VERSION)"' $(CPPFLAGS)
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) $(LOADED) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
CFLAGS_ALL = -std=gnu17 $(OPT) $(STRUCTS) $(CWARN) -fno-common -fstack-protector-strong $(PKG_CFLAGS) $(CFLAGS)
# Unique symbols of templates could not be made local in the library that is installed.
CXXFLAGS_ALL = -std=c++17 $(if $(findstring clang,$(CXX)),,-fno-gnu-unique) $(OPT) -Wall -Wextra $(CXXFLAGS)
LDFLAGS_ALL = $(OPT) $(LDFLAGS)
LIBS = $(PKG_LIBS)

LIB_SRC := $(filter-out $(LEFT_OUT),$(foreach f,$(LIB_FLOORS),$(sort $(wildcard src/$(f)/*.c))))
LIB_OBJ := $(LIB_SRC:src/%.c=$(BUILD)/%.o) $(BUILD)/base/toml.o
CLI_SRC := $(sort $(wildcard src/cli/*.c))
CLI_MAINS := src/cli/renacer.c src/cli/renacer-gate.c
CLI_OBJ := $(patsubst src/%.c,$(BUILD)/%.o,$(filter-out $(CLI_MAINS),$(CLI_SRC)))
PROGRAMS := $(patsubst src/cli/%.c,$(BUILD)/%,$(wildcard $(CLI_MAINS)))
LIB := $(BUILD)/librenacer.a

UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
UNIT := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
PROG_SRC := $(sort $(wildcard tests/prog/*.c))
PROG := $(PROG_SRC:tests/prog/%.c=$(BUILD)/prog/%)
DRIVER_SRC := $(sort $(wildcard tests/driver/*.c))
DRIVER := $(DRIVER_SRC:tests/driver/%.c=$(BUILD)/driver/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
FUZZ_ENTRIES := $(FUZZ_SRC:tests/fuzz/fuzz_%.c=$(BUILD)/entries/%)
FUZZ_SECONDS ?= 60

.PHONY: all
all: $(PROGRAMS) ## build the two programs (the default)

# Objects depend on the flags they were made with: another DEV, CC or CFLAGS builds anew.
FLAGS_FILE := $(BUILD)/flags
FLAGS_TEXT := $(BPF_CC) $(CC) $(CXX) $(CPPFLAGS_ALL) $(CFLAGS_ALL) $(CXXFLAGS_ALL) $(LDFLAGS_ALL)
.PHONY: FORCE
FORCE:
$(FLAGS_FILE): FORCE
	@pkg-config --exists --print-errors $(PACKAGES) $(LOADED) || \
		{ echo 'libraries are missing; hint: tools/install-deps build' >&2; exit 1; }
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(FLAGS_TEXT))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(FLAGS_TEXT))' > $@

$(BUILD)/%.o: src/%.c $(FLAGS_FILE)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -c $< -o $@

# The kernel half: for another machine, so with flags of its own; -g gives it its types (BTF).
BPF_CFLAGS := -target bpf -mcpu=v3 -O2 -g -std=gnu17 -ffreestanding -D__TARGET_ARCH_x86 -Isrc \
	-Wall -Wextra -Wno-unused-parameter
$(BPF_OBJECT): src/capture/bpf/renacer.bpf.c $(FLAGS_FILE)
	$(call say,BPF,$<)
	@mkdir -p $(@D)
	$(Q)$(BPF_CC) $(BPF_CFLAGS) $(filter -Werror,$(WARN)) -MMD -MP -c $< -o $@

$(BUILD)/capture/bpf_object.o: $(BPF_OBJECT)
$(BUILD)/capture/bpf_object.o: CPPFLAGS_ALL += -DBPF_OBJECT='"$(BPF_OBJECT)"'

$(BUILD)/base/toml.o: src/base/toml.cc $(FLAGS_FILE)
	$(call say,CXX,$<)
	@mkdir -p $(@D)
	$(Q)$(CXX) $(CPPFLAGS_ALL) $(CXXFLAGS_ALL) -MMD -MP -c $< -o $@

$(LIB): $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar qcs $@ $^

# What is installed shows only the names of include/renacer.h: one object, all else local.
PUBLIC_LIB := $(BUILD)/public/librenacer.a
$(PUBLIC_LIB): $(LIB_OBJ)
	$(call say,AR,$@)
	@mkdir -p $(@D)
	$(Q)ld -r --force-group-allocation -o $(@D)/renacer.o $^
	$(Q)objcopy --wildcard --keep-global-symbol='renacer_*' $(@D)/renacer.o
	$(Q)rm -f $@ && ar qcs $@ $(@D)/renacer.o

CLI_LIB := $(BUILD)/libcli.a
$(CLI_LIB): $(CLI_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar qcs $@ $^

$(PROGRAMS): $(BUILD)/%: $(BUILD)/cli/%.o $(CLI_LIB) $(LIB)
	$(call say,LINK,$@)
	$(Q)$(CXX) $(LDFLAGS_ALL) -o $@ $^ $(LIBS)

$(BUILD)/unit/%: tests/unit/%.c $(LIB) $(CLI_LIB)
	$(call say,TEST,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) -Itests $(filter-out -Wmissing-prototypes,$(CFLAGS_ALL)) -MMD -MP \
		-MT $@ -MF $@.d -c $< -o $@.o
	$(Q)$(CXX) $(LDFLAGS_ALL) -o $@ $@.o $(CLI_LIB) $(LIB) $(LIBS) -lcmocka

# Drivers: small programs over one floor of the library, for the tests in tests/cli.
$(BUILD)/driver/%: tests/driver/%.c $(LIB)
	$(call say,DRIVER,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(CFLAGS_ALL) -MMD -MP -MF $@.d -c $< -o $@.o
	$(Q)$(CXX) $(LDFLAGS_ALL) -o $@ $@.o $(LIB) $(LIBS)

# Tracees: plain programs. A first line `/* build: FLAGS */` adds flags.
$(BUILD)/prog/%: tests/prog/%.c $(wildcard tests/prog/*.h)
	$(call say,PROG,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=gnu17 -O1 -g -Wall -Wextra -o $@ $< -pthread \
		$(shell sed -n '1s|^/\* build: \(.*\) \*/$$|\1|p' $<)

-include $(BPF_OBJECT:.o=.d) $(LIB_OBJ:.o=.d) $(CLI_SRC:src/%.c=$(BUILD)/%.d) $(UNIT:=.d) $(DRIVER:=.d)

include tests/tests.mk

.PHONY: check-floors
check-floors: ## every include stays on its floor or goes to one below
	$(Q)tools/check-floors

.PHONY: lint
lint: check-floors ## formatting, clang-tidy, shellcheck, spelling
	$(Q)tools/lint

.PHONY: fmt
fmt: ## format the sources
	$(Q)clang-format -i $(wildcard src/*/*.c src/*/*.h tests/*/*.c)

.PHONY: install
install: all $(PUBLIC_LIB) ## install programs, library, pages, completions (DESTDIR, PREFIX)
	$(Q)DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' BUILD='$(BUILD)' VERSION='$(VERSION)' \
		LIBS='$(LIBS)' tools/install

# Without what only gcc knows: who reads it is clang's kin.
compile_commands.json: Makefile $(LIB_SRC) $(CLI_SRC) ## for editors
	$(Q)tools/compile-commands '$(subst ','\'',$(CC) $(CPPFLAGS_ALL) -DBPF_OBJECT='"$(BPF_OBJECT)"' $(filter-out $(STRUCTS),$(CFLAGS_ALL)))' $(LIB_SRC) $(CLI_SRC) > $@

.PHONY: clean
clean: ## remove what was built
	rm -rf build compile_commands.json

.PHONY: help
help: ## this text
	@grep -hE '^[a-z._-]+:.*## ' Makefile tests/tests.mk | sed 's/:.*## /\t/' | sort | \
		awk -F '\t' '{ printf "  %-22s %s\n", $$1, $$2 }'
	@sed -n 's/^#   /  /p' Makefile
