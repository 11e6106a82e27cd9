/* The router from C: rows as JSON, a walk over channels, and the reason where there is none.
 *
 *   cc route.c $(pkg-config --cflags --libs pointsman-c) && ./a.out          (--time: what a call costs) */
#include <pointsman/c.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char* const kRows =
    "{\"channels\": [{\"id\": 8, \"group\": \"default\", \"models\": \"gpt-4o,runway\", \"priority\": 10},"
    "               {\"id\": 9, \"group\": \"default\", \"models\": \"gpt-4o\"}]}";

static pointsman_request ask(const char* model) {
  pointsman_request request = POINTSMAN_REQUEST_INIT;
  request.group = pointsman_string("default");
  request.model = pointsman_string(model);
  return request;
}

/* Tries channels until one answers; here the first one always fails. */
static int serve(pointsman_router* router, pointsman_walk* walk) {
  const pointsman_request request = ask("gpt-4o");
  pointsman_selection selection = POINTSMAN_SELECTION_INIT;
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  while (pointsman_select(router, &request, walk, &selection) == POINTSMAN_REASON_NONE) {
    printf("channel %lld serves %.*s\n", (long long)selection.channel_id, (int)selection.group.size,
           selection.group.data);
    const int status = pointsman_walk_size(walk) == 1 ? 503 : 200; /* what the upstream would say */
    pointsman_classify_http(status, pointsman_string(NULL), pointsman_string(NULL), &outcome);
    pointsman_report(router, &selection, &outcome, walk);
    if (!pointsman_worth_another_attempt(&outcome)) break;
    printf("channel %lld failed\n", (long long)selection.channel_id);
  }
  pointsman_release(&selection);
  pointsman_walk_clear(walk);
  return outcome.kind == POINTSMAN_SUCCESS;
}

/* What a caller is told when all have failed: the walk knows which were tried. */
static void fail(pointsman_router* router, pointsman_walk* walk) {
  const pointsman_request request = ask("gpt-4o");
  pointsman_selection selection = POINTSMAN_SELECTION_INIT;
  pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
  char words[1024];
  pointsman_buffer text = {words, sizeof words, 0};
  while (pointsman_select(router, &request, walk, &selection) == POINTSMAN_REASON_NONE) {
    pointsman_classify_http(500, pointsman_string(NULL), pointsman_string(NULL), &outcome);
    pointsman_report(router, &selection, &outcome, walk);
  }
  pointsman_explain(router, &request, walk, POINTSMAN_ENGLISH, POINTSMAN_FOR_CALLER, &text);
  printf("503: %s\n", words);
  pointsman_walk_clear(walk);
}

static void explain(pointsman_router* router, const char* model) {
  const pointsman_request request = ask(model);
  pointsman_selection selection = POINTSMAN_SELECTION_INIT;
  char words[1024];
  pointsman_buffer text = {words, sizeof words, 0};
  const int32_t reason = pointsman_select(router, &request, NULL, &selection);
  pointsman_explain(router, &request, NULL, POINTSMAN_ENGLISH, POINTSMAN_FOR_CALLER, &text);
  printf("%d: %s\n", (int)pointsman_reason_http_status(reason), words);
  pointsman_release(&selection);
}

static double nanoseconds_since(const struct timespec* start, long calls) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return ((double)(now.tv_sec - start->tv_sec) * 1e9 + (double)(now.tv_nsec - start->tv_nsec)) / (double)calls;
}

static void measure(pointsman_router* router) {
  enum { kCalls = 2000000, kBatch = 64 };
  static pointsman_request requests[kBatch];
  static pointsman_selection selections[kBatch];
  for (int i = 0; i < kBatch; ++i) {
    requests[i] = ask("gpt-4o");
    selections[i].struct_size = sizeof selections[i];
  }
  struct timespec start;
  timespec_get(&start, TIME_UTC);
  for (long i = 0; i < kCalls; ++i) pointsman_select(router, requests, NULL, selections);
  printf("one by one: %.1f ns a selection\n", nanoseconds_since(&start, kCalls));
  timespec_get(&start, TIME_UTC);
  for (long i = 0; i < kCalls; i += kBatch) pointsman_select_many(router, requests, kBatch, selections);
  printf("%d at once: %.1f ns a selection\n", kBatch, nanoseconds_since(&start, kCalls));
}

int main(int argc, char** argv) {
  char why[512] = "";
  pointsman_buffer error = {why, sizeof why, 0};
  pointsman_router* router = NULL;
  pointsman_walk* walk = NULL;
  if (pointsman_abi() != POINTSMAN_C_ABI) return 2; /* another library than the one this was compiled for */
  if (pointsman_router_new(NULL, &router, &error) != POINTSMAN_OK ||
      pointsman_reload_json(router, pointsman_string(kRows), NULL, &error) != POINTSMAN_OK ||
      pointsman_walk_new(&walk) != POINTSMAN_OK) {
    fprintf(stderr, "%s\n", why);
    return 1;
  }
  const int served = serve(router, walk);
  fail(router, walk);
  explain(router, "sora");
  if (argc > 1 && strcmp(argv[1], "--time") == 0) measure(router);
  pointsman_walk_free(walk);
  pointsman_router_free(router);
  return served ? 0 : 1;
}
