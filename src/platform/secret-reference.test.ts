import assert from "node:assert/strict";
import { test } from "node:test";
import { readSecretReference, valueOfJsonKey } from "./secret-reference.ts";

const secretId = "arn:aws:secretsmanager:us-east-1:000000000000:secret:app/db-a1B2c3";
const versionId = "11111111-2222-4333-8444-555555555555";

for (const [valueFrom, expected] of [
  [secretId, { secretId }],
  [`${secretId}:password::`, { secretId, jsonKey: "password" }],
  [`${secretId}::AWSPREVIOUS:`, { secretId, versionStage: "AWSPREVIOUS" }],
  [`${secretId}:::${versionId}`, { secretId, versionId }],
  [
    `${secretId}:password:AWSCURRENT:${versionId}`,
    { secretId, jsonKey: "password", versionStage: "AWSCURRENT", versionId },
  ],
  [`${secretId}:password`, { secretId, jsonKey: "password" }],
] as const) {
  test(`valueFrom ${valueFrom.slice(secretId.length) || "without anything more"}`, () => {
    assert.deepEqual(readSecretReference(valueFrom), expected);
  });
}

test("more parts than there are is an error", () => {
  assert.throws(() => readSecretReference(`${secretId}:a:b:c:d`), /unexpected ARN format/);
});

for (const [key, value] of [
  ["text", "hello"],
  ["number", "12345678"],
  ["flag", "true"],
  ["object", '{"a":1}'],
  ["empty", ""],
] as const) {
  test(`the JSON key ${key}`, () => {
    const text = '{"text":"hello","number":12345678,"flag":true,"object":{"a":1},"empty":""}';
    assert.equal(valueOfJsonKey(text, key), value);
  });
}

for (const [what, text, message] of [
  ["a key that is not there", '{"a":"hidden"}', "retrieved secret from Secrets Manager did not contain json key b"],
  ["a key of every object", "{}", "retrieved secret from Secrets Manager did not contain json key toString"],
  ["a text that is no JSON", "hidden", "retrieved secret from Secrets Manager is not a JSON object"],
  ["a list", '["hidden"]', "retrieved secret from Secrets Manager is not a JSON object"],
] as const) {
  test(`${what} is an error that shows nothing of the secret`, () => {
    const key = what === "a key of every object" ? "toString" : "b";
    assert.throws(() => valueOfJsonKey(text, key), { message });
  });
}
