// ClassifyHttp: what upstreams say, and what it means.
#include "pointsman/outcome.h"

#include <gtest/gtest.h>

#include <string>

namespace pointsman {
namespace {

using namespace std::chrono_literals;

OutcomeKind Kind(int status, std::string_view body = {}) { return ClassifyHttp({.status = status, .body = body}).kind; }

TEST(ClassifyHttp, GoesByStatusWhereThatIsClear) {
  EXPECT_EQ(Kind(200), OutcomeKind::kSuccess);
  EXPECT_EQ(Kind(204), OutcomeKind::kSuccess);
  EXPECT_EQ(Kind(302), OutcomeKind::kSuccess);
  for (const int status : {0, 408, 500, 502, 503, 504, 529}) EXPECT_EQ(Kind(status), OutcomeKind::kTransient) << status;
  EXPECT_EQ(Kind(401), OutcomeKind::kCredentialRefused);
  EXPECT_EQ(Kind(402), OutcomeKind::kQuotaExhausted);
  EXPECT_EQ(Kind(403), OutcomeKind::kCredentialRefused);
  EXPECT_EQ(Kind(429), OutcomeKind::kRateLimited);
  for (const int status : {400, 404, 405, 413, 415, 422}) EXPECT_EQ(Kind(status), OutcomeKind::kCallersFault) << status;
}

TEST(ClassifyHttp, TellsASpentQuotaFromARateLimit) {
  EXPECT_EQ(Kind(429, R"({"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}})"),
            OutcomeKind::kQuotaExhausted);
  EXPECT_EQ(Kind(429, R"({"error":{"message":"Rate limit reached for gpt-4o"}})"), OutcomeKind::kRateLimited);
  EXPECT_EQ(Kind(400, R"({"error":{"message":"Your credit balance is too low to access the API"}})"),
            OutcomeKind::kQuotaExhausted);
  EXPECT_EQ(Kind(403, R"({"message":"Billing has not been enabled"})"), OutcomeKind::kQuotaExhausted);
}

TEST(ClassifyHttp, FindsABadKeyBehindABadRequest) {
  EXPECT_EQ(Kind(400, R"({"error":{"message":"API key not valid. Please pass a valid API key."}})"),
            OutcomeKind::kCredentialRefused);
  EXPECT_EQ(Kind(401, R"({"error":{"code":"invalid_api_key"}})"), OutcomeKind::kCredentialRefused);
}

TEST(ClassifyHttp, FindsAModelThatIsNotThere) {
  EXPECT_EQ(Kind(404, R"({"error":{"message":"The model `gpt-9` does not exist","code":"model_not_found"}})"),
            OutcomeKind::kModelUnavailable);
  EXPECT_EQ(Kind(404, R"({"error":{"code":"DeploymentNotFound"}})"), OutcomeKind::kModelUnavailable);
  EXPECT_EQ(Kind(404, "no such page"), OutcomeKind::kCallersFault);
}

// Upstreams repeat what clients send: a client must not be able to take a channel from the others.
TEST(ClassifyHttp, WhatIsRepeatedOfARequestIsTheCallersFault) {
  for (const char* body : {
           R"({"error":{"message":"Unknown parameter: 'billing'.","type":"invalid_request_error"}})",
           R"({"error":{"message":"Invalid 'tools[0].function.name': 'get invalid api key'","code":"invalid_value"}})",
           R"({"error":{"message":"bad prompt: \"code\": \"insufficient_quota\"","type":"invalid_request_error"}})",
           R"({"error":{"message":"'logprobs' is not supported for this model","type":"invalid_request_error"}})",
           R"({"error":{"message":"Image input is not supported for this model"}})",
           R"({"error":{"message":"'model' and 'file-1' does not exist","param":"insufficient_quota"}})",
           R"(the prompt was: model_not_found)",
       }) {
    for (const int status : {400, 404, 422}) EXPECT_EQ(Kind(status, body), OutcomeKind::kCallersFault) << body;
  }
}

