# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright the earshot authors
# Makefile - builds, tests and installs earshot. "make help" lists the targets.
#
# One tree per mode under build/: MODE=release (default), debug, asan, tsan,
# fuzz, cover. Programs go to build/MODE/bin, objects and libraries to
# build/MODE/obj. Sources are found by directory: a new .c file needs no line here.

MODE = release
PREFIX = /usr/local
SYSCONFDIR = /etc
LIBEXECDIR = $(PREFIX)/libexec
DATADIR = $(PREFIX)/share
LIBDIR = $(PREFIX)/lib
INCLUDEDIR = $(PREFIX)/include
ifeq ($(origin CC),default)
CC = gcc
endif
PKG_CONFIG = pkg-config
PYTHON = /usr/bin/python3
V = 0
Q = $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),@:,@echo "  $(1)")

OUT = build/$(MODE)
OBJ = $(OUT)/obj
BIN = $(OUT)/bin
LIB = $(OUT)/lib

# All cores, unless told otherwise. (MAKEFLAGS does not show -j so early.)
JOBS_GIVEN := $(shell tr '\0' '\n' </proc/$$PPID/cmdline | grep -c '^-[a-zA-Z]*j\|^--jobs')
ifeq ($(MAKELEVEL)$(JOBS_GIVEN),00)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 1)
endif

# ---- what there is ----------------------------------------------------------

# A program NAME is main.c of its directory, NAME_MAIN, with the libraries of
# NAME_AREAS (see below), pkg-config's NAME_PKGS and NAME_LIBS.
PROGRAMS = speakd speakctl sic-bridge project
HELPERS = speakd-voice project-workspace

speakd_MAIN = speakd/main.c
speakd_AREAS = speakd core
speakd_PKGS = libevent_core libpcre2-8 inih libutf8proc jansson
speakd_LIBS = -ldl -lm

speakctl_MAIN = speakd/ctl/main.c
speakctl_AREAS = speakctl core
speakctl_PKGS = inih jansson libutf8proc
speakctl_LIBS = -ldl

speakd-voice_MAIN = speakd/voice/main.c
speakd-voice_AREAS = voice core
speakd-voice_PKGS = espeak-ng alsa inih libutf8proc
speakd-voice_LIBS = -ldl -lm

sic-bridge_MAIN = sic-bridge/main.c
sic-bridge_AREAS = sic-bridge core
sic-bridge_PKGS = libevent_core libevent_extra libevent_openssl libssl \
	libcrypto inih jansson libutf8proc libseccomp
sic-bridge_LIBS = -lircclient -ldl

project_MAIN = project/main.c
project_AREAS = project core
project_PKGS = inih jansson libutf8proc libpcre2-8 libcrypto
project_LIBS = -ldl

project-workspace_MAIN = workspace/main.c
project-workspace_AREAS = workspace core
project-workspace_PKGS = inih jansson libutf8proc libseccomp libcap
project-workspace_LIBS = -ldl

# An area is the directories whose .c files, without a main.c, make one library.
AREAS = core speakd speakctl voice sic-bridge project workspace api
core_DIRS = core core/message
speakd_DIRS = speakd speakd/input speakd/words speakd/queue speakd/out speakd/ssip
speakctl_DIRS = speakd/ctl
voice_DIRS = speakd/voice
sic-bridge_DIRS = sic-bridge $(sic-bridge_ROOMS:%=sic-bridge/%)
sic-bridge_ROOMS = net irc state link bridge
project_DIRS = project $(project_ROOMS:%=project/%)
project_ROOMS = text directory show lists commands
workspace_DIRS = workspace $(workspace_ROOMS:%=workspace/%)
workspace_ROOMS = ns store run image lxc shift
api_DIRS = workspace/api

# A library for other programs: shared, and of its own (see workspace/api/).
SHARED = libearshot-workspace.so
SONAME = $(SHARED).0
API = workspace/api/workspace
PC = workspace/api/earshot-workspace.pc

# liblxc is loaded at run time; its header is only looked for. Without it full
# system containers (create --init) are left out. LIBLXC= leaves them out, too.
UNPACKED = build/services/root/usr/include
LIBLXC = $(wildcard /usr/include/lxc/lxccontainer.h $(UNPACKED)/lxc/lxccontainer.h)

