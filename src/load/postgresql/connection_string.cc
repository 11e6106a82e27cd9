#include "load/postgresql/connection_string.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace pointsman::inline v0 {
namespace {

constexpr std::string_view kUnknown = "postgresql:";

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

// Null where libpq cannot parse it.
Options Parse(const std::string& connection) {
  char* said = nullptr;
  Options options(PQconninfoParse(connection.c_str(), &said));
  PQfreemem(said);
  return options;
}

std::string ValueOf(const Options& options, std::string_view keyword) {
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->keyword == keyword) return option->val == nullptr ? "" : option->val;
  }
  return {};
}

std::string_view AfterScheme(std::string_view connection) {
  for (const std::string_view scheme : {"postgresql://", "postgres://"}) {
    if (connection.substr(0, scheme.size()) == scheme) return connection.substr(scheme.size());
  }
  return {};
}

// libpq ends user and password at the first '@', unless a '/' comes before it. An '@' in what it takes for host or
// database is most likely the end of a password with an '@' or '/' in it.
bool HasStrayAt(std::string_view connection) {
  std::string_view rest = AfterScheme(connection);
  const std::size_t end = rest.find_first_of("@/");
  if (end == std::string_view::npos) return false;
  rest.remove_prefix(end + (rest[end] == '@' ? 1 : 0));
  return rest.substr(0, rest.find('?')).find('@') != std::string_view::npos;
}

std::vector<std::string_view> Pieces(std::string_view list) {
  std::vector<std::string_view> pieces;
  for (std::size_t comma; (comma = list.find(',')) != std::string_view::npos; list.remove_prefix(comma + 1)) {
    pieces.push_back(list.substr(0, comma));
  }
  pieces.push_back(list);
  return pieces;
}

// "postgresql://root:secret/db" lacks its host, and libpq takes the password for a port.
bool HasStrangePort(const Options& options) {
  const std::string ports = ValueOf(options, "port");
  for (const std::string_view port : Pieces(ports)) {
    int number = 1;
    if (!port.empty() && (!absl::SimpleAtoi(std::string(port), &number) || number < 1 || number > 65535)) return true;
  }
  return false;
}

std::string Encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

std::string ShownHost(std::string_view host) {
  const bool is_ipv6 = host.find(':') != std::string_view::npos &&
                       host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  return is_ipv6 ? "[" + std::string(host) + "]" : Encoded(host);
}

// One port stands for all hosts, or there is one for each.
std::string ShownHosts(const std::string& host_list, const std::string& port_list) {
  const std::vector<std::string_view> hosts = Pieces(host_list);
  const std::vector<std::string_view> ports = Pieces(port_list);
  std::string shown;
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    const std::string_view port = ports[std::min(i, ports.size() - 1)];
    shown += (i == 0 ? "" : ",") + ShownHost(hosts[i]);
    if (!port.empty()) shown += ":" + Encoded(port);
  }
  return shown;
}

// Whole connection strings end up in `dbname` by mistake, and those hold passwords.
std::string ShownDatabase(const std::string& name) {
  if (name.empty()) return {};
  return name.find_first_of("=@") == std::string::npos ? "/" + Encoded(name) : "/(…)";
}

absl::Status Refused(const std::string& why) { return absl::InvalidArgumentError(std::string(kUnknown) + " " + why); }

}  // namespace

std::string ShownSource(const std::string& connection) {
  if (connection.find('\0') != std::string::npos || HasStrayAt(connection)) return std::string(kUnknown);
  const Options options = Parse(connection);
  if (options == nullptr || HasStrangePort(options)) return std::string(kUnknown);
  const std::string host = ValueOf(options, "host");
  const std::string user = ValueOf(options, "user");
  return "postgresql://" + (user.empty() ? "" : Encoded(user) + "@") +
         ShownHosts(host.empty() ? ValueOf(options, "hostaddr") : host, ValueOf(options, "port")) +
         ShownDatabase(ValueOf(options, "dbname"));
}

absl::Status CheckConnectionString(const std::string& connection) {
  if (HasStrayAt(connection)) {
    return Refused(
        "the URI has an \"@\" where none can be; in user, password and database, write @ as %40 and / as %2F");
  }
  const Options options = connection.find('\0') == std::string::npos ? Parse(connection) : nullptr;
  if (options == nullptr) {
    return Refused(
        "not a connection string that libpq understands (it is not shown, since it may hold a password); write "
        "postgresql://USER@HOST:PORT/DATABASE?sslmode=require with special characters percent-encoded, or "
        "\"host=HOST dbname=DATABASE user=USER\"");
  }
  if (HasStrangePort(options)) {
    return Refused("the port is no number from 1 to 65535; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
  }
  return absl::OkStatus();
}

}  // namespace pointsman::inline v0
