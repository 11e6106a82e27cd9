# What nearly every source includes and nobody here writes, compiled once: half of a compiler's time goes there.
# Off unless asked for: whoever builds with it is not told of a header that a source has forgotten to include.
option(POINTSMAN_PRECOMPILE "Precompile other people's headers: builds take half the time" OFF)
mark_as_advanced(POINTSMAN_PRECOMPILE)

# pointsman_make_precompiled(NAME [PIC] LIBS … HEADERS …): once for all targets with the same flags.
function(pointsman_make_precompiled name)
  if(NOT POINTSMAN_PRECOMPILE)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "PIC" "" "LIBS;HEADERS")
  file(WRITE ${PROJECT_BINARY_DIR}/${name}.cc.in "")
  configure_file(${PROJECT_BINARY_DIR}/${name}.cc.in ${PROJECT_BINARY_DIR}/${name}.cc COPYONLY)
  add_library(${name} OBJECT ${PROJECT_BINARY_DIR}/${name}.cc)
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ${arg_PIC})
  target_precompile_headers(${name} PRIVATE
    <algorithm> <array> <atomic> <charconv> <chrono> <cstddef> <cstdint> <functional> <iostream> <map> <memory> <mutex> <optional>
    <set> <span> <sstream> <string> <string_view> <thread> <tuple> <utility> <variant> <vector>
    <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h> <absl/status/status.h> <absl/status/statusor.h>
    ${arg_HEADERS})
  pointsman_warnings(${name})
  pointsman_see_through(${name})
endfunction()

function(pointsman_precompiled target from)
  if(POINTSMAN_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM ${from})
    pointsman_see_through(${target})
  endif()
endfunction()

# For ccache, which wants sloppiness=pch_defines,time_macros besides.
function(pointsman_see_through target)
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess> "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endfunction()

set(precompiled_absl absl::flat_hash_map absl::flat_hash_set absl::status absl::statusor)
pointsman_make_precompiled(precompiled_library PIC LIBS ${precompiled_absl})
if(POINTSMAN_JSON)
  pointsman_make_precompiled(precompiled_programs LIBS ${precompiled_absl} nlohmann_json::nlohmann_json HEADERS <nlohmann/json.hpp>)
endif()
