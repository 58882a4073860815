# Writes HEADER with HERD_VERSION: GIVEN, if it is not empty; else what git says of TREE, "0.1.0-g1a2b3c4"
# or, with a tag v0.1.0 behind it, "0.1.0-12-g1a2b3c4" and "0.1.0"; else, of a tree without git,
# RELEASE.
set(version "${GIVEN}")
if(NOT version AND GIT)
  execute_process(COMMAND ${GIT} describe --tags --match "v[0-9]*" --abbrev=10 WORKING_DIRECTORY ${TREE}
    OUTPUT_VARIABLE version ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX REPLACE "^v" "" version "${version}")
  if(NOT version)
    execute_process(COMMAND ${GIT} rev-parse --short=10 HEAD WORKING_DIRECTORY ${TREE}
      OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(commit)
      set(version "${RELEASE}-g${commit}")
    endif()
  endif()
endif()
if(NOT version)
  set(version "${RELEASE}")
endif()
file(WRITE ${HEADER} "#pragma once\n\n#define HERD_VERSION \"${version}\"\n")
