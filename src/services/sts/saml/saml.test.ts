import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readAssertion, type SamlClaims } from "./assertion.ts";
import { canonical } from "./canonical.ts";
import { readMetadata } from "./metadata.ts";
import { childrenNamed, type Element, parseXml } from "./xml.ts";

// Signed by xmlsec1, which knows nothing of this code: of the one the assertion, of the other the whole response.
const read = (name: string) => readFile(new URL(`testing/${name}.xml`, import.meta.url), "utf8");
const [assertion, response, metadata] = [await read("assertion"), await read("response"), await read("metadata")];
const provider = readMetadata(metadata)!;
const issued = Date.parse("2026-01-01T00:00:00Z");
const open = (text: string, now = issued, by = provider) =>
  readAssertion(Buffer.from(text).toString("base64"), by, now);

const whole: SamlClaims = {
  issuer: "https://idp.example.com",
  subject: "ada & co",
  subjectType: "persistent",
  recipient: "https://signin.aws.amazon.com/saml",
  sessionName: "ada@example.com",
  roles: [["arn:aws:iam::000000000000:role/app", "arn:aws:iam::000000000000:saml-provider/idp"]],
  sessionSeconds: 1800,
  tags: { team: "blue" },
  transitiveTagKeys: ["team"],
  sourceIdentity: "ada",
  notAfter: Date.parse("2026-01-01T08:00:00Z"),
};
for (const [what, text] of [
  ["an assertion", assertion],
  ["a response", response],
] as const) {
  test(`${what} that another program signed is taken, and all that it says is read`, () => {
    assert.deepEqual(open(text), whole);
    assert.deepEqual(open(text.replaceAll("\n", "\r\n")), whole, "line ends are no matter");
  });
  test(`${what} in which any one letter of what is signed differs is not taken`, () => {
    const start = text.indexOf(what === "a response" ? "<samlp:Response" : "<Assertion");
    const end = text.indexOf(what === "a response" ? "</samlp:Response" : "</Assertion");
    // A namespace that no name uses is not signed.
    const unused = text.indexOf("xmlns:xs");
    for (let at = start; at < end; at += 7) {
      if (!/[A-Za-z0-9]/.test(text[at]!) || (at >= unused && at < unused + 45)) continue;
      const changed = `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
      assert.ok("code" in open(changed), text.slice(Math.max(0, at - 30), at + 10));
    }
  });
}

const [signature] = /<ds:Signature .*<\/ds:Signature>/s.exec(assertion)!;
const [original] = /<Assertion .*<\/Assertion>/s.exec(assertion)!;
const unsigned = original.replace(signature, "");
const forged = unsigned.replace("ada@example.com", "root@example.com");
const inPlace = (text: string) => assertion.replace(original, () => text);
const forgeries: readonly [string, string][] = [
  ["without a signature", inPlace(unsigned)],
  ["with a second one before it", inPlace(forged.replace("_a1", "_a2") + original)],
  ["with a second one behind it", inPlace(original + forged.replace("_a1", "_a2"))],
  ["of the same ID, the signed one wrapped in it", inPlace(forged.replace("<Subject>", () => `${original}<Subject>`))],
  [
    "of another ID that holds the signature and the signed one",
    inPlace(
      forged
        .replace("_a1", "_a2")
        .replace("</Issuer>", () => `</Issuer>${signature}`)
        .replace("</AttributeStatement>", () => `</AttributeStatement><Advice>${unsigned}</Advice>`),
    ),
  ],
  [
    "that has the signed one in the signature's object",
    inPlace(
      forged.replace("</Issuer>", () => {
        const object = `<ds:Object>${unsigned}</ds:Object></ds:Signature>`;
        return `</Issuer>${signature.replace("</ds:Signature>", () => object)}`;
      }),
    ),
  ],
  [
    "beside the signed one, which is put away among the extensions",
    assertion
      .replace(original, () => forged.replace("_a1", "_a2"))
      .replace("<samlp:Status>", () => `<samlp:Extensions>${original}</samlp:Extensions><samlp:Status>`),
  ],
  ["that refers to nothing", inPlace(original.replace('URI="#_a1"', 'URI=""'))],
  ["with a comment in a name", assertion.replace("ada &amp; co", "ada<!-- -->&amp; co")],
  ["with CDATA", assertion.replace("ada &amp; co", "<![CDATA[ada & co]]>")],
  ["with a document type", assertion.replace("<samlp:Response", '<!DOCTYPE x [<!ENTITY a "b">]><samlp:Response')],
  ["with an instruction", assertion.replace("<Subject>", "<?x y?><Subject>")],
  ["with two signatures", inPlace(original.replace(signature, () => signature + signature))],
  ["with SHA-1", assertion.replace("2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1")],
  ["with a digest of no algorithm", assertion.replace("http://www.w3.org/2001/04/xmlenc#sha256", "constructor")],
  ["with a signature of no algorithm", assertion.replace(/http:[^"]*rsa-sha256/, "constructor")],
  ["that is cut off", assertion.slice(0, -20)],
  ["that is nothing", ""],
];
for (const [what, text] of forgeries) {
  test(`an assertion ${what} is not taken`, () => {
    assert.notEqual(text, assertion);
    assert.equal((open(text) as { code?: string }).code, "InvalidIdentityToken");
  });
}

test("only the keys of the provider's metadata count, not one in the signature", () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
  const others = [[], [publicKey], [ec]].map((keys) => ({ ...provider, keys }));
  for (const other of others) assert.match(JSON.stringify(open(assertion, issued, other)), /signature validation/);
  assert.ok(!("code" in open(assertion, issued, { ...provider, keys: [ec, publicKey, ...provider.keys] })));
  assert.match(JSON.stringify(open(assertion, issued, { ...provider, entityId: "https://other" })), /Issuer/);
});

test("it is good for five minutes, and for a provider whose clock is a little ahead", () => {
  const code = (now: number) => (open(response, now) as { code?: string }).code;
  assert.equal(code(issued + 299_999), undefined);
  assert.equal(code(issued + 300_000), "ExpiredTokenException");
  assert.equal(code(issued - 59_000), undefined);
  assert.equal(code(issued - 61_000), "InvalidIdentityToken");
});

const own = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ownProvider = { ...provider, keys: [own.publicKey] };

/** What a provider with a key of its own would have sent: the canonical form is proven with what xmlsec1 signed. */
function signed(text: string): string {
  const dsig = "http://www.w3.org/2000/09/xmldsig#";
  const child = (element: Element, namespace: string, local: string) => childrenNamed(element, namespace, local)[0]!;
  const assertionOf = (from: string) => child(parseXml(from), "urn:oasis:names:tc:SAML:2.0:assertion", "Assertion");
  const element = assertionOf(text);
  const content = canonical(element, ["xs"], child(element, dsig, "Signature"));
  const digest = createHash("sha256").update(content).digest("base64");
  const digested = text.replace(/(?<=<ds:DigestValue>)[^<]*/, () => digest);
  const info = canonical(child(child(assertionOf(digested), dsig, "Signature"), dsig, "SignedInfo"));
  const value = sign("sha256", Buffer.from(info), own.privateKey).toString("base64");
  return digested.replace(/(?<=<ds:SignatureValue>)[^<]*/, () => value);
}

const audience = "urn:amazon:webservices";
const recipient = 'Recipient="https://signin.aws.amazon.com/saml"';
const [conditions] = /<Conditions .*<\/Conditions>/.exec(assertion)!;
const restriction = (who: string) => `<AudienceRestriction><Audience>${who}</Audience></AudienceRestriction>`;
const wellSigned: readonly (readonly [what: string, from: string, to: string, refusal?: RegExp])[] = [
  ["as it was", "", ""],
  ["for AWS by its address", audience, "https://signin.aws.amazon.com/saml"],
  ["for another audience too", "<Audience>", "<Audience>https://other.example.com</Audience><Audience>"],
  ["for another audience", audience, "https://other.example.com", /InvalidIdentityToken.*audience/],
  ["for one whose name begins with ours", audience, `${audience}.example.com`, /InvalidIdentityToken.*audience/],
  ["for us and, at once, for another", "<Audi", `${restriction("urn:other")}<Audi`, /InvalidIdentityToken.*audience/],
  ["for nobody in particular", conditions, "", /InvalidIdentityToken.*audience/],
  ["sent to one of our regions", recipient, 'Recipient="https://eu-west-1.signin.aws.amazon.com/saml"'],
  ["sent to another recipient", recipient, 'Recipient="https://other.example.com/saml"', /InvalidIdentityToken/],
  ["sent to who has our name in theirs", "amazon.com/saml", "amazon.com.example.com/saml", /InvalidIdentityToken/],
  ["sent to nobody", recipient, "", /InvalidIdentityToken/],
  ["not for the bearer", "cm:bearer", "cm:holder-of-key", /InvalidIdentityToken/],
  ["whose confirmation is over", '"2026-01-01T00:05:00Z"', '"2026-01-01T00:00:00Z"', /ExpiredTokenException/],
  ["whose conditions are over", "T01:00:00Z", "T00:00:00Z", /ExpiredTokenException/],
  ["whose conditions begin later", "2025-12-31T23:59:00Z", "2026-01-01T00:30:00Z", /InvalidIdentityToken.*not valid/],
  ["that says not until when", ' NotOnOrAfter="2026-01-01T00:05:00Z"', "", /InvalidIdentityToken.*until/],
  ["with a time that is none", '"2026-01-01T00:05:00Z"', '"tomorrow"', /ExpiredTokenException/],
  ["of another issuer", "<Issuer>https://idp", "<Issuer>https://other", /InvalidIdentityToken.*Issuer/],
];
for (const [what, from, to, refusal] of wellSigned) {
  test(`an assertion, signed well, ${what} is ${refusal === undefined ? "taken" : "refused"}`, () => {
    // In the assertion only, not in the response around it.
    const changed = original.replace(from, () => to);
    assert.ok(from === "" || changed !== original, "the text to be changed is there");
    const read = open(signed(inPlace(changed)), issued, ownProvider);
    if (refusal === undefined) assert.ok(!("code" in read), JSON.stringify(read));
    else assert.match(JSON.stringify(read), refusal);
  });
}

test("what failed, and what is encrypted, is told", () => {
  const failed = assertion.replace("status:Success", "status:Responder");
  assert.equal((open(failed) as { code?: string }).code, "IDPRejectedClaim");
  const encrypted = inPlace('<EncryptedAssertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"/>');
  assert.match(JSON.stringify(open(encrypted)), /Encrypted SAML assertions are not supported/);
});

test("a metadata document is read for who the provider is, and for the keys that sign", () => {
  assert.equal(provider.entityId, "https://idp.example.com");
  assert.equal(readMetadata(metadata.replace("<md:IDP", "<!-- ours --><md:IDP"))?.keys.length, 1);
  assert.equal(readMetadata(metadata.replace('use="signing"', 'use="encryption"'))?.keys.length, 0);
  for (const none of ["", "<a/>", metadata.replace("entityID", "id"), metadata.replace("</md:E", "</E")]) {
    assert.equal(readMetadata(none), undefined);
  }
});

// https://www.w3.org/TR/xml-exc-c14n/#sec-Enveloping and https://www.w3.org/TR/xml-c14n11/#Example-SETags
for (const [what, text, expected, inclusive] of [
  ["the order of attributes", '<a b="1" a="2" />', '<a a="2" b="1"></a>'],
  [
    "attributes by their namespaces",
    '<e xmlns:b="http://z" xmlns:a="http://a" b:x="1" a:y="2" z="3"/>',
    '<e xmlns:a="http://a" xmlns:b="http://z" z="3" a:y="2" b:x="1"></e>',
  ],
  ["unused namespaces", '<a xmlns:x="u:x"><x:b/></a>', '<a><x:b xmlns:x="u:x"></x:b></a>'],
  ["kept namespaces", '<a xmlns:x="u:x"><b/></a>', '<a xmlns:x="u:x"><b></b></a>', ["x"]],
  ["no namespace again", '<a xmlns="u"><b xmlns=""/></a>', '<a xmlns="u"><b xmlns=""></b></a>'],
  ["escapes", "<a b='\"&#9;&gt;&lt;'>&gt;&amp;&#13;\"</a>", '<a b="&quot;&#x9;>&lt;">&gt;&amp;&#xD;"</a>'],
] as readonly (readonly [string, string, string, string[]?])[]) {
  test(`the canonical form: ${what}`, () => assert.equal(canonical(parseXml(text), inclusive), expected));
}
