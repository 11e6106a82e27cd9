#include "chat_body.h"

#include <algorithm>
#include <iterator>

#include "absl/status/status.h"
#include "json_texts.h"
#include "nlohmann/json.hpp"

namespace gateway {
namespace {

using Json = nlohmann::ordered_json;

// Deep nesting means no body that anybody serves. The parser itself does not recurse.
constexpr std::size_t kMaxDepth = 64;

// Upstreams differ in which of two members counts, and some do not tell "Model" from "model": what is asked for there
// has to be what was judged and routed here.
bool IsModel(std::string_view name) {
  constexpr std::string_view kModel = "model";
  return std::equal(name.begin(), name.end(), kModel.begin(), kModel.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

// Bytes of a text for the parser, which does not say how far it is; this does.
class Followed {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Followed(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  Followed& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  bool operator==(const Followed& other) const { return at_ == other.at_; }
  bool operator!=(const Followed& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

// Listens to the parser, and keeps of a body only what a ChatBody has: a caller's body may have a million members.
class ChatListener final : public nlohmann::json_sax<Json> {
 public:
  explicit ChatListener(std::string_view body) : body_(body), furthest_(body.data()) {}

  bool Parse() {
    return Json::sax_parse(Followed(body_.data(), &furthest_), Followed(body_.data() + body_.size(), &furthest_), this);
  }
  bool is_object() const { return is_object_; }
  int models() const { return models_; }
  bool has_model() const { return has_model_; }
  bool is_text() const { return is_text_; }
  const ChatBody& chat() const { return chat_; }

  bool null() override { return Value(); }
  bool boolean(bool value) override {
    if (member_ == Member::kStream) chat_.is_streamed = value;
    return Value();
  }
  bool number_integer(number_integer_t) override { return Value(); }
  bool number_unsigned(number_unsigned_t) override { return Value(); }
  bool number_float(number_float_t, const string_t&) override { return Value(); }
  bool binary(binary_t&) override { return Value(); }
  bool string(string_t& text) override {
    if (member_ == Member::kModel) {
      is_text_ = true;
      chat_.model = text;
      chat_.model_begin = BeginOfValue();
      chat_.model_end = At();
    }
    return Value();
  }
  bool start_object(std::size_t) override {
    is_object_ |= depth_ == 0;
    return Enter();
  }
  bool start_array(std::size_t) override { return Enter(); }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }
  bool key(string_t& name) override {
    if (depth_ != 1) return true;
    models_ += IsModel(name);
    if (name == "model") {
      has_model_ = true;
      is_text_ = false;
      member_ = Member::kModel;
      after_key_ = At();
    } else if (name == "stream") {
      chat_.is_streamed = false;
      member_ = Member::kStream;
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override { return false; }

 private:
  enum class Member { kOther, kModel, kStream };  // whose value comes next, at depth 1

  bool Value() {
    member_ = Member::kOther;
    return true;
  }
  bool Enter() {
    ++depth_;
    return Value() && depth_ <= kMaxDepth;
  }
  bool Leave() {
    --depth_;
    return true;
  }
  std::size_t At() const { return static_cast<std::size_t>(furthest_ - body_.data()); }
  std::size_t BeginOfValue() const { return body_.find_first_not_of(": \t\r\n", after_key_); }

  std::string_view body_;
  const char* furthest_;
  std::size_t depth_ = 0;
  std::size_t after_key_ = 0;
  Member member_ = Member::kOther;
  bool is_object_ = false;
  bool has_model_ = false;
  bool is_text_ = false;
  int models_ = 0;
  ChatBody chat_;
};

}  // namespace

absl::StatusOr<ChatBody> ParseChatBody(std::string_view body) {
  ChatListener heard(body);
  if (!heard.Parse()) return absl::InvalidArgumentError("The body is not JSON.");
  if (!heard.is_object()) return absl::InvalidArgumentError("The body is not a JSON object.");
  if (!heard.has_model()) return absl::InvalidArgumentError("The body has no \"model\".");
  if (heard.models() > 1) return absl::InvalidArgumentError("The body has \"model\" more than once.");
  if (!heard.is_text()) return absl::InvalidArgumentError("\"model\" is not a string.");
  return heard.chat();
}

std::optional<std::string> WithMappedModel(std::string_view body, const ChatBody& parsed, std::string_view mapping) {
  const std::optional<std::string> name = TextUnder(parsed.model, mapping);
  if (!name.has_value()) return std::nullopt;
  std::string mapped(body.substr(0, parsed.model_begin));
  mapped += *name;
  mapped += body.substr(parsed.model_end);
  return mapped;
}

}  // namespace gateway
