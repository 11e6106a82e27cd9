# What every target of this tree has in common. Users of the library inherit none of it but C++20.
include(GNUInstallDirs)

# Before 1.0 a minor version may break.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(pointsman_compatibility SameMinorVersion)
  set(pointsman_soversion 0.${PROJECT_VERSION_MINOR})
else()
  set(pointsman_compatibility SameMajorVersion)
  set(pointsman_soversion ${PROJECT_VERSION_MAJOR})
endif()

# pointsman_component(NAME target COMPONENT component HEADERS … SOURCES …): one library, one component,
# pointsman::<component>. What it takes to install it: PointsmanInstall.cmake.
function(pointsman_component)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;COMPONENT" "HEADERS;SOURCES")
  add_library(${arg_NAME})
  add_library(pointsman::${arg_COMPONENT} ALIAS ${arg_NAME})
  target_sources(${arg_NAME}
    PRIVATE ${arg_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${arg_HEADERS})
  target_compile_features(${arg_NAME} PUBLIC cxx_std_20)
  target_include_directories(${arg_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  set_target_properties(${arg_NAME} PROPERTIES
    EXPORT_NAME ${arg_COMPONENT}
    VERIFY_INTERFACE_HEADER_SETS ON
    POSITION_INDEPENDENT_CODE ON
    VERSION ${PROJECT_VERSION}
    SOVERSION ${pointsman_soversion}
    INSTALL_RPATH "$ORIGIN")
  # Tests reach into rooms that a shared library keeps to itself.
  if(BUILD_SHARED_LIBS AND NOT POINTSMAN_TESTS)
    set_target_properties(${arg_NAME} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  endif()
  pointsman_warnings(${arg_NAME})
endfunction()

# Our warnings, for our own sources only.
function(pointsman_warnings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
    $<$<BOOL:${POINTSMAN_WERROR}>:-Werror>
    # g++ 12 warns falsely about "x" + std::string at -O3, and cannot be asked to hold its tongue elsewhere.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
    # libstdc++ 12 sorts stably through a function that it has itself deprecated.
    $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
    # Where a branch costs more than a second look.
    $<$<CXX_COMPILER_ID:Clang>:-Wno-bitwise-instead-of-logical>
    # A request names only the fields that it means.
    -Wno-missing-field-initializers)
endfunction()
