#include "diff/token_models.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "rows/comma_list.h"
#include "select/intact_table.h"

namespace pointsman::inline v0 {
namespace {

// One bit for each name that is asked for.
using Models = std::vector<bool>;

// The names of both tables, and what tokens are limited to: a limit may be served by a pattern.
std::vector<std::string_view> NamesOf(const IntactTable& before, const IntactTable& after, const DiffOptions& options) {
  std::vector<std::string_view> names;
  before.AddModelNames(names);
  after.AddModelNames(names);
  for (const Rows* rows : {options.before_rows, options.after_rows}) {
    for (const TokenRow& token : rows->tokens()) {
      if (token.model_limits_enabled.value_or(0) == 0) continue;
      for (const std::string_view name : SplitList(token.model_limits.value_or({}))) names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

class TokenSide {
 public:
  TokenSide(const IntactTable& table, const Rows& rows, const std::vector<std::string_view>& names,
            std::optional<std::int64_t> now)
      : table_(table), names_(names), now_(now) {
    for (const UserRow& user : rows.users()) users_.emplace(user.id, &user);
    for (const TokenRow& token : rows.tokens()) tokens_.emplace(token.id, &token);
  }

  const std::map<std::int64_t, const TokenRow*>& tokens() const { return tokens_; }

  // The models that the token may call and is served; none where there is no such token.
  Models ModelsOf(std::int64_t id, TokenDiff& diff, CallerRefusal& refusal) {
    const auto found = tokens_.find(id);
    if (found == tokens_.end()) return Models(names_.size());
    const Caller caller = ResolveCaller(*found->second, OwnerOf(*found->second), now_);
    diff.name = caller.token_name;
    refusal = caller.refusal;
    if (caller.refusal != CallerRefusal::kNone) return Models(names_.size());
    const Models& served = Served(caller.MakeRequest({}));
    return caller.model_limits ? Limited(served, *caller.model_limits) : served;
  }

 private:
  // Group, user group, and the groups that stand for it.
  using Asked = std::tuple<std::string, std::string, std::optional<std::vector<std::string>>>;

  const UserRow* OwnerOf(const TokenRow& token) const {
    const auto found = token.user_id.has_value() ? users_.find(token.user_id.value()) : users_.end();
    return found == users_.end() ? nullptr : found->second;
  }

  const Models& Served(Request request) {
    Asked asked{std::string(request.group), std::string(request.user_group), std::nullopt};
    if (request.ordered_groups)
      std::get<2>(asked).emplace(request.ordered_groups->begin(), request.ordered_groups->end());
    const auto [entry, added] = served_.try_emplace(std::move(asked), names_.size());
    for (std::size_t m = 0; added && m < names_.size(); ++m) {
      request.model = names_[m];
      entry->second[m] = table_.Serves(request);
    }
    return entry->second;
  }

  Models Limited(const Models& served, const std::vector<std::string>& limits) const {
    Models models(names_.size());
    for (const std::string& limit : limits) {
      const auto m = std::lower_bound(names_.begin(), names_.end(), limit) - names_.begin();
      models[static_cast<std::size_t>(m)] = served[static_cast<std::size_t>(m)];
    }
    return models;
  }

  const IntactTable& table_;
  const std::vector<std::string_view>& names_;
  const std::optional<std::int64_t> now_;
  absl::flat_hash_map<std::int64_t, const UserRow*> users_;
  std::map<std::int64_t, const TokenRow*> tokens_;
  std::map<Asked, Models> served_;
};

}  // namespace

std::vector<TokenDiff> CompareTokens(const RouteTable& before, const RouteTable& after, const DiffOptions& options) {
  const IntactTable before_table(before);
  const IntactTable after_table(after);
  const std::vector<std::string_view> names = NamesOf(before_table, after_table, options);
  TokenSide was(before_table, *options.before_rows, names, options.now);
  TokenSide is(after_table, *options.after_rows, names, options.now);
  std::map<std::int64_t, const TokenRow*> all = was.tokens();
  all.insert(is.tokens().begin(), is.tokens().end());

  std::vector<TokenDiff> diffs;
  for (const auto& [id, row] : all) {
    TokenDiff diff{.id = id, .was_there = was.tokens().contains(id), .is_there = is.tokens().contains(id)};
    const Models had = was.ModelsOf(id, diff, diff.before);
    const Models has = is.ModelsOf(id, diff, diff.after);
    if (had == has) continue;
    const auto name = [&](std::size_t m, std::vector<std::string>& to, std::size_t& total) {
      if (++total <= options.models_per_token) to.emplace_back(names[m]);
    };
    for (std::size_t m = 0; m < names.size(); ++m) {
      if (has[m] && !had[m]) name(m, diff.gained, diff.gained_total);
      if (had[m] && !has[m]) name(m, diff.lost, diff.lost_total);
    }
    diffs.push_back(std::move(diff));
  }
  return diffs;
}

}  // namespace pointsman::inline v0
