// Answers: what a caller is told, in the shape that OpenAI's clients understand and the language that was asked for.
//
//   Refuse(response, 401, "invalid_api_key", {"This API key is not known.", "…"}, LanguageOf(request));
//
// Thread safety: thread-safe (pure functions).
#ifndef GATEWAY_ANSWERS_H_
#define GATEWAY_ANSWERS_H_

#include <httplib.h>

#include <string>
#include <string_view>

#include "exchange.h"
#include "pointsman/explain.h"

namespace gateway {

// Of Accept-Language: Chinese where it is wanted more than English, else English.
pointsman::Language LanguageOf(const httplib::Request& request);

// The key of "Authorization: Bearer KEY"; empty where there is none.
std::string BearerOf(const httplib::Request& request);

// Takes as long wherever they differ. An empty secret equals nothing.
bool IsSecret(std::string_view presented, std::string_view secret);

void AnswerJson(httplib::Response& response, int status, const std::string& body);

void Refuse(httplib::Response& response, int status, std::string_view code, const std::string& message);
void Refuse(httplib::Response& response, int status, std::string_view code, const pointsman::Phrase& message,
            pointsman::Language language);

// An upstream's answer with its status, time to wait, and body: as it is, also where that is empty.
void Pass(httplib::Response& response, const Reply& reply);

// As the server would not compress it: it takes its time for that, and holds streams back.
std::string Uncompressed(std::string_view content_type);

}  // namespace gateway

#endif  // GATEWAY_ANSWERS_H_
