# rowan::rowan, all core modules with <rowan/rowan.hpp>; rowan::drivers, driver_from_url over every driver of the build.

get_property(rowan_modules GLOBAL PROPERTY ROWAN_MODULES)

add_library(rowan_rowan INTERFACE)
add_library(rowan::rowan ALIAS rowan_rowan)
set_target_properties(rowan_rowan PROPERTIES EXPORT_NAME rowan VERIFY_INTERFACE_HEADER_SETS ON)
target_compile_features(rowan_rowan INTERFACE cxx_std_20)
if(EXISTS "${PROJECT_SOURCE_DIR}/src/rowan/rowan.hpp")
  target_sources(rowan_rowan INTERFACE FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src"
                 FILES "${PROJECT_SOURCE_DIR}/src/rowan/rowan.hpp")
endif()

set(rowan_built_drivers "")
foreach(module IN LISTS rowan_modules)
  if(module MATCHES "^drivers/(.*)$")
    list(APPEND rowan_built_drivers "${CMAKE_MATCH_1}")
  else()
    target_link_libraries(rowan_rowan INTERFACE rowan_${module})
  endif()
endforeach()

if(EXISTS "${PROJECT_SOURCE_DIR}/src/rowan/drivers.cpp")
  add_library(rowan_drivers STATIC "${PROJECT_SOURCE_DIR}/src/rowan/drivers.cpp")
  add_library(rowan::drivers ALIAS rowan_drivers)
  set_target_properties(rowan_drivers PROPERTIES
    EXPORT_NAME drivers POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF
    VERIFY_INTERFACE_HEADER_SETS ON)
  target_compile_features(rowan_drivers PUBLIC cxx_std_20)
  target_sources(rowan_drivers PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src"
                 FILES "${PROJECT_SOURCE_DIR}/src/rowan/drivers.hpp")
  target_link_libraries(rowan_drivers PRIVATE $<BUILD_INTERFACE:rowan_options> PUBLIC rowan_rowan)
  foreach(driver IN LISTS rowan_built_drivers)
    string(TOUPPER "ROWAN_WITH_${driver}" definition)
    target_link_libraries(rowan_drivers PRIVATE rowan_drivers_${driver})
    target_compile_definitions(rowan_drivers PRIVATE ${definition})
  endforeach()
endif()
