# SPDX-License-Identifier: GPL-3.0-or-later
# cmake -DLAYERS=cmake/HowdahLayers.cmake -P layerrule.cmake: every forbidden link stops the configuration and says why,
# every allowed one passes. With CASE it is one such attempt.
if(CASE)
  include(${LAYERS})
  string(REPLACE " " ";" arguments "${CASE}")
  howdah_check_layer(${arguments})
  return()
endif()

function(attempt case expected)
  execute_process(COMMAND ${CMAKE_COMMAND} -DLAYERS=${LAYERS} "-DCASE=${case}" -P ${CMAKE_SCRIPT_MODE_FILE}
    RESULT_VARIABLE result ERROR_VARIABLE error OUTPUT_VARIABLE output)
  string(REGEX REPLACE "[ \n]+" " " error "${error}")
  if(expected STREQUAL "allowed")
    if(NOT result EQUAL 0)
      message(SEND_ERROR "${case}: refused, but it is allowed: ${error}")
    endif()
  elseif(result EQUAL 0)
    message(SEND_ERROR "${case}: let through, but it is forbidden")
  elseif(NOT error MATCHES "${expected}")
    message(SEND_ERROR "${case}: refused for another reason: ${error}")
  endif()
endfunction()

# Upwards, and sideways.
attempt("core USES monitor" "core may not use monitor: it does not stand below it")
attempt("core USES cluster" "core may not use cluster")
attempt("cluster USES postgres" "cluster may not use postgres")
attempt("postgres USES hosts" "postgres may not use hosts")
attempt("monitor USES operations" "monitor may not use operations")
attempt("tables USES pages" "tables may not use pages")
attempt("charts USES topology" "charts may not use topology")
attempt("widgets USES app" "widgets may not use app")
attempt("cluster USES cluster" "cluster may not use cluster")
# Rooms that nobody has given a place.
attempt("attic USES core" "attic has no place in the house")
attempt("cluster USES attic" "uses attic, which has no place")
# What models must not know.
attempt("tables LIBRARIES Qt6::Widgets" "models do not paint")
attempt("core LIBRARIES Qt6::Gui" "models do not paint")
attempt("history LIBRARIES Qt6::Svg" "models do not paint")
attempt("monitor LIBRARIES QCustomPlotQt6::QCustomPlotQt6" "models do not paint")
# Who alone speaks to a server, and who alone plots.
attempt("pages LIBRARIES PostgreSQL::PostgreSQL" "only postgres speaks to a server")
attempt("monitor LIBRARIES PostgreSQL::PostgreSQL" "only postgres speaks to a server")
attempt("pages LIBRARIES QCustomPlotQt6::QCustomPlotQt6" "only charts plots")
attempt("widgets LIBRARIES Qt6::Widgets QCustomPlotQt6::QCustomPlotQt6" "only charts plots")

attempt("app LIBRARIES Qt6Keychain::Qt6Keychain" "only keyring speaks to the desktop's keyring")
attempt("operations LIBRARIES yaml-cpp" "only toolfiles reads YAML")
attempt("toolfiles USES keyring" "toolfiles may not use keyring")

attempt("cluster USES core" "allowed")
attempt("keyring USES addresses LIBRARIES Qt6Keychain::Qt6Keychain" "allowed")
attempt("toolfiles USES addresses LIBRARIES yaml-cpp" "allowed")
attempt("monitor USES postgres managers LIBRARIES Qt6::Network" "allowed")
attempt("postgres USES cluster LIBRARIES PostgreSQL::PostgreSQL" "allowed")
attempt("charts USES tables LIBRARIES Qt6::Widgets QCustomPlotQt6::QCustomPlotQt6" "allowed")
attempt("app USES shell LIBRARIES Qt6::Widgets" "allowed")
