#ifdef STL10_WITH_DOWNLOAD

#include <gtest/gtest.h>

#include <csignal>

#include "data/fetch_fixture.h"
#include "data/http_server.h"
#include "data/tiny_data.h"
#include "stl10/base/error.h"
#include "stl10/base/interrupt.h"
#include "stl10/data/fetch.h"

namespace stl10 {
namespace {

using testing::asked_begin;
using testing::bytes_of;
using testing::expect_says;
using testing::good_answer;
using testing::http_answer;
using testing::HttpClient;
using testing::HttpServer;
using testing::made_archive;
using testing::message_of;
using testing::write_bytes;

using FetchFaults = testing::FetchFixture;

/// Sends 50,000 bytes at most, and promises all.
void send_50_kb(const HttpClient& client, const std::string& whole, const std::string& request) {
  const std::string answer = good_answer(whole, request);
  client.send(answer.substr(0, answer.find("\r\n\r\n") + 4 + 50000));
}

TEST_F(FetchFaults, CutConnectionsGoOn) {
  const HttpServer server([&](const HttpClient& client, const std::string& request, int) {
    send_50_kb(client, whole_, request);
  });
  fetch_from(server);
  expect_whole();
  EXPECT_EQ(server.requests(), 5);
  EXPECT_EQ(failures_.size(), 4U);
}

TEST_F(FetchFaults, FiveTriesThatBringLittleAreEnough) {
  whole_ = made_archive(400000);
  const HttpServer server([&](const HttpClient& client, const std::string& request, int) {
    send_50_kb(client, whole_, request);
  });
  expect_says(refusal_of(server, whole_.size()), {"cannot fetch http://", "goes on behind"});
  EXPECT_EQ(server.requests(), 5);
  EXPECT_EQ(bytes_of(file_), whole_.substr(0, 250000));
  fetch_from(server, whole_.size());
  expect_whole();
}

TEST_F(FetchFaults, TriesThatBringMuchDontCount) {
  whole_ = made_archive(400000);
  limits_.little = 20000;
  const HttpServer server([&](const HttpClient& client, const std::string& request, int) {
    send_50_kb(client, whole_, request);
  });
  fetch_from(server);
  expect_whole();
  EXPECT_EQ(server.requests(), 8);
}

TEST_F(FetchFaults, ALengthThatIsTooLargeIsFoundOut) {
  const HttpServer server([&](const HttpClient& client, const std::string& request, int) {
    client.send(asked_begin(request) < 0
                    ? http_answer(200, "", whole_, 999999)
                    : http_answer(416, "Content-Range: bytes */220000\r\n", ""));
  });
  fetch_from(server);
  expect_whole();
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(FetchFaults, AFileOfAnotherLengthOverwritesNothing) {
  have(1000);
  for (const int64_t length : {1500, 999999}) {
    const HttpServer server([&](const HttpClient& client, const std::string&, int) {
      client.send(http_answer(200, "", whole_, length));
    });
    expect_says(refusal_of(server, whole_.size()),
                {std::to_string(length) + " bytes, not of 220000", "--mirror"});
    EXPECT_EQ(server.requests(), 1);
    EXPECT_EQ(bytes_of(file_), whole_.substr(0, 1000));
  }
}

TEST_F(FetchFaults, MoreThanTheFileIsRefused) {
  const HttpServer server([&](const HttpClient& client, const std::string&, int) {
    client.send("HTTP/1.0 200 OK\r\n\r\n" + whole_);  // without a length
  });
  expect_says(refusal_of(server, 5000), {"more than 5000 bytes"});
  limits_.most = 6000;
  expect_says(refusal_of(server), {"more than 6000 bytes"});
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(FetchFaults, WithoutALengthTheEndOfTheConnectionIsTheFiles) {
  const HttpServer server([&](const HttpClient& client, const std::string&, int) {
    client.send("HTTP/1.0 200 OK\r\n\r\n" + whole_);
  });
  fetch_from(server);
  expect_whole();
  EXPECT_EQ(server.requests(), 1);
}

TEST_F(FetchFaults, PagesAreNoArchives) {
  have(1000);
  const HttpServer server([&](const HttpClient& client, const std::string&, int) {
    client.send(http_answer(200, "Content-Type: text/html\r\n", "<html>Please log in</html>"));
  });
  expect_says(refusal_of(server), {"no gzip file, but text/html"});
  EXPECT_EQ(server.requests(), 1);
  EXPECT_EQ(bytes_of(file_), whole_.substr(0, 1000));
}

TEST_F(FetchFaults, RedirectionsAreFollowedAndLoopsLeft) {
  const HttpServer good([&](const HttpClient& client, const std::string& request, int) {
    client.send(good_answer(whole_, request));
  });
  const HttpServer redirecting([&](const HttpClient& client, const std::string&, int) {
    client.send(http_answer(302, "Location: " + good.url() + "\r\n", "moved"));
  });
  fetch_from(redirecting);
  expect_whole();
  EXPECT_EQ(redirecting.requests() + good.requests(), 2);

  std::filesystem::remove(file_);
  const HttpServer loop([](const HttpClient& client, const std::string&, int) {
    client.send(http_answer(301, "Location: /again\r\n", ""));
  });
  expect_says(refusal_of(loop), {"redirects"});
  EXPECT_EQ(loop.requests(), 6);  // the first and five redirections; not tried again
}

TEST_F(FetchFaults, OtherProtocolsAreNotFollowed) {
  write_bytes(folder_ / "own", whole_);
  for (const std::string& target :
       {"file://" + (folder_ / "own").string(), std::string("ftp://h/f")}) {
    const HttpServer server([&](const HttpClient& client, const std::string&, int) {
      client.send(http_answer(302, "Location: " + target + "\r\n", ""));
    });
    expect_says(refusal_of(server), {"another protocol"});
    EXPECT_EQ(server.requests(), 1);
    EXPECT_FALSE(std::filesystem::exists(file_));
  }
}

TEST_F(FetchFaults, StallsAreFailures) {
  limits_.tries = 2;
  limits_.stall = std::chrono::seconds(1);
  const HttpServer server([&](const HttpClient& client, const std::string&, int) {
    client.send(http_answer(200, "", whole_).substr(0, 1000));
    client.wait_until_gone();
  });
  expect_says(refusal_of(server), {"nothing came for 1 s", "goes on behind"});
  EXPECT_EQ(server.requests(), 2);
}

TEST_F(FetchFaults, OnlyWhatMayPassIsTriedAgain) {
  for (const auto& [status, requests] : {std::pair(404, 1), {403, 1}, {503, 5}, {429, 5}}) {
    const HttpServer server([&](const HttpClient& client, const std::string&, int) {
      client.send(http_answer(status, "", "<html>sorry</html>"));
    });
    expect_says(refusal_of(server), {"status " + std::to_string(status)});
    EXPECT_EQ(server.requests(), requests) << status;
    EXPECT_FALSE(std::filesystem::exists(file_));
  }
  const HttpServer server([&](const HttpClient& client, const std::string& request, int number) {
    client.send(number < 5 ? http_answer(500, "", "") : good_answer(whole_, request));
  });
  fetch_from(server);
  expect_whole();
}

TEST_F(FetchFaults, AnInterruptionKeepsWhatCame) {
  const InterruptGuard interrupts;
  const HttpServer server([&](const HttpClient& client, const std::string&, int) {
    client.send(http_answer(200, "", whole_).substr(0, 100000));
    std::error_code not_there;
    for (uintmax_t come = 0; come < 50000 || not_there; ::usleep(1000)) {
      come = std::filesystem::file_size(file_, not_there);
    }
    ::kill(::getpid(), SIGINT);
    client.wait_until_gone();
  });
  expect_says(message_of<Interrupted>([&] { fetch_from(server); }),
              {"interrupted", "goes on behind"});
  const std::string kept = bytes_of(file_);
  EXPECT_GE(kept.size(), 50000U);
  EXPECT_EQ(kept, whole_.substr(0, kept.size()));
}

}  // namespace
}  // namespace stl10

#endif
