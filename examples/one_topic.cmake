# An example prints what its last comment says.
#   cmake -D SOURCE=… -D PROGRAM=… -P one_topic.cmake
cmake_minimum_required(VERSION 3.24)
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE printed RESULT_VARIABLE result TIMEOUT 60)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${result}:\n${printed}")
endif()
string(REGEX REPLACE "([^\n]*)\n" "//   \\1\n" comment "${printed}")
file(READ ${SOURCE} source)
string(FIND "${source}" "\n// It prints:\n//\n${comment}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "${SOURCE} should end with\n// It prints:\n//\n${comment}")
endif()
