# rowan_module(), rowan_test(), rowan_tests(): how a folder becomes a library, and its tests a program.

# Adds a folder that has a CMakeLists.txt; one that is not there yet is left out.
function(rowan_add_if_present folder)
  if(EXISTS "${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt")
    add_subdirectory("${PROJECT_SOURCE_DIR}/${folder}" "${PROJECT_BINARY_DIR}/${folder}")
  endif()
endfunction()

# The CMake target of a module: rowan_query for query, rowan_drivers_sqlite for drivers/sqlite.
function(rowan_module_target module result)
  string(REPLACE "/" "_" name "rowan_${module}")
  set(${result} "${name}" PARENT_SCOPE)
endfunction()

# rowan_module(NAME <module> [DEPENDS <module>...] PUBLIC_HEADERS <file>... [HEADERS <file>...]
#              [SOURCES <file>...] [LINK <target>...] [LINK_PUBLIC <target>...])
#
# Makes the library rowan_<module>, alias rowan::<last part of the module's name>. PUBLIC_HEADERS are
# installed, HEADERS are the module's own. DEPENDS is the one statement of which modules it may
# include: tools/check_layers.py reads it. LINK names libraries that only the sources see,
# LINK_PUBLIC those that a public header includes.
function(rowan_module)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME"
                        "DEPENDS;PUBLIC_HEADERS;HEADERS;SOURCES;LINK;LINK_PUBLIC")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "rowan_module(${arg_NAME}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  foreach(dependency IN LISTS arg_DEPENDS)
    rowan_module_target("${dependency}" dependency_target)
    if(NOT TARGET ${dependency_target})
      message(WARNING "Module ${arg_NAME} is left out: ${dependency}, which it needs, is missing.")
      return()
    endif()
  endforeach()
  rowan_module_target("${arg_NAME}" target)
  cmake_path(GET arg_NAME FILENAME short_name)

  if(arg_SOURCES)
    add_library(${target} STATIC)
    set(scope PUBLIC)
    target_sources(${target} PRIVATE ${arg_SOURCES} ${arg_HEADERS})
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:rowan_options> ${arg_LINK})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(rowan::${short_name} ALIAS ${target})
  target_compile_features(${target} ${scope} cxx_std_20)
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${short_name} OUTPUT_NAME ${target} POSITION_INDEPENDENT_CODE ON
    CXX_EXTENSIONS OFF VERIFY_INTERFACE_HEADER_SETS ON)
  target_sources(${target} ${scope}
    FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src" FILES ${arg_PUBLIC_HEADERS})
  target_link_libraries(${target} ${scope} ${arg_LINK_PUBLIC})

  foreach(dependency IN LISTS arg_DEPENDS)
    rowan_module_target("${dependency}" dependency_target)
    target_link_libraries(${target} ${scope} ${dependency_target})
  endforeach()

  set_property(GLOBAL APPEND PROPERTY ROWAN_MODULES "${arg_NAME}")
  set_property(GLOBAL APPEND PROPERTY ROWAN_LINKED ${arg_LINK} ${arg_LINK_PUBLIC})
endfunction()

# rowan_test(NAME <name> SOURCES <file>... [MODULES <module>...] [LINK <target>...] [LABELS <label>...]
#            [NO_DISCOVERY])
#
# Makes the GoogleTest program rowan_<name>. MODULES are those under test, by the names of their
# folders. With NO_DISCOVERY the whole program is one test of ctest.
function(rowan_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "NO_DISCOVERY" "NAME" "SOURCES;MODULES;LINK;LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "rowan_test(${arg_NAME}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  foreach(module IN LISTS arg_MODULES)
    rowan_module_target("${module}" module_target)
    if(NOT TARGET ${module_target})
      message(WARNING "Test ${arg_NAME} is left out: module ${module} is missing.")
      return()
    endif()
  endforeach()
  set(target "rowan_${arg_NAME}")
  add_executable(${target} ${arg_SOURCES})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/src")
  target_compile_features(${target} PRIVATE cxx_std_20)
  target_compile_definitions(${target} PRIVATE ROWAN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE rowan_options)
  foreach(module IN LISTS arg_MODULES)
    rowan_module_target("${module}" module_target)
    target_link_libraries(${target} PRIVATE ${module_target})
  endforeach()
  target_link_libraries(${target} PRIVATE ${arg_LINK} GTest::gmock GTest::gtest_main)
  if(NOT arg_LABELS)
    set(arg_LABELS unit)
  endif()
  if(arg_NO_DISCOVERY)
    add_test(NAME ${target} COMMAND ${target})
    set_tests_properties(${target} PROPERTIES LABELS "${arg_LABELS}")
  else()
    gtest_discover_tests(${target} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                         TEST_LIST ${target}_list PROPERTIES TIMEOUT 120)
    # gtest_discover_tests loses all but the first of several labels, so they are set afterwards.
    set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_labels.cmake")
    file(WRITE "${labels_file}" "if(${target}_list)\n  set_tests_properties(\${${target}_list} "
                                "PROPERTIES LABELS \"${arg_LABELS}\")\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
  endif()
endfunction()

# rowan_tests(MODULE <module> SOURCES <file>... [LINK <target>...] [LABELS <label>...])
#
# Makes the one test program of a module: rowan_<module>_tests, label "unit".
function(rowan_tests)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "MODULE" "SOURCES;MODULES;LINK;LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "rowan_tests(${arg_MODULE}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  string(REPLACE "/" "_" name "${arg_MODULE}_tests")
  rowan_test(NAME ${name} SOURCES ${arg_SOURCES} MODULES ${arg_MODULE} ${arg_MODULES}
             LINK ${arg_LINK} LABELS ${arg_LABELS})
endfunction()
