# The example in C, as a project that knows no C++.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)
if(sanitized)
  skip("a sanitizer's library wants a sanitized program")
endif()
fresh_work()
step(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer_c -B ${WORK} -G ${GENERATOR} -D CMAKE_C_COMPILER=${C}
     -D CMAKE_PREFIX_PATH=${PREFIX} -D EXAMPLE=${SOURCE}/examples/c/route.c)
step(${CMAKE_COMMAND} --build ${WORK})
step(${WORK}/consumer)
must_tell_the_story()
