#include "support/postgres_server.h"

#include <fcntl.h>
#include <grp.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace pointsman {
namespace {

namespace fs = std::filesystem;

// What the guardian is told.
constexpr char kKill = 'k', kStart = 's', kStop = 'z', kGoOn = 'c';

// The newest of the folders in which Debian and others keep the server's programs; empty where there is none.
std::string Programs() {
  std::vector<std::pair<int, std::string>> found;
  std::error_code ignored;
  for (const char* const root : {"/usr/lib/postgresql", "/usr/local/pgsql", "/usr/pgsql"}) {
    for (const fs::directory_entry& version : fs::directory_iterator(root, ignored)) {
      const fs::path programs = version.path() / "bin";
      if (access((programs / "postgres").c_str(), X_OK) != 0 || access((programs / "initdb").c_str(), X_OK) != 0)
        continue;
      found.emplace_back(std::atoi(version.path().filename().c_str()), programs.string());
    }
  }
  return found.empty() ? "" : std::max_element(found.begin(), found.end())->second;
}

// Whom the server runs as: PostgreSQL refuses root.
struct Account {
  uid_t user = geteuid();
  gid_t group = getegid();
};

Account ServersAccount() {
  if (geteuid() != 0) return {};
  const passwd* const account = getpwnam("postgres");
  return account == nullptr ? Account{65534, 65534} : Account{account->pw_uid, account->pw_gid};
}

// In a child: runs a program as the server's user. Nothing of the test's comes along but its environment.
[[noreturn]] void Become(const std::vector<std::string>& command, const std::string& folder, const Account& account) {
  const int null = open("/dev/null", O_RDONLY);
  const int log = open((folder + "/log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(null, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  if (geteuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(account.group) != 0 || setuid(account.user) != 0))
    _exit(126);
  if (chdir(folder.c_str()) != 0) _exit(126);
  prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after the change of user, which clears it
  setenv("LC_ALL", "C", 1);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  _exit(127);
}

int Await(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

// Every process of the server, the first one before its children.
std::vector<pid_t> ProcessesOf(pid_t server) {
  std::vector<pid_t> all = {server};
  const std::string id = std::to_string(server);
  std::ifstream children("/proc/" + id + "/task/" + id + "/children");
  for (pid_t child = 0; children >> child;) all.push_back(child);
  return all;
}

void SignalAll(pid_t server, int signal) {
  for (const pid_t process : ProcessesOf(server)) kill(process, signal);
}

// A process of its own, which outlives the test program by as much as it takes to clean up, and does what it is told
// meanwhile: one character, which it sends back when that is done. What the server leaves behind becomes its child.
[[noreturn]] void Guard(int line, const std::vector<std::string>& server, const std::string& folder,
                        const Account& account) {
  setsid();
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  for (int file = 0; file < 1024; ++file) {
    if (file != line) close(file);
  }
  const auto start = [&] {
    const pid_t child = fork();
    if (child == 0) Become(server, folder, account);
    return child;
  };
  pid_t child = start();
  for (char told = 0;;) {
    const ssize_t count = read(line, &told, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    if (told == kStop || told == kGoOn) SignalAll(child, told == kStop ? SIGSTOP : SIGCONT);
    if (told == kKill) {
      SignalAll(child, SIGKILL);
      while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
      }
    }
    if (told == kStart) child = start();
    if (write(line, &told, 1) != 1) break;
  }
  SignalAll(child, SIGCONT);
  kill(child, SIGQUIT);
  while (waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  _exit(0);
}

// One that is free now; whoever is quicker than the server gets it.
int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(socket, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ADD_FAILURE() << "no free port";
  }
  close(socket);
  return ntohs(address.sin_port);
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

bool PostgresServer::IsInstalled() { return !Programs().empty(); }

std::string PostgresServer::WhyNone() {
  return "no PostgreSQL server is installed here: neither /usr/lib/postgresql/*/bin/postgres nor its like";
}

PostgresServer* PostgresServer::Shared() {
  if (!IsInstalled()) return nullptr;
  static PostgresServer server;
  return &server;
}

PostgresServer::PostgresServer(Listen listen) {
  std::string name = (fs::temp_directory_path() / "pointsman-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    ADD_FAILURE() << "no folder for a PostgreSQL server";
    return;
  }
  folder_ = name;
  Prepare();
  if (listen == Listen::kTls) MakeCertificate();
  Start();
  if (!WaitUntilUp()) ADD_FAILURE() << "the PostgreSQL server did not come up:\n" << ReadAll(folder_ + "/log");
}

PostgresServer::~PostgresServer() {
  if (alive_ >= 0) close(alive_);
  if (guardian_ > 0) Await(guardian_);
}

void PostgresServer::Prepare() {
  const Account account = ServersAccount();
  fs::permissions(folder_, fs::perms(0755));
  if (geteuid() == 0 && chown(folder_.c_str(), account.user, account.group) != 0) ADD_FAILURE() << folder_;
  const pid_t child = fork();
  if (child == 0) {
    Become({Programs() + "/initdb", "-D", folder_ + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C", "--no-sync"},
           folder_, account);
  }
  if (Await(child) != 0) ADD_FAILURE() << "initdb failed:\n" << ReadAll(folder_ + "/log");
  // Whoever is called "locked" needs a password.
  std::ofstream(folder_ + "/data/pg_hba.conf") << "local all locked scram-sha-256\nlocal all all trust\n";
}

void PostgresServer::MakeCertificate() {
  const std::string name = folder_ + "/data/server.";
  const pid_t child = fork();
  if (child == 0) {
    Become({"/usr/bin/openssl", "req", "-new", "-x509", "-days", "2", "-nodes", "-subj", "/CN=nobody.invalid",
            "-keyout", name + "key", "-out", name + "crt"},
           folder_, ServersAccount());
  }
  if (Await(child) != 0) ADD_FAILURE() << "no certificate:\n" << ReadAll(folder_ + "/log");
  std::ofstream(folder_ + "/data/pg_hba.conf", std::ios::app) << "hostssl all all 127.0.0.1/32 trust\n";
  port_ = FreePort();
}

void PostgresServer::Start() {
  std::vector<std::string> server = {Programs() + "/postgres", "-D", folder_ + "/data", "-k", folder_};
  for (const char* const setting :
       {"listen_addresses=", "fsync=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB",
        "max_connections=40", "wal_level=minimal", "max_wal_senders=0", "max_wal_size=4GB"}) {
    server.insert(server.end(), {"-c", setting});
  }
  if (port_ != 0) {
    server.insert(server.end(), {"-c", "listen_addresses=127.0.0.1", "-c", "ssl=on", "-p", std::to_string(port_)});
  }
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) ADD_FAILURE() << "no line to the guardian";
  guardian_ = fork();
  if (guardian_ == 0) Guard(ends[0], server, folder_, ServersAccount());
  close(ends[0]);
  alive_ = ends[1];
}

void PostgresServer::Tell(char what) {
  char done = 0;
  if (write(alive_, &what, 1) != 1 || read(alive_, &done, 1) != 1) ADD_FAILURE() << "the server's guardian is gone";
}

void PostgresServer::Kill() { Tell(kKill); }
void PostgresServer::Freeze() { Tell(kStop); }
void PostgresServer::Thaw() { Tell(kGoOn); }
void PostgresServer::StartAgain() {
  Tell(kStart);
  if (!WaitUntilUp()) ADD_FAILURE() << "the PostgreSQL server did not come up again:\n" << ReadAll(folder_ + "/log");
}

bool PostgresServer::WaitUntilUp() const {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (std::chrono::steady_clock::now() < until) {
    if (PQping(Uri("postgres").c_str()) == PQPING_OK) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

std::string PostgresServer::Uri(const std::string& database, const std::string& user) const {
  return "postgresql://" + user + "@/" + database + "?host=" + folder_ +
         (port_ == 0 ? "" : "&port=" + std::to_string(port_));
}

std::string PostgresServer::TlsUri(const std::string& database) const {
  return "postgresql://postgres@127.0.0.1:" + std::to_string(port_) + "/" + database;
}

PostgresSession::PostgresSession(const std::string& uri) : handle_(PQconnectdb(uri.c_str())) {
  EXPECT_EQ(PQstatus(handle_), CONNECTION_OK) << PQerrorMessage(handle_);
  PQsetNoticeReceiver(handle_, [](void*, const PGresult*) {}, nullptr);
}

PostgresSession::~PostgresSession() { PQfinish(handle_); }

void PostgresSession::Run(const std::string& sql) {
  EXPECT_EQ(TryRun(sql), "") << PQerrorMessage(handle_) << " in " << sql.substr(0, 2000);
}

std::string PostgresSession::TryRun(const std::string& sql) {
  PGresult* const result = PQexec(handle_, sql.c_str());
  const char* const code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const bool failed = PQresultStatus(result) == PGRES_FATAL_ERROR;
  std::string state = code != nullptr ? code : failed ? "no answer" : "";
  PQclear(result);
  return state;
}

std::string PostgresSession::Ask(const std::string& sql) {
  PGresult* const result = PQexec(handle_, sql.c_str());
  EXPECT_EQ(PQresultStatus(result), PGRES_TUPLES_OK) << PQerrorMessage(handle_) << " in " << sql;
  std::string out;
  for (int row = 0; row < PQntuples(result); ++row) {
    if (row != 0) out += ' ';
    for (int i = 0; i < PQnfields(result); ++i) {
      out += std::string(i == 0 ? "" : "|") + (PQgetisnull(result, row, i) ? "NULL" : PQgetvalue(result, row, i));
    }
  }
  PQclear(result);
  return out;
}

PostgresDatabase::PostgresDatabase(PostgresServer& server) : server_(server) {
  static std::atomic<int> count = 0;
  name_ = "test" + std::to_string(++count);
  PostgresSession(server.Uri("postgres")).Run("CREATE DATABASE " + name_);
}

PostgresDatabase::~PostgresDatabase() {
  PostgresSession(server_.Uri("postgres")).Run("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
}

}  // namespace pointsman
