// A strict JSON checker (RFC 8259) that builds nothing, and a look-up by JSON pointer. Any thread.
#ifndef BATON_CORE_JSON_H_
#define BATON_CORE_JSON_H_

#include <string>
#include <string_view>

namespace baton {

// True if `text` is one JSON value, UTF-8, nested at most 64 deep as in src/core/json.ts, with
// nothing after it but white space.
bool IsJson(std::string_view text);

// The same, and the value is an object.
bool IsJsonObject(std::string_view text);

// Finds the value that `pointer` (RFC 6901; "" is the whole) names in `text`; false if there is
// none. Of equal names the last one counts. `*value` points into `text`. REQUIRES: it is JSON, at most 512
// deep.
bool FindJson(std::string_view text, std::string_view pointer, std::string_view* value);

}  // namespace baton

#endif  // BATON_CORE_JSON_H_
