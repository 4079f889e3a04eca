import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { HttpRequest } from "../message.ts";
import { parseAuthorization } from "./authorization.ts";
import { presignRequest, signRequest } from "./sign.ts";
import { signingKeyCache } from "./signing-keys.ts";
import { type VerifyOptions, verifySignature } from "./verify.ts";

const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const now = Date.UTC(2015, 7, 30, 12, 36);
const minute = 60_000;
const options = { credentials, region: "us-east-1", service: "service", now };
const plain: HttpRequest = {
  method: "GET",
  path: "/",
  query: "",
  headers: { host: "example.amazonaws.com" },
  body: new Uint8Array(),
};
const post: HttpRequest = {
  ...plain,
  method: "POST",
  headers: { ...plain.headers, "content-type": "application/x-amz-json-1.1", "x-amz-target": "Ecs.ListTasks" },
  body: Buffer.from('{"cluster":"web"}'),
};

function verify(request: HttpRequest, changes: Partial<VerifyOptions> = {}) {
  const parsed = parseAuthorization(request);
  assert.equal(parsed.kind, "signed");
  const { authorization } = parsed as Extract<typeof parsed, { kind: "signed" }>;
  const secret = credentials.secretAccessKey;
  const keys = signingKeyCache();
  return verifySignature({
    request,
    authorization,
    secret,
    now,
    signingName: "service",
    style: "json",
    keys,
    ...changes,
  });
}

