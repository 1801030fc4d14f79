#ifdef STL10_WITH_DOWNLOAD

#include "stl10/data/fetch.h"

#include <gtest/gtest.h>

#include <csignal>

#include "data/fetch_fixture.h"
#include "data/http_server.h"
#include "data/tiny_data.h"
#include "stl10/base/error.h"
#include "stl10/base/interrupt.h"

namespace stl10 {
namespace {

using testing::asked_begin;
using testing::good_answer;
using testing::http_answer;
using testing::HttpClient;
using testing::HttpServer;
using testing::made_archive;
using testing::part_answer;

using Fetch = testing::FetchFixture;

TEST_F(Fetch, OneRequestBringsAFile) {
  const HttpServer server([&](const HttpClient& client, const std::string& request, int) {
    client.send(good_answer(whole_, request));
  });
  fetch_from(server);
  expect_whole();
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(Fetch, GoesOnBehindWhatIsThere) {
  have(1000);
  int64_t asked = 0;
  const HttpServer server([&](const HttpClient& client, const std::string& request, int) {
    asked = asked_begin(request);
    client.send(good_answer(whole_, request));
  });
  fetch_from(server, whole_.size());
  expect_whole();
  EXPECT_EQ(asked, 1000);
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(Fetch, AsksForNothingWhereAllIsThere) {
  have(whole_.size());
  const HttpServer server([](const HttpClient&, const std::string&, int) {});
  fetch_from(server, whole_.size());
  expect_whole();
  EXPECT_EQ(server.requests(), 0);
}

TEST_F(Fetch, ServersThatIgnoreRangesSendAll) {
  have(1000);
  const HttpServer server([&](const HttpClient& client, const std::string&, int) {
    client.send(http_answer(200, "", whole_));
  });
  fetch_from(server);
  expect_whole();
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(Fetch, WholeFilesAreKnownByTheRefusedRange) {
  for (const std::string headers : {"Content-Range: bytes */220000\r\n", ""}) {
    have(whole_.size());
    const HttpServer server([&](const HttpClient& client, const std::string&, int) {
      client.send(http_answer(416, headers, "<html>no such range</html>"));
    });
    fetch_from(server);
    expect_whole();
    EXPECT_EQ(server.requests(), 1);
  }
}

TEST_F(Fetch, LongerFilesThanTheServersBeginAnew) {
  have(made_archive(300000));
  const HttpServer server([&](const HttpClient& client, const std::string& request, int) {
    const bool beyond = asked_begin(request) > 0;
    client.send(beyond ? http_answer(416, "Content-Range: bytes */220000\r\n", "")
                       : good_answer(whole_, request));
  });
  fetch_from(server);
  expect_whole();
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(Fetch, PartsThatBeginEarlierReplaceWhatIsThere) {
  for (const int64_t begin : {0, 500}) {
    have(1000);
    const HttpServer server([&](const HttpClient& client, const std::string&, int) {
      client.send(part_answer(whole_, begin));
    });
    fetch_from(server);
    expect_whole();
    EXPECT_EQ(server.requests(), 1);
  }
}

TEST_F(Fetch, PartsThatBeginLaterBeginAnew) {
  have(1000);
  const HttpServer server([&](const HttpClient& client, const std::string&, int number) {
    client.send(number == 1 ? part_answer(whole_, 2000) : http_answer(200, "", whole_));
  });
  fetch_from(server);
  expect_whole();
  EXPECT_EQ(server.requests(), 2);
}

}  // namespace
}  // namespace stl10

#endif
