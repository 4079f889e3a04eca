import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { test } from "node:test";
import { isSignedBy, type ProviderKey, parseToken } from "./web-identity.ts";

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = { iss: "https://idp.test", sub: "me", aud: "client", exp: 100 };
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: "jwk" }), kid }) as ProviderKey;
const keys = [jwk(rsa.publicKey, "r"), jwk(ec.publicKey, "e")];

function token(alg: string, kid: string | undefined, key: KeyObject, body: unknown = claims): string {
  const text = `${encode({ alg, ...(kid && { kid }) })}.${encode(body)}`;
  const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

const cases: readonly [string, string, boolean][] = [
  ["RSA by its key", token("RS256", "r", rsa.privateKey), true],
  ["EC by its key", token("ES256", "e", ec.privateKey), true],
  ["without a key id any key of the family is tried", token("RS256", undefined, rsa.privateKey), true],
  ["another key's id", token("RS256", "e", rsa.privateKey), false],
  ["an unknown key id", token("RS256", "x", rsa.privateKey), false],
  ["an algorithm of another family", token("ES256", "r", rsa.privateKey), false],
  ["another signer", token("RS256", "r", generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey), false],
  ["no algorithm", `${encode({ alg: "none" })}.${encode(claims)}.AA`, false],
  ["a shared secret", `${encode({ alg: "HS256", kid: "r" })}.${encode(claims)}.AA`, false],
];
for (const [name, text, expected] of cases) {
  test(`a token signed with ${name}: ${expected}`, () => {
    const parsed = parseToken(text);
    assert.ok(parsed);
    assert.equal(isSignedBy(parsed, keys), expected);
  });
}

test("a changed claim breaks the signature", () => {
  const [head, , signature] = token("RS256", "r", rsa.privateKey).split(".");
  const changed = parseToken(`${head}.${encode({ ...claims, sub: "other" })}.${signature}`);
  assert.ok(changed);
  assert.equal(isSignedBy(changed, keys), false);
});

test("what is no token is none", () => {
  const whole = token("RS256", "r", rsa.privateKey);
  const texts = ["", "a", "a.b", "a.b.c", `${whole}.d`, whole.replace(/\.[^.]*$/, "."), "x".repeat(30_000)];
  for (const text of texts) assert.equal(parseToken(text), undefined);
  for (const body of [{ ...claims, aud: undefined }, { ...claims, exp: "soon" }, { ...claims, sub: 1 }, null, []]) {
    assert.equal(parseToken(token("RS256", "r", rsa.privateKey, body)), undefined);
  }
});
