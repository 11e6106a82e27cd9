# The port's features one by one, as far as configuring goes: each asks for what it needs and for nothing else.
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)
foreach(features IN ITEMS none json sqlite3 postgresql json,c)
  step(${CMAKE_COMMAND} -D SOURCE=${SOURCE} -D WORK=${WORK}/${features} -D GENERATOR=${GENERATOR} -D CXX=${CXX} -D FEATURES=${features}
       -D STOP_AFTER=configure -P ${CMAKE_CURRENT_LIST_DIR}/vcpkg_stand_in.cmake)
  step(${CMAKE_COMMAND} --build ${WORK}/${features}/build --target help)
  string(REPLACE "," ";" features "${features}")
  foreach(component IN ITEMS json sqlite3 postgresql c)
    string(FIND "${said}" "libpointsman_${component}." at)
    if((component IN_LIST features AND at EQUAL -1) OR (NOT component IN_LIST features AND NOT at EQUAL -1))
      message(FATAL_ERROR "with the features ${features}, ${component} is wrong:\n${said}")
    endif()
  endforeach()
endforeach()
