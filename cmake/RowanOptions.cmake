# The options of the build, the packages it needs, and the target that carries warnings and sanitizers.

find_package(SQLite3 QUIET)
find_package(PostgreSQL QUIET)
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(LIBMARIADB QUIET IMPORTED_TARGET libmariadb libcrypto)
endif()

option(ROWAN_SQLITE "Build the SQLite driver (needs SQLite 3 with its headers)" ${SQLite3_FOUND})
option(ROWAN_POSTGRES "Build the PostgreSQL driver (needs libpq with its headers)" OFF)
option(ROWAN_MYSQL "Build the MySQL driver (needs libmariadb with its headers)" OFF)
option(ROWAN_MARIADB "Build the MariaDB driver (needs ROWAN_MYSQL)" OFF)
option(ROWAN_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(ROWAN_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(ROWAN_BENCHMARKS "Build the benchmarks" OFF)
option(ROWAN_WERROR "Make warnings errors" OFF)
option(ROWAN_COVERAGE "Instrument for gcov" OFF)
set(ROWAN_ACCEPTANCE_DIR "${PROJECT_SOURCE_DIR}/../shared/acceptance" CACHE PATH
    "Folder of the acceptance programs; they are tests where it is there")
set(ROWAN_CHINOOK_DIR "${PROJECT_SOURCE_DIR}/../shared/data/chinook" CACHE PATH
    "Folder of the Chinook database's SQL files; tests run over it where it is there")
set(ROWAN_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize: \"address,undefined\" or \"thread\"")

# A driver that was asked for and cannot be built is an error now, not a missing header later.
if(ROWAN_SQLITE AND NOT SQLite3_FOUND)
  message(FATAL_ERROR "ROWAN_SQLITE is on, but SQLite 3 was not found. "
                      "Install libsqlite3-dev, or configure with -DROWAN_SQLITE=OFF.")
endif()

if(ROWAN_POSTGRES AND NOT PostgreSQL_FOUND)
  message(FATAL_ERROR "ROWAN_POSTGRES is on, but libpq was not found. "
                      "Install libpq-dev, or configure with -DROWAN_POSTGRES=OFF.")
endif()
if(ROWAN_MARIADB AND NOT ROWAN_MYSQL)
  message(FATAL_ERROR "ROWAN_MARIADB is on, and needs ROWAN_MYSQL: they share their driver.")
endif()
if(ROWAN_MYSQL AND NOT LIBMARIADB_FOUND)
  message(FATAL_ERROR "ROWAN_MYSQL is on, but libmariadb was not found by pkg-config. Install "
                      "libmariadb-dev and pkg-config, or configure with -DROWAN_MYSQL=OFF.")
endif()

find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(Threads REQUIRED)
if(ROWAN_TESTS)
  find_package(GTest REQUIRED)
endif()

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Kind of build" FORCE)
  endif()
  if(NOT CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(ROWAN_CCACHE ccache)
    if(ROWAN_CCACHE)
      set(CMAKE_CXX_COMPILER_LAUNCHER "${ROWAN_CCACHE}")
    endif()
  endif()
endif()

include(GNUInstallDirs)

# Everything that we compile links these privately; nothing of them reaches a user's build.
add_library(rowan_instrumentation INTERFACE)
if(ROWAN_SANITIZE)
  target_compile_options(rowan_instrumentation INTERFACE
    -fsanitize=${ROWAN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(rowan_instrumentation INTERFACE -fsanitize=${ROWAN_SANITIZE})
endif()
if(ROWAN_COVERAGE)
  target_compile_options(rowan_instrumentation INTERFACE --coverage)
  target_link_options(rowan_instrumentation INTERFACE --coverage)
endif()

add_library(rowan_options INTERFACE)
target_compile_options(rowan_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow)
target_link_libraries(rowan_options INTERFACE rowan_instrumentation)
if(ROWAN_WERROR)
  target_compile_options(rowan_options INTERFACE -Werror)
endif()
