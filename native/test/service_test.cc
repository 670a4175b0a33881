// Metrics, properties and the texts of error codes.
#include <cmath>
#include <limits>

#include "support.h"

using baton::StoreKind;
using test::Engine;
using test::StoreThread;

namespace {

baton_status Set(const baton_host* host, const char* name, const std::string& value) {
  return host->set_property(host, name, value.data(), value.size());
}

baton_status BATON_CALL Append(const baton_sink* sink, const void* bytes, size_t size) {
  static_cast<std::string*>(sink->context)->append(static_cast<const char*>(bytes), size);
  return BATON_OK;
}

// "NOT_FOUND" as a number if there is none.
std::string Get(const baton_host* host, const char* name) {
  std::string value;
  const baton_sink sink = {sizeof sink, 0, &value, Append};
  const baton_status status = host->get_property(host, name, &sink);
  return status == BATON_OK ? "=" + value : std::to_string(status);
}

const std::string kNone = std::to_string(BATON_ERROR_NOT_FOUND);

std::string Metrics(Engine* engine) {
  std::string text;
  for (const baton::Metric& metric : engine->core().metrics()) {
    text +=
        metric.plugin + "." + metric.name + "=" + std::to_string(metric.value).substr(0, 3) + " ";
  }
  return text;
}

}  // namespace

TEST("a metric is shown under its plugin's name until the plugin closes") {
  Engine engine;
  const baton_host* host = engine.host();
  baton::Instance* other = engine.core().AddInstance("other");
  CHECK_EQ(host->set_metric(host, "b_2", 1), BATON_OK);
  CHECK_EQ(host->set_metric(host, "a", 2), BATON_OK);
  CHECK_EQ(host->set_metric(host, "b_2", -3), BATON_OK);
  CHECK_EQ(other->host()->set_metric(other->host(), "a", 4), BATON_OK);
  CHECK_EQ(Metrics(&engine), "other.a=4.0 test.a=2.0 test.b_2=-3. ");
  CHECK(engine.core().CloseInstance(other, 60000));
  CHECK_EQ(Metrics(&engine), "test.a=2.0 test.b_2=-3. ");
  CHECK_EQ(other->host()->set_metric(other->host(), "a", 4), BATON_ERROR_CLOSING);
  engine.CloseWell();
  CHECK_EQ(host->set_metric(host, "a", 2), BATON_ERROR_CLOSING);
}

