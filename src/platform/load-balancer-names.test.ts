import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoadBalancerName } from "./load-balancer-names.ts";

const names: readonly [string, boolean][] = [
  ["web.elb.localhost", true],
  ["web-123.us-east-1.elb.localhost", true],
  ["web-123.elb.us-east-1.localhost", true],
  ["web-123.us-east-1.elb.amazonaws.com.localhost", true],
  ["web-123.elb.us-east-1.amazonaws.com.localhost", true],
  ["elb.localhost", false],
  ["web.localhost", false],
  ["localhost", false],
  ["web.elb.localhost.example.com", false],
  ["000000000000.dkr.ecr.us-east-1.localhost", false],
];

for (const [name, isOne] of names) {
  test(`${name} is ${isOne ? "a" : "no"} load balancer's`, () => assert.equal(isLoadBalancerName(name), isOne));
}
