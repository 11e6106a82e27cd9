# Installing, and what other builds find the library by: a CMake package with one export per component, and pkg-config.
include(CMakePackageConfigHelpers)
set(pointsman_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pointsman)

# pointsman_install(target component PC_NAME name [FIND …] [FIND_STATIC …] [PC_REQUIRES …] [PC_PRIVATE …]): what a
# consumer of the component needs, for find_package and as pkg-config modules: first what the headers show, then what
# only the code uses, which has to be there all the same where the library is static.
function(pointsman_install target component)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "PC_NAME" "FIND;FIND_STATIC;PC_REQUIRES;PC_PRIVATE")
  if(NOT POINTSMAN_INSTALL)
    return()
  endif()
  install(TARGETS ${target} EXPORT pointsman-${component} COMPONENT pointsman-${component}
          FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
          LIBRARY NAMELINK_COMPONENT pointsman-${component})
  install(EXPORT pointsman-${component} FILE pointsman-${component}-targets.cmake NAMESPACE pointsman::
          DESTINATION ${pointsman_cmake_dir} COMPONENT pointsman-${component})
  pointsman_pkg_config(${target} ${arg_PC_NAME} "${arg_PC_REQUIRES}" "${arg_PC_PRIVATE}" ${component})
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL STATIC_LIBRARY)
    set(arg_FIND_STATIC "")
  endif()
  set_property(GLOBAL APPEND_STRING PROPERTY pointsman_finds
    "set(pointsman_${component}_needs ${arg_FIND})\nset(pointsman_${component}_links ${arg_FIND_STATIC})\n")
endfunction()

# Whoever links a static library needs all that it needs: pkg-config knows no other way to say so than `Requires`.
function(pointsman_pkg_config target name requires private component)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL STATIC_LIBRARY)
    list(APPEND requires ${private})
    set(private "")
    set(pc_libs_private "-lstdc++ -lm -pthread")
  endif()
  list(JOIN requires ", " pc_requires)
  list(JOIN private ", " pc_requires_private)
  set(pc_name ${name})
  set(pc_library ${target})
  file(RELATIVE_PATH pc_up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  string(REGEX REPLACE "/$" "" pc_up "${pc_up}")
  configure_file(${PROJECT_SOURCE_DIR}/cmake/packaging/pointsman.pc.in ${PROJECT_BINARY_DIR}/packaging/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/packaging/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
          COMPONENT pointsman-${component})
endfunction()

# pointsman_install_package(): the files by which find_package(pointsman) works; after all components.
function(pointsman_install_package)
  get_property(pointsman_finds GLOBAL PROPERTY pointsman_finds)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/packaging/pointsman-config.cmake.in
    ${PROJECT_BINARY_DIR}/packaging/pointsman-config.cmake INSTALL_DESTINATION ${pointsman_cmake_dir}
    NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/packaging/pointsman-config-version.cmake
    COMPATIBILITY ${pointsman_compatibility})
  install(FILES ${PROJECT_BINARY_DIR}/packaging/pointsman-config.cmake
                ${PROJECT_BINARY_DIR}/packaging/pointsman-config-version.cmake
          DESTINATION ${pointsman_cmake_dir} COMPONENT pointsman-pointsman)
  install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/licenses/pointsman
          COMPONENT pointsman-pointsman)
  if(TARGET pointsman_tool)
    file(RELATIVE_PATH up /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
    set_target_properties(pointsman_tool PROPERTIES INSTALL_RPATH "$ORIGIN/${up}")
    install(TARGETS pointsman_tool COMPONENT pointsman-tool)
  endif()
endfunction()
