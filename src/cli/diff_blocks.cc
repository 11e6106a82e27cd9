#include "cli/diff_blocks.h"

#include <map>

#include "text/printable.h"

namespace pointsman::cli {
namespace {

std::string KeyOf(const RouteSide& side) {
  return std::string(ReasonName(side.reason)) + " " + std::to_string(side.channels) + " " +
         std::to_string(side.group.size()) + " " + side.group;
}

// Two routes with the same key change in the same way.
std::string KeyOf(const RouteDiff& route) {
  std::string key = std::to_string(route.group.size()) + " " + route.group + KeyOf(route.before) + KeyOf(route.after);
  for (const ShareMove& m : route.moved) {
    key += " " + std::to_string(m.channel_id) + " " + m.before.Text() + " " + m.after.Text();
  }
  return key;
}

std::string Channels(std::size_t n) { return std::to_string(n) + (n == 1 ? " channel" : " channels"); }

}  // namespace

std::vector<DiffBlock> BlocksOf(const std::vector<RouteDiff>& routes) {
  std::vector<DiffBlock> blocks;
  std::map<std::string, std::size_t> places;
  for (const RouteDiff& route : routes) {
    const auto [entry, added] = places.try_emplace(KeyOf(route), blocks.size());
    if (added) blocks.emplace_back();
    blocks[entry->second].push_back(&route);
  }
  return blocks;
}

std::string SideText(const RouteSide& side) {
  if (side.reason != Reason::kNone) return "not served: " + std::string(ReasonName(side.reason));
  return "served by group " + Quoted(side.group) + ", " + Channels(side.channels);
}

std::string ChangeText(const RouteDiff& route) {
  std::string text;
  if (route.changes_group()) {
    text = "group " + Quoted(route.after.group) + " serves instead of " + Quoted(route.before.group);
  }
  if (route.loses_backups()) {
    if (!text.empty()) text += "; ";
    text += Channels(route.after.channels) + " left of " + std::to_string(route.before.channels);
    text += route.after.channels == 1 ? ", none to spare" : ", one to spare";
  }
  return text;
}

std::string ChannelNames::Of(std::int64_t id) const {
  std::optional<ChannelInfo> channel = after.FindChannel(id);
  if (!channel) channel = before.FindChannel(id);
  return channel ? std::string(channel->name) : std::string();
}

}  // namespace pointsman::cli
