// Ids of jobs: random UUIDs (version 4). Any thread.
#ifndef BATON_CORE_IDS_H_
#define BATON_CORE_IDS_H_

#include <string>

namespace baton {

// 36 characters, lower case.
std::string NewId();

// True if `text` has the form of an id (not: that such a job exists).
bool LooksLikeId(const char* text);

}  // namespace baton

#endif  // BATON_CORE_IDS_H_
