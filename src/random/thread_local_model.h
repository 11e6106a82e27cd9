// POINTSMAN_INITIAL_EXEC: how the thread-locals of the hot path are reached.
//
// Code that may end in a shared library asks a function where its thread-locals are, and the compiler gives up all
// registers for that call, even where the linker afterwards finds that none is needed. The initial-exec model loads an
// offset instead: a selection by handles took 17 instructions fewer. It takes from the few bytes that glibc keeps for
// libraries that are opened at run time; we need 16 of them. Other C libraries keep none, so there it stays as it was.
#ifndef POINTSMAN_SRC_RANDOM_THREAD_LOCAL_MODEL_H_
#define POINTSMAN_SRC_RANDOM_THREAD_LOCAL_MODEL_H_

#include <cstdint>  // tells which C library this is

#if defined(__GLIBC__)
#define POINTSMAN_INITIAL_EXEC [[gnu::tls_model("initial-exec")]]
#else
#define POINTSMAN_INITIAL_EXEC
#endif

#endif  // POINTSMAN_SRC_RANDOM_THREAD_LOCAL_MODEL_H_
