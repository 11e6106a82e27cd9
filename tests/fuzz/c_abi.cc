// A program of C ABI calls, as the bytes choose them: nothing that a caller hands over brings the library down, what is
// served comes from the rows, and every text is plain and ends in its buffer.
#include <algorithm>
#include <array>
#include <cstddef>
#include <set>

#include "fuzz/bodies.h"
#include "fuzz/router_options.h"
#include "fuzz/watched_buffer.h"
#include "pointsman/c.h"

namespace pointsman::fuzz {
namespace {

constexpr const char* kRows = R"({"channels": [
  {"id": 1, "group": "default,vip", "models": "m,n*", "priority": 1, "weight": 2},
  {"id": 2, "group": "default", "models": "m", "weight": 1,
   "channel_info": "{\"is_multi_key\":true,\"multi_key_size\":2}"}]})";

pointsman_text View(std::string_view text) { return {text.data(), text.size()}; }

class Caller {
 public:
  explicit Caller(std::string_view bytes) : choices_(bytes) {
    for (pointsman_selection& s : selections_) s = POINTSMAN_SELECTION_INIT;
    MakeRouter();
    Demand(pointsman_reload_json(router_, pointsman_string(kRows), nullptr, nullptr) == POINTSMAN_OK,
           "rows are loaded");
    const std::string_view source = choices_.OneIn(8) ? choices_.Text(40) : "rows";
    Demand(pointsman_walk_new(&walk_) == POINTSMAN_OK && pointsman_rows_new(View(source), &rows_) == POINTSMAN_OK,
           "a walk and rows are made");
  }
  ~Caller() {
    for (pointsman_selection& s : selections_) pointsman_release(&s);
    pointsman_rows_free(rows_);
    pointsman_walk_free(walk_);
    pointsman_router_free(router_);
  }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  void Run() {
    for (int calls = 0; !choices_.empty() && calls < 200; ++calls) CallOnce();
  }

 private:
  pointsman_router_options Usual() {
    pointsman_router_options options = POINTSMAN_ROUTER_OPTIONS_INIT;
    options.max_lost_share = 1;
    options.now = [](void* self) { return static_cast<Caller*>(self)->now_; };
    options.now_context = this;
    options.jitter_seed = 1;
    return options;
  }
  // As the bytes have it, where that is a router.
  void MakeRouter() {
    pointsman_router_options options = Usual();
    if (choices_.OneIn(4)) {
      options = RouterOptionsFrom(choices_, options);
      WatchedBuffer error(choices_.Below(512));
      const std::int32_t status = pointsman_router_new(&options, &router_, error.get());
      Demand((status == POINTSMAN_OK) == (router_ != nullptr), "a router or an error");
      if (status == POINTSMAN_OK) return Demand(error.is_untouched(), "no error says nothing");
      error.DemandIsPlain();
      options = Usual();
    }
    Demand(pointsman_router_new(&options, &router_, nullptr) == POINTSMAN_OK, "a router is made");
  }

  void CallOnce() {
    pointsman_selection& selection = selections_[choices_.Below(selections_.size())];
    switch (choices_.Below(14)) {
      case 0:
        return Judge(pointsman_select(router_, Ask(), choices_.OneIn(2) ? walk_ : nullptr, &selection), selection);
      case 1: return Report(selection);
      case 2: return pointsman_release(&selection);
      case 3: return pointsman_walk_clear(walk_);
      case 4: return static_cast<void>(pointsman_walk_reserve(walk_, choices_.Below(2000)));
      case 5: return AddRow();
      case 6: return Reload();
      case 7: return Explain();
      case 8: return Json();
      case 9: return Switch();
      case 10: return Limit();
      case 11: return SelectMany();
      case 12: return JudgeWalk();
      default: now_ += choices_.Word() >> (choices_.Below(40) + 24);
    }
  }

