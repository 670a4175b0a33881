// JSON, UTF-8, ids, names and the struct_size rules.
#include "text.h"

#include <cstring>
#include <set>

#include "check.h"
#include "ids.h"
#include "json.h"
#include "sink.h"
#include "status.h"
#include "struct_size.h"

TEST("JSON is checked strictly") {
  for (const char* good :
       {"{}", " {\"a\":[1,-0.5e+3,true,false,null,\"x\\u00e9\\n\"]} ", "[]", "0", "\"\"", "-1",
        "1E2", "\"\\ud83d\\ude00\"", "{\"a\":1,\"a\":2}", "\"\xc3\xa9\""}) {
    if (!baton::IsJson(good)) check::Fail(__FILE__, __LINE__, good);
  }
  for (const char* bad : {"",
                          " ",
                          "{",
                          "}",
                          "{]",
                          "[1,]",
                          "{\"a\":}",
                          "{\"a\"}",
                          "{a:1}",
                          "{\"a\":1,}",
                          "01",
                          "-",
                          "1.",
                          ".5",
                          "1e",
                          "+1",
                          "tru",
                          "truex",
                          "nul",
                          "'a'",
                          "\"",
                          "\"\n\"",
                          "\"\\x\"",
                          "\"\\u12\"",
                          "{} {}",
                          "\"\\ud800\"",
                          "\"\\udc00\"",
                          "\"\\ud800\\u0041\"",
                          "NaN",
                          "\"\xff\"",
                          "\"\xc0\x80\"",
                          "\"\xed\xa0\x80\"",
                          "// x\n1",
                          "\xef\xbb\xbf{}"}) {
    if (baton::IsJson(bad)) check::Fail(__FILE__, __LINE__, bad);
  }
  CHECK(!baton::IsJson({"1\0", 2}));
  CHECK(!baton::IsJson({"\"\0\"", 3}));
  CHECK(baton::IsJsonObject(" {}"));
  CHECK(!baton::IsJsonObject("[]"));
  CHECK(baton::IsJson(std::string(64, '[') + std::string(64, ']')));
  CHECK(!baton::IsJson(std::string(65, '[') + std::string(65, ']')));
  CHECK(baton::IsJsonObject(R"({"a":")" + std::string(65, '[') + R"("})"));
  CHECK(!baton::IsJson(std::string(513, '[') + std::string(513, ']')));
  CHECK(!baton::IsJson(std::string(1000000, '[')));
}

TEST("every prefix of JSON is refused without reading beyond it") {
  const std::string text = "{\"a\\u00e9\\n\":[1.5e-3,true,null,{\"b\":\"\\ud83d\\ude00\"}]}";
  for (size_t length = 0; length < text.size(); length++) {
    const std::vector<char> exact(text.begin(),
                                  text.begin() + static_cast<long>(length));  // ASan sees its end
    CHECK(!baton::IsJson({exact.data(), exact.size()}));
  }
  CHECK(baton::IsJson(text));
}

TEST("JSON pointers find members and elements") {
  const std::string text =
      "{\"a\": {\"b/c\": [10, {\"~\": 5}]}, \"\": 7, \"d\": 1, \"d\": 2, \"\\u0065\": 3}";
  const auto find = [&](const char* pointer) {
    std::string_view value;
    return baton::FindJson(text, pointer, &value) ? std::string(value) : "none";
  };
  CHECK_EQ(find(""), text);
  CHECK_EQ(find("/a/b~1c/0"), "10");
  CHECK_EQ(find("/a/b~1c/1/~0"), "5");
  CHECK_EQ(find("/"), "7");
  CHECK_EQ(find("/d"), "2");
  CHECK_EQ(find("/e"), "3");
  for (const char* none : {"/x", "a", "/a/b~2c", "/a/b~1c/2", "/a/b~1c/00", "/d/x", "/a/b~1c/-"})
    CHECK_EQ(find(none), "none");
}

