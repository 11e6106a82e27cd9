#include <string_view>
#include <utility>

#include "pointsman/doctor.h"

namespace pointsman::inline v0 {

RowChange RowChange::Undo() const {
  RowChange undo = *this;
  std::swap(undo.before, undo.after);
  switch (kind) {
    case Kind::kUpdate: break;
    case Kind::kInsert: undo.kind = Kind::kDelete; break;
    case Kind::kDelete: undo.kind = Kind::kInsert; break;
  }
  return undo;
}

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kInfo: return "info";
    case Severity::kWarning: return "warning";
    case Severity::kError: return "error";
  }
  return "unknown";
}

std::string_view DialectName(Dialect dialect) {
  switch (dialect) {
    case Dialect::kSqlite: return "sqlite";
    case Dialect::kPostgresql: return "postgresql";
    case Dialect::kMysql: return "mysql";
  }
  return "unknown";
}

std::string_view CureClassName(CureClass cure) {
  switch (cure) {
    case CureClass::kNone: return "none";
    case CureClass::kSafe: return "safe";
    case CureClass::kReview: return "review";
    case CureClass::kAdvice: return "advice";
  }
  return "unknown";
}

}  // namespace pointsman::inline v0
