import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import { readSettings, type Settings } from "../../src/settings/settings.ts";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { mutual, readText } from "../support/tls-parties.ts";

const received = (given: object): Settings["receiver"] =>
  readSettings({ DicomServerEnabled: true, DicomTlsEnabled: true, ...given }, readText).receiver;

const own = { DicomTlsCertificate: "ours.pem", DicomTlsPrivateKey: "ours.key" };

describe("TLS of the receiver", () => {
  it("wants a certificate of a caller, unless it is told not to", () => {
    const tls = received({ ...own, DicomTlsTrustedCertificates: "ca.pem" })?.tls;
    assert.deepEqual([tls?.requestCert, tls?.rejectUnauthorized], [true, true]);
    assert.equal(tls?.ca, readText("ca.pem"));
    const open = received({ ...own, DicomTlsRemoteCertificateRequired: false })?.tls;
    assert.deepEqual([open?.requestCert, open?.rejectUnauthorized], [false, false]);
  });

  it("is not begun without a certificate, or trusting everybody by oversight", () => {
    assert.throws(() => received({}), /DicomTlsCertificate/);
    assert.throws(() => received(own), /DicomTlsTrustedCertificates/);
  });

  it("is off unless it is wanted", () => {
    assert.equal(received({ ...own, DicomTlsEnabled: false })?.tls, null);
  });

  it("does not wait at its end for one who never begins a handshake", async () => {
    const peer = await ReceivingPeer.listen({ tls: mutual });
    const socket = connect(peer.port, "127.0.0.1").on("error", () => {});
    await once(socket, "connect");
    const started = performance.now();
    await peer[Symbol.asyncDispose]();
    assert.ok(performance.now() - started < 10_000);
    socket.destroy();
  });
});
