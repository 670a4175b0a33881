# The version of the C ABI, as baton.h has it. One of the same major and not above it can be had.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../include/baton.h" _baton_lines
  REGEX "^#define BATON_ABI_(MAJOR|MINOR) [0-9]+$")
string(REGEX REPLACE ".*BATON_ABI_MAJOR ([0-9]+).*" "\\1" _baton_major "${_baton_lines}")
string(REGEX REPLACE ".*BATON_ABI_MINOR ([0-9]+).*" "\\1" _baton_minor "${_baton_lines}")

set(PACKAGE_VERSION "${_baton_major}.${_baton_minor}")
if(PACKAGE_FIND_VERSION_MAJOR STREQUAL _baton_major AND
   PACKAGE_FIND_VERSION VERSION_LESS_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
  if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
  endif()
else()
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
endif()
unset(_baton_lines)
unset(_baton_major)
unset(_baton_minor)
