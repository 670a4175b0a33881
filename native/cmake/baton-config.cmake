# find_package(baton): the headers a plugin is built with, and functions that build one. Nothing is
# linked. The version asked for is that of the C ABI, BATON_ABI_MAJOR.BATON_ABI_MINOR of baton.h.
#
#   baton::baton                       the folder of baton.h, baton.hpp and baton_napi.h
#   baton_add_plugin(name sources...)  a plugin as a shared library: build/Release/name.so (.dll)
#   baton_add_addon(name sources...)   a plugin as a Node-API addon: build/Release/name.node;
#                                      needs cmake-js
#
# Both add a MODULE target; what else it needs is set as for any target.

if(NOT TARGET baton::baton)
  add_library(baton::baton INTERFACE IMPORTED)
  get_filename_component(_baton_include "${CMAKE_CURRENT_LIST_DIR}/../include" ABSOLUTE)
  set_target_properties(baton::baton PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${_baton_include}")
  unset(_baton_include)
endif()

# What the two functions have in common.
function(_baton_add_module name suffix)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE baton::baton)
  set_target_properties(${name} PROPERTIES
    # The standards the headers are written in; a target may set newer ones.
    C_STANDARD 99
    C_STANDARD_REQUIRED ON
    C_EXTENSIONS OFF
    CXX_STANDARD 17
    CXX_STANDARD_REQUIRED ON
    CXX_EXTENSIONS OFF
    # Nothing is exported but baton_plugin_query: two plugins of one process share no symbol.
    C_VISIBILITY_PRESET hidden
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    PREFIX ""
    SUFFIX "${suffix}"
    # The same folder with generators of one configuration and of many, so that `main` of a
    # package.json can name it.
    LIBRARY_OUTPUT_DIRECTORY "$<1:${CMAKE_CURRENT_BINARY_DIR}/Release>")
  if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
    # Never unmapped: threads of the host may run in it. Node.js does unmap an addon, with the last
    # worker that loaded it.
    target_link_libraries(${name} PRIVATE -Wl,-z,nodelete)
  endif()
endfunction()

function(baton_add_plugin name)
  if(WIN32)
    _baton_add_module(${name} .dll ${ARGN})
  else()
    _baton_add_module(${name} .so ${ARGN})
  endif()
endfunction()

function(baton_add_addon name)
  if(NOT CMAKE_JS_INC)
    message(FATAL_ERROR "${name} is a Node-API addon: build it with cmake-js (npx cmake-js build)")
  endif()
  _baton_add_module(${name} .node ${ARGN} ${CMAKE_JS_SRC})
  target_include_directories(${name} SYSTEM PRIVATE ${CMAKE_JS_INC})
  target_link_libraries(${name} PRIVATE ${CMAKE_JS_LIB})
  if(MSVC AND CMAKE_JS_NODELIB_DEF AND CMAKE_JS_NODELIB_TARGET)
    execute_process(COMMAND ${CMAKE_AR} /def:${CMAKE_JS_NODELIB_DEF}
      /out:${CMAKE_JS_NODELIB_TARGET} ${CMAKE_STATIC_LINKER_FLAGS})
  endif()
endfunction()
