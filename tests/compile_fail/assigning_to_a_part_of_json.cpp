// What operator[] of a document returns is a value of its own.
// expect: what operator[] of rowan::json returns is a value of its own, so assigning to it changes nothing: call set("key", value) on the document

#include <rowan/base/json.hpp>

void change(rowan::json& document) {
#ifdef ROWAN_FAIL
  document["age"] = 36;
#else
  document.set("age", 36);
#endif
}
