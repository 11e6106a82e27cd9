#include "pointsman/compile.h"

#include <memory>
#include <utility>

#include "compile/draft.h"
#include "compile/pack.h"
#include "table/table_data.h"

namespace pointsman::inline v0 {

absl::StatusOr<Compiled> Compile(const Rows& rows, const Policy& policy) {
  if (absl::Status valid = policy.Validate(); !valid.ok()) return valid;

  BuildReport report{.source = rows.source(), .channels = rows.channels().size(), .abilities = rows.abilities().size()};
  report.rejections.assign(rows.rejections().begin(), rows.rejections().end());

  auto data = std::make_unique<TableData>();
  data->policy = policy;
  Pack(JudgeRows(rows, policy, report.rejections), *data, [&](std::uint32_t row) {
    Judge(rows.source(), report.rejections)
        .RejectAbility(rows.abilities()[row], "channel_id", "the row is there twice",
                       "keep one of them; the first good one counts");
  });

  report.content_hash = data->content_hash;
  report.groups = data->groups.size();
  report.models = data->models.size();
  report.routes = data->listed_routes;
  report.serving_routes = data->serving_routes;
  report.believed = data->believed;
  return Compiled{.table = std::make_shared<const RouteTable>(std::move(data)), .report = std::move(report)};
}

}  // namespace pointsman::inline v0
