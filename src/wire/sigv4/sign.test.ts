import assert from "node:assert/strict";
import { test } from "node:test";
import { signRequest } from "./sign.ts";

/** The examples of AWS's "Authenticating Requests: Using the Authorization Header (AWS Signature Version 4)" of S3. */

const credentials = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const now = Date.UTC(2013, 4, 24);
const host = "examplebucket.s3.amazonaws.com";

const examples = [
  {
    request: { method: "GET", path: "/test.txt", query: "", headers: { range: "bytes=0-9" }, body: "" },
    signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
  },
  {
    request: {
      method: "PUT",
      path: "/test%24file.text",
      query: "",
      headers: { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" },
      body: "Welcome to Amazon S3.",
    },
    signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
  },
  {
    request: { method: "GET", path: "/", query: "lifecycle", headers: {}, body: "" },
    signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
  },
  {
    request: { method: "GET", path: "/", query: "max-keys=2&prefix=J", headers: {}, body: "" },
    signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
  },
];

for (const { request, signature } of examples) {
  test(`S3: ${request.method} ${request.path}?${request.query}`, () => {
    const whole = { ...request, headers: { ...request.headers, host }, body: Buffer.from(request.body) };
    const { headers } = signRequest(whole, { credentials, region: "us-east-1", service: "s3", now });
    assert.match(headers.authorization ?? "", new RegExp(`, Signature=${signature}$`));
  });
}
