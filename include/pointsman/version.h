// The version of pointsman, written once: CMake and the packages read it from here.
//
// Versions are semantic. Types live in an inline namespace per major version, so that two majors can be linked
// into one program.
#ifndef POINTSMAN_VERSION_H_
#define POINTSMAN_VERSION_H_

#define POINTSMAN_VERSION_MAJOR 0
#define POINTSMAN_VERSION_MINOR 1
#define POINTSMAN_VERSION_PATCH 0
#define POINTSMAN_VERSION "0.1.0"

#endif  // POINTSMAN_VERSION_H_
