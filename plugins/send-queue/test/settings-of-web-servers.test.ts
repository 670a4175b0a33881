import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readSettings, type WebServer } from "../src/settings/settings.ts";

const url = "https://pacs.example/dicom-web";

function server(given: unknown, more: object = {}): WebServer {
  const settings = { DicomWeb: { Servers: { web: given } }, ...more };
  const target = readSettings(settings, (path) => `content of ${path}\n`).targets.get("web");
  assert.equal(target?.kind, "dicom-web");
  return target;
}

const basic = (pair: string): object => ({
  Authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
});

describe("settings of web servers", () => {
  it("all of Orthanc's forms", () => {
    for (const given of [[url], { Url: url }]) {
      const { address, isChunked, timeoutMs, room } = server(given);
      assert.equal(address.url.href, `${url}/`);
      assert.deepEqual(address.headers, {});
      assert.deepEqual([isChunked, timeoutMs], [true, 60_000]);
      assert.deepEqual(room, { instances: 10, bytes: 64 * 1_048_576 });
    }
    assert.deepEqual(server([url, "ward", "pw"]).address.headers, basic("ward:pw"));
  });

  it("a secret is itself, a variable's or a file's", () => {
    process.env["SEND_QUEUE_TEST_SECRET"] = "from env";
    const of = (password: string): object =>
      server({ Url: url, Username: "ward", Password: password }).address.headers;
    assert.deepEqual(of("plain"), basic("ward:plain"));
    assert.deepEqual(of("env:SEND_QUEUE_TEST_SECRET"), basic("ward:from env"));
    assert.deepEqual(of("file:/run/secret"), basic("ward:content of /run/secret"));
    const token = { Authorization: "env:SEND_QUEUE_TEST_SECRET" };
    assert.deepEqual(server({ Url: url, HttpHeaders: token }).address.headers, {
      Authorization: "from env",
    });
  });

  it("certificates are read from their files", () => {
    const files = { HttpsCACertificates: "ca", CertificateFile: "cert", CertificateKeyFile: "key" };
    assert.deepEqual(server({ Url: url, ...files }).address.tls, {
      ca: "content of ca\n",
      cert: "content of cert\n",
      key: "content of key\n",
    });
  });

  for (const [what, given, why] of [
    ["a URL that is none", { Url: "pacs.example" }, /Url/],
    ["another protocol", { Url: "ftp://pacs.example/" }, /Url/],
    ["a password in the URL", { Url: "https://a:b@pacs.example/" }, /Url/],
    ["a password without a name", { Url: url, Password: "x" }, /Username/],
    ["a variable that is not set", [url, "a", "env:NOBODY_SETS_THIS"], /NOBODY_SETS_THIS/],
    ["a header that is ours to say", { Url: url, HttpHeaders: { "content-type": "x" } }, /itself/],
    ["a header in two lines", { Url: url, HttpHeaders: { "X-A": "x\r\nX-B: y" } }, /X-A/],
    ["a setting that is misspelled", { Url: url, Pasword: "x" }, /DicomWeb/],
  ] as const) {
    it(`${what} is refused at the start, without the secret`, () => {
      assert.throws(
        () => server(given),
        (error: Error) => why.test(error.message) && !/x\r\n/.test(error.message),
      );
    });
  }

  it("a name stands for one destination, and settings for one that there is", () => {
    const modalities = { DicomModalities: { web: ["A", "h", 104] } };
    assert.throws(() => server([url], modalities), /same name, "web"/);
    const other = { SendQueue: { Destinations: { wep: { Concurrency: 1 } } } };
    assert.throws(() => server([url], other), /"wep"/);
    const own = { SendQueue: { Destinations: { web: { Concurrency: 1 } }, Stow: { BatchMB: 1 } } };
    assert.equal(server([url], own).concurrency, 1);
    assert.equal(server([url], own).room.bytes, 1_048_576);
  });
});
