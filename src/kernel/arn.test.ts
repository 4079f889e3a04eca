import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArn } from "./arn.ts";

for (const [text, isArn] of [
  ["arn:aws:ecs:us-east-1:000000000000:cluster/web", true],
  ["arn:aws-cn:ecs:cn-north-1:000000000000:cluster/web", true],
  ["arn:aws-us-gov:ecs:us-gov-west-1:000000000000:cluster/web", true],
  ["arn:aws:iam::000000000000:role/app", true],
  ["arn:aws-cn:iam::000000000000:role/app", true],
  ["arn:aws:s3:::bucket", true],
  ["arn:aws:ecs:*:*:*", true],
  // A resource has one ARN.
  ["arn:x:ecs:us-east-1:000000000000:cluster/web", false],
  ["arn:aws-cn:ecs:us-east-1:000000000000:cluster/web", false],
  ["arn:aws:ecs:cn-north-1:000000000000:cluster/web", false],
  ["ARN:aws:ecs:us-east-1:000000000000:cluster/web", false],
  ["arn:aws:ecs:us-east-1:000000000000", false],
  ["web", false],
] as const) {
  test(`'${text}' is ${isArn ? "an" : "no"} ARN`, () => assert.equal(parseArn(text) !== undefined, isArn));
}
