import assert from "node:assert/strict";
import { test } from "node:test";
import { agentOptionsOf } from "./agent-options.ts";

const own = "http://169.254.172.1:4566";

test("tasks are given the platform's endpoint, another, or none", () => {
  assert.equal(agentOptionsOf({}, own).endpointUrl, own);
  assert.equal(agentOptionsOf({ ESTIVA_TASK_ENDPOINT_URL: "http://x" }, own).endpointUrl, "http://x");
  assert.equal("endpointUrl" in agentOptionsOf({ ESTIVA_TASK_ENDPOINT_URL: "off" }, own), false);
});

test("images are pulled as the environment says, and nonsense is refused", () => {
  assert.equal(agentOptionsOf({}, own).imagePullBehavior, "prefer-cached");
  assert.equal(agentOptionsOf({ ESTIVA_IMAGE_PULL_BEHAVIOR: "never" }, own).imagePullBehavior, "never");
  assert.throws(() => agentOptionsOf({ ESTIVA_IMAGE_PULL_BEHAVIOR: "now" }, own), /takes default, always/);
});

test("containers are measured each minute, or by a part of it", () => {
  assert.equal(agentOptionsOf({}, own).metricsIntervalSeconds, 60);
  assert.equal(agentOptionsOf({ ESTIVA_METRICS_INTERVAL: "5" }, own).metricsIntervalSeconds, 5);
  for (const text of ["7", "", "0", "5s", "120"]) {
    assert.throws(() => agentOptionsOf({ ESTIVA_METRICS_INTERVAL: text }, own), /takes 1, 5, 10, 20, 30, 60, not/);
  }
});
