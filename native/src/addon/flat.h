// What crosses for every single job, as flat lists of values instead of objects, which cost a look-up
// by name for each property: src/native/flat.ts reads and writes the other side, in the same order.
// The environment's thread.
#ifndef BATON_ADDON_FLAT_H_
#define BATON_ADDON_FLAT_H_

#include <napi.h>

#include <vector>

#include "core.h"

namespace baton {

// FlatMessages.
Napi::Array FlatMessagesToJs(Napi::Env env, std::vector<Message> messages);

// FlatOrders. Throws a TypeError that names what is wrong.
Orders ReadFlatOrders(const Napi::Value& value);

}  // namespace baton

#endif  // BATON_ADDON_FLAT_H_