other_c = $(if $(LIBLXC),%/liblxc_missing.c,%/liblxc.c %/workspace_liblxc.c)
c_of = $(filter-out $(other_c),$(foreach d,$($(1)_DIRS),$(wildcard $(d)/*.c)))
srcs_of = $(filter-out %/main.c,$(c_of))
objs_of = $(patsubst %.c,$(OBJ)/%.o,$(call srcs_of,$(1)))

LANGUAGES = $(basename $(notdir $(wildcard po/*.po)))
CATALOGUES = $(LANGUAGES:%=$(OUT)/share/locale/%/LC_MESSAGES/earshot.mo)
MSGFMT = msgfmt

C_SOURCES = $(sort $(foreach a,$(AREAS),$(call c_of,$(a))))
C_HEADERS = $(sort $(foreach a,$(AREAS),$(foreach d,$($(a)_DIRS),$(wildcard $(d)/*.h))))
TEST_SOURCES = $(wildcard tests/unit/*.c tests/fuzz/*.c bench/*.c)

# ---- compiler ---------------------------------------------------------------

WARNINGS = -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wformat=2 -Wconversion \
	-Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wcast-qual -Wundef -Wswitch-enum \
	-Wdouble-promotion -Wnull-dereference -Wno-psabi
WERROR =
CFLAGS_release = -O2 -g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 \
	-fstack-protector-strong -fstack-clash-protection $(BRANCHES)
# Jumps go only where they may, on processors that check it.
machine = $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
BRANCHES := $(if $(filter x86_64 i%86,$(machine)),-fcf-protection) \
	$(if $(filter aarch64,$(machine)),-mbranch-protection=standard)
CFLAGS_debug = -O0 -g
SANITIZE = address,undefined
CFLAGS_asan = -O1 -g -fsanitize=$(SANITIZE) -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
CFLAGS_tsan = -O1 -g -fsanitize=thread
CFLAGS_cover = -O0 -g --coverage
CFLAGS_fuzz = -O1 -g -fsanitize=$(SANITIZE),fuzzer-no-link \
	-fno-sanitize-recover=all -fno-omit-frame-pointer
LDFLAGS_release = -Wl,-z,relro,-z,now
LDFLAGS_asan = -fsanitize=$(SANITIZE)
LDFLAGS_tsan = -fsanitize=thread
LDFLAGS_cover = --coverage
LDFLAGS_fuzz = -fsanitize=$(SANITIZE)

ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -I. $(WARNINGS) $(WERROR) -fPIE \
	-DSYSCONFDIR='"$(SYSCONFDIR)"' -DLIBEXECDIR='"$(LIBEXECDIR)"' \
	-DDATADIR='"$(DATADIR)"' \
	$(if $(LIBLXC),-DHAVE_LIBLXC -idirafter $(UNPACKED)) \
	$(CFLAGS_$(MODE)) $(CFLAGS)
# --as-needed: of the libraries that core/ knows, only those that are used.
ALL_LDFLAGS = -pie -Wl,--as-needed $(LDFLAGS_$(MODE)) $(LDFLAGS)

# ---- targets ----------------------------------------------------------------

all: $(PROGRAMS:%=$(BIN)/%) $(HELPERS:%=$(BIN)/%) $(LIB)/$(SHARED) $(CATALOGUES)

help:
	@sed -n 's/^#: //p' Makefile

#: all          build the programs (default); MODE=debug, asan, tsan for others
#: demo         install what is missing, build, and speak a real meeting
#: check        install what tests need (asks first), build, run every test
#: check-built  build and run every test; installs nothing: what packagers call
#:              (also by the name test, debhelper's)
#: check-full   also what takes long: a desktop that must stay as it is, packages,
#:              an hour of soak, a stock Debian in QEMU;
#:              tests/matrix tries other releases, users and compilers
#: check-asan   the same tests with AddressSanitizer and UBSan
#: soak         many followed files and clients, voices and sound servers killed, a
#:              network that fails, for SOAK_SECONDS (300); SOAK_LINES in all
#: check-vm     a stock Debian in QEMU, two boots; check-vm-full: three hours of it
#: lint         format, layers, self-contained headers, clang-tidy, cppcheck, ...
#: bench        measure beside what people use instead (BENCH="print ssip": only
#:              those); also build/bench/figures.json and figures.svg
#: fuzz         run every fuzz target for FUZZ_SECONDS (60) each
#: cover        line coverage of the unit and end-to-end tests
#: deps         install what building, running and testing need (Debian); asks
#:              first, unless CI or YES is set (make YES=1 check)
#: install      to DESTDIR and PREFIX (/usr/local);  uninstall: the same away
#: deb          Debian packages, in build/deb
#: dist         a release tarball with its checksum;  clean: remove build/
#:
#: V=1 shows every command; CC=clang, PREFIX=..., DESTDIR=... as usual.

$(OBJ)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC   $<)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# What knows of liblxc is built anew when its header comes or goes.
$(OBJ)/workspace/create.o: $(OBJ)/liblxc
$(OBJ)/liblxc: FORCE
	@mkdir -p $(@D)
	@echo '$(LIBLXC)' | cmp -s - $@ || echo '$(LIBLXC)' >$@

# Our words in the languages of po/, found beside the programs' bin/.
$(OUT)/share/locale/%/LC_MESSAGES/earshot.mo: po/%.po
	@mkdir -p $(@D)
	$(call say,PO   $<)
	$(Q)$(MSGFMT) --check-format --check-domain -o $@ $<

define area_rule
$(OBJ)/$(1).a: $$(call objs_of,$(1))
	@mkdir -p $$(@D)
	$$(Q)rm -f $$@ && $(AR) rcs $$@ $$^
endef
$(foreach a,$(AREAS),$(eval $(call area_rule,$(a))))

define program_rule
$(BIN)/$(1): $(OBJ)/$(basename $($(1)_MAIN)).o $($(1)_AREAS:%=$(OBJ)/%.a)
	@mkdir -p $$(@D)
	$$(call say,LINK $$@)
	$$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $$@ -Wl,--start-group $$^ -Wl,--end-group \
		$$(shell $(PKG_CONFIG) --libs $($(1)_PKGS)) $($(1)_LIBS)
endef
$(foreach p,$(PROGRAMS) $(HELPERS),$(eval $(call program_rule,$(p))))

$(OBJ)/$(API).o: override ALL_CFLAGS := $(filter-out -fPIE,$(ALL_CFLAGS)) -fPIC
$(LIB)/$(SONAME): $(OBJ)/$(API).o workspace/api/libearshot-workspace.map
	@mkdir -p $(@D)
	$(call say,LINK $@)
	$(Q)$(CC) $(filter-out -fPIE,$(ALL_CFLAGS)) -fPIC -shared \
		$(filter-out -pie,$(ALL_LDFLAGS)) -Wl,-soname,$(SONAME) -Wl,-z,defs \
		-Wl,--version-script=workspace/api/libearshot-workspace.map \
		-o $@ $< $$($(PKG_CONFIG) --libs jansson)
$(LIB)/$(SHARED): $(LIB)/$(SONAME)
	$(Q)ln -sf $(SONAME) $@

# ---- tests ------------------------------------------------------------------

# tests/unit/AREA_NAME.c is linked with that area's library and core's.
UNIT_TESTS := $(if $(shell $(PKG_CONFIG) --exists cmocka && echo yes),\
	$(patsubst tests/unit/%.c,$(OUT)/tests/%,\
	$(filter-out $(other_c),$(wildcard tests/unit/*.c))))
area_of = $(firstword $(subst _, ,$(1)))
archives_of = $(patsubst %,$(OBJ)/%.a,$(call area_of,$(1)) core)
UNIT_PKGS = cmocka libevent_core libevent_extra libevent_openssl libssl \
	libcrypto libpcre2-8 inih libutf8proc jansson espeak-ng alsa \
	libarchive libseccomp libcap
UNIT_LIBS = -lircclient -ldl -lpthread -lm

# cmocka 2 deprecates names for which cmocka 1 has no others.
$(OBJ)/tests/unit/%.o: ALL_CFLAGS += -Wno-deprecated-declarations

.SECONDEXPANSION:
$(OUT)/tests/%: $(OBJ)/tests/unit/%.o $$(call archives_of,$$*)
	@mkdir -p $(@D)
	$(call say,LINK $@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ \
		-Wl,--start-group $^ -Wl,--end-group \
		$$($(PKG_CONFIG) --libs $(UNIT_PKGS)) $(UNIT_LIBS)

E2E_TESTS = tests/layers $(sort $(wildcard tests/e2e/*.bats) \
	$(filter-out %/lib.py %/slow_sink.py %/fake_module.py %/fake_pipe.py,$(wildcard tests/e2e/*.py)))
# (A directory of tests is skipped, with the reason.)
TESTS = $(or $(UNIT_TESTS),tests/unit) $(E2E_TESTS)
# Two at a time: each end-to-end file brings its own servers and directories.
JOBS = 2

check: deps
	+$(Q)$(MAKE) --no-print-directory check-built

check-built: all $(UNIT_TESTS)
	$(Q)EARSHOT_BIN=$(abspath $(BIN)) EARSHOT_SRC=$(CURDIR) \
		EARSHOT_MODE=$(MODE) PYTHON=$(PYTHON) \
		tests/run -j $(JOBS) $(TESTS)

# As debhelper calls it: nothing may be installed while a package is built.
test: check-built

# What takes longer than CI has: one after the other.
FULL_TESTS = tests/no-harm tests/packages
check-full: check
	$(Q)EARSHOT_BIN=$(abspath $(BIN)) EARSHOT_SRC=$(CURDIR) \
		EARSHOT_MODE=$(MODE) PYTHON=$(PYTHON) EARSHOT_TEST_SECONDS=7200 \
		tests/run $(FULL_TESTS)
	+$(Q)$(MAKE) --no-print-directory SOAK_SECONDS=3600 \
		SOAK_LINES=1000000 soak
	+$(Q)$(MAKE) --no-print-directory check-vm-full

unit-tests: $(UNIT_TESTS)

# EMULATOR (qemu-aarch64) runs them where they were built for another machine.
EMULATOR =
check-unit: all $(UNIT_TESTS)
	$(Q)EMULATOR=$(EMULATOR) EARSHOT_BIN=$(abspath $(BIN)) EARSHOT_SRC=$(CURDIR) \
		EARSHOT_MODE=$(MODE) PYTHON=$(PYTHON) \
		tests/run -j $(JOBS) $(UNIT_TESTS)

# In a machine of its own, with a distribution's kernel: see tests/vm/README.md.
SOAK_SECONDS = 300
SOAK_LINES = 0
soak: all
	$(Q)EARSHOT_BIN=$(abspath $(BIN)) EARSHOT_SRC=$(CURDIR) \
		$(PYTHON) tests/soak --seconds $(SOAK_SECONDS) --lines $(SOAK_LINES)

check-vm: all
	+$(Q)tests/vm/check smoke
check-vm-full: all unit-tests
	+$(Q)tests/vm/check full

check-asan:
	+$(Q)$(MAKE) --no-print-directory MODE=asan check

lint:
	$(Q)CC='$(CC)' MAKE='$(MAKE)' CFLAGS='$(filter-out -O2 -DSYSCONFDIR% -DLIBEXECDIR% -DDATADIR%,$(ALL_CFLAGS))' \
		tests/lint $(C_SOURCES) $(C_HEADERS) $(TEST_SOURCES)

# tests/fuzz/AREA_NAME.c defines LLVMFuzzerTestOneInput; needs clang.
FUZZ_SECONDS = 60
FUZZ_TARGETS = $(patsubst tests/fuzz/%.c,build/fuzz/targets/%,$(wildcard tests/fuzz/*.c))

fuzz:
	+$(Q)$(MAKE) --no-print-directory MODE=fuzz CC=clang fuzz-targets
	$(Q)tests/fuzz/run $(FUZZ_SECONDS) $(FUZZ_TARGETS)

fuzz-targets: $(FUZZ_TARGETS)
build/fuzz/targets/%: $(OBJ)/tests/fuzz/%.o $$(call archives_of,$$*)
	@mkdir -p $(@D)
	$(call say,LINK $@)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $(ALL_LDFLAGS) -o $@ \
		-Wl,--start-group $^ -Wl,--end-group \
		$$($(PKG_CONFIG) --libs $(UNIT_PKGS)) $(UNIT_LIBS)

cover:
	+$(Q)$(MAKE) --no-print-directory MODE=cover check
	$(Q)lcov -q -c -d build/cover/obj --no-external -o build/cover/all.info
	$(Q)lcov -q -r build/cover/all.info '*/tests/*' -o build/cover/lcov.info
	$(Q)lcov -l build/cover/lcov.info

bench: all
	@mkdir -p build/bench
	$(Q)EARSHOT_BIN=$(abspath $(BIN)) EARSHOT_SRC=$(CURDIR) $(PYTHON) bench/run \
		--json build/bench/figures.json --svg build/bench/figures.svg $(BENCH)

demo: deps-demo
	+$(Q)$(MAKE) --no-print-directory all
	$(Q)EARSHOT_BIN=$(abspath $(BIN)) contrib/demo

deps:
	$(Q)contrib/deps build run test services
deps-demo:
	$(Q)contrib/deps build run

# ---- install ----------------------------------------------------------------

MAN_PAGES = $(sort $(wildcard man/*.[1-8]))
INSTALL = install
D = $(DESTDIR)
SHARE = $(D)$(PREFIX)/share

install: all
	$(INSTALL) -d $(D)$(PREFIX)/bin $(D)$(LIBEXECDIR)/earshot
	$(INSTALL) -m 755 $(PROGRAMS:%=$(BIN)/%) $(D)$(PREFIX)/bin
	$(INSTALL) -m 755 $(HELPERS:%=$(BIN)/%) $(D)$(LIBEXECDIR)/earshot
	for page in $(MAN_PAGES); do \
		$(INSTALL) -D -m 644 $$page \
		$(SHARE)/man/man$${page##*.}/$${page##*/} || exit 1; done
	for l in $(LANGUAGES); do \
		$(INSTALL) -D -m 644 $(OUT)/share/locale/$$l/LC_MESSAGES/earshot.mo \
		$(SHARE)/locale/$$l/LC_MESSAGES/earshot.mo || exit 1; done
	$(INSTALL) -D -m 644 $(LIB)/$(SONAME) $(D)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(D)$(LIBDIR)/$(SHARED)
	$(INSTALL) -D -m 644 $(API).h $(D)$(INCLUDEDIR)/earshot/workspace.h
	$(INSTALL) -d $(D)$(LIBDIR)/pkgconfig
	sed 's,@PREFIX@,$(PREFIX),; s,@LIBDIR@,$(LIBDIR),; s,@VERSION@,$(VERSION),; s,@INCLUDEDIR@,$(INCLUDEDIR),' \
		$(PC).in >$(D)$(LIBDIR)/pkgconfig/$(notdir $(PC))
	ZSH_DIR=$(ZSH_DIR) UNIT_DIR=$(UNIT_DIR) DESTDIR=$(D) \
		contrib/install-extras install "$(SHARE)"

uninstall:
	for p in $(PROGRAMS); do rm -f $(D)$(PREFIX)/bin/$$p; done
	for p in $(HELPERS); do rm -f $(D)$(LIBEXECDIR)/earshot/$$p; done
	-rmdir $(D)$(LIBEXECDIR)/earshot
	for page in $(MAN_PAGES); do \
		rm -f $(SHARE)/man/man$${page##*.}/$${page##*/}; done
	for l in $(LANGUAGES); do \
		rm -f $(SHARE)/locale/$$l/LC_MESSAGES/earshot.mo; done
	rm -f $(D)$(LIBDIR)/$(SONAME) $(D)$(LIBDIR)/$(SHARED) \
		$(D)$(LIBDIR)/pkgconfig/$(notdir $(PC)) \
		$(D)$(INCLUDEDIR)/earshot/workspace.h
	-rmdir $(D)$(INCLUDEDIR)/earshot
	contrib/install-extras uninstall "$(SHARE)"

# Debian packages, in build/deb; their own tests are "make check"'s.
deb:
	$(Q)contrib/deps build deb services
	$(Q)contrib/deb

VERSION = $(shell sed -n 's/.*EARSHOT_VERSION "\(.*\)"/\1/p' core/version.h)
dist:
	@mkdir -p build
	git archive --prefix=earshot-$(VERSION)/ -o build/earshot-$(VERSION).tar.gz HEAD
	cd build && sha256sum earshot-$(VERSION).tar.gz >earshot-$(VERSION).tar.gz.sha256

clean:
	rm -rf build

-include $(shell find $(OBJ) -name '*.d' 2>/dev/null)

.PHONY: FORCE all help check check-built check-full soak test check-unit \
	unit-tests check-vm check-vm-full check-asan lint fuzz fuzz-targets cover \
	bench demo deps deps-demo install uninstall deb dist clean
.DELETE_ON_ERROR:
.SECONDARY:
