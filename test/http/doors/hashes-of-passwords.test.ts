import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  defaultCost,
  greatestCost,
  hashPassword,
  hashText,
  isPassword,
  parseHash,
} from "../../../src/http/doors/passwords.ts";
import {
  findToken,
  newToken,
  parseTokenHash,
  tokenHashText,
} from "../../../src/http/doors/tokens.ts";

const cheap = { ln: 10, r: 8, p: 1 };
const salt = "A".repeat(22);
const hash = "B".repeat(43);

describe("the hash of a password", () => {
  it("is another each time, and knows the password by its text", async () => {
    const [one, two] = [await hashPassword("right", cheap), await hashPassword("right", cheap)];
    assert.notEqual(hashText(one), hashText(two));
    const read = parseHash(hashText(one));
    assert.ok(read !== null);
    assert.deepEqual(hashText(read), hashText(one));
    assert.equal(await isPassword("right", read), true);
    assert.equal(await isPassword("wrong", read), false);
  });

  it("costs what OWASP advises, unless it is told otherwise", async () => {
    assert.match(hashText(await hashPassword("x")), /^\$scrypt\$ln=15,r=8,p=3\$/);
  });

  it("is that of other programs, too", async () => {
    // RFC 7914, 12: scrypt("pleaseletmein", "SodiumChloride", 16384, 8, 1), its first 32 bytes.
    const known = Buffer.from(
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
      "hex",
    ).toString("base64");
    const text = `$scrypt$ln=14,r=8,p=1$${btoa("SodiumChloride").replaceAll("=", "")}$${known.replaceAll("=", "")}`;
    const read = parseHash(text);
    assert.ok(read !== null);
    assert.equal(await isPassword("pleaseletmein", read), true);
  });

  it("costs, for a name that nobody has, what the dearest does, also one that is still made", async () => {
    const made = hashPassword("in clear", cheap);
    const dear = { cost: { ...defaultCost, p: 16 }, salt: Buffer.of(), hash: Buffer.of() };
    assert.deepEqual(greatestCost([]), defaultCost);
    assert.deepEqual(greatestCost([await made]), cheap);
    assert.deepEqual(greatestCost([await made, made]), defaultCost);
    assert.deepEqual(greatestCost([made, dear, await made]), dear.cost);
  });

  for (const text of [
    "",
    "right",
    `$argon2id$v=19$m=1,t=1,p=1$${salt}$${hash}`,
    `$scrypt$ln=9,r=8,p=1$${salt}$${hash}`,
    `$scrypt$ln=22,r=8,p=1$${salt}$${hash}`,
    `$scrypt$ln=15,r=0,p=1$${salt}$${hash}`,
    `$scrypt$ln=15,r=8,p=99$${salt}$${hash}`,
    `$scrypt$ln=15,r=8,p=1$${salt}$${hash}B`,
    `$scrypt$ln=15,r=8,p=1$$${hash}`,
    `$scrypt$ln=15,r=8,p=1$${salt}$${hash}\n`,
  ]) {
    it(`is not ${JSON.stringify(text)}`, () => assert.equal(parseHash(text), null));
  }
});

describe("a token", () => {
  it("is found by its hash alone", () => {
    const [one, two] = [newToken(), newToken()];
    assert.match(one, /^baton_[\w-]{43}$/);
    const tokens = [one, two].map((token, number) => ({
      name: String(number),
      digest: parseTokenHash(tokenHashText(token)) ?? new Uint8Array(),
      scopes: new Set<never>(),
      mark: "",
      expiresAt: 0,
    }));
    assert.equal(findToken(two, tokens)?.name, "1");
    assert.equal(findToken(`${two} `, tokens), null);
    assert.equal(findToken(tokenHashText(two), tokens), null);
    assert.equal(findToken("", []), null);
  });

  it("has a hash of one form", () => {
    for (const text of ["", "sha256:", `sha256:${"A".repeat(64)}`, `md5:${"0".repeat(32)}`, null]) {
      assert.equal(parseTokenHash(text), null);
    }
  });
});
