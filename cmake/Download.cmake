# Makes the target `Download` of libcurl, libarchive and OpenSSL's libcrypto, which fetch, unpack and
# check STL-10: HTTP with its redirections and TLS, and archives of strangers, are no work for
# amateurs.
find_package(CURL 7.85)
find_package(LibArchive 3.3)
find_package(OpenSSL COMPONENTS Crypto)
if(NOT CURL_FOUND OR NOT LibArchive_FOUND OR NOT OPENSSL_FOUND)
  message(FATAL_ERROR "libcurl (7.85 or newer), libarchive or OpenSSL was not found. Install "
    "libcurl4-openssl-dev, libarchive-dev and libssl-dev, or configure with "
    "-DSTL10_WITH_DOWNLOAD=OFF (no `data download` and `data verify` then).")
endif()
add_library(Download INTERFACE)
target_link_libraries(Download INTERFACE CURL::libcurl LibArchive::LibArchive OpenSSL::Crypto)
