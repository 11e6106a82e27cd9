#include "pointsman/attempts.h"

#include <charconv>
#include <cstdio>
#include <system_error>

#include "table/word_hasher.h"

namespace pointsman::inline v0 {
namespace {

// Takes a number and the character behind it off the front of a text.
template <class Number>
bool Take(std::string_view& text, char end, Number& number, int base = 10) {
  const auto [behind, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(behind - text.data()));
  if (end == '\0') return true;
  if (text.empty() || text.front() != end) return false;
  text.remove_prefix(1);
  return true;
}

// ":3", ":3!" or nothing.
bool TakeKey(std::string_view& text, Attempt& attempt) {
  if (!text.starts_with(':')) return true;
  text.remove_prefix(1);
  if (!Take(text, '\0', attempt.key) || attempt.key < 0) return false;
  attempt.keys_fault = text.starts_with('!');
  if (attempt.keys_fault) text.remove_prefix(1);
  return true;
}

absl::Status Malformed(const std::string& what) {
  return absl::InvalidArgumentError("attempts: " + what + "; pass what Attempts::Text returned, whole");
}

}  // namespace

std::uint64_t GroupKey(std::string_view group) noexcept {
  WordHasher hash;
  hash.Add(group);
  return hash.Finish().first;
}

absl::Status Attempts::Reserve(std::size_t entries) {
  if (entries > kMax) {
    return absl::InvalidArgumentError("attempts: room for " + std::to_string(entries) + " entries; at most " +
                                      std::to_string(kMax) + " are kept");
  }
  if (entries > capacity()) rest_.resize(entries - kInline);
  return absl::OkStatus();
}

bool Attempts::Add(const Attempt& attempt) noexcept {
  if (size_ == capacity()) return false;
  (size_ < kInline ? first_[size_] : rest_[size_ - kInline]) = attempt;
  ++size_;
  return true;
}

bool Attempts::HasTried(std::int64_t channel_id) const noexcept {
  for (std::size_t i = 0; i < size_; ++i) {
    if ((*this)[i].channel_id == channel_id) return true;
  }
  return false;
}

bool Attempts::HasTried(std::int64_t channel_id, std::uint32_t key) const noexcept {
  for (std::size_t i = 0; i < size_; ++i) {
    const Attempt& attempt = (*this)[i];
    if (attempt.channel_id == channel_id && attempt.key == static_cast<std::int64_t>(key)) return true;
  }
  return false;
}

void Attempts::NoteKeysFault(std::int64_t channel_id) noexcept {
  for (std::size_t i = size_; i > 0; --i) {
    Attempt& attempt = i - 1 < kInline ? first_[i - 1] : rest_[i - 1 - kInline];
    if (attempt.channel_id != channel_id) continue;
    attempt.keys_fault = attempt.key >= 0;
    return;
  }
}

std::string Attempts::Text() const {
  std::string text = std::to_string(size_);
  for (std::size_t i = 0; i < size_; ++i) {
    const Attempt& attempt = (*this)[i];
    char key[17];
    std::snprintf(key, sizeof key, "%016llx", static_cast<unsigned long long>(attempt.group));
    text += " " + std::to_string(attempt.channel_id) + ":" + std::to_string(attempt.priority) + ":" + key;
    if (attempt.key >= 0) text += ":" + std::to_string(attempt.key);
    if (attempt.keys_fault) text += "!";
  }
  return text;
}

absl::StatusOr<Attempts> Attempts::Parse(std::string_view text) {
  const std::string_view whole = text;
  std::size_t count = 0;
  if (!Take(text, '\0', count)) return Malformed("the text does not begin with a number");
  if (count > kMax) return Malformed("more than " + std::to_string(kMax) + " entries");
  Attempts attempts;
  if (absl::Status room = attempts.Reserve(count); !room.ok()) return room;
  for (std::size_t i = 0; i < count; ++i) {
    Attempt attempt;
    const bool spaced = !text.empty() && text.front() == ' ';
    if (spaced) text.remove_prefix(1);
    if (!spaced || !Take(text, ':', attempt.channel_id) || !Take(text, ':', attempt.priority) ||
        !Take(text, '\0', attempt.group, 16) || !TakeKey(text, attempt)) {
      return Malformed("entry " + std::to_string(i + 1) + " of " + std::to_string(count) +
                       " is not channel:priority:group or channel:priority:group:key");
    }
    attempts.Add(attempt);
  }
  // Numbers can be written in more than one way; Text writes them in one.
  if (attempts.Text() != whole) return Malformed("there is more than the " + std::to_string(count) + " entries");
  return attempts;
}

bool operator==(const Attempts& a, const Attempts& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

}  // namespace pointsman::inline v0
