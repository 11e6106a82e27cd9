/* The C ABI: the router for everything that is not C++: Go, Rust, Python, or C itself. Component `c`, target
 * pointsman::c, pkg-config module pointsman-c, library libpointsman_c. C11; C++ users want router.h.
 *
 *   pointsman_router* router = NULL;
 *   char why[512];
 *   pointsman_buffer error = {why, sizeof why, 0};
 *   if (pointsman_router_new(NULL, &router, &error) != POINTSMAN_OK) return fail(why);
 *   if (pointsman_reload_json(router, POINTSMAN_STRING(rows), NULL, &error) != POINTSMAN_OK) return fail(why);
 *
 *   pointsman_request request = POINTSMAN_REQUEST_INIT;
 *   request.group = POINTSMAN_STRING("default");
 *   request.model = POINTSMAN_STRING("gpt-4o");
 *   pointsman_selection selection = POINTSMAN_SELECTION_INIT;
 *   if (pointsman_select(router, &request, NULL, &selection) == POINTSMAN_REASON_NONE) send_to(selection.channel_id);
 *   pointsman_release(&selection);
 *
 * The rules of every call:
 *   Texts are a pointer and a length, any bytes; they are read during the call only. {NULL, 0} is absent.
 *   Structs begin with their size, so that a later library knows which fields an older caller has. Zero means the
 *   default. Begin with the INIT macros, or with zeros and the size. What an older library does not know must be zero:
 *   it says so rather than ignore it.
 *   Handles are opaque and ended by their own function, which takes NULL too. No memory is handed over to be freed.
 *   Texts that the library makes go into a pointsman_buffer of the caller. No C++ exception leaves the library: where
 *   memory runs out the answer is POINTSMAN_RESOURCE_EXHAUSTED.
 *   What a null pointer, a struct that is too small or a number that is none of its enumeration means is said once:
 *   POINTSMAN_INVALID_ARGUMENT from calls with a status, POINTSMAN_REASON_MISUSE from selections, and nothing happens.
 *
 * Thread safety: a router may be used from any number of threads; a selection, a walk and rows from one at a time.
 * Cost: a selection that takes 28 ns in C++ took 45 from C, 310 from Go and 500 from Python (benchmarks/README.md has
 * the conditions); pointsman_select_many shares the crossing. Selecting and reporting success allocate nothing, but for
 * a thread's first call; the first failure of a model or a key of a channel may, and says POINTSMAN_RESOURCE_EXHAUSTED
 * where it cannot. Not here: callers, the doctor, comparisons and databases; a host reads its rows and hands them
 * over. */
#ifndef POINTSMAN_C_H_
#define POINTSMAN_C_H_

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define POINTSMAN_C_API __declspec(dllimport)
#elif defined(__GNUC__)
#define POINTSMAN_C_API __attribute__((visibility("default")))
#else
#define POINTSMAN_C_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Compare with pointsman_abi() after loading the library by hand. Grows when a caller of the older one would break;
 * the library's file name bears it too. */
#define POINTSMAN_C_ABI 1
POINTSMAN_C_API uint32_t pointsman_abi(void);
POINTSMAN_C_API const char* pointsman_version(void); /* "0.1.0", for ever */

typedef struct pointsman_text {
  const char* data;
  size_t size;
} pointsman_text;
#define POINTSMAN_STRING(literal) pointsman_string(literal)
static inline pointsman_text pointsman_string(const char* zero_terminated) {
  pointsman_text text = {zero_terminated, 0};
  if (zero_terminated != NULL) {
    while (zero_terminated[text.size] != '\0') ++text.size;
  }
  return text;
}
/* A database's NULL, which is neither "" nor an absent column. */
static inline pointsman_text pointsman_null_text(void) {
  pointsman_text text = {NULL, SIZE_MAX};
  return text;
}

/* A whole number, NULL, or an absent column. */
enum { POINTSMAN_ABSENT = 0, POINTSMAN_NULL = 1, POINTSMAN_VALUE = 2 };
typedef struct pointsman_integer {
  int64_t value;
  uint32_t state;
  uint32_t unused;
} pointsman_integer;
static inline pointsman_integer pointsman_number(int64_t value) {
  pointsman_integer number = {value, POINTSMAN_VALUE, 0};
  return number;
}