describe("AWS's published examples of Signature Version 4", () => {
  const cases: [string, Partial<HttpRequest>, string][] = [
    ["get-vanilla", {}, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    [
      "get-vanilla-query-order-key-case",
      { query: "Param2=value2&Param1=value1" },
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ],
    ["post-vanilla", { method: "POST" }, "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"],
  ];
  for (const [name, request, signature] of cases) {
    it(name, () => {
      const signed = signRequest({ ...plain, ...request }, options);
      assert.match(signed.headers.authorization!, new RegExp(`Signature=${signature}$`));
      assert.equal(verify(signed), undefined);
    });
  }
});

describe("a signed request", () => {
  const signed = signRequest(post, options);

  it("is accepted", () => assert.equal(verify(signed), undefined));

  const paths = ["/clusters/a%20b/tags", "/a//b/../c/", "/%E4%BD%A0", "/x:y"];
  for (const path of paths) {
    it(`with the path ${path} is accepted`, () => {
      assert.equal(verify(signRequest({ ...plain, path, query: "b=2&a=%2F&a=1&c" }, options)), undefined);
    });
  }

  const tampered: [string, Partial<HttpRequest>][] = [
    ["body", { body: Buffer.from('{"cluster":"weB"}') }],
    ["body removed", { body: new Uint8Array() }],
    ["method", { method: "PUT" }],
    ["path", { path: "/x" }],
    ["query", { query: "a=1" }],
    ["target", { headers: { ...signed.headers, "x-amz-target": "Ecs.StopTask" } }],
    ["host", { headers: { ...signed.headers, host: "other" } }],
    ["signed header removed", { headers: { ...signed.headers, "content-type": undefined } }],
  ];
  for (const [what, change] of tampered) {
    it(`with another ${what} is refused`, () => {
      assert.deepEqual(verify({ ...signed, ...change }), { condition: "invalidSignature" });
    });
  }

  it("with another secret is refused", () => {
    assert.deepEqual(verify(signed, { secret: "x" }), { condition: "invalidSignature" });
  });

  it("with a signature of another form is refused", () => {
    for (const signature of ["", "zz", "ab", "é".repeat(64), "0".repeat(64), "0".repeat(128)]) {
      const authorization = signed.headers.authorization!.replace(/Signature=.*/, `Signature=${signature}x`);
      const refusal = verify({ ...signed, headers: { ...signed.headers, authorization } });
      assert.deepEqual(refusal, { condition: "invalidSignature" });
    }
  });

  it("for another service is refused", () => {
    assert.equal(
      verify(signed, { signingName: "ecs" })?.message,
      "Credential should be scoped to correct service: 'ecs'. ",
    );
  });

  it("for what is no region is refused", () => {
    const elsewhere = signRequest(post, { ...options, region: "us east" });
    assert.equal(verify(elsewhere)?.message, "Credential should be scoped to a valid region, not 'us east'. ");
  });

  it("must sign the host and what decides the operation", () => {
    const headersOf = (names: string) =>
      signed.headers.authorization!.replace(/SignedHeaders=[^,]*/, `SignedHeaders=${names}`);
    for (const [names, missing] of [
      ["content-type;x-amz-date;x-amz-target", "'Host' or ':authority'"],
      ["host;x-amz-date", "'x-amz-target'"],
      ["host;x-amz-target", "'x-amz-date'"],
    ]) {
      const request = { ...signed, headers: { ...signed.headers, authorization: headersOf(names!) } };
      assert.match(verify(request)?.message ?? "", new RegExp(`^${missing} must be a 'SignedHeader'`));
    }
  });

  it("may name a header that every object seems to have", () => {
    const authorization = signed.headers.authorization!.replace("SignedHeaders=", "SignedHeaders=constructor;");
    const refusal = verify({ ...signed, headers: { ...signed.headers, authorization } });
    assert.deepEqual(refusal, { condition: "invalidSignature" });
  });

  it("claiming an unsigned payload is refused: only S3 takes that", () => {
    const headers = { ...post.headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
    const claimed = signRequest({ ...post, headers, body: new Uint8Array() }, options);
    assert.deepEqual(verify({ ...claimed, body: post.body }), { condition: "invalidSignature" });
  });
});

describe("the time of a signature", () => {
  const signed = signRequest(post, options);
  const cases: [string, number, "json" | "query" | "ec2", string | undefined][] = [
    ["5 minutes old", 5 * minute, "json", undefined],
    [
      "more than 5 minutes old",
      5 * minute + 1000,
      "json",
      "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)",
    ],
    ["5 minutes ahead", -5 * minute, "json", undefined],
    [
      "more than 5 minutes ahead",
      -5 * minute - 1000,
      "json",
      "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)",
    ],
    ["15 minutes old, at STS", 15 * minute, "query", undefined],
    ["more than 15 minutes old, at STS", 15 * minute + 1000, "query", "Signature expired: 20150830T123600Z"],
    ["more than 5 minutes old, at EC2", 5 * minute + 1000, "ec2", ""],
  ];
  for (const [name, later, style, message] of cases) {
    it(name, () => {
      const refusal = verify(signed, { now: now + later, style });
      assert.equal(refusal === undefined, message === undefined);
      if (refusal === undefined) return;
      assert.equal(refusal.condition, "signatureExpired");
      assert((refusal.message ?? "").startsWith(message!), refusal.message);
    });
  }

  it("must be a date of the scope's day", () => {
    const headers = { ...signed.headers, "x-amz-date": "20150831T000000Z" };
    assert.match(verify({ ...signed, headers })?.message ?? "", /^Date in Credential scope does not match YYYYMMDD/);
  });
});

describe("a presigned request", () => {
  const presigned = presignRequest(plain, { ...options, expiresSeconds: 3600 });

  it("is accepted until it expires", () => {
    assert.equal(verify(presigned), undefined);
    assert.equal(verify(presigned, { now: now + 3600_000 }), undefined);
    assert.equal(verify(presigned, { now: now + 3601_000 })?.condition, "signatureExpired");
  });

  it("is refused when anything else is asked", () => {
    assert.equal(verify({ ...presigned, query: `${presigned.query}&a=1` })?.condition, "invalidSignature");
    const longer = presigned.query.replace("X-Amz-Expires=3600", "X-Amz-Expires=36000");
    assert.equal(verify({ ...presigned, query: longer })?.condition, "invalidSignature");
  });

  it("lasts at most a week", () => {
    const long = presignRequest(plain, { ...options, expiresSeconds: 604_801 });
    assert.equal(verify(long)?.condition, "incompleteSignature");
  });

  it("carries the session token", () => {
    const temporary = { ...options, credentials: { ...credentials, sessionToken: "to/ken==" }, expiresSeconds: 60 };
    const request = presignRequest(plain, temporary);
    const parsed = parseAuthorization(request);
    assert.equal(parsed.kind === "signed" && parsed.authorization.sessionToken, "to/ken==");
    assert.equal(verify(request), undefined);
  });
});

describe("parsing a signature", () => {
  const cases: [string, string, RegExp][] = [
    [
      "nothing but the algorithm",
      "AWS4-HMAC-SHA256",
      /requires 'Credential' parameter.*'Signature'.*'SignedHeaders'.*'X-Amz-Date'/,
    ],
    ["another algorithm", "Basic YTpi", /^Unsupported AWS 'algorithm': 'Basic'/],
    ["SigV4a", "AWS4-ECDSA-P256-SHA256 Credential=a", /^SigV4a/],
    [
      "a short credential",
      "AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=0",
      /exactly 5 slash-delimited/,
    ],
  ];
  for (const [name, authorization, message] of cases) {
    it(`refuses ${name}`, () => {
      const date = name === "a short credential" ? "20150830T123600Z" : undefined;
      const parsed = parseAuthorization({ ...plain, headers: { ...plain.headers, authorization, "x-amz-date": date } });
      assert.equal(parsed.kind, "incomplete");
      assert.match(parsed.kind === "incomplete" ? parsed.message : "", message);
    });
  }

  it("finds none", () => assert.deepEqual(parseAuthorization(plain), { kind: "none" }));
});

describe("the cache of signing keys", () => {
  const scope = { day: "20150830", region: "us-east-1", service: "ecs", terminator: "aws4_request" };

  it("gives the same key again, another one for a changed secret, and forgets the oldest", () => {
    const keys = signingKeyCache(2);
    const first = keys("a", "s", scope);
    assert.equal(keys("a", "s", scope), first);
    assert.notEqual(keys("a", "other", scope), first);
    const kept = keys("b", "s", scope);
    keys("c", "s", scope);
    assert.equal(keys("b", "s", scope), kept);
    assert.notEqual(keys("a", "s", scope), first);
  });
});
