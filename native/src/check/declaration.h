// What a shared library says of itself before it is started. Any thread.
#ifndef BATON_CHECK_DECLARATION_H_
#define BATON_CHECK_DECLARATION_H_

#include <string>

#include "record.h"

namespace baton {
namespace check {

// Loads the library and asks it many times, on two threads, what it is: it must answer the same each
// time, and fill the struct as baton.h says. Nothing of it is started. False with the loader's code
// if it is no plugin; everything else is reported.
bool CheckDeclaration(const std::string& path, JobError* error);

}  // namespace check
}  // namespace baton

#endif  // BATON_CHECK_DECLARATION_H_
