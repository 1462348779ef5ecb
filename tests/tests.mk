# What tests there are and how they run, and what is built for them. Included by the Makefile.

BENCH := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(sort $(wildcard tests/bench/*.c)))

.PHONY: deps
deps: ## install what is missing (Debian, Ubuntu)
	$(Q)tools/install-deps

.PHONY: test
test: deps ## install what is missing, then every test
	$(Q)$(MAKE) --no-print-directory check

.PHONY: check
check: all examples $(UNIT) $(PROG) $(DRIVER) $(BENCH) $(PUBLIC_LIB) ## every test, nothing installed
	$(Q)tests/run $(BUILD) $(UNIT)

.PHONY: check-unit
check-unit: $(if $(T),$(BUILD)/unit/$(T),$(UNIT)) ## unit tests (T=name: only that one)
	$(Q)tests/run-unit $(BUILD) $(if $(T),$(BUILD)/unit/$(T),$(UNIT))

.PHONY: check-cli
check-cli: all examples $(PROG) $(DRIVER) $(BENCH) $(PUBLIC_LIB) $(addprefix $(BUILD)/unit/,report_test config_test rule_test) ## tests of the programs (T=name: only that one)
	$(Q)tests/run-cli $(BUILD) $(T)

# The examples are built where examples/renacer.toml looks for them, whatever BUILD is.
EXAMPLES := $(addprefix build/examples/,tally ledger ledger-hasty)

build/examples/tally: examples/tally/tally.c
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu17 -O2 -g -Wall -Wextra -o $@ $<

build/examples/%: examples/ledger/%.rs
	$(call say,RUSTC,$<)
	@mkdir -p $(@D)
	$(Q)env -u MAKEFLAGS -u MFLAGS rustc --edition 2018 -O -o $@ $<

.PHONY: examples
examples: $(EXAMPLES) ## build the programs below examples/

.PHONY: demo
demo: ## install what is missing, build, and gate the examples
	$(Q)tools/install-deps build demo
	$(Q)$(MAKE) --no-print-directory all examples
	$(Q)tools/demo $(BUILD)

.PHONY: docs
docs: all ## write the pages that are made from tables
	$(Q)$(BUILD)/renacer-gate explain --markdown docs/rules.md

.PHONY: golden-update
golden-update: all examples ## record the goldens of the examples anew and show what changed
	$(Q)$(BUILD)/renacer-gate record --config examples/renacer.toml
	$(Q)git --no-pager diff --stat -p -- golden

# Built by tests/fuzz/run, with clang, SAN=1 FUZZ=1 and a build folder of their own.
$(BUILD)/entries/%: tests/fuzz/fuzz_%.c $(LIB)
	$(call say,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS_ALL) $(filter-out -Wmissing-prototypes,$(CFLAGS_ALL)) -c $< -o $@.o
	$(Q)$(CXX) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $@.o $(LIB) $(LIBS)

.PHONY: fuzz-entries
fuzz-entries: $(FUZZ_ENTRIES)

.PHONY: fuzz
fuzz: ## each fuzz entry for FUZZ_SECONDS (60)
	$(Q)tests/fuzz/run $(FUZZ_SECONDS)

$(BUILD)/bench/%: tests/bench/%.c
	$(call say,BENCH,$<)
	@mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -std=gnu17 -O2 -g -Wall -Wextra -o $@ $<

.PHONY: bench
bench: all $(PROG) $(DRIVER) $(BENCH) ## speed and flakiness, measured (long; T="stages start": those sections)
	$(Q)tests/bench/run $(BUILD) $(T)

.PHONY: cover
cover: ## line coverage of the tests
	$(Q)tools/cover
