# SPDX-License-Identifier: GPL-3.0-or-later
# Every target links howdah_flags: the warnings and Qt strictness of the whole project stand here and nowhere else.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(howdah_flags INTERFACE)
# Precompiled headers are named without a path, so that ccache finds them again from another checkout.
target_include_directories(howdah_flags INTERFACE ${CMAKE_SOURCE_DIR}/cmake/pch)
target_compile_options(howdah_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wunused
  -Wformat=2 -Wimplicit-fallthrough -Wextra-semi -fvisibility=hidden -fno-omit-frame-pointer
  # A designated initializer leaves the other members at their defaults on purpose.
  -Wno-missing-field-initializers
  # With optimisation g++ 12 to 14 see an empty std::optional's value used where it is not (GCC bug 80635).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
  # ccache only keeps precompiled headers whose result does not depend on their time stamp.
  $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
  $<$<BOOL:${HOWDAH_WERROR}>:-Werror>)
target_compile_definitions(howdah_flags INTERFACE
  QT_NO_CAST_FROM_ASCII QT_NO_CAST_TO_ASCII QT_NO_URL_CAST_FROM_STRING QT_NO_CAST_FROM_BYTEARRAY
  QT_NO_FOREACH QT_NO_KEYWORDS QT_NO_NARROWING_CONVERSIONS_IN_CONNECT QT_STRICT_ITERATORS
  # What is deprecated in a newer Qt only has no replacement in the oldest that we build with.
  QT_DISABLE_DEPRECATED_BEFORE=0x060400 QT_WARN_DEPRECATED_UP_TO=0x060400 HOWDAH_VERSION="${PROJECT_VERSION}")
if(HOWDAH_SANITIZE)
  target_compile_options(howdah_flags INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  target_link_options(howdah_flags INTERFACE -fsanitize=address,undefined)
endif()
