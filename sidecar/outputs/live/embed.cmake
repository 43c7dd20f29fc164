# SPDX-License-Identifier: Apache-2.0
# cmake -DINTO=page_files.cpp "-DFILES=a.html b.js" -P embed.cmake: the files as bytes of a
# source. index.html is /live, any other one /live/ITS_NAME; one that is not there is empty.
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_LICENSE "text/plain; charset=utf-8")
separate_arguments(files UNIX_COMMAND "${FILES}")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME)
  string(REGEX REPLACE ".*\\." "" extension ${name})
  string(MAKE_C_IDENTIFIER ${name} id)
  set(path /live/${name})
  if(name STREQUAL index.html)
    set(path /live)
  endif()
  set(hex "")
  if(EXISTS ${file})
    file(READ ${file} hex HEX)
  endif()
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  # The last byte is not of the file: an array is never empty.
  string(APPEND arrays "constexpr unsigned char bytes_${id}[] = {${bytes}0};\n")
  string(APPEND table "    {\"${path}\", \"${type_${extension}}\", {bytes_${id}, sizeof bytes_${id} - 1}},\n")
endforeach()
file(CONFIGURE OUTPUT ${INTO} @ONLY CONTENT [[// Made by embed.cmake.
#include "outputs/live/page_files.hpp"

namespace outrider::outputs {
namespace {

@arrays@
constexpr PageFile files[] = {
@table@};

}  // namespace

std::span<const PageFile> page_files() {
  return files;
}

}  // namespace outrider::outputs
]])
