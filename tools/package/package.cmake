# SPDX-License-Identifier: Apache-2.0
# What a host gets beside the programs, and the two Debian packages. Built by
# build.sh; `cmake --install` alone installs none of this.
set(package_dir ${CMAKE_CURRENT_LIST_DIR})
set(made ${PROJECT_BINARY_DIR}/package)

# Both units are one text: whoever comes second stands by.
function(outrider_unit name description after)
  configure_file(${package_dir}/outrider.service.in ${made}/${name}.service @ONLY)
endfunction()
outrider_unit(outrider-sidecar "outrider sidecar: drains traders' telemetry, holds their order gates"
  "network.target systemd-tmpfiles-setup.service")
outrider_unit(outrider-standby "outrider standby: takes over when the sidecar ends or hangs"
  "network.target systemd-tmpfiles-setup.service outrider-sidecar.service")

# Traders and people share the group outrider: on a host, who may kill and who may
# arm is asked for from the start.
file(READ ${PROJECT_SOURCE_DIR}/tools/deploy/sidecar.yml settings)
foreach(role "viewer outrider" "killer outrider-kill" "armer outrider-arm")
  string(REPLACE " " ";" role "${role}")
  list(GET role 0 who)
  list(GET role 1 group)
  if(NOT settings MATCHES "#${who}-group: [a-z]+")
    message(FATAL_ERROR "tools/deploy/sidecar.yml: found no #${who}-group; needed it for the package")
  endif()
  string(REGEX REPLACE "#${who}-group: [a-z]+" "${who}-group: ${group}" settings "${settings}")
endforeach()
file(CONFIGURE OUTPUT ${made}/sidecar.yml CONTENT "${settings}" @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/deploy/sidecar.yml)

# on_host(DESTINATION FILE... [RENAME name]): part of the package outrider only.
function(on_host destination)
  cmake_parse_arguments(arg "" RENAME "" ${ARGN})
  if(arg_RENAME)
    install(FILES ${arg_UNPARSED_ARGUMENTS} DESTINATION ${destination} RENAME ${arg_RENAME}
      COMPONENT host EXCLUDE_FROM_ALL)
  else()
    install(FILES ${arg_UNPARSED_ARGUMENTS} DESTINATION ${destination} COMPONENT host EXCLUDE_FROM_ALL)
  endif()
endfunction()
on_host(/etc/outrider ${made}/sidecar.yml)
on_host(/lib/systemd/system ${made}/outrider-sidecar.service ${made}/outrider-standby.service)
on_host(share/man/man1 ${made}/outrider.1.gz)
on_host(share/man/man5 ${made}/outrider-sidecar.yml.5.gz)
on_host(share/man/man8 ${made}/outrider-sidecar.8.gz)
on_host(share/doc/outrider ${made}/changelog.gz ${made}/copyright)
on_host(/usr/lib/sysusers.d ${package_dir}/outrider.sysusers RENAME outrider.conf)
on_host(/usr/lib/tmpfiles.d ${package_dir}/outrider.tmpfiles RENAME outrider.conf)
foreach(command outrider outrider-sidecar)
  on_host(share/bash-completion/completions ${package_dir}/outrider.bash RENAME ${command})
endforeach()
install(FILES ${made}/changelog.gz ${made}/copyright DESTINATION share/doc/liboutrider-dev
  COMPONENT headers EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "the outrider authors <outrider@example.org>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL sidecar host producer headers)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_COMPONENT_SIDECAR_GROUP outrider)
set(CPACK_COMPONENT_HOST_GROUP outrider)
set(CPACK_COMPONENT_PRODUCER_GROUP dev)
set(CPACK_COMPONENT_HEADERS_GROUP dev)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_OUTRIDER_PACKAGE_NAME outrider)
set(CPACK_DEBIAN_OUTRIDER_PACKAGE_SECTION net)
set(CPACK_DEBIAN_OUTRIDER_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_OUTRIDER_PACKAGE_DEPENDS
  "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles")
set(CPACK_DEBIAN_OUTRIDER_PACKAGE_SUGGESTS "prometheus, prometheus-alertmanager, liboutrider-dev")
set(CPACK_DEBIAN_OUTRIDER_DESCRIPTION "telemetry sidecar for trading systems
Drains the counters, gauges and latency samples that traders write into
shared memory, serves Prometheus, evaluates Prometheus rules within a pass,
and closes the gate that every order passes: circuit breakers and a kill
switch that act in microseconds.")
file(CONFIGURE OUTPUT ${made}/conffiles CONTENT "/etc/outrider/sidecar.yml\n")
set(CPACK_DEBIAN_OUTRIDER_PACKAGE_CONTROL_EXTRA
  ${made}/conffiles ${package_dir}/postinst ${package_dir}/prerm ${package_dir}/postrm)

set(CPACK_DEBIAN_DEV_PACKAGE_NAME liboutrider-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_DESCRIPTION "what a trader includes to write outrider's telemetry
Headers and two static libraries: counters, gauges and latency samples at
about a nanosecond each, and the gate that orders pass. Found by CMake as
outrider::producer and by pkg-config as outrider; needs no other library.")
include(CPack)
