# Writes the commit's short hash (with a "+" where files differ from it) to OUTPUT, if it changed.
execute_process(COMMAND git -C ${SOURCE} rev-parse --short=12 HEAD OUTPUT_VARIABLE hash
  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git -C ${SOURCE} status --porcelain --untracked-files=no
  OUTPUT_VARIABLE changes ERROR_QUIET)
if(NOT hash)
  set(hash "unknown")
elseif(changes)
  string(APPEND hash "+")
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define STL10_GIT_HASH \"${hash}\"\n")
