# A thin front for CMake: each target says what it runs. Everything is built
# in build/<preset>; CMakePresets.json says what the presets are.
.POSIX:
.PHONY: help build test unit demo bench fuzz format lint coverage clean

FUZZ_SECONDS = 30

help:
	@echo 'make build      the gateway: build/release/sluice'
	@echo 'make test       all tests, with the release and the sanitizer build'
	@echo 'make unit       only the unit tests, with the sanitizer build'
	@echo 'make demo       shows the main job on this machine (KEEP=1: stays up)'
	@echo 'make bench      measures Sluice and its peers'
	@echo 'make fuzz       fuzzes each parser for FUZZ_SECONDS ($(FUZZ_SECONDS))'
	@echo 'make lint       style, floors, a build with clang, clang-tidy'
	@echo 'make format     brings all C files into the one style'
	@echo 'make coverage   line coverage of the tests, as a table'
	@echo 'make clean      removes build/, but not the parts in build/vendor'

build:
	vendor/install build test
	tests/tool/build release

test:
	vendor/install build test
	tests/tool/build release
	tests/tool/build debug
	tests/tool/ctest release 'unit|e2e|fault|lint'
	tests/tool/ctest debug 'unit|e2e'

unit:
	vendor/install build test
	tests/tool/build debug
	tests/tool/ctest debug unit

demo:
	@vendor/install build test demo
	@tests/tool/build release --target sluice
	@SLUICE_BIN=build/release/sluice tests/demo/run

bench:
	vendor/install build test bench
	tests/tool/build release
	bench/run

fuzz:
	vendor/install build fuzz
	tests/tool/build fuzz
	FUZZ_SECONDS=$(FUZZ_SECONDS) tests/tool/fuzz

lint:
	vendor/install build test lint
	tests/tool/lint

format:
	vendor/install lint
	tests/tool/c-files | xargs clang-format -i

coverage:
	vendor/install build test
	tests/tool/build coverage
	tests/tool/ctest coverage 'unit|e2e'
	tests/tool/coverage

clean:
	rm -rf build/release build/debug build/clang build/fuzz build/coverage
