# SPDX-License-Identifier: Apache-2.0
# What a trader builds against (headers, the two libraries, and how CMake and
# pkg-config find them), and the programs that were built.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

install(TARGETS outrider_shm outrider_producer EXPORT outrider
  ARCHIVE COMPONENT producer
  FILE_SET HEADERS COMPONENT producer)
install(EXPORT outrider NAMESPACE outrider:: FILE outriderTargets.cmake COMPONENT producer
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/outrider)

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/outriderConfig.cmake.in
  ${PROJECT_BINARY_DIR}/outriderConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/outrider)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/outriderConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/outriderConfig.cmake ${PROJECT_BINARY_DIR}/outriderConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/outrider COMPONENT producer)

# Relative to its own place, so that an install can be moved.
file(RELATIVE_PATH pc_to_prefix /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/outrider.pc.in ${PROJECT_BINARY_DIR}/outrider.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/outrider.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT producer)

if(OUTRIDER_SIDECAR)
  install(TARGETS outrider-sidecar outrider RUNTIME COMPONENT sidecar)
  install(FILES tools/deploy/outrider.rules.yml tools/deploy/sidecar.yml
    tools/deploy/probes.yml tools/deploy/recovery.yml tools/deploy/drill.rules.yml
    tools/deploy/prometheus.yml tools/deploy/central.yml tools/deploy/hosts.rules.yml tools/deploy/alertmanager/alertmanager.yml tools/deploy/runbook.md tools/deploy/dashboards.yml
    DESTINATION ${CMAKE_INSTALL_DATADIR}/outrider COMPONENT sidecar)
  install(DIRECTORY tools/deploy/profiles tools/deploy/targets tools/deploy/grafana
    DESTINATION ${CMAKE_INSTALL_DATADIR}/outrider COMPONENT sidecar PATTERN pictures EXCLUDE)
  include(tools/package/package.cmake)
endif()
