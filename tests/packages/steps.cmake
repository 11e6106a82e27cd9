# What the scripts of this folder share: steps that must succeed, with what they said if they do not.
cmake_minimum_required(VERSION 3.24)

# step(command …): the last output is in `said`.
macro(step)
  execute_process(COMMAND ${ARGV} TIMEOUT 3000 OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\nended with ${result}:\n${said}")
  endif()
endmacro()

# must_say(text): the last step's output has it.
macro(must_say text)
  string(FIND "${said}" "${text}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "expected \"${text}\" in:\n${said}")
  endif()
endmacro()

# fresh_work(): an empty folder for this test.
macro(fresh_work)
  file(REMOVE_RECURSE ${WORK})
  file(MAKE_DIRECTORY ${WORK})
endmacro()

# What a consumer is configured with, whoever it is. Without a build type, and with whole paths for ccache where that is
# the launcher, a source is the same object for everybody who builds the library along.
set(ENV{CCACHE_BASEDIR} "")
set(configure_arguments -G ${GENERATOR} -D CMAKE_CXX_COMPILER=${CXX} -D CMAKE_CXX_FLAGS=${FLAGS}
    -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -D CMAKE_PREFIX_PATH=${PREFIX})
if(C)
  list(APPEND configure_arguments -D CMAKE_C_COMPILER=${C})
endif()

# skip(why): ends the script, as skipped.
macro(skip why)
  message("skipped: ${why}")
  return()
endmacro()

# What the three programs in other languages tell.
macro(must_tell_the_story)
  must_say("channel 8 serves default\nchannel 8 failed\nchannel 9 serves default\n503: No channel is available for model gpt-4o in group default. All attempts")
  must_say("404: No channel is available for model sora")
endmacro()

file(GLOB pkg_config_folders ${PREFIX}/lib*/pkgconfig ${PREFIX}/lib/*/pkgconfig)
list(JOIN pkg_config_folders ":" folders)
set(ENV{PKG_CONFIG_PATH} ${folders})
file(GLOB_RECURSE c_library ${PREFIX}/lib*/libpointsman_c.so)
get_filename_component(c_library_folder "${c_library}" DIRECTORY)
if(FLAGS MATCHES "-fsanitize")
  set(sanitized ON)
endif()