/* Where a text goes. At most `capacity` bytes are written, with a zero at the end, cut between characters; `size` is
 * then what the whole text would have taken without the zero: size >= capacity says that it was cut. A null pointer
 * instead of a buffer: the text is not wanted. */
typedef struct pointsman_buffer {
  char* data;
  size_t capacity;
  size_t size;
} pointsman_buffer;

/* The numbers of absl::StatusCode, for good. */
enum {
  POINTSMAN_OK = 0,
  POINTSMAN_CANCELLED = 1,
  POINTSMAN_UNKNOWN = 2,
  POINTSMAN_INVALID_ARGUMENT = 3,
  POINTSMAN_DEADLINE_EXCEEDED = 4,
  POINTSMAN_NOT_FOUND = 5,
  POINTSMAN_PERMISSION_DENIED = 7,
  POINTSMAN_RESOURCE_EXHAUSTED = 8,
  POINTSMAN_FAILED_PRECONDITION = 9,
  POINTSMAN_ABORTED = 10,
  POINTSMAN_INTERNAL = 13
};

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

typedef struct pointsman_rows pointsman_rows;

/* As ChannelRow in rows.h, where each column is described. */
typedef struct pointsman_channel {
  size_t struct_size;
  int64_t id;
  pointsman_text name, groups, models, tag;
  pointsman_text channel_info; /* JSON: whether it has several keys, and which of them are disabled */
  pointsman_integer type, status, priority, weight;
  uint64_t cookie; /* the host's own: comes back in the selection */
} pointsman_channel;
#define POINTSMAN_CHANNEL_INIT {.struct_size = sizeof(pointsman_channel)}

typedef struct pointsman_ability {
  size_t struct_size;
  int64_t channel_id;
  pointsman_text group, model, tag;
  pointsman_integer enabled, priority, weight;
} pointsman_ability;
#define POINTSMAN_ABILITY_INIT {.struct_size = sizeof(pointsman_ability)}

/* `source` names the rows in messages, which show it as they show all names: escaped, and 1000 bytes of it at most. */
POINTSMAN_C_API int32_t pointsman_rows_new(pointsman_text source, pointsman_rows** rows);
POINTSMAN_C_API void pointsman_rows_free(pointsman_rows* rows);
POINTSMAN_C_API int32_t pointsman_rows_add_channel(pointsman_rows* rows, const pointsman_channel* channel);
POINTSMAN_C_API int32_t pointsman_rows_add_ability(pointsman_rows* rows, const pointsman_ability* ability);

/* ---- The router ------------------------------------------------------------------------------------------------- */

typedef struct pointsman_router pointsman_router;

typedef struct pointsman_router_options {
  size_t struct_size;
  pointsman_text policy;          /* JSON, as in load/json.h; absent: the defaults */
  double max_lost_share;          /* of the guard in reloads; 0: 0.5; 1 switches it off */
  int32_t nodes;                  /* gateways that share the limits; 0: 1 */
  int32_t refuse_when_cool;       /* 1: where all that is left cools down, select refuses instead of failing open */
  uint64_t (*now)(void* context); /* nanoseconds of a steady clock; NULL: the system's. It must not fail. */
  void* now_context;
  uint64_t jitter_seed; /* 0: drawn from the system */
} pointsman_router_options;
#define POINTSMAN_ROUTER_OPTIONS_INIT {.struct_size = sizeof(pointsman_router_options)}

/* `options` may be NULL. Free a router only when nobody is inside a call to it; selections may outlive it, but for
 * their `group`. */
POINTSMAN_C_API int32_t pointsman_router_new(const pointsman_router_options* options, pointsman_router** router,
                                             pointsman_buffer* error);
POINTSMAN_C_API void pointsman_router_free(pointsman_router* router);

/* What came of a reload. */
typedef struct pointsman_build {
  size_t struct_size;
  uint64_t generation;
  uint64_t channels, abilities, groups, models, routes, serving_routes;
  uint64_t rejections;   /* rows that were not used because they are wrong */
  pointsman_buffer text; /* in: where a line for each of them goes, or zeros */
  char content_hash[40]; /* "v1:…" */
} pointsman_build;
#define POINTSMAN_BUILD_INIT {.struct_size = sizeof(pointsman_build)}

