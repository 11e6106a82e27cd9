// POINTSMAN_EXPORT marks what a shared build of the library shows: all that headers here promise, and the few functions
// of src/ that one component uses of another. Users never write it.
#ifndef POINTSMAN_EXPORT_H_
#define POINTSMAN_EXPORT_H_

#if defined(_WIN32) && defined(POINTSMAN_SHARED)
#if defined(POINTSMAN_BUILDING)
#define POINTSMAN_EXPORT __declspec(dllexport)
#else
#define POINTSMAN_EXPORT __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define POINTSMAN_EXPORT __attribute__((visibility("default")))
#else
#define POINTSMAN_EXPORT
#endif

#endif  // POINTSMAN_EXPORT_H_
