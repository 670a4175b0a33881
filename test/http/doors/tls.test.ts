import assert from "node:assert/strict";
import { once } from "node:events";
import { get, type RequestOptions } from "node:https";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { describe, it } from "node:test";
import { connect } from "node:tls";
import { definePlugin, openHost, type Host, type HttpOptions } from "../../../src/index.ts";
import { testFolder } from "../../cli/baton-process.ts";
import { makeCertificate } from "../../support/certificate.ts";
import { sendRaw } from "../scripted-host.ts";

const { cert, key } = makeCertificate();

async function ask(url: string, options: RequestOptions = {}): Promise<IncomingMessage> {
  const request = get(`${url}/jobs`, { ca: cert, agent: false, ...options });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return response;
}

const open = (http: HttpOptions): Promise<Host> => openHost({ http: { port: 0, ...http } });

describe("a host with a certificate", () => {
  it("speaks HTTPS, and nothing else", async () => {
    await using folder = await testFolder();
    const certificate = await folder.write("both.pem", `${key}${cert}`);
    await using host = await open({ tls: { certificate }, limits: { headTimeoutMs: 500 } });
    const url = String(host.url);
    assert.match(url, /^https:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await ask(url)).statusCode, 200);
    assert.equal(await sendRaw(url, "GET /jobs HTTP/1.1\r\nhost: localhost\r\n\r\n"), "");
    await assert.rejects(ask(url, { ca: makeCertificate().cert }), /self-signed/);
  });

  it("has the same doors behind it", async () => {
    await using folder = await testFolder();
    const tls = {
      certificate: await folder.write("cert.pem", cert),
      key: await folder.write("key.pem", key),
    };
    await using host = await open({ tls, users: { alice: { password: "right" } } });
    const url = String(host.url);
    assert.equal((await ask(url)).statusCode, 401);
    assert.equal((await ask(url, { auth: "alice:right" })).statusCode, 200);
    const headers = { host: "rebound.example.org" };
    const rebound = { headers, checkServerIdentity: () => undefined };
    assert.equal((await ask(url, rebound)).statusCode, 403);
    const own = { auth: "alice:right", headers: { origin: url } };
    assert.equal((await ask(url, own)).statusCode, 200);
  });

  it("shows new connections the certificate that its files have by then", async () => {
    await using folder = await testFolder();
    const certificate = await folder.write("both.pem", `${key}${cert}`);
    await using host = await open({ tls: { certificate } });
    const url = String(host.url);
    const renewed = makeCertificate();
    await folder.write("both.pem", `${renewed.key}${renewed.cert}`);
    assert.equal((await ask(url)).statusCode, 200);
    host.renewCertificate();
    await assert.rejects(ask(url), /self-signed/);
    assert.equal((await ask(url, { ca: renewed.cert })).statusCode, 200);
    await folder.write("both.pem", "broken");
    assert.throws(() => host.renewCertificate(), { code: "CONFIG_INVALID" });
    assert.equal((await ask(url, { ca: renewed.cert })).statusCode, 200);
  });

  it("closes at once, although connections are kept alive or have not shaken hands", async () => {
    await using folder = await testFolder();
    const certificate = await folder.write("both.pem", `${key}${cert}`);
    const host = await open({ tls: { certificate } });
    const { hostname, port } = new URL(String(host.url));
    const socket = connect({ host: hostname, port: Number(port), ca: cert });
    await once(socket, "secureConnect");
    const started = Date.now();
    await host.close();
    assert.ok(Date.now() - started < 1_500, "it did not wait for its grace");
    socket.destroy();
  });

  it("finishes the answer that is on its way when it closes", async () => {
    await using folder = await testFolder();
    const certificate = await folder.write("both.pem", `${key}${cert}`);
    const entered = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const plugin = definePlugin({
      name: "slow",
      version: "1.0.0",
      start: (own) =>
        own.registerRoute("GET", "/slow", async () => {
          entered.resolve();
          await release.promise;
          return { body: "done" };
        }),
    });
    const host = await openHost({ plugins: [plugin], http: { port: 0, tls: { certificate } } });
    const request = get(`${host.url}/slow`, { ca: cert, agent: false });
    const response = once(request, "response") as Promise<[IncomingMessage]>;
    await entered.promise;
    const closed = host.close();
    release.resolve();
    const [answer] = await response;
    assert.equal(String(Buffer.concat(await answer.toArray())), "done");
    await closed;
  });
});

describe("a certificate", () => {
  const refusals: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ["that is not there", {}, /the certificate .*cert\.pem cannot be read \(ENOENT\)/],
    ["that is none", { "cert.pem": "hello" }, /cert\.pem has no certificate in PEM/],
    ["without its key", { "cert.pem": cert }, /has no private key in PEM; name its file/],
    [
      "with another's key",
      { "cert.pem": `${cert}${makeCertificate().key}` },
      /cannot be used \(ERR_OSSL_X509_KEY_VALUES_MISMATCH\)/,
    ],
    [
      "that is cut off",
      { "cert.pem": `${key}${cert.slice(0, 200)}` },
      /cannot be used \(ERR_OSSL_[A-Z_]+\)/,
    ],
    [
      "that has expired",
      { "cert.pem": joined(makeCertificate(-1)) },
      /has expired \(.*\); renew it/,
    ],
  ];
  for (const [what, files, message] of refusals) {
    it(`${what} is refused in a sentence`, async () => {
      await using folder = await testFolder();
      for (const [name, content] of Object.entries(files)) await folder.write(name, content);
      const tls = { certificate: join(folder.path, "cert.pem") };
      await assert.rejects(open({ tls }), (error: Error) => {
        assert.match(error.message, message);
        assert.ok(!error.message.includes("PRIVATE"), "it repeats nothing of the file");
        return true;
      });
    });
  }
});

function joined(made: { readonly cert: string; readonly key: string }): string {
  return `${made.key}${made.cert}`;
}