/* Compiles and publishes. On an error the last good table stays. `build` may be NULL. The rows stay the caller's. */
POINTSMAN_C_API int32_t pointsman_reload_rows(pointsman_router* router, const pointsman_rows* rows,
                                              pointsman_build* build, pointsman_buffer* error);
/* The same from one JSON object of tables (load/json.h). */
POINTSMAN_C_API int32_t pointsman_reload_json(pointsman_router* router, pointsman_text json, pointsman_build* build,
                                              pointsman_buffer* error);

/* ---- Selecting -------------------------------------------------------------------------------------------------- */

/* What was tried for one request, so that each selection tries something else (attempts.h). One may be cleared and
 * used again for the next request. */
typedef struct pointsman_walk pointsman_walk;
POINTSMAN_C_API int32_t pointsman_walk_new(pointsman_walk** walk);
POINTSMAN_C_API void pointsman_walk_free(pointsman_walk* walk);
POINTSMAN_C_API void pointsman_walk_clear(pointsman_walk* walk);
POINTSMAN_C_API size_t pointsman_walk_size(const pointsman_walk* walk);
/* Room for more than 16 attempts, up to 1000: otherwise a longer walk ends with kAttemptLimit. */
POINTSMAN_C_API int32_t pointsman_walk_reserve(pointsman_walk* walk, size_t attempts);

typedef struct pointsman_request {
  size_t struct_size;
  pointsman_text group, user_group, model;
  const pointsman_text* allowed_groups; /* with has_allowed_groups: none but these, 256 at most */
  size_t allowed_count;
  const pointsman_text* ordered_groups; /* with has_ordered_groups: the plan, 256 at most */
  size_t ordered_count;
  int64_t pin;       /* with has_pin: this channel or none */
  uint64_t affinity; /* with has_affinity: whose requests belong together (balance.h) */
  uint8_t has_allowed_groups, has_ordered_groups, has_pin, has_affinity, stay_in_group;
  uint8_t unused[3];
  uint64_t (*bits)(void* context); /* 64 uniform random bits; NULL: the thread's own. It must not fail. */
  void* bits_context;
} pointsman_request;
#define POINTSMAN_REQUEST_INIT {.struct_size = sizeof(pointsman_request)}

/* Why there is no channel: the numbers of Reason in selection.h, for good. */
enum { POINTSMAN_REASON_NONE = 0, POINTSMAN_REASON_MISUSE = -1 };

/* Owns what it reserved: give it back with pointsman_report or pointsman_release, or by selecting into it again. May be
 * moved in memory, but of two copies only one counts. Begin with the INIT macro. */
typedef struct pointsman_selection {
  size_t struct_size;
  uint64_t held[16]; /* the library's own */
  int32_t reason;
  int32_t degraded; /* 1: everything is cooling down, and this channel serves all the same */
  int64_t channel_id;
  int64_t priority;
  uint64_t cookie;
  pointsman_text group; /* the group that served: bill this one. Valid as long as the router */
  uint64_t generation;
  int64_t retry_after_ms; /* where all cool down or are at their limits: until the first is back; -1: unknown */
  int64_t key_index;      /* which of the channel's keys to use, where it has several; -1: it has one */
} pointsman_selection;
#define POINTSMAN_SELECTION_INIT {.struct_size = sizeof(pointsman_selection)}

/* Returns the reason, 0 where there is a channel. `walk` may be NULL. */
POINTSMAN_C_API int32_t pointsman_select(const pointsman_router* router, const pointsman_request* request,
                                         pointsman_walk* walk, pointsman_selection* selection);
/* The same for `count` requests without a walk: crossing over once. Returns how many have a channel. The structs lie
 * side by side, each as long as the first one says. A request that is misused has POINTSMAN_REASON_MISUSE for its
 * answer, and so have those behind one of another length; a selection of another length ends the call. */
POINTSMAN_C_API size_t pointsman_select_many(const pointsman_router* router, const pointsman_request* requests,
                                             size_t count, pointsman_selection* selections);