  const pointsman_request* Ask() {
    static constexpr std::string_view kNames[] = {"default", "vip", "m", "nn", "", "auto"};
    const auto name = [&] { return View(choices_.OneIn(8) ? choices_.Text(40) : kNames[choices_.Below(6)]); };
    request_ = POINTSMAN_REQUEST_INIT;
    request_.group = name();
    request_.user_group = name();
    request_.model = name();
    list_ = {name(), name()};
    request_.allowed_groups = request_.ordered_groups = list_.data();
    request_.allowed_count = choices_.Below(3);
    request_.ordered_count = choices_.Below(3);
    const std::uint8_t flags = choices_.Byte();
    request_.has_allowed_groups = (flags & 7) == 7;
    request_.has_ordered_groups = (flags & 56) == 56;
    request_.has_pin = (flags & 192) == 192;
    request_.has_affinity = flags & 1;
    request_.affinity = flags;
    request_.pin = static_cast<std::int64_t>(choices_.Below(4));
    if (choices_.OneIn(30)) request_.struct_size = choices_.Below(300);
    if (choices_.OneIn(30)) request_.unused[choices_.Below(3)] = choices_.Byte();
    request_.bits = [](void* self) { return static_cast<Caller*>(self)->choices_.Word(); };
    request_.bits_context = this;
    return &request_;
  }

  void Judge(std::int32_t reason, const pointsman_selection& s) const {
    Demand(reason == s.reason, "a selection's reason is what is returned");
    Demand(pointsman_reason_name(reason) != nullptr, "a reason has a name");
    const std::int32_t status = pointsman_reason_http_status(reason);
    Demand((status == 200) == (reason == POINTSMAN_REASON_NONE), "a refusal is no success");
    Demand(status == 200 || (status >= 400 && status <= 599), "a refusal is an HTTP error");
    Demand(reason != POINTSMAN_REASON_NONE || any_ids_ || ids_.contains(s.channel_id),
           "a channel is served from the rows");
    if (request_.has_pin != 0 && reason == POINTSMAN_REASON_NONE) Demand(s.channel_id == request_.pin, "a pin is kept");
  }

  // The structs lie side by side, so that their size is a promise here; none is as good as any other broken one.
  void SelectMany() {
    std::array<pointsman_request, 4> requests{};
    for (pointsman_request& request : requests) {
      request = *Ask();
      request.struct_size = sizeof request;
    }
    if (choices_.OneIn(8)) requests[0].struct_size = 0;
    const std::size_t count = choices_.Below(requests.size() + 1);
    const std::size_t served = pointsman_select_many(router_, requests.data(), count, selections_.data());
    const auto is_served = [](const pointsman_selection& s) { return s.reason == POINTSMAN_REASON_NONE; };
    const auto have =
        std::count_if(selections_.begin(), selections_.begin() + static_cast<std::ptrdiff_t>(count), is_served);
    Demand(served == static_cast<std::size_t>(have), "as many are served as have a channel");
  }

  void JudgeWalk() const {
    Demand(pointsman_walk_size(walk_) <= 1000, "a walk is bounded");
    Demand(pointsman_walk_size(nullptr) == 0, "no walk has no attempts");
  }

  void Report(pointsman_selection& selection) {
    pointsman_outcome outcome = POINTSMAN_OUTCOME_INIT;
    if (choices_.OneIn(3)) {
      const std::string_view body = choices_.Text(60);
      Demand(pointsman_classify_http(static_cast<std::int32_t>(choices_.Below(600)), View("3"), View(body), &outcome) ==
                 POINTSMAN_OK,
             "an answer is classified");
    } else {
      outcome.kind = static_cast<std::int32_t>(choices_.Below(10)) - 1;
      outcome.has_retry_after = choices_.OneIn(2);
      outcome.retry_after_ms = static_cast<std::int64_t>(choices_.Word());
      outcome.latency_ns = static_cast<std::int64_t>(choices_.Word());
      outcome.tokens = static_cast<std::int64_t>(choices_.Word());
    }
    pointsman_worth_another_attempt(&outcome);
    pointsman_report(router_, &selection, &outcome, choices_.OneIn(2) ? walk_ : nullptr);
  }

