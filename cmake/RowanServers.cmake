# rowan_database_test(): a test that runs once over a new file of SQLite, and once over each server of the build's drivers.

find_package(Python3 REQUIRED COMPONENTS Interpreter)

# The servers by the names of tools/databases.sh; the URL of each is in ROWAN_TEST_<SERVER>_URL, where scripts/test puts it.
set(rowan_test_servers "")
foreach(server IN ITEMS postgres postgres18 mysql mariadb mariadb11)
  string(REGEX REPLACE "[0-9]+$" "" driver "${server}")
  if(TARGET rowan_drivers_${driver})
    list(APPEND rowan_test_servers ${server})
  endif()
endforeach()

# rowan_database_test(NAME <name> COMMAND <command> <argument>... [SERVERS <server>...] [LOAD <server>=<file>...]
#                     [LABELS <label>...] [TIMEOUT <seconds>] [PASS <regular expression>])
#
# Adds the test <name>.<server> for each server, "sqlite" among them, each with an empty database of its own, which the
# server's client fills from its file of LOAD first. In the command, {url} is the URL of that database and {server} its
# server. The label driver:<server> tells the runs apart.
function(rowan_database_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TIMEOUT;PASS" "COMMAND;SERVERS;LOAD;LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "rowan_database_test(${arg_NAME}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_SERVERS)
    set(arg_SERVERS ${rowan_test_servers})
    if(ROWAN_SQLITE)
      list(PREPEND arg_SERVERS sqlite)
    endif()
  endif()
  string(REPLACE "." "_" database "${arg_NAME}")
  foreach(server IN LISTS arg_SERVERS)
    if(server STREQUAL "sqlite")
      set(options "--url=sqlite:${CMAKE_CURRENT_BINARY_DIR}/${database}.db")
    else()
      string(TOUPPER "ROWAN_TEST_${server}_URL" variable)
      set(options "--url-from=${variable}")
    endif()
    foreach(load IN LISTS arg_LOAD)
      if(load MATCHES "^${server}=(.*)$")
        list(APPEND options "--load=${CMAKE_MATCH_1}")
      endif()
    endforeach()
    list(TRANSFORM arg_COMMAND REPLACE "{server}" "${server}" OUTPUT_VARIABLE command)
    add_test(NAME ${arg_NAME}.${server}
             COMMAND Python3::Interpreter "${PROJECT_SOURCE_DIR}/tools/fresh_database.py" ${options}
                     --name=${database} -- ${command})
    set_tests_properties(${arg_NAME}.${server} PROPERTIES LABELS "${arg_LABELS};driver:${server}")
    if(arg_TIMEOUT)
      set_tests_properties(${arg_NAME}.${server} PROPERTIES TIMEOUT ${arg_TIMEOUT})
    endif()
    if(arg_PASS)
      set_tests_properties(${arg_NAME}.${server} PROPERTIES PASS_REGULAR_EXPRESSION "${arg_PASS}")
    endif()
  endforeach()
endfunction()
