#include "upstreams.h"

#include <algorithm>

#include "json_texts.h"

namespace gateway {
namespace {

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos &&
         std::stoi(std::string(text)) < 65536;
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

absl::StatusOr<Upstream> ParseBaseUrl(std::string_view url) {
  url = Trimmed(url);
  const std::size_t scheme = url.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t end = std::min(url.find('/', host), url.size());
  const std::string_view authority = url.substr(host, end - host);
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
  if ((!url.starts_with("http://") && !url.starts_with("https://")) || authority.empty() ||
      authority.find_first_of("@?#") != std::string_view::npos || (has_port && !IsPort(authority.substr(colon + 1)))) {
    return absl::InvalidArgumentError("a base URL is http:// or https://, a host, and perhaps a port and a path");
  }
  std::string path(url.substr(end));
  while (path.ends_with('/')) path.pop_back();
  return Upstream{.origin = std::string(url.substr(0, end)), .path = std::move(path), .keys = {}, .model_mapping = {}};
}

std::vector<std::string> SplitKeys(std::string_view column) {
  column = Trimmed(column);
  if (column.starts_with('[')) return ParseStrings(column);
  std::vector<std::string> keys;
  while (!column.empty()) {
    const std::size_t end = std::min(column.find('\n'), column.size());
    if (const std::string_view key = Trimmed(column.substr(0, end)); !key.empty()) keys.emplace_back(key);
    column.remove_prefix(std::min(end + 1, column.size()));
  }
  return keys;
}

std::int32_t ReachableChannels::Judge(void* self, const pointsman::FilterCandidate& candidate) noexcept {
  const auto& of = *static_cast<const ReachableChannels*>(self);
  if (!of.all->contains(candidate.channel_id)) return kNoUpstream;
  return of.also.judge == nullptr ? 0 : of.also.judge(of.also.context, candidate);
}

absl::Status Upstreams::Read() {
  const absl::StatusOr<std::vector<UpstreamRow>> rows = database_.ReadUpstreams();
  if (!rows.ok()) return rows.status();
  auto all = std::make_shared<UpstreamMap>();
  std::string unusable;
  for (const UpstreamRow& row : *rows) {
    absl::StatusOr<Upstream> upstream = ParseBaseUrl(row.base_url);
    if (!upstream.ok()) {
      unusable += (unusable.empty() ? "" : ", ") + std::to_string(row.channel_id);
      continue;
    }
    upstream->keys = SplitKeys(row.keys);
    if (row.model_mapping != "{}") upstream->model_mapping = row.model_mapping;
    all->insert_or_assign(row.channel_id, *std::move(upstream));
  }
  Tell(unusable);
  const std::lock_guard lock(mutex_);
  all_ = std::move(all);
  return absl::OkStatus();
}

std::shared_ptr<const UpstreamMap> Upstreams::All() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

void Upstreams::Tell(const std::string& unusable) {
  {
    const std::lock_guard lock(mutex_);
    if (unusable == std::exchange(told_, unusable)) return;
  }
  if (log_ == nullptr) return;
  log_(unusable.empty() ? "upstreams: every channel has a usable base_url now"
                        : "upstreams: nothing is sent to channels without a usable base_url: " + unusable);
}

}  // namespace gateway
