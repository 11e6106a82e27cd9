// What is shown of a connection string: where the database is, and never a password, however the string is malformed.
#include <chrono>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pointsman/load/postgresql.h"

namespace pointsman {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string SourceOf(const std::string& connection) { return PostgresqlLoader(connection).source(); }

TEST(PostgresqlSource, UserHostsAndDatabaseAreShownAndNothingElse) {
  EXPECT_EQ(SourceOf("postgresql://root:secret@db.example:5433/one_api?sslmode=require&sslpassword=secret"),
            "postgresql://root@db.example:5433/one_api");
  EXPECT_EQ(SourceOf("postgres://db/one_api?password=secret"), "postgresql://db/one_api");
  EXPECT_EQ(SourceOf("host=/run/pg user='o''neill' password='sec ret' dbname=x"), "postgresql:");
  EXPECT_EQ(SourceOf("host=/run/pg user='o\\'neill' password='sec ret' dbname=x"),
            "postgresql://o%27neill@%2Frun%2Fpg/x");
  EXPECT_EQ(SourceOf("postgresql://root@[::1]:5432,b:5433/x"), "postgresql://root@[::1]:5432,b:5433/x");
  EXPECT_EQ(SourceOf("host=a,b port=5433"), "postgresql://a:5433,b:5433");
  EXPECT_EQ(SourceOf("hostaddr=127.0.0.1 dbname=x"), "postgresql://127.0.0.1/x");
  EXPECT_EQ(SourceOf("postgresql://"), "postgresql://");
  EXPECT_EQ(SourceOf(""), "postgresql://") << "all of it is in the environment";
  EXPECT_EQ(SourceOf("postgresql://user%40tenant:secret@db/x"), "postgresql://user%40tenant@db/x");
}

// Each holds "secret" in a place where a URI's or libpq's grammar takes it for something else.
TEST(PostgresqlSource, APasswordInTheWrongPlaceIsNotShown) {
  const std::vector<std::string> malformed = {
      "postgresql://root:my@secret@db/x",
      "postgresql://root:my/secret@db/x",
      "postgresql://root:my@secret/x@db/x",
      "postgresql://root:my@s?secret@db/x",
      "postgresql://root:secret%zz@db/x",
      "postgresql://root:secret%00@db/x",
      "postgresql://root:secret/x",
      "postgresql://root:secret",
      "postgresql://root:secret@[::1/x",
      "postgresql://db/x?pasword=secret",
      "host=db password=my secret",
      "host=db password='my secret",
      "host=db pasword=secret",
      "host=db dbname=postgresql://root:secret@db/x",
      "root:secret@db/x",
      "secret",
      std::string("host=db password=sec\0secret", 26),
  };
  for (const std::string& connection : malformed) {
    PostgresqlLoader loader(connection, {.connect_timeout = std::chrono::milliseconds(1)});
    EXPECT_THAT(loader.source(), Not(HasSubstr("secret"))) << connection;
    Rows rows(loader.source());
    const absl::Status error = loader.Load(rows, {});
    EXPECT_FALSE(error.ok()) << connection;
    EXPECT_THAT(std::string(error.message()), Not(HasSubstr("secret"))) << connection;
    EXPECT_THAT(std::string(error.message()), HasSubstr("postgresql:")) << connection;
  }
}

TEST(PostgresqlSource, AStringThatCannotBeUnderstoodIsRefusedWithACure) {
  const auto error = [](const std::string& connection) {
    Rows rows("db");
    return PostgresqlLoader(connection).Load(rows, {});
  };
  EXPECT_EQ(error("postgresql://root:my@secret@db/x").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(error("postgresql://root:my@secret@db/x").message(),
            "postgresql: the URI has an \"@\" where none can be; in user, password and database, write @ as %40 and / "
            "as %2F");
  EXPECT_EQ(error("postgresql://root:secret/x").message(),
            "postgresql: the port is no number from 1 to 65535; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
  EXPECT_THAT(std::string(error("one_api").message()), HasSubstr("\"host=HOST dbname=DATABASE user=USER\""));
}

}  // namespace
}  // namespace pointsman
