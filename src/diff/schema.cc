#include "pointsman/schema.h"

#include <algorithm>
#include <map>
#include <set>

#include "text/printable.h"

namespace pointsman::inline v0 {
namespace {

using Aspect = SchemaDifference::Aspect;

std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string ListOf(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns) text += (text.empty() ? "" : ", ") + Lower(column);
  return columns.empty() ? "none" : "(" + text + ")";
}

// Sorted, so that the order in which a database lists them is no difference.
std::set<std::string> KeysOf(const SchemaTable& table) {
  std::set<std::string> keys;
  for (const std::vector<std::string>& key : table.unique_keys) keys.insert(ListOf(key));
  return keys;
}

// A default of NULL is none.
std::string DefaultOf(const SchemaColumn& column) {
  return column.default_sql && Lower(*column.default_sql) != "null" ? *column.default_sql : "none";
}

template <class Item>
std::map<std::string, const Item*> ByName(const std::vector<Item>& items) {
  std::map<std::string, const Item*> named;
  for (const Item& item : items) named.emplace(Lower(item.name), &item);
  return named;
}

// Calls both(name, before, after) for all names; one of the two may be null.
template <class Item, class Both>
void ForEachName(const std::vector<Item>& before, const std::vector<Item>& after, Both both) {
  std::map<std::string, const Item*> was = ByName(before);
  const std::map<std::string, const Item*> is = ByName(after);
  std::map<std::string, const Item*> all = was;
  all.insert(is.begin(), is.end());
  const auto find = [](const auto& named, const std::string& name) {
    const auto found = named.find(name);
    return found == named.end() ? nullptr : found->second;
  };
  for (const auto& [name, item] : all) both(name, find(was, name), find(is, name));
}

class Comparison {
 public:
  void CompareTables(const Schema& before, const Schema& after) {
    ForEachName(before.tables, after.tables,
                [&](const std::string& name, const SchemaTable* was, const SchemaTable* is) {
                  table_ = name;
                  if (was == nullptr || is == nullptr) return Add(Aspect::kTable, "", Presence(was), Presence(is));
                  CompareTable(*was, *is);
                });
  }
  std::vector<SchemaDifference> Take() { return std::move(differences_); }

 private:
  static std::string Presence(const void* item) { return item == nullptr ? "none" : "present"; }

  void CompareTable(const SchemaTable& was, const SchemaTable& is) {
    Add(Aspect::kRows, "", std::to_string(was.rows), std::to_string(is.rows));
    Add(Aspect::kPrimaryKey, "", ListOf(was.primary_key), ListOf(is.primary_key));
    const std::set<std::string> keys_before = KeysOf(was);
    const std::set<std::string> keys_after = KeysOf(is);
    for (const std::string& key : keys_before)
      Add(Aspect::kUniqueKey, "", key, keys_after.contains(key) ? key : "none");
    for (const std::string& key : keys_after)
      Add(Aspect::kUniqueKey, "", keys_before.contains(key) ? key : "none", key);
    ForEachName(was.columns, is.columns, [&](const std::string& name, const SchemaColumn* b, const SchemaColumn* a) {
      if (b == nullptr || a == nullptr) return Add(Aspect::kColumn, name, Presence(b), Presence(a));
      Add(Aspect::kDefault, name, DefaultOf(*b), DefaultOf(*a));
      Add(Aspect::kNotNull, name, b->not_null ? "not null" : "nullable", a->not_null ? "not null" : "nullable");
    });
  }

  // Only if they differ.
  void Add(Aspect aspect, const std::string& column, std::string before, std::string after) {
    if (before == after) return;
    differences_.push_back(
        {.aspect = aspect, .table = table_, .column = column, .before = std::move(before), .after = std::move(after)});
  }

  std::string table_;
  std::vector<SchemaDifference> differences_;
};

std::string WordFor(Aspect aspect) {
  switch (aspect) {
    case Aspect::kTable: return "the table";
    case Aspect::kColumn: return "the column";
    case Aspect::kDefault: return "default";
    case Aspect::kNotNull: return "NULL rule";
    case Aspect::kPrimaryKey: return "primary key";
    case Aspect::kUniqueKey: return "unique key";
    case Aspect::kRows: return "rows";
  }
  return "";
}

}  // namespace

std::string_view SchemaAspectName(Aspect aspect) {
  switch (aspect) {
    case Aspect::kTable: return "table";
    case Aspect::kColumn: return "column";
    case Aspect::kDefault: return "default";
    case Aspect::kNotNull: return "not_null";
    case Aspect::kPrimaryKey: return "primary_key";
    case Aspect::kUniqueKey: return "unique_key";
    case Aspect::kRows: return "rows";
  }
  return "unknown";
}

std::string SchemaDifference::Text() const {
  return Printable(table) + (column.empty() ? "" : "." + Printable(column)) + ": " + WordFor(aspect) + " was " +
         Printable(before) + ", is " + Printable(after);
}

std::vector<SchemaDifference> CompareSchemas(const Schema& before, const Schema& after) {
  Comparison comparison;
  comparison.CompareTables(before, after);
  return comparison.Take();
}

}  // namespace pointsman::inline v0
