// Uses every component that it is linked with, once.
#include <iostream>

#include "pointsman/loader.h"
#include "pointsman/router.h"
#ifdef WITH_JSON
#include "pointsman/load/json.h"
#endif
#ifdef WITH_SQLITE3
#include "pointsman/load/sqlite3.h"
#endif
#ifdef WITH_POSTGRESQL
#include "pointsman/load/postgresql.h"
#endif
#ifdef WITH_C
#include "pointsman/c.h"
#endif

int main() {
  pointsman::Rows rows("consumer");
  if (!rows.Add(pointsman::ChannelRow{.id = 8, .groups = "default", .models = "runway"})) return 1;
  pointsman::RowsLoader loader(rows);
  pointsman::Router router;
  if (!router.Reload(loader).ok()) return 1;
  std::cout << "channel " << router.Select({.group = "", .model = "runway"}).channel_id() << "\n";
#ifdef WITH_JSON
  std::cout << "json " << pointsman::ParsePolicy("{}").ok() << "\n";
#endif
#ifdef WITH_SQLITE3
  pointsman::SqliteLoader sqlite("no/such/file.db");
  std::cout << "sqlite3 " << router.Reload(sqlite).ok() << "\n";
#endif
#ifdef WITH_POSTGRESQL
  pointsman::PostgresqlLoader postgresql("postgresql://nobody@/nothing?host=/no/such/folder");
  std::cout << "postgresql " << router.Reload(postgresql).ok() << "\n";
#endif
#ifdef WITH_C
  std::cout << "c " << pointsman_abi() << "\n";
#endif
}
