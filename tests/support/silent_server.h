// SilentServer: a Unix socket at which PostgreSQL's clients may connect, and nobody ever answers: a server that hangs.
#ifndef POINTSMAN_TESTS_SUPPORT_SILENT_SERVER_H_
#define POINTSMAN_TESTS_SUPPORT_SILENT_SERVER_H_

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "gtest/gtest.h"

namespace pointsman {

class SilentServer {
 public:
  explicit SilentServer(const std::string& folder) : path_(folder + "/.s.PGSQL.5432") {
    socket_ = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(socket_, 5) != 0) {
      ADD_FAILURE() << path_ << ": " << std::strerror(errno);
    }
  }
  ~SilentServer() { close(socket_); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

 private:
  std::string path_;
  int socket_;
};

}  // namespace pointsman

#endif  // POINTSMAN_TESTS_SUPPORT_SILENT_SERVER_H_
