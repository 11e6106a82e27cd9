// PostgresServer: a PostgreSQL of one's own, on a Unix socket in a temporary folder, for as long as a test program
// runs.
//
//   PostgresServer* server = PostgresServer::Shared();
//   if (server == nullptr) GTEST_SKIP() << PostgresServer::WhyNone();
//   PostgresDatabase db(*server);
//   db.Run("CREATE TABLE channels (id bigint)");
//   EXPECT_EQ(db.Ask("SELECT count(*) FROM channels"), "0");
//
// It runs as an unprivileged user, also for root. A guardian process stops it and removes the folder when the program
// is gone, however that happened.
#ifndef POINTSMAN_TESTS_SUPPORT_POSTGRES_SERVER_H_
#define POINTSMAN_TESTS_SUPPORT_POSTGRES_SERVER_H_

#include <sys/types.h>

#include <string>

struct pg_conn;  // libpq's

namespace pointsman {

class PostgresServer {
 public:
  // The program's own server, started by the first call. Null where no PostgreSQL is installed.
  static PostgresServer* Shared();
  static std::string WhyNone();
  static bool IsInstalled();

  // REQUIRES: IsInstalled(). Fails the test where it does not come up. With kTls it also listens on 127.0.0.1, with a
  // certificate that nobody has signed; that needs the program openssl.
  enum class Listen { kSocket, kTls };
  explicit PostgresServer(Listen listen = Listen::kSocket);
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // A connection URI; more parameters may follow after a "&".
  std::string Uri(const std::string& database, const std::string& user = "postgres") const;
  std::string TlsUri(const std::string& database) const;  // without an sslmode
  const std::string& folder() const { return folder_; }   // of the socket

  // SIGKILL to every process of it, at once; and another start on the same data, which ends when it is up.
  void Kill();
  void StartAgain();
  // SIGSTOP to every process of it: connections are accepted by the system and never answered.
  void Freeze();
  void Thaw();

 private:
  void Tell(char what);
  void Prepare();
  void MakeCertificate();
  void Start();
  bool WaitUntilUp() const;

  std::string folder_;
  int port_ = 0;    // of TLS; 0: none
  int alive_ = -1;  // the line to the guardian, which leaves the server alone while it is open
  pid_t guardian_ = -1;
};

// A superuser's connection.
class PostgresSession {
 public:
  explicit PostgresSession(const std::string& uri);
  ~PostgresSession();
  PostgresSession(const PostgresSession&) = delete;
  PostgresSession& operator=(const PostgresSession&) = delete;

  void Run(const std::string& sql);
  // The SQLSTATE of a statement that fails; empty where it does not.
  std::string TryRun(const std::string& sql);
  // All values, separated by '|', rows by ' '.
  std::string Ask(const std::string& sql);

 private:
  pg_conn* handle_;
};

// A fresh database.
class PostgresDatabase {
 public:
  explicit PostgresDatabase(PostgresServer& server);
  ~PostgresDatabase();
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;

  std::string uri(const std::string& user = "postgres") const { return server_.Uri(name_, user); }
  const std::string& name() const { return name_; }
  void Run(const std::string& sql) { PostgresSession(uri()).Run(sql); }
  std::string Ask(const std::string& sql) { return PostgresSession(uri()).Ask(sql); }

 private:
  PostgresServer& server_;
  std::string name_;
};

}  // namespace pointsman

#endif  // POINTSMAN_TESTS_SUPPORT_POSTGRES_SERVER_H_
