# What `cmake --install` writes: headers, libraries, and a package with one component for each driver.

include(CMakePackageConfigHelpers)

set(rowan_package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/rowan")

# Installs a target into the set of exported targets of a component.
function(rowan_install target component)
  install(TARGETS ${target} EXPORT rowan-${component}
          ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
          FILE_SET HEADERS DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
          INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
endfunction()

# Writes the targets of a component to <package>/rowan-<component>.cmake.
function(rowan_install_component component)
  install(EXPORT rowan-${component} NAMESPACE rowan:: FILE rowan-${component}.cmake
          DESTINATION "${rowan_package_folder}")
endfunction()

foreach(module IN LISTS rowan_modules)
  rowan_module_target("${module}" target)
  if(module MATCHES "^drivers/(.*)$")
    rowan_install(${target} ${CMAKE_MATCH_1})
    rowan_install_component(${CMAKE_MATCH_1})
  else()
    rowan_install(${target} core)
  endif()
endforeach()
rowan_install(rowan_rowan core)
rowan_install_component(core)
set(rowan_has_drivers OFF)
if(TARGET rowan_drivers)
  set(rowan_has_drivers ON)
  rowan_install(rowan_drivers drivers)
  rowan_install_component(drivers)
endif()

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/rowan-config.cmake.in"
                              "${PROJECT_BINARY_DIR}/rowan-config.cmake"
                              INSTALL_DESTINATION "${rowan_package_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/rowan-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/rowan-config.cmake"
              "${PROJECT_BINARY_DIR}/rowan-config-version.cmake"
        DESTINATION "${rowan_package_folder}")
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}")
