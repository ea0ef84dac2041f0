# Defines the target sluice_libssh2: libssh2 >= 1.11.1 with the OpenSSL backend.
#
# The system's where it is new enough; else a static one that vendor/libssh2
# builds once, at configure time, into a directory that all build presets
# share. -DSLUICE_VENDOR_DIR moves that directory.
set(SLUICE_VENDOR_DIR "${PROJECT_SOURCE_DIR}/build/vendor" CACHE PATH
  "Where third-party parts are built that the system does not offer")

pkg_check_modules(SYSTEM_LIBSSH2 QUIET IMPORTED_TARGET libssh2>=1.11.1)
add_library(sluice_libssh2 INTERFACE IMPORTED)

if(SYSTEM_LIBSSH2_FOUND)
  message(STATUS "libssh2: the system's, ${SYSTEM_LIBSSH2_VERSION}")
  target_link_libraries(sluice_libssh2 INTERFACE PkgConfig::SYSTEM_LIBSSH2)
else()
  set(libssh2_dir "${SLUICE_VENDOR_DIR}/libssh2")
  if(NOT EXISTS "${libssh2_dir}/version")
    execute_process(
      COMMAND "${CMAKE_CURRENT_LIST_DIR}/libssh2" "${libssh2_dir}"
      RESULT_VARIABLE libssh2_result)
    if(NOT libssh2_result EQUAL 0)
      message(FATAL_ERROR
        "vendor/libssh2 failed (see above); libssh2 >= 1.11.1 is needed")
    endif()
  endif()
  file(STRINGS "${libssh2_dir}/version" libssh2_version LIMIT_COUNT 1)
  message(STATUS "libssh2: built from Debian's source, ${libssh2_version}")

  pkg_check_modules(LIBCRYPTO REQUIRED IMPORTED_TARGET libcrypto)
  # SYSTEM includes come before /usr/include, where an older libssh2.h may be.
  target_include_directories(sluice_libssh2 SYSTEM INTERFACE
    "${libssh2_dir}/include")
  target_link_libraries(sluice_libssh2 INTERFACE
    "${libssh2_dir}/lib/libssh2.a" PkgConfig::LIBCRYPTO)
  # libcurl loads the system's libssh2 into the same process. Without this the
  # linker would export our functions to it, and it would call the wrong ones.
  target_link_options(sluice_libssh2 INTERFACE
    "LINKER:--exclude-libs,libssh2.a")
endif()
