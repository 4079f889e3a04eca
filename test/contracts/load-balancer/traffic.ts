import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { describe, test } from "node:test";
import type { RuleAction } from "#kernel/load-balancing.ts";
import { Received } from "../../support/received.ts";
import { until } from "../../support/until.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { Browser } from "./browser.ts";
import { certificateFor } from "./certificates.ts";
import { forward, groupOf, listenerOf, nodeOf, ruleOf, targetOf, text } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { ask, listen, startTarget } from "./targets.ts";

const place = { protocol: "#{protocol}", host: "#{host}", port: "#{port}", path: "/there", query: "" };
const moved: RuleAction = { type: "redirect", ...place, statusCode: "HTTP_301" };

const nothing = { "500": 0, "502": 0, "503": 0, "504": 0, fixed: 0 };

/** The sums of all numbers in two values of one shape. */
function sumOf<T>(one: T, other: T): T {
  if (typeof one === "number") return ((one as number) + (other as number)) as T;
  if (typeof one !== "object" || one === null) return other;
  const sums = Object.entries(one).map(([name, value]) => [name, sumOf(value, other[name as keyof T])]);
  return Object.fromEntries(sums) as T;
}

export function traffic(start: StartBalancer): void {
  describe("what has been done", () => {
    const setting = prepare(start);
    const take = async () => {
      const found = await setting().balancer.takeTraffic();
      const [listener, group] = [found!.listeners[0]!, found!.targetGroups[0]];
      return { listener, group, own: found!.ownAnswers };
    };
    /** What was done until so many answers were given: they are counted a moment after clients have them. */
    const total = async (answers: number) => {
      let all = await take();
      await until(`${answers} answers`, async () => {
        const { responses } = all.listener;
        if (Object.values(responses).reduce((sum, count) => sum + count) >= answers) return true;
        all = sumOf(all, await take());
        return false;
      });
      return all;
    };

    test("requests, connections and answers are counted once, to the number", async () => {
      const { use, port, balancer } = setting();
      const target = await startTarget("codes", 0, (request, response) => {
        response.writeHead(Number(request.url!.slice(1)) || 200).end();
      });
      const group = groupOf("codes", [targetOf(target.port)]);
      await use({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] });
      await balancer.takeTraffic();
      const codes = [200, 204, 301, 404, 404, 500, 503];
      for (const code of codes) assert.equal((await ask(port, `/${code}`)).status, code);
      const { listener, group: counted, own } = await total(codes.length);
      assert.equal(counted!.requests, codes.length);
      assert.deepEqual(own, nothing, "they are the target's");
      const responses = { "2xx": 2, "3xx": 1, "4xx": 2, "5xx": 2 };
      assert.deepEqual([counted!.responses, listener.responses], [responses, responses]);
      assert.equal(listener.newConnections, codes.length);
      assert.ok(listener.receivedBytes > 0 && listener.sentBytes > 0);
      assert.ok(counted!.receivedBytes > 0 && counted!.sentBytes > 0);
      assert.equal((await take()).group!.requests, 0, "they are told once");
    });

    test("how long targets took is told without an access log too", async () => {
      const { use, port, groupOne, balancer } = setting();
      const attributes = { ...nodeOf({}).attributes, accessLogs: false };
      await use({ listeners: [listenerOf(port, forward(groupOne))], targetGroups: [groupOne], attributes });
      assert.equal((await ask(port)).status, 200);
      await balancer.untilAccess((records) => records.at(-1)?.line === "");
      const { targetGroupArn, targetResponseMs, standsFor } = balancer.access.at(-1)!;
      assert.deepEqual([targetGroupArn, standsFor], [groupOne.targetGroupArn, 1]);
      assert.ok(targetResponseMs! >= 0);
    });

    test("handshakes of TLS that fail are counted, clients' and targets'", async () => {
      const { use, port, one, balancer } = setting();
      const { healthCheck } = groupOf("x", []);
      const group = groupOf("plain", [targetOf(one.port)], { protocol: "HTTPS", healthCheck });
      const certificates = [certificateFor("shop.test")];
      const listener = listenerOf(port, forward(group), [], { protocol: "HTTPS", certificates });
      await use({ listeners: [listener], targetGroups: [group] });
      await balancer.takeTraffic();
      const client = connect({ port, host: "127.0.0.1" });
      client.on("error", () => {}); // it may be reset
      const answered = new Received(client);
      client.write("no TLS\r\n\r\n");
      await answered.rest();
      assert.ok((await new Browser(port).ask("/")).status >= 500);
      const { listener: clients, group: targets } = await total(1);
      assert.equal(clients.failedHandshakes, 1);
      assert.ok(targets!.failedHandshakes > 0);
    });

    test("a connection of TCP is active until it ends", async () => {
      const { use, port, balancer } = setting();
      const server = createServer((socket) => void socket.on("error", () => {}).resume());
      const healthCheck = { ...groupOf("x", []).healthCheck, protocol: "TCP" as const };
      const group = groupOf("flows", [targetOf(await listen(server, 0))], { protocol: "TCP", healthCheck });
      const listener = listenerOf(port, forward(group), [], { protocol: "TCP" });
      await use({ listeners: [listener], targetGroups: [group] });
      await balancer.takeTraffic();
      let connections = 0;
      const active = async () => {
        const { newConnections, activeConnections } = (await take()).group!;
        connections += newConnections;
        return activeConnections;
      };
      const socket = connect({ port, host: "127.0.0.1" });
      await until("an open connection", active, (count) => count === 1);
      socket.end();
      await until("its end", active, (count) => count === 0);
      assert.equal(connections, 1);
    });

    for (const accessLogs of [false, true]) {
      test(`resets of TCP are counted by who made them, ${accessLogs ? "with" : "without"} a log`, async () => {
        const { use, port, balancer } = setting();
        const server = createServer((socket) => {
          socket.on("error", () => {});
          socket.on("data", (data) => (String(data) === "reset" ? socket.resetAndDestroy() : socket.write(data)));
        });
        const healthCheck = { ...groupOf("x", []).healthCheck, protocol: "TCP" as const };
        const targets = [targetOf(await listen(server, 0))];
        const group = groupOf(`resets-${accessLogs}`, targets, { protocol: "TCP", healthCheck });
        const listeners = [listenerOf(port, forward(group), [], { protocol: "TCP" })];
        const attributes = { ...nodeOf({}).attributes, accessLogs };
        await use({ type: "network", listeners, targetGroups: [group], attributes });
        await balancer.takeTraffic();
        const open = async () => {
          const socket = connect({ port, host: "127.0.0.1" });
          socket.on("error", () => {});
          const said = new Received(socket);
          socket.write("x");
          await said.take(/x/);
          return { socket, said };
        };
        const ended = await open();
        ended.socket.end();
        await ended.said.rest();
        for (let i = 0; i < 2; i++) (await open()).socket.resetAndDestroy();
        const { socket, said } = await open();
        socket.write("reset");
        await said.rest();
        const found = { client: 0, target: 0 };
        await until("three resets", async () => {
          const { client, target } = (await take()).listener.resets;
          found.client += client;
          found.target += target;
          return found.client + found.target >= 3;
        });
        assert.deepEqual(found, { client: 2, target: 1 });
      });
    }

    test("what the balancer answers itself is not the targets'", async () => {
      const { use, port, groupOne, balancer } = setting();
      const rules = [
        ruleOf(1, [{ field: "path-pattern", values: ["/moved"] }], moved),
        ruleOf(2, [{ field: "path-pattern", values: ["/fixed"] }], text("no", "404")),
      ];
      const listener = listenerOf(port, forward(groupOne), rules);
      await use({ listeners: [listener], targetGroups: [groupOne] });
      await balancer.takeTraffic();
      for (const path of ["/moved", "/fixed", "/fixed", "/"]) await ask(port, path);
      const found = await total(4);
      assert.deepEqual(found.listener.responses, { "2xx": 1, "3xx": 1, "4xx": 2, "5xx": 0 });
      assert.deepEqual(found.group!.responses, { "2xx": 1, "3xx": 0, "4xx": 0, "5xx": 0 });
      assert.deepEqual(found.own, { ...nothing, fixed: 2 });
      assert.equal(found.group!.requests, 1);
    });

    test("one that refuses is counted as its error, and the request with the target that served it", async () => {
      const { use, port, balancer, one } = setting();
      const gone = await startTarget("gone");
      const quick = groupOf("half", [targetOf(one.port), targetOf(gone.port)]);
      // No check notices that it has gone before a request does.
      const group = { ...quick, healthCheck: { ...quick.healthCheck, intervalSeconds: 300 } };
      await use({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] });
      await gone.close();
      await balancer.takeTraffic();
      for (let i = 0; i < 4; i++) assert.equal((await ask(port)).status, 200);
      const { group: counted } = await total(4);
      assert.equal(counted!.requests, 4);
      assert.ok(counted!.connectionErrors > 0);
      const alone = { ...group, targets: [targetOf(gone.port)] };
      await balancer.apply(nodeOf({ listeners: [listenerOf(port, forward(alone))], targetGroups: [alone] }));
      await balancer.takeTraffic();
      assert.equal((await ask(port)).status, 502);
      const failed = await total(1);
      assert.deepEqual([failed.group!.requests, failed.group!.responses["5xx"]], [1, 0]);
      assert.equal(failed.listener.responses["5xx"], 1);
      assert.deepEqual(failed.own, { ...nothing, "502": 1 });
      const none = { ...group, targets: [] };
      await balancer.apply(nodeOf({ listeners: [listenerOf(port, forward(none))], targetGroups: [none] }));
      for (let i = 0; i < 2; i++) assert.equal((await ask(port)).status, 503);
      // A reload begins new counters.
      const rules = [ruleOf(1, [{ field: "path-pattern", values: ["/fixed"] }], text("no", "503"))];
      await balancer.apply(nodeOf({ listeners: [listenerOf(port, forward(none), rules)], targetGroups: [none] }));
      for (const path of ["/", "/fixed"]) assert.equal((await ask(port, path)).status, 503);
      assert.deepEqual((await total(4)).own, { ...nothing, "503": 4, fixed: 1 });
    });

    test("a change of the configuration and a target that leaves lose nothing", async () => {
      const { use, port, balancer, one, two } = setting();
      const group = (targets: readonly number[]) =>
        groupOf(
          "changing",
          targets.map((each) => targetOf(each)),
        );
      const both = group([one.port, two.port]);
      await use({ listeners: [listenerOf(port, forward(both))], targetGroups: [both] });
      await balancer.takeTraffic();
      for (let i = 0; i < 6; i++) await ask(port);
      const left = group([one.port]);
      await use({ listeners: [listenerOf(port, forward(left))], targetGroups: [left] });
      for (let i = 0; i < 3; i++) await ask(port);
      const attributes = { ...nodeOf({}).attributes, clientKeepAliveSeconds: 60 };
      await use({ listeners: [listenerOf(port, forward(left))], targetGroups: [left], attributes });
      for (let i = 0; i < 2; i++) await ask(port);
      assert.equal((await total(11)).group!.requests, 11);
    });
  });
}
