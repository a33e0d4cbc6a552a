# SPDX-License-Identifier: GPL-3.0-or-later
# howdah_test(tst_lsn USES cluster [LIBRARIES Qt6::Widgets] [SERIAL | QUEUED] [TIMEOUT 120]): tst_lsn.cpp of this folder
# as the test "unit.lsn" (folder, dot, name). SERIAL: it looks at all of this machine, and runs alone. QUEUED: it asks
# much of the machine, and runs beside no other of these. The longest begin first. What cannot run here calls QSKIP with
# "needs …"; tests/run.sh lists each by name (CTest's own skipping by a pattern would hide a failure beside it).
function(howdah_test name)
  cmake_parse_arguments(ARG "SERIAL;QUEUED" "TIMEOUT" "USES;LIBRARIES;SOURCES" ${ARGN})
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  string(REGEX REPLACE "^tst_" "" short ${name})
  add_executable(${folder}_${name} ${name}.cpp ${ARG_SOURCES})
  foreach(used IN LISTS ARG_USES)
    target_link_libraries(${folder}_${name} PRIVATE howdah_${used})
  endforeach()
  target_link_libraries(${folder}_${name} PRIVATE howdah_flags Qt6::Test ${ARG_LIBRARIES})
  add_test(NAME ${folder}.${short} COMMAND ${folder}_${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  set_tests_properties(${folder}.${short} PROPERTIES
    ENVIRONMENT "QT_QPA_PLATFORM=offscreen;QT_FORCE_STDERR_LOGGING=1;HOWDAH_BINARY=$<$<TARGET_EXISTS:howdah>:${CMAKE_BINARY_DIR}/howdah>;HOWDAH_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
    TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT} LABELS ${folder})
  if(ARG_QUEUED)
    set_tests_properties(${folder}.${short} PROPERTIES RESOURCE_LOCK servers)
  endif()
  if(ARG_SERIAL)
    set_tests_properties(${folder}.${short} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()