TEST("texts are cut at a character's end and never malformed") {
  CHECK_EQ(baton::CopyMessage("a\xc3\xa9", 2), "a");
  CHECK_EQ(baton::CopyMessage("a\xff"
                              "b",
                              100),
           "a?b");
  CHECK_EQ(baton::CopyMessage(nullptr, 100), "");
  char buffer[4];
  baton::FillText("ab\xc3\xa9", buffer, sizeof buffer);
  CHECK_EQ(std::string(buffer), "ab");
  baton::FillText("abcdef", buffer, sizeof buffer);
  CHECK_EQ(std::string(buffer), "abc");
  CHECK(baton::IsErrorCode("A_1"));
  for (const char* bad : {"", "a", "_A", "1A", "A B"}) CHECK(!baton::IsErrorCode(bad));
  CHECK(!baton::IsErrorCode(nullptr));
  CHECK(baton::IsErrorCode(std::string(BATON_CODE_SIZE - 1, 'A').c_str()));
  CHECK(!baton::IsErrorCode(std::string(BATON_CODE_SIZE, 'A').c_str()));
}

TEST("ids are random UUIDs of version 4") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; i++) {
    const std::string id = baton::NewId();
    CHECK(baton::LooksLikeId(id.c_str()));
    CHECK(id[14] == '4' && std::strchr("89ab", id[19]) != nullptr);
    CHECK(seen.insert(id).second);
  }
  CHECK(!baton::LooksLikeId(""));
  CHECK(!baton::LooksLikeId("3f2504e0-4f89-41d3-9a0c-0305e82c330"));
  CHECK(!baton::LooksLikeId("3f2504e0-4f89-41d3-9a0c-0305e82c33012"));
}

TEST("shorter structs are filled with zeros, longer ones must be zero beyond") {
  struct {
    baton_submit_options options;
    char later[8];
  } newer = {};
  baton_submit_options read;
  newer.options.struct_size = sizeof newer;
  newer.options.priority = 4;
  CHECK_EQ(baton::CopyIn(&newer.options, &read), BATON_OK);
  CHECK_EQ(read.priority, 4);
  newer.later[7] = 1;
  CHECK_EQ(baton::CopyIn(&newer.options, &read), BATON_ERROR_TOO_NEW);
  newer.options.max_attempts = 9;
  newer.options.struct_size = offsetof(baton_submit_options, max_attempts);
  CHECK_EQ(baton::CopyIn(&newer.options, &read), BATON_OK);
  CHECK_EQ(read.priority, 4);
  CHECK_EQ(read.max_attempts, 0);
  for (const uint32_t size : {0u, 3u, baton::kMaxStructSize + 1, 0xffffffffu}) {
    newer.options.struct_size = size;
    CHECK_EQ(baton::CopyIn(&newer.options, &read), BATON_ERROR_INVALID_ARGUMENT);
  }
  CHECK_EQ(baton::CopyIn<baton_submit_options>(nullptr, &read), BATON_ERROR_INVALID_ARGUMENT);
}

TEST("a sink takes up to its limit, and remembers that it was too much") {
  baton::Sink sink(4);
  const baton_sink* c = sink.c_sink();
  CHECK_EQ(c->write(c, "ab", 2), BATON_OK);
  CHECK_EQ(c->write(c, nullptr, 0), BATON_OK);
  CHECK_EQ(c->write(c, nullptr, 1), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(c->write(nullptr, "a", 1), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(c->write(c, "cd", 2), BATON_OK);
  CHECK_EQ(c->write(c, "e", 1), BATON_ERROR_TOO_LARGE);
  CHECK_EQ(c->write(c, "", 0), BATON_ERROR_TOO_LARGE);
  CHECK_EQ(sink.status(), BATON_ERROR_TOO_LARGE);
}

TEST("every status has a text of its own") {
  std::set<std::string> texts;
  for (int32_t status = 0; status <= BATON_ERROR_INTERNAL; status++)
    CHECK(texts.insert(baton::StatusText(status)).second);
  CHECK_EQ(std::string(baton::StatusText(-1)), "unknown status");
  CHECK_EQ(std::string(baton::StatusText(BATON_ERROR_INTERNAL + 1)), "unknown status");
}

CHECK_MAIN
