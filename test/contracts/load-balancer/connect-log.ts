import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import type { ConnectLogFormat } from "#kernel/load-balancing.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { forward, groupOf, listenerOf, nodeOf, targetOf } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { ask, close, listen, raw } from "./targets.ts";

const taskArn = "arn:aws:ecs:us-east-1:123456789012:task/web/0123456789abcdef0123456789abcdef";

/** The lines that the proxies of tasks write. */
export function connectLog(start: StartBalancer): void {
  describe("access logs of Service Connect", () => {
    const setting = prepare(start);
    const attributesOf = (connectLog: ConnectLogFormat) => ({ ...nodeOf({}).attributes, connectLog });
    /** The record of the request with this word in it. */
    const told = async (word: string) => {
      const { balancer } = setting();
      await balancer.untilAccess((records) => records.some(({ line }) => line.includes(word)));
      return balancer.access.find(({ line }) => line.includes(word))!;
    };
    const headers = { "user-agent": 'a "b"', "x-request-id": "r-1", host: "api" };

    test("a request as text, without its query unless that is wanted", async () => {
      const { use, port, groupOne, one } = setting();
      const node = { taskArn, listeners: [listenerOf(port, forward(groupOne))], targetGroups: [groupOne] };
      await use({ ...node, attributes: attributesOf({ format: "TEXT", includeQuery: false }) });
      await ask(port, "/text-one?token=secret", { headers: { ...headers, "x-forwarded-for": "192.0.2.1" } });
      const record = await told("/text-one");
      const pattern = new RegExp(
        '^\\[\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z\\] "GET /text-one HTTP/1\\.1" 200( \\d+){4} ' +
          `"192\\.0\\.2\\.1" "a \\\\x22b\\\\x22" "r-1" "api" "127\\.0\\.0\\.1:${one.port}"$`,
      );
      assert.match(record.line, pattern);
      assert.equal(record.taskArn, taskArn);
      await use({ ...node, attributes: attributesOf({ format: "TEXT", includeQuery: true }) });
      await ask(port, "/text-two?a=1");
      assert.match(
        (await told("/text-two")).line,
        / \/text-two\?a=1 HTTP\/1\.1" 200 .* "-" "-" "-" "127\.0\.0\.1:\d+" "/,
      );
    });

    test("a request as JSON: numbers are numbers, what is not there is null", async () => {
      const { use, port, groupOne, one } = setting();
      const attributes = attributesOf({ format: "JSON", includeQuery: false });
      await use({ taskArn, attributes, listeners: [listenerOf(port, forward(groupOne))], targetGroups: [groupOne] });
      await ask(port, "/json", { headers });
      const { start_time, bytes_received, bytes_sent, duration_ms, upstream_service_time, ...rest } = JSON.parse(
        (await told("/json")).line,
      );
      assert.deepEqual(rest, {
        ...{ method: "GET", path: "/json", protocol: "HTTP/1.1", response_code: 200, forwarded_for: null },
        ...{ user_agent: 'a "b"', request_id: "r-1", authority: "api", upstream_host: `127.0.0.1:${one.port}` },
      });
      for (const number of [bytes_received, bytes_sent, duration_ms]) assert.equal(typeof number, "number");
      assert.match(upstream_service_time, /^\d+$/);
      assert.match(start_time, /^\d{4}-.*Z$/);
    });

    test("a connection of TCP", async () => {
      const { use, port } = setting();
      const server = createServer(
        (socket) =>
          void socket
            .on("error", () => {})
            .resume()
            .end("hello"),
      );
      const healthCheck = { ...groupOf("x", []).healthCheck, protocol: "TCP" as const };
      const group = groupOf("flows", [targetOf(await listen(server, 0))], { protocol: "TCP", healthCheck });
      const listener = listenerOf(port, forward(group), [], { protocol: "TCP" });
      const attributes = attributesOf({ format: "JSON", includeQuery: false });
      await use({ taskArn, attributes, listeners: [listener], targetGroups: [group] });
      assert.equal(await raw(port, "hi"), "hello");
      const line = JSON.parse((await told("downstream_remote_address")).line);
      assert.deepEqual(Object.keys(line), [
        ...["start_time", "downstream_remote_address", "downstream_remote_port", "bytes_received", "bytes_sent"],
        ...["duration", "connection_termination_details", "connection_id"],
      ]);
      assert.equal(line.downstream_remote_address, "127.0.0.1");
      assert.equal(typeof line.connection_id, "number");
      await close(server);
    });
  });
}
