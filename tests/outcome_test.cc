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
