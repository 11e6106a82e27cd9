// A library with publication inside, for the test that opens and closes one.
#include <memory>

#include "publish/hazard.h"

extern "C" int ReadThroughPlugin() {
  // Not make_shared: with some compilers a library that contains it is never unmapped.
  const pointsman::HazardCell<int> cell(std::shared_ptr<const int>(new int(42)));
  return cell.Read([](const int& value) { return value; });
}