  void AddRow() {
    const std::string_view text = choices_.Text(20);
    if (choices_.OneIn(2)) {
      pointsman_channel channel = POINTSMAN_CHANNEL_INIT;
      channel.id = static_cast<std::int64_t>(choices_.Below(5));
      ids_.insert(channel.id);
      channel.groups = choices_.OneIn(3) ? pointsman_null_text() : View("default,vip");
      channel.models = View(text);
      channel.channel_info = View(choices_.Text(60));
      channel.weight = pointsman_number(static_cast<std::int64_t>(choices_.Word()));
      channel.status.state = static_cast<std::uint32_t>(choices_.Below(4));
      pointsman_rows_add_channel(rows_, &channel);
    } else {
      pointsman_ability ability = POINTSMAN_ABILITY_INIT;
      ability.channel_id = static_cast<std::int64_t>(choices_.Below(5));
      ability.group = View("default");
      ability.model = View(text);
      pointsman_rows_add_ability(rows_, &ability);
    }
  }

  void Reload() {
    WatchedBuffer text(choices_.Below(512));
    WatchedBuffer error(choices_.Below(100));
    pointsman_build build = POINTSMAN_BUILD_INIT;
    build.text = *text.get();
    std::int32_t status = POINTSMAN_OK;
    if (choices_.OneIn(2)) {
      status = pointsman_reload_rows(router_, rows_, &build, error.get());
    } else {
      any_ids_ = true;  // as the bytes have it
      status = pointsman_reload_json(router_, View(choices_.Text(400)), &build, error.get());
    }
    *text.get() = build.text;
    (status == POINTSMAN_OK ? text : error).DemandIsPlain();
    Demand((status == POINTSMAN_OK ? error : text).is_untouched(), "there is a report or an error");
  }

  void Explain() {
    WatchedBuffer text(choices_.Below(512));
    const auto language = static_cast<std::int32_t>(choices_.Below(3));
    const auto audience = static_cast<std::int32_t>(choices_.Below(3));
    const pointsman_walk* walk = choices_.OneIn(2) ? walk_ : nullptr;
    if (pointsman_explain(router_, Ask(), walk, language, audience, text.get()) == POINTSMAN_OK) text.DemandIsPlain();
  }

  void Json() {
    WatchedBuffer text(choices_.Below(4096));
    const bool states = choices_.OneIn(2);
    Demand((states ? pointsman_states_json : pointsman_dump_json)(router_, text.get()) == POINTSMAN_OK,
           "there is JSON");
    text.DemandIsJson();
  }

  void Switch() {
    const auto channel = static_cast<std::int64_t>(choices_.Below(4));
    switch (choices_.Below(3)) {
      case 0:
        pointsman_switch_off(router_, channel, View(choices_.Text(300)), static_cast<std::int64_t>(choices_.Word()));
        break;
      case 1: pointsman_switch_on(router_, channel); break;
      default: pointsman_reset_state(router_, channel);
    }
  }

  void Limit() {
    pointsman_limits limits = POINTSMAN_LIMITS_INIT;
    limits.requests_per_minute = static_cast<std::int64_t>(choices_.Word() >> choices_.Below(64));
    limits.tokens_per_minute = static_cast<std::int64_t>(choices_.Word() >> choices_.Below(64));
    limits.max_in_flight = static_cast<std::int32_t>(choices_.Below(4));
    limits.burst = static_cast<std::int64_t>(choices_.Below(4));
    pointsman_set_limits(router_, static_cast<std::int64_t>(choices_.Below(4)), &limits);
  }

  Choices choices_;
  std::uint64_t now_ = 1'000'000'000'000;
  std::set<std::int64_t> ids_ = {1, 2};  // of all rows that there were
  bool any_ids_ = false;
  pointsman_router* router_ = nullptr;
  pointsman_walk* walk_ = nullptr;
  pointsman_rows* rows_ = nullptr;
  std::array<pointsman_selection, 4> selections_{};
  pointsman_request request_ = POINTSMAN_REQUEST_INIT;
  std::array<pointsman_text, 2> list_{};
};

}  // namespace

bool CAbi(std::string_view bytes) {
  Caller(bytes).Run();
  return true;
}

}  // namespace pointsman::fuzz