TEST("a metric's name is lower_snake, its value finite, its number bounded") {
  Engine engine;
  const baton_host* host = engine.host();
  const std::string longest(BATON_NAME_SIZE - 1, 'x'), too_long(BATON_NAME_SIZE, 'x');
  for (const char* name : {"", "A", "a-b", "1a", "_a", "\xff", "a\xc3\xa4", "a b"})
    CHECK_EQ(host->set_metric(host, name, 1), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(host->set_metric(host, nullptr, 1), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(host->set_metric(nullptr, "a", 1), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(host->set_metric(host, too_long.c_str(), 1), BATON_ERROR_TOO_LARGE);
  for (const double value : {std::nan(""), std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()})
    CHECK_EQ(host->set_metric(host, "a", value), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(Metrics(&engine), "");
  CHECK_EQ(host->set_metric(host, longest.c_str(), 1), BATON_OK);
  for (int i = 1; i < 1000; i++)
    CHECK_EQ(host->set_metric(host, ("m" + std::to_string(i)).c_str(), i), BATON_OK);
  CHECK_EQ(host->set_metric(host, "one_more", 1), BATON_ERROR_TOO_LARGE);
  CHECK_EQ(host->set_metric(host, "m1", 7), BATON_OK);
  engine.CloseWell();
}

TEST("a property is read back as it was set, and belongs to its plugin") {
  for (const bool durable : {false, true}) {
    baton::CoreOptions options = durable ? Engine::Durable() : Engine::Memory();
    StoreThread store;
    options.wake_store = store.waker();
    Engine engine(options);
    store.Start(&engine.core());
    const baton_host* host = engine.host();
    const baton_host* other = engine.core().AddInstance("other")->host();
    CHECK_EQ(Get(host, "a"), kNone);
    CHECK_EQ(Set(host, "a", std::string("\0\xff", 2)), BATON_OK);
    CHECK_EQ(Get(host, "a"), std::string("=\0\xff", 3));
    CHECK_EQ(Get(other, "a"), kNone);
    CHECK_EQ(host->set_property(host, "a", "", 0), BATON_OK);
    CHECK_EQ(Get(host, "a"), "=");
    CHECK_EQ(host->set_property(host, "a", nullptr, 0), BATON_OK);
    CHECK_EQ(Get(host, "a"), kNone);
    CHECK_EQ(host->set_property(host, "a", nullptr, 0), BATON_OK);
    CHECK_EQ(Set(host, "a", std::string(BATON_MAX_PROPERTY_SIZE, 'x')), BATON_OK);
    engine.CloseWell();
    CHECK_EQ(Set(host, "a", "y"), BATON_ERROR_CLOSING);
    store.Join();
  }
}

TEST("what is no property is refused") {
  Engine engine;
  const baton_host* host = engine.host();
  const std::string too_long(BATON_NAME_SIZE, 'x');
  for (const char* name : {"", "\xff", static_cast<const char*>(nullptr)}) {
    CHECK_EQ(Set(host, name, "x"), BATON_ERROR_INVALID_ARGUMENT);
    CHECK_EQ(Get(host, name), std::to_string(BATON_ERROR_INVALID_ARGUMENT));
  }
  CHECK_EQ(Set(host, too_long.c_str(), "x"), BATON_ERROR_TOO_LARGE);
  CHECK_EQ(host->set_property(host, "a", nullptr, 1), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(Set(host, "a", std::string(BATON_MAX_PROPERTY_SIZE + 1, 'x')), BATON_ERROR_TOO_LARGE);
  CHECK_EQ(host->get_property(host, "a", nullptr), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(host->set_property(nullptr, "a", "x", 1), BATON_ERROR_INVALID_ARGUMENT);
  for (int i = 0; i < 1000; i++) CHECK_EQ(Set(host, std::to_string(i).c_str(), "x"), BATON_OK);
  CHECK_EQ(Set(host, "one more", "x"), BATON_ERROR_TOO_LARGE);
  CHECK_EQ(Set(host, "1", "y"), BATON_OK);
  const baton_sink full = {sizeof full, 0, nullptr, [](const baton_sink*, const void*, size_t) {
                             return baton_status{BATON_ERROR_QUEUE_FULL};
                           }};
  CHECK_EQ(host->get_property(host, "1", &full), BATON_ERROR_QUEUE_FULL);
  engine.CloseWell();
}

TEST("a store that refuses leaves the old value") {
  bool refuse = false;
  StoreThread store([&](const baton::StoreRequest& request) {
    CHECK(request.kind == StoreKind::kProperty);
    return refuse ? BATON_ERROR_STORE_FAILED : BATON_OK;
  });
  baton::CoreOptions options = Engine::Durable();
  options.wake_store = store.waker();
  Engine engine(options);
  store.Start(&engine.core());
  CHECK_EQ(Set(engine.host(), "a", "old"), BATON_OK);
  refuse = true;
  CHECK_EQ(Set(engine.host(), "a", "new"), BATON_ERROR_STORE_FAILED);
  CHECK_EQ(engine.host()->set_property(engine.host(), "a", nullptr, 0), BATON_ERROR_STORE_FAILED);
  CHECK_EQ(Get(engine.host(), "a"), "=old");
  engine.CloseWell();
}

TEST("a property waits as a submit does: withdrawn while queued, awaited once it is taken") {
  baton::CoreOptions options = Engine::Durable();
  options.submit_timeout_ms = 20;
  Engine engine(options);
  const baton_host* host = engine.host();
  CHECK_EQ(Set(host, "a", "early"), BATON_ERROR_TIMED_OUT);
  CHECK(engine.core().TakeStoreRequests().empty());
  baton_status late = BATON_ERROR_INTERNAL;
  test::Signal taken;
  std::thread setter([&] {
    do {
      late = Set(host, "a", "late");
    } while (late == BATON_ERROR_TIMED_OUT);
  });
  baton::StoreQueue::Requests requests;
  while (requests.empty()) requests = engine.core().TakeStoreRequests();
  CHECK_EQ(Get(host, "a"), kNone);
  CHECK_EQ(requests[0]->property.plugin, "test");
  CHECK_EQ(requests[0]->property.name, "a");
  CHECK_EQ(*requests[0]->property.value, "late");
  // The closing leaves it to the store.
  engine.core().BeginClose();
  CHECK(engine.core().MarkCommitted(requests[0]->ticket));
  setter.join();
  CHECK_EQ(late, BATON_OK);
  engine.CloseWell();
}

TEST("closing answers CLOSING to a property that is not taken") {
  Engine engine(Engine::Durable());
  baton_status status = BATON_OK;
  std::thread setter([&] { status = Set(engine.host(), "a", "x"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // either way it is CLOSING
  engine.core().BeginClose();
  setter.join();
  CHECK_EQ(status, BATON_ERROR_CLOSING);
  engine.CloseWell();
}

TEST("what a store that died may have stored is to be written back as it was") {
  Engine engine(Engine::Durable());
  const baton_host* host = engine.host();
  engine.core().LoadProperty({"test", "old", "before"});
  CHECK_EQ(Get(host, "old"), "=before");
  baton_status old_status = BATON_OK, new_status = BATON_OK;
  std::thread one([&] { old_status = Set(host, "old", "after"); });
  std::thread two([&] { new_status = Set(host, "new", "after"); });
  size_t taken = 0;
  while (taken < 2) taken += engine.core().TakeStoreRequests().size();
  engine.core().StoreDied();
  one.join();
  two.join();
  CHECK_EQ(old_status, BATON_ERROR_STORE_FAILED);
  CHECK_EQ(new_status, BATON_ERROR_STORE_FAILED);
  CHECK_EQ(Set(host, "old", "meanwhile"), BATON_ERROR_STORE_FAILED);
  CHECK_EQ(Get(host, "old"), "=before");
  std::map<std::string, std::optional<std::string>> doubtful;
  for (const auto& property : engine.core().DoubtfulProperties())
    doubtful[property.name] = property.value;
  CHECK_EQ(doubtful.size(), 2u);
  CHECK(doubtful["old"] == "before");
  CHECK(doubtful["new"] == std::nullopt);
  engine.core().StoreOpened();
  CHECK(engine.core().DoubtfulProperties().empty());
  engine.CloseWell();
}

TEST("the last value set is the value that is read, over many threads") {
  StoreThread store;
  baton::CoreOptions options = Engine::Durable();
  options.wake_store = store.waker();
  Engine engine(options);
  store.Start(&engine.core());
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; t++) {
    threads.emplace_back([&, t] {
      const std::string name = std::to_string(t);
      for (int i = 0; i < 100; i++) {
        CHECK_EQ(Set(engine.host(), name.c_str(), std::to_string(i)), BATON_OK);
        CHECK_EQ(Get(engine.host(), name.c_str()), "=" + std::to_string(i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  engine.CloseWell();
}

TEST("an error code is described once, by one plugin, until it closes") {
  baton::CoreOptions options = Engine::Memory();
  options.own_codes = {"JOB_CANCELED"};
  Engine engine(options);
  const baton_host* host = engine.host();
  baton::Instance* other = engine.core().AddInstance("other");
  CHECK_EQ(host->register_error(host, "REMOTE_REFUSED", 0, "No."), BATON_OK);
  CHECK_EQ(host->register_error(host, "REMOTE_REFUSED", 0, "Again."), BATON_ERROR_NAME_TAKEN);
  CHECK_EQ(host->register_error(host, "JOB_CANCELED", 0, "Mine."), BATON_ERROR_NAME_TAKEN);
  CHECK_EQ(host->register_error(host, "OTHER", 404, "x"), BATON_ERROR_UNSUPPORTED);
  CHECK_EQ(other->host()->register_error(other->host(), "REMOTE_REFUSED", 0, "Other."), BATON_OK);
  CHECK(engine.core().ErrorText("test", "REMOTE_REFUSED") == "No.");
  CHECK(engine.core().ErrorText("other", "REMOTE_REFUSED") == "Other.");
  CHECK(engine.core().ErrorText("test", "OTHER") == std::nullopt);
  CHECK(engine.core().CloseInstance(other, 60000));
  CHECK(engine.core().ErrorText("other", "REMOTE_REFUSED") == std::nullopt);
  const std::string longest(BATON_MESSAGE_SIZE - 1, 'x'), too_long(BATON_MESSAGE_SIZE, 'x');
  CHECK_EQ(host->register_error(host, "LONG", 0, too_long.c_str()), BATON_ERROR_TOO_LARGE);
  CHECK_EQ(host->register_error(host, "LONG", 0, longest.c_str()), BATON_OK);
  const std::string long_code(BATON_CODE_SIZE, 'X');
  for (const char* code : {"", "lower", "A-B", "_A", "1A", long_code.c_str()})
    CHECK_EQ(host->register_error(host, code, 0, "x"), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(host->register_error(host, nullptr, 0, "x"), BATON_ERROR_INVALID_ARGUMENT);
  for (const char* text : {"", "\xff", static_cast<const char*>(nullptr)})
    CHECK_EQ(host->register_error(host, "TEXT", 0, text), BATON_ERROR_INVALID_ARGUMENT);
  CHECK_EQ(host->register_error(nullptr, "TEXT", 0, "x"), BATON_ERROR_INVALID_ARGUMENT);
  engine.CloseWell();
  CHECK_EQ(host->register_error(host, "TEXT", 0, "x"), BATON_ERROR_CLOSING);
}

CHECK_MAIN
