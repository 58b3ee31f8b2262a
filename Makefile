# Every target is what a person would type; `make` alone builds and tests.
# The lines that need more than one command are in scripts/.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory

PREFIX ?= /usr/local
DESTDIR ?=
export QUIVER_CACHE ?= $(HOME)/.cache/quiver

# OpenBLAS's OpenMP flavour by its own folder: Debian's default may be another (docs/ARCHITECTURE.md, Threads).
export PKG_CONFIG_PATH := /usr/lib/$(shell uname -m)-linux-gnu/openblas-openmp/pkgconfig:$(PKG_CONFIG_PATH)

RELEASE := .build/release
STATIC := .build/static
STAGE := $(CURDIR)/.build/stage

.PHONY: all setup build static install test test-swift test-kernels test-threads test-c test-python test-docs lint format docs demo bench bench-kernels fuzz torture clean

all: build test

# Targets share one build folder.
.NOTPARALLEL:

# Debian packages and the encoder's weights, where they are missing.
setup:
	@scripts/setup

# The CLI at .build/release/quiver, and every library. A warning in our own code is an error.
build: setup
	@scripts/build-without-warnings

# The C library and the CLI once more, from the same object files, with Swift's runtime inside.
static: build
	@scripts/link-static $(STATIC)

install: static
	@scripts/install "$(DESTDIR)" "$(PREFIX)" $(STATIC)

test: lint docs test-kernels test-swift test-threads test-c test-python test-docs

# Data that a test needs must be there: nothing is skipped.
test-swift: setup
	@scripts/build-without-warnings --build-tests
	QUIVER_REQUIRE_DATA=1 swift test --skip-build --disable-xctest -c release

# The distance kernels of every instruction set against the portable ones, NEON's under an emulator.
test-kernels: setup
	@scripts/test-kernels

# Threads on one store under ThreadSanitizer.
test-threads: setup
	@scripts/test-threads $(THREAD_SECONDS)
THREAD_SECONDS ?= 10

# Tests/C against an installed library, as C11 and as C++17, under valgrind.
test-c: static
	@scripts/install "" "$(STAGE)" $(STATIC)
	@scripts/test-c "$(STAGE)"

# The Python package, installed from Python/ into a virtual environment: its tests, and random calls for PYTHON_FUZZ_SECONDS.
test-python: static
	@scripts/test-python $(PYTHON_FUZZ_SECONDS)
PYTHON_FUZZ_SECONDS ?= 20

# Every code block of the quick starts, the example packages, and the format as another program reads it.
test-docs: static
	@scripts/install "" "$(STAGE)" $(STATIC)
	@scripts/install-python
	@scripts/test-format $(RELEASE)/quiver
	@scripts/check-docs "$(STAGE)"
	@scripts/check-examples

lint:
	swift format lint --strict -r -p Package.swift Sources Tests Benchmarks

format:
	swift format -i -r -p Package.swift Sources Tests Benchmarks

# API reference of the engine, as a web site under .build/docs. What is public and not documented is an error.
docs: build
	@scripts/build-docs

# All WordNet definitions: imported, encoded, indexed, asked and measured.
demo: build
	@python3 Benchmarks/wordnet/demo.py --quiver $(RELEASE)/quiver

bench: build
	@scripts/bench

# The kernels against the limits of this machine, as tables for docs/PERFORMANCE.md.
bench-kernels: setup
	@scripts/bench-kernels

# Factory strings, the arguments of FAISS's C shim and the bytes of an index, each for FUZZ_SECONDS in a process of its own.
FUZZ_SECONDS ?= 600
fuzz: build
	@scripts/fuzz $(FUZZ_SECONDS)

# Deaths at every call, loss of power, failing calls, a model and readers, for an hour or two; the summary goes to docs/RELIABILITY.md.
TORTURE_SEED ?= 1
torture: build
	@scripts/torture $(TORTURE_SEED)

clean:
	rm -rf .build
