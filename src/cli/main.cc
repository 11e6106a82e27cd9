// pointsman: the library's questions asked from a terminal.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "pointsman/version.h"
#include "text/nearest.h"
#include "text/printable.h"

namespace pointsman::cli {
namespace {

constexpr std::string_view kCommands[] = {"select", "explain", "show",       "doctor",   "diff",
                                          "replay", "grants",  "export-sql", "triggers", "watch"};

void CheckCommand(const std::string& command) {
  if (command.empty() || command[0] == '-') return;
  if (std::ranges::find(kCommands, command) == std::end(kCommands)) {
    Fail("there is no command " + Quoted(command) + DidYouMean(command, kCommands) +
         "; there are: " + JoinNames(kCommands));
  }
}

// CLI11's own check of a range takes -1 for the largest of all.
std::string WholeNumber(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return "";
  return Quoted(text) + " is no whole number from 0 to 18446744073709551615";
}

// Which of the languages a command speaks.
enum class Speaks { kEnglish, kBoth };

// An answer in English to who asked in Chinese would be worse than none.
void AddLanguage(CLI::App& command, std::string& language, Speaks speaks) {
  auto* option = command.add_option("--lang", language, "language of the texts: en or zh")->capture_default_str();
  if (speaks == Speaks::kBoth) {
    option->check(CLI::IsMember({"en", "zh"}));
    return;
  }
  option->description("language of the texts: en alone so far");
  option->check([](const std::string& asked) -> std::string {
    if (asked == "en") return "";
    return asked == "zh" ? "zh is not built yet in version " POINTSMAN_VERSION "; this command speaks English"
                         : Quoted(asked) + " is no language; there is: en";
  });
}

void AddCommon(CLI::App& command, CommonOptions& options, Speaks speaks) {
  command
      .add_option("--from", options.from,
                  "where the rows are: sqlite:PATH, postgresql://USER@HOST/DATABASE, json:PATH, dump:PATH, dump:- "
                  "(standard input), or a path that is "
                  "recognised by content")
      ->required()
      ->type_name("SOURCE");
  command
      .add_option("--policy", options.policy_file, "policy as JSON; with --profile, its keys are laid over the profile")
      ->type_name("FILE");
  command
      .add_option("--profile", options.profile,
                  "the rules of a gateway, with its saved options: new_api_memory, new_api_database, one_api_memory, "
                  "new_api_memory_2025_04, or pointsman")
      ->type_name("NAME");
  AddLanguage(command, options.language, speaks);
  command.add_flag("--json", options.json, "print one JSON document and nothing else on stdout");
}

void AddRequest(CLI::App& command, RequestOptions& options, const std::string& attempts_help) {
  auto* group = command.add_option("--group", options.group, "the request's group; may be empty")->type_name("G");
  auto* token =
      command.add_option("--token", options.token, "the token that asks, by id or name")->type_name("ID|NAME");
  token->excludes(group);
  command.add_option("--user-group", options.user_group, "the group of the token's owner")
      ->type_name("U")
      ->excludes(token);
  command.add_option("--model", options.model, "the model that is asked for")->required()->type_name("M");
  command.add_option("--allow", options.allow, "the groups that the request may use; empty: none")->type_name("G,…");
  command
      .add_option("--affinity", options.affinity, "what the request's affinity key is made of, such as a conversation")
      ->type_name("TEXT");
  command.add_option("--attempts", options.attempts, attempts_help)->type_name("K")->check(CLI::Range(1u, 1000u));
}

CLI::App& AddDiff(CLI::App& app, DiffCommandOptions& options) {
  CLI::App& command =
      *app.add_subcommand("diff", "what a change of rows or policy does to traffic; 1 if a route is lost");
  command.add_option("--before", options.before, "where the rows are today")->required()->type_name("SOURCE");
  command.add_option("--after", options.after, "where the rows are that will be")->required()->type_name("SOURCE");
  auto* policy = command
                     .add_option("--policy", options.policy_file,
                                 "policy of both sides; without it that of a dump, if one is compared")
                     ->type_name("FILE");
  auto* policy_after =
      command.add_option("--policy-after", options.policy_after, "policy of the side after, if another")
          ->type_name("FILE");
  auto* html = command.add_option("--html", options.html_file, "write a page for a browser, to review the change with")
                   ->type_name("FILE");
  command.add_flag("--json", options.json, "print one JSON document and nothing else on stdout");
  command.add_flag("--schema", options.schema, "compare the structure of two databases instead")
      ->excludes(policy)
      ->excludes(policy_after)
      ->excludes(html);
  command.add_option("--profile", options.profile, "the rules of a gateway, for both sides")->type_name("NAME");
  AddLanguage(command, options.language, Speaks::kEnglish);
  return command;
}

CLI::App& AddGrants(CLI::App& app, GrantsOptions& options) {
  CLI::App& command =
      *app.add_subcommand("grants", "SQL that lets a role of the database read what routing needs, only");
  auto* from = command.add_option("--from", options.from, "postgresql://…: name the tables and columns that are there")
                   ->type_name("SOURCE");
  command.add_option("--dialect", options.dialect, "without asking a database: name all that any gateway has")
      ->check(CLI::IsMember({"postgresql"}))
      ->excludes(from);
  command.add_option("--role", options.role, "who may read")->type_name("NAME")->capture_default_str();
  return command;
}

void AddDoctor(CLI::App& app, DoctorCommandOptions& options) {
  CLI::App& command =
      *app.add_subcommand("doctor", "find inconsistent rows, say what fails because of them, cure them");
  AddCommon(command, options.common, Speaks::kEnglish);
  auto* fix = command.add_flag("--fix", options.fix, "print the SQL that cures them");
  auto* apply = command
                    .add_flag("--apply", options.apply,
                              "run the safe cures, and those that --only names, in one transaction, after asking")
                    ->excludes(fix);
  command.add_flag("--yes", options.yes, "do not ask")->needs(apply);
  command.add_flag("--assume-default", options.assume_default,
                   "an empty token group whose owner's group is of no use becomes the default group");
  command.add_option("--only", options.only, "only this finding; may be repeated")->type_name("CODE")->delimiter(',');
  command.add_option("--dialect", options.dialect, "of the SQL; default: the source's")
      ->check(CLI::IsMember({"sqlite", "postgresql", "mysql"}));
  command.add_option("--undo", options.undo_file, "where --apply writes the SQL that takes its changes back")
      ->type_name("FILE")
      ->needs(apply);
  command.add_option("--fail-on", options.fail_on, "exit with 1 only from this severity on")
      ->check(CLI::IsMember({"info", "warning", "error"}))
      ->capture_default_str();
  command
      .add_option("--baseline", options.baseline_file,
                  "what doctor --json printed at an earlier time: only what is new since then counts")
      ->type_name("FILE");
  command.add_option("--html", options.html_file, "write a page for a browser, to send around")->type_name("FILE");
  command.footer(
      "--apply changes the database that it reads, SQLite or PostgreSQL:\n"
      "  1. shows the changes, what they will reveal, and the target, and asks (without a terminal: --yes);\n"
      "  2. in one transaction looks again, writes the undo file, changes row by row, by primary key and old values;\n"
      "  3. looks a last time, and takes everything back unless exactly what was shown is found;\n"
      "  4. then runs what changes no row (a default, a sequence), only where --only names the finding.\n"
      "Made are cures of class safe, and those of class review that --only names; --fix prints them all.\n"
      "On PostgreSQL, who writes those rows (after some tries those tables) waits until it has ended.\n"
      "One line of JSON on stderr is for the log. Exit code 3: nothing was changed, or it says what was.");
}

CLI::App& AddExportSql(CLI::App& app, ExportSqlOptions& options) {
  CLI::App& command =
      *app.add_subcommand("export-sql", "SQL whose answer is a json: source, for hosts that have nothing but psql");
  command.add_option("--dialect", options.dialect, "of the SQL")
      ->required()
      ->check(CLI::IsMember({"sqlite", "postgresql", "mysql"}));
  command.add_option("--without", options.without, "a table or column that the gateway lacks; may be repeated")
      ->type_name("TABLE[.COLUMN]")
      ->delimiter(',');
  return command;
}

CLI::App& AddTriggers(CLI::App& app, TriggersOptions& options) {
  CLI::App& command =
      *app.add_subcommand("triggers", "SQL that lets a database tell of changes to routing, and no others");
  auto* from =
      command.add_option("--from", options.from, "postgresql://…: for the tables that are there, in their schemas")
          ->type_name("SOURCE");
  command.add_option("--dialect", options.dialect, "without asking a database: for the schema public")
      ->check(CLI::IsMember({"postgresql"}))
      ->excludes(from);
  auto* normalize = command.add_flag("--normalize", options.normalize,
                                     "also replace an empty group of a token, when it is written, by its owner's");
  command.add_flag("--drop", options.drop, "SQL that takes the triggers away again")
      ->excludes(normalize)
      ->excludes(from);
  return command;
}

CLI::App& AddWatch(CLI::App& app, WatchOptions& options) {
  CLI::App& command = *app.add_subcommand(
      "watch",
      "follow a source and print what each change does to traffic, until a signal; with --json a line for each");
  AddCommon(command, options.common, Speaks::kEnglish);
  command
      .add_option("--listen", options.listen,
                  "the postgresql:// URL to hear changes by, if another than the source's: pools lose notifications")
      ->type_name("URL");
  command
      .add_option_function<double>(
          "--interval",
          [&options](double seconds) {
            options.interval = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
          },
          "how long until the source is read again unasked, in seconds; default: 2")
      ->check(CLI::Range(0.01, 86400.0))
      ->type_name("SECONDS");
  command.add_option("--changes", options.changes, "end after so many changes")
      ->check(CLI::Range(1u, 1000000000u))
      ->type_name("N");
  return command;
}

void RequireCaller(const RequestOptions& options) {
  if (!options.group && options.token.empty()) Fail("name who asks: --group G (may be \"\") or --token ID|NAME");
}

// Two questions in one command would leave one of them without an answer.
void RequireOneQuestion(const CLI::App& select) {
  if (select.count("-n") == 0 || select.count("--attempts") == 0) return;
  Fail("-n and --attempts do not go together: -n makes selections on their own, --attempts one walk; give one of them");
}

int Run(int argc, char** argv) {
  CLI::App app("pointsman: which upstream channel serves a request, and if none does, why not", "pointsman");
  app.set_version_flag("--version", "pointsman " POINTSMAN_VERSION);
  app.require_subcommand(1);
  app.footer("exit codes: 0 fine, 1 the answer is no, 2 bad usage or unreadable source, 3 refused or rolled back");

  SelectOptions select;
  CLI::App& select_command = *app.add_subcommand("select", "select a channel, or N of them beside their exact shares");
  AddCommon(select_command, select.common, Speaks::kBoth);
  AddRequest(select_command, select.request, "one walk of up to this many attempts, every attempt taken to fail");
  select_command.add_option("-n", select.count, "how many selections")
      ->check(CLI::Range(1u, 1000000000u))
      ->capture_default_str();
  select_command.add_option("--seed", select.seed, "seed of the random bits")
      ->check(WholeNumber)
      ->capture_default_str();

  ExplainOptions explain;
  CLI::App& explain_command = *app.add_subcommand("explain", "why a request has the route that it has, or none");
  AddCommon(explain_command, explain.common, Speaks::kBoth);
  AddRequest(explain_command, explain.request, "explain this attempt of a walk, those before taken to fail");
  explain_command
      .add_option("--audience", explain.audience, "whom the text is for: an operator sees channels, a caller does not")
      ->check(CLI::IsMember({"operator", "caller"}))
      ->capture_default_str();

  ShowOptions show;
  CLI::App& show_command = *app.add_subcommand("show", "the tree group -> model -> tier -> candidate");
  AddCommon(show_command, show.common, Speaks::kEnglish);
  show_command.add_option("--group", show.group, "only this group")->type_name("G");
  show_command.add_option("--model", show.model, "only this model")->type_name("M");

  show_command.add_option("--html", show.html_file, "write a page for a browser")->type_name("FILE");

  DiffCommandOptions diff;
  CLI::App& diff_command = AddDiff(app, diff);

  DoctorCommandOptions doctor;
  AddDoctor(app, doctor);

  ExportSqlOptions export_sql;
  CLI::App& export_sql_command = AddExportSql(app, export_sql);

  ReplayOptions replay;
  CLI::App& replay_command = *app.add_subcommand("replay", "make a recorded decision again, and explain it");
  AddCommon(replay_command, replay.common, Speaks::kBoth);
  replay_command.add_option("record", replay.record, "the decision, as DecisionToJson wrote it; -: standard input")
      ->required()
      ->type_name("FILE");

  GrantsOptions grants;
  CLI::App& grants_command = AddGrants(app, grants);
  TriggersOptions triggers;
  CLI::App& triggers_command = AddTriggers(app, triggers);

  WatchOptions watch;
  CLI::App& watch_command = AddWatch(app, watch);

  if (argc <= 1) Fail("name a command: " + JoinNames(kCommands) + "; each has a --help");
  CheckCommand(argv[1]);
  app.failure_message([](const CLI::App* command, const CLI::Error& error) {
    return Plain("pointsman: " + CLI::FailureMessage::simple(command, error));
  });
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, std::cout, std::cerr);
    return code == 0 ? kFine : kBadUsage;
  }
  if (select_command.parsed()) {
    RequireCaller(select.request);
    RequireOneQuestion(select_command);
    return RunSelect(select);
  }
  if (explain_command.parsed()) {
    RequireCaller(explain.request);
    return RunExplain(explain);
  }
  if (show_command.parsed()) return RunShow(show);
  if (grants_command.parsed()) return RunGrants(grants);
  if (export_sql_command.parsed()) return RunExportSql(export_sql);
  if (triggers_command.parsed()) return RunTriggers(triggers);
  if (watch_command.parsed()) return RunWatch(watch);
  if (replay_command.parsed()) return RunReplay(replay);
  if (diff_command.parsed()) return diff.schema ? RunSchemaDiff(diff) : RunDiff(diff);
  return RunDoctor(doctor);
}

}  // namespace
}  // namespace pointsman::cli

int main(int argc, char** argv) {
  try {
    const int code = pointsman::cli::Run(argc, argv);
    // An answer that did not arrive is no answer, whatever it was.
    if (!std::cout.flush()) pointsman::cli::Fail("stdout cannot be written; the answer is not complete");
    return code;
  } catch (const pointsman::cli::Failure& failure) {
    std::cerr << "pointsman: " << pointsman::Plain(failure.message) << "\n";
    return failure.code;
  } catch (const std::exception& error) {
    std::cerr << "pointsman: " << pointsman::Plain(error.what()) << "\n";
    return pointsman::cli::kBadUsage;
  }
}