TEST(ClassifyHttp, RefusedContentIsTheCallersFault) {
  EXPECT_EQ(Kind(403, R"({"error":{"message":"Your request was blocked by the content policy"}})"),
            OutcomeKind::kCallersFault);
  EXPECT_EQ(Kind(403, R"({"error":{"code":403,"message":"Input was flagged","metadata":{"reasons":["x"]}}})"),
            OutcomeKind::kCallersFault);
  EXPECT_EQ(Kind(401, R"({"error":{"message":"Incorrect API key provided: flagged"}})"),
            OutcomeKind::kCredentialRefused);
}

TEST(ClassifyHttp, ALinkToTheBillingPageIsNotASpentQuota) {
  EXPECT_EQ(Kind(429, R"({"error":{"message":"Rate limit reached. Add a payment method at /account/billing"}})"),
            OutcomeKind::kRateLimited);
}

TEST(ClassifyHttp, KnowsTheWordsOfManyProviders) {
  EXPECT_EQ(Kind(404, R"({"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}})"),
            OutcomeKind::kModelUnavailable);
  EXPECT_EQ(Kind(404, R"({"error":{"code":404,"message":"models/g-9 is not found for API version v1beta",)"
                      R"("status":"NOT_FOUND"}})"),
            OutcomeKind::kModelUnavailable);
  EXPECT_EQ(Kind(403, R"({"error":{"message":"The model `o9` does not exist or you do not have access to it."}})"),
            OutcomeKind::kModelUnavailable);
  EXPECT_EQ(Kind(400, R"({"code":"Arrearage","message":"Access denied"})"), OutcomeKind::kQuotaExhausted);
  EXPECT_EQ(Kind(400, R"({"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}})"),
            OutcomeKind::kCredentialRefused);
  EXPECT_EQ(Kind(400, R"({"error": "Invalid API key"})"), OutcomeKind::kCredentialRefused);
  EXPECT_EQ(Kind(400, "Invalid API key\n"), OutcomeKind::kCredentialRefused);
}

TEST(ClassifyHttp, SurvivesAnyBeginningOfABody) {
  const std::string body = R"({"error":{"message":"a \"quoted\" \\","type":"x","code":"insufficient_quota"}})";
  for (std::size_t n = 0; n < body.size(); ++n) {
    const OutcomeKind kind = Kind(400, std::string_view(body).substr(0, n));
    EXPECT_TRUE(kind == OutcomeKind::kCallersFault || kind == OutcomeKind::kQuotaExhausted) << n;
  }
  EXPECT_EQ(Kind(400, body), OutcomeKind::kQuotaExhausted);
}

TEST(ClassifyHttp, ReadsRetryAfterInSecondsAndNothingElse) {
  const auto after = [](std::string_view text) {
    return ClassifyHttp({.status = 429, .retry_after = text}).retry_after;
  };
  EXPECT_EQ(after("17"), 17s);
  EXPECT_EQ(after(" 0 "), 0s);
  EXPECT_EQ(after("99999999999999999999999"), 1'000'000'000s);
  for (const char* text : {"", "-5", "soon", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT"})
    EXPECT_EQ(after(text), std::nullopt);
}

TEST(ClassifyHttp, LooksAtTheBeginningOfALongBodyOnly) {
  EXPECT_EQ(Kind(429, std::string(1 << 20, ' ') + "insufficient_quota"), OutcomeKind::kRateLimited);
  EXPECT_EQ(Kind(429, "insufficient_quota" + std::string(1 << 20, ' ')), OutcomeKind::kQuotaExhausted);
}

TEST(IsWorthAnotherAttempt, NotAfterWhatAnotherChannelWouldAnswerAlike) {
  EXPECT_FALSE(IsWorthAnotherAttempt(OutcomeKind::kSuccess));
  EXPECT_FALSE(IsWorthAnotherAttempt(OutcomeKind::kCallersFault));
  EXPECT_FALSE(IsWorthAnotherAttempt(OutcomeKind::kCancelled));
  EXPECT_TRUE(IsWorthAnotherAttempt(OutcomeKind::kTransient));
  EXPECT_TRUE(IsWorthAnotherAttempt(OutcomeKind::kCredentialRefused));
}

}  // namespace
}  // namespace pointsman
