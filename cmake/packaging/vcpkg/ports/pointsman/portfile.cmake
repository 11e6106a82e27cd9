# From a checkout, as an overlay: vcpkg install "pointsman[json,sqlite3]" --overlay-ports=cmake/packaging/vcpkg/ports
# A registry's copy of this port takes the sources of a release instead, by vcpkg_from_github.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../../.." ABSOLUTE)

vcpkg_check_features(OUT_FEATURE_OPTIONS feature_options
  FEATURES
    json POINTSMAN_JSON
    sqlite3 POINTSMAN_SQLITE3
    postgresql POINTSMAN_POSTGRESQL
    c POINTSMAN_C)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    ${feature_options}
    -DPOINTSMAN_TOOL=OFF
    -DPOINTSMAN_EXAMPLES=OFF
    -DPOINTSMAN_TESTS=OFF
    -DPOINTSMAN_BENCHMARKS=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/pointsman)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share"
                    "${CURRENT_PACKAGES_DIR}/share/licenses")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