/* "kModelNotInGroup" and so on, for ever; and what an HTTP gateway would answer. */
POINTSMAN_C_API const char* pointsman_reason_name(int32_t reason);
POINTSMAN_C_API int32_t pointsman_reason_http_status(int32_t reason);

/* How an attempt ended: the kinds of outcome.h, in its order. */
enum {
  POINTSMAN_SUCCESS = 0,
  POINTSMAN_TRANSIENT = 1,
  POINTSMAN_RATE_LIMITED = 2,
  POINTSMAN_QUOTA_EXHAUSTED = 3,
  POINTSMAN_CREDENTIAL_REFUSED = 4,
  POINTSMAN_MODEL_UNAVAILABLE = 5,
  POINTSMAN_CALLERS_FAULT = 6,
  POINTSMAN_CANCELLED_BY_CALLER = 7
};
typedef struct pointsman_outcome {
  size_t struct_size;
  int32_t kind;
  int32_t has_retry_after;
  int64_t retry_after_ms;
  int64_t latency_ns; /* 0: unknown */
  int64_t tokens;
} pointsman_outcome;
#define POINTSMAN_OUTCOME_INIT {.struct_size = sizeof(pointsman_outcome)}

/* Fills kind and retry_after from what an HTTP upstream said; `status` 0: there was no answer. */
POINTSMAN_C_API int32_t pointsman_classify_http(int32_t status, pointsman_text retry_after, pointsman_text body,
                                                pointsman_outcome* outcome);
/* 1 where another channel may serve the same request. */
POINTSMAN_C_API int32_t pointsman_worth_another_attempt(const pointsman_outcome* outcome);
/* Only the first report of a selection counts. Its values stay readable. `walk`: the one that it was selected with, so
 * that a channel that failed by one of its keys is tried with another; may be NULL. */
POINTSMAN_C_API int32_t pointsman_report(pointsman_router* router, pointsman_selection* selection,
                                         const pointsman_outcome* outcome, pointsman_walk* walk);
/* Gives back what the selection reserved, as cancelled if it was not reported. */
POINTSMAN_C_API void pointsman_release(pointsman_selection* selection);

/* ---- Looking and steering --------------------------------------------------------------------------------------- */

enum { POINTSMAN_ENGLISH = 0, POINTSMAN_CHINESE = 1 };
enum { POINTSMAN_FOR_CALLER = 0, POINTSMAN_FOR_OPERATOR = 1 };
/* What a selection would do now, and why, as text. `walk` may be NULL. */
POINTSMAN_C_API int32_t pointsman_explain(const pointsman_router* router, const pointsman_request* request,
                                          const pointsman_walk* walk, int32_t language, int32_t audience,
                                          pointsman_buffer* text);

/* NOT_FOUND for a channel that no published table has. `lasts_ms` below 0: until it is switched on. */
POINTSMAN_C_API int32_t pointsman_switch_off(pointsman_router* router, int64_t channel_id, pointsman_text why,
                                             int64_t lasts_ms);
POINTSMAN_C_API int32_t pointsman_switch_on(pointsman_router* router, int64_t channel_id);
POINTSMAN_C_API int32_t pointsman_reset_state(pointsman_router* router, int64_t channel_id);

typedef struct pointsman_limits {
  size_t struct_size;
  int64_t requests_per_minute, tokens_per_minute, burst; /* 0: none; burst 0: 1 */
  int32_t max_in_flight;                                 /* 0: none */
} pointsman_limits;
#define POINTSMAN_LIMITS_INIT {.struct_size = sizeof(pointsman_limits)}
POINTSMAN_C_API int32_t pointsman_set_limits(pointsman_router* router, int64_t channel_id,
                                             const pointsman_limits* limits);

/* How every channel stands, as JSON (load/state.h). */
POINTSMAN_C_API int32_t pointsman_states_json(const pointsman_router* router, pointsman_buffer* text);
/* What is served, as the JSON that the command line reads as dump:FILE (load/dump.h). */
POINTSMAN_C_API int32_t pointsman_dump_json(const pointsman_router* router, pointsman_buffer* text);

#ifdef __cplusplus
}
#endif

#endif /* POINTSMAN_C_H_ */
