#include "load/postgresql/pg_error.h"

#include <algorithm>
#include <cstddef>

#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::size_t kShownErrorBytes = 500;
constexpr std::size_t kCodeBytes = 5;

// What becomes of an error: by whole SQLSTATE, or by its class, the first two characters. First match counts.
struct Meaning {
  std::string_view code;
  absl::StatusCode status;
  std::string_view what;
  std::string_view cure;
};
constexpr Meaning kMeanings[] = {
    {"3D000", absl::StatusCode::kNotFound, "no such database", "name the database that the gateway uses"},
    {"28", absl::StatusCode::kPermissionDenied, "the server does not let this user in",
     "check user, password (PGPASSWORD, ~/.pgpass) and pg_hba.conf"},
    {"42501", absl::StatusCode::kPermissionDenied, "this user may not read what routing needs",
     "grant it what \"pointsman grants\" prints; where row-level security hides rows, give it BYPASSRLS or a view"},
    {"55P03", absl::StatusCode::kUnavailable, "a table is locked, as by a migration",
     "try again when that is over, or raise lock_timeout"},
    {"57014", absl::StatusCode::kUnavailable, "somebody cancelled the statement", "try again"},
    {"57P", absl::StatusCode::kUnavailable, "the server is shutting down or starting up", "try again when it is up"},
    {"53300", absl::StatusCode::kUnavailable, "the server has too many connections",
     "try again, or raise max_connections"},
    {"53", absl::StatusCode::kResourceExhausted, "the server has run out of something", "look at its disk and memory"},
    {"08", absl::StatusCode::kUnavailable, "the connection failed", "try again when the server is up"},
    {"40", absl::StatusCode::kUnavailable, "the server took the transaction back", "try again"},
    {"42P01", absl::StatusCode::kUnavailable, "a table went away while it was read", "try again"},
    {"42703", absl::StatusCode::kUnavailable, "a column went away while it was read", "try again"},
    {"22", absl::StatusCode::kDataLoss, "a value cannot be sent as UTF-8",
     "mend the value, or the database's encoding"},
    {"25P03", absl::StatusCode::kUnavailable, "the server ended the transaction, which said nothing for too long",
     "try again when this machine is less busy, or allow a longer statement_timeout"},
    {"25006", absl::StatusCode::kFailedPrecondition, "a view or function tried to write while it was read",
     "give pointsman tables or views that only read"},
    {"23", absl::StatusCode::kFailedPrecondition, "a constraint of the database refuses it",
     "look at what the constraint demands"},
    {"P0001", absl::StatusCode::kFailedPrecondition, "a trigger or function of the database refuses it",
     "look at what it says"},
    {"XX", absl::StatusCode::kDataLoss, "the server met damaged data or a fault of its own", "look at its log"},
    {"58", absl::StatusCode::kDataLoss, "the server cannot read its files", "look at its disk and log"},
};
constexpr Meaning kOtherwise = {"", absl::StatusCode::kInvalidArgument, "not usable as a gateway's database",
                                "name the gateway's own database"};
constexpr Meaning kNoAnswer = {"", absl::StatusCode::kUnavailable, "no connection to the server",
                               "check host, port and TLS, and that the server is up"};

const Meaning& MeaningOf(std::string_view sqlstate) {
  if (sqlstate.empty()) return kNoAnswer;
  for (const Meaning& meaning : kMeanings) {
    if (sqlstate.substr(0, meaning.code.size()) == meaning.code) return meaning;
  }
  return kOtherwise;
}

bool IsCode(std::string_view text) {
  const auto fits = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
  return text.size() == kCodeBytes && std::all_of(text.begin(), text.end(), fits);
}

// "FATAL:  28P01: password …": where the code begins in a line, or npos.
std::size_t FindCode(std::string_view line) {
  for (std::size_t at = line.find(":  "); at != std::string_view::npos; at = line.find(":  ", at + 1)) {
    const std::size_t code = at + 3;
    if (IsCode(line.substr(code, kCodeBytes)) && line.substr(code + kCodeBytes, 2) == ": ") return code;
  }
  return std::string_view::npos;
}

// "LOCATION:  auth_failed, auth.c:326": of use to nobody here, and known by its end, since its beginning is translated.
bool IsSourceLine(std::string_view line) {
  const std::size_t digits = line.find_last_not_of("0123456789");
  return digits != std::string_view::npos && digits + 1 < line.size() && digits >= 2 &&
         line.substr(digits - 2, 3) == ".c:";
}

}  // namespace

std::string Said(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t';
    if (blank && (line.empty() || line.back() == ' ')) continue;
    line += blank ? ' ' : c == '"' ? '\'' : c;  // Printable would put a backslash before each quote
  }
  return Printable(line, kShownErrorBytes);
}

ConnectFailure ReadConnectFailure(std::string_view message) {
  ConnectFailure failure;
  std::string text;
  while (!message.empty()) {
    const std::size_t end = message.find('\n');
    std::string line(message.substr(0, end));
    message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
    if (IsSourceLine(line)) continue;
    if (const std::size_t code = FindCode(line); code != std::string::npos) {
      failure.sqlstate = line.substr(code, kCodeBytes);
      line.erase(code, kCodeBytes + 2);
    }
    text += line + "\n";
  }
  failure.said = Said(text);
  return failure;
}

absl::Status PgError(const std::string& name, std::string_view sqlstate, std::string_view said) {
  const Meaning& meaning = MeaningOf(sqlstate);
  return {meaning.status,
          name + ": " + std::string(meaning.what) + " (" + Said(said) + "); " + std::string(meaning.cure)};
}

}  // namespace pointsman::inline v0
