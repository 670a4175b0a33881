import assert from "node:assert/strict";
import type { ServerOptions } from "node:https";
import { describe, it } from "node:test";
import { ReceivingPeer } from "../support/receiving-peer.ts";
import { StowServer } from "../support/stow-server.ts";
import { kinds, mutual, probed, servers, withSpool, type Client } from "../support/tls-parties.ts";

interface Listening extends AsyncDisposable {
  readonly port: number;
}

/** Null: without TLS. */
const listen = {
  "C-STORE": (tls: ServerOptions | null): Promise<Listening> => ReceivingPeer.listen({ tls }),
  "STOW-RS": (tls: ServerOptions | null): Promise<Listening> => StowServer.listen(tls),
} as const;

for (const kind of ["C-STORE", "STOW-RS"] as const) {
  const probe = async (tls: ServerOptions | null, client: Client = "nobody"): Promise<string> => {
    await using server = await listen[kind](tls);
    return await withSpool((spool) => probed(kinds[kind](server.port, client, spool)));
  };

  describe(`who trusts whom, with ${kind}`, () => {
    it("a server whose certificate is of an authority that is trusted", async () => {
      assert.equal(await probe(servers.good), "there");
    });

    it("both, if both have shown a certificate", async () => {
      assert.equal(await probe(mutual, "ours"), "there");
    });

    for (const [what, code] of [
      ["expired", "CERT_HAS_EXPIRED"],
      ["another host's", "ERR_TLS_CERT_ALTNAME_INVALID"],
      ["of an unknown authority", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
      ["of an unknown authority that it shows", "SELF_SIGNED_CERT_IN_CHAIN"],
      ["that signed itself", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ] as const) {
      it(`not a server with a certificate ${what}`, async () => {
        assert.equal(await probe(servers[what]), `destination configuration ${code}`);
      });
    }

    it("a server that wants a certificate does not trust who shows none", async () => {
      const what = await probe(mutual, "nobody");
      assert.match(what, /^destination configuration ERR_SSL_.*CERTIFICATE_REQUIRED$/);
    });

    it("nor one of whom it does not know the authority; those of Node.js break off without a word", async () => {
      assert.match(await probe(mutual, "strange"), /^destination transient /);
    });

    it("a server with TLS has nothing to say to who speaks without", async () => {
      assert.match(await probe(servers.good, "plain"), /^destination /);
    });

    it("nobody, where there is no TLS", async () => {
      assert.match(await probe(null), /^destination (configuration ERR_SSL|transient E)/);
    });
  });
}
