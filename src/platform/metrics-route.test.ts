import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { MetricStorage } from "#services/cloudwatch/index.ts";
import { parseExposition } from "../../test/support/exposition.ts";
import { metricsRoute } from "./metrics-route.ts";
import { ownFamilies } from "./own-metrics.ts";
import { RequestMetrics } from "./request-metrics.ts";

async function route() {
  const clock = new VirtualClock();
  const storage = await MetricStorage.open({ files: memoryFiles(), clock, log: silentLog });
  const requests = new RequestMetrics();
  requests.take({ service: "ecs", operation: "RunTask", status: 200, seconds: 0.02 });
  requests.take({ service: "ecs", operation: "RunTask", status: 200, seconds: 60 });
  requests.take({ service: "ecs", operation: "RunTask", status: 400, seconds: 0 });
  const counters = { queued: 1, active: 2, delayed: 3, reconciles: 4, conflicts: 5, errors: 6 };
  const parts = { version: "1.2.3", dataDir: "/nowhere/at/all", controllers: { "ecs.task": counters } };
  const own = () => [...ownFamilies({ ...parts, activeTasks: 7, series: 8 }), ...requests.families()];
  return metricsRoute({ storage, clock, token: "secret", own });
}

async function textOf(body: string | AsyncIterable<Uint8Array>): Promise<string> {
  if (typeof body === "string") return body;
  const parts: Uint8Array[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts).toString();
}

describe("GET /metrics", () => {
  const callers: readonly [what: string, remoteAddress: string | undefined, headers: object, status: number][] = [
    ["this machine", "127.0.0.1", {}, 200],
    ["this machine over IPv6", "::1", {}, 200],
    ["this machine over a socket of both kinds", "::ffff:127.0.0.1", {}, 200],
    ["this machine by its name", "127.0.0.1", { host: "localhost:4566" }, 200],
    ["this machine by its address", "127.0.0.1", { host: "127.0.0.1:4566" }, 200],
    ["this machine by its address of IPv6", "::1", { host: "[::1]:4566" }, 200],
    ["a page whose name leads here", "127.0.0.1", { host: "page.example:4566" }, 401],
    ["a name that looks like an address", "127.0.0.1", { host: "127.0.0.1.page.example" }, 401],
    ["another machine", "192.0.2.7", {}, 401],
    ["a task on a network of this machine", "172.17.0.5", {}, 401],
    ["who knows where", undefined, {}, 401],
    ["another machine through a proxy here", "127.0.0.1", { "x-forwarded-for": "192.0.2.7" }, 401],
    ["another machine with the token", "192.0.2.7", { authorization: "Bearer secret" }, 200],
    ["another machine with another token", "192.0.2.7", { authorization: "Bearer secrets" }, 401],
    ["another machine with no token", "192.0.2.7", { authorization: "Bearer " }, 401],
    ["a proxy with the token", "127.0.0.1", { forwarded: "for=1", authorization: "Bearer secret" }, 200],
  ];
  for (const [what, remoteAddress, headers, status] of callers) {
    test(`${what}: ${status}`, async () => {
      const handler = await route();
      const answer = await handler({ headers: { ...headers }, ...(remoteAddress && { remoteAddress }) });
      assert.equal(answer.status, status);
      assert.equal((await textOf(answer.body)).includes("estiva_build_info"), status === 200);
    });
  }

  for (const accept of [undefined, "application/openmetrics-text"]) {
    test(`the platform's own metrics as ${accept ?? "text"}`, async () => {
      const isOpenMetrics = accept !== undefined;
      const handler = await route();
      const { body, headers } = await handler({ headers: { accept }, remoteAddress: "127.0.0.1" });
      assert.match(
        headers["content-type"]!,
        isOpenMetrics ? /^application\/openmetrics-text; version=1/ : /^text\/plain/,
      );
      const { samples } = parseExposition(await textOf(body), { isOpenMetrics });
      const value = (name: string, labels: object = {}) =>
        samples.find(
          (each) => each.name === name && Object.entries(labels).every(([key, text]) => each.labels[key] === text),
        )?.value;
      assert.equal(value("estiva_build_info", { version: "1.2.3" }), 1);
      assert.equal(value("estiva_active_tasks"), 7);
      assert.equal(value("estiva_store_bytes"), 0);
      assert.equal(value("estiva_controller_queue_depth", { controller: "ecs.task" }), 1);
      assert.equal(value("estiva_controller_errors_total", { controller: "ecs.task" }), 6);
      const runTask = { service: "ecs", operation: "RunTask" };
      assert.equal(value("estiva_requests_total", { ...runTask, status: "200" }), 2);
      assert.equal(value("estiva_requests_total", { ...runTask, status: "400" }), 1);
      const buckets = ["0.01", "0.025", "10", "+Inf"].map((le) =>
        value("estiva_request_duration_seconds_bucket", { service: "ecs", le }),
      );
      assert.deepEqual(buckets, [1, 2, 2, 3]);
      assert.equal(value("estiva_request_duration_seconds_sum", { service: "ecs" }), 60.02);
    });
  }
});
