import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { describe, test } from "node:test";
import type { EndsConnections, TargetHealthReport, TargetSpec } from "#kernel/load-balancing.ts";
import { Received } from "../../support/received.ts";
import { until } from "../../support/until.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { forward, freePort, groupOf, listenerOf, nodeOf, targetOf } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { listen } from "./targets.ts";

export function network(start: StartBalancer): void {
  describe("network load balancers", () => {
    const setting = prepare(start);
    const tcp = { protocol: "TCP" } as const;
    const check = { ...groupOf("x", []).healthCheck, protocol: "TCP" as const };

    async function startEcho(name: string) {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on("error", () => {});
        socket.on("data", (data) => socket.write(`${name}:${data.toString("latin1")}`, "latin1"));
        socket.on("end", () => socket.end(`${name}:end`));
      });
      const port = await listen(server, 0);
      return {
        port,
        /** Takes no more connections. Those that are open go on. */
        refuse: () => void server.close(),
      };
    }

    const say = (port: number, text: string) =>
      new Promise<string>((resolve, reject) => {
        let answer = "";
        const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
        socket.setEncoding("latin1");
        socket.on("data", (data) => {
          answer += data;
        });
        socket.on("error", reject);
        socket.on("end", () => resolve(answer));
        socket.end(text);
      });

    test("bytes go both ways, a closed half is passed on, and a line tells of it", async () => {
      const { balancer, port, use } = setting();
      const target = await startEcho("a");
      const group = groupOf("tcp", [targetOf(target.port)], { ...tcp, healthCheck: check });
      await use({ type: "network", listeners: [listenerOf(port, forward(group), [], tcp)], targetGroups: [group] });
      assert.equal(await say(port, "hello"), "a:helloa:end");
      await balancer.untilAccess((records) => records.some(({ line }) => line.startsWith("tcp 2.0 ")));
      const record = balancer.access.find(({ line }) => line.startsWith("tcp 2.0 "))!;
      assert.deepEqual([record.receivedBytes, record.sentBytes], [5, 12]);
      assert.equal(record.line.split(" ")[6], `127.0.0.1:${target.port}`);
    });

    test("version 2 of the PROXY protocol tells the target of the client", async () => {
      const { port, use } = setting();
      const target = await startEcho("p");
      const group = groupOf("proxied", [targetOf(target.port)], { ...tcp, healthCheck: check, proxyProtocol: true });
      await use({ type: "network", listeners: [listenerOf(port, forward(group), [], tcp)], targetGroups: [group] });
      const answer = await say(port, "x");
      assert.ok(answer.startsWith("p:\r\n\r\n\0\r\nQUIT\n\x21\x11"), JSON.stringify(answer));
    });

    /** Connections of one client that stay open. */
    const hold = async (port: number) => {
      const socket = connect({ port, host: "127.0.0.1" });
      const said = new Received(socket);
      socket.on("error", () => {}); // closed by the other end
      return {
        async say(text: string): Promise<string> {
          socket.write(text);
          return await said.take(/:.$/);
        },
        closed: () => said.rest(),
        end: () => socket.destroy(),
      };
    };
    for (const deregistered of [true, false]) {
      const how = deregistered ? "for the delay, not longer" : "for the delay and longer";
      test(`a deregistered target keeps its connections ${how}`, async () => {
        const { balancer, port, use } = setting();
        const [target, other] = [await startEcho("a"), await startEcho("b")];
        const endsConnections: EndsConnections = { unhealthySeconds: 0, deregistered };
        const parts = { ...tcp, healthCheck: check, endsConnections };
        const nodeWith = (...targets: TargetSpec[]) => {
          const group = groupOf(`leaving-${deregistered}`, targets, parts);
          return nodeOf({
            type: "network",
            listeners: [listenerOf(port, forward(group), [], tcp)],
            targetGroups: [group],
          });
        };
        await use(nodeWith(targetOf(target.port)));
        const held = await hold(port);
        assert.equal(await held.say("1"), "a:1");
        await use(nodeWith(targetOf(other.port), targetOf(target.port, { draining: true })));
        assert.equal(await held.say("2"), "a:2");
        assert.equal(await say(port, "x"), "b:xb:end");
        await balancer.apply(nodeWith(targetOf(other.port)));
        if (deregistered) await held.closed();
        else assert.equal(await held.say("3"), "a:3");
        assert.equal(await say(port, "x"), "b:xb:end");
        held.end();
      });
    }

    test("a target that is registered again while it drains is used again, and has kept its connections", async () => {
      const { port, use } = setting();
      const target = await startEcho("a");
      const nodeWith = (...targets: TargetSpec[]) => {
        const group = groupOf("again", targets, { ...tcp, healthCheck: check });
        return nodeOf({
          type: "network",
          listeners: [listenerOf(port, forward(group), [], tcp)],
          targetGroups: [group],
        });
      };
      await use(nodeWith(targetOf(target.port)));
      const held = await hold(port);
      assert.equal(await held.say("1"), "a:1");
      await use(nodeWith(targetOf(target.port, { draining: true })));
      await use(nodeWith(targetOf(target.port)));
      assert.equal(await say(port, "x"), "a:xa:end");
      assert.equal(await held.say("2"), "a:2");
      held.end();
    });

    /** A target with an open connection, of which no check goes well any more, beside these others. */
    const failing = async (name: string, unhealthySeconds: number | undefined, others: readonly TargetSpec[]) => {
      const { balancer, port, use } = setting();
      const target = await startEcho("a");
      const nodeWith = (ends: number | undefined, beside: readonly TargetSpec[]) => {
        const seconds = ends === undefined ? {} : { unhealthySeconds: ends };
        const parts = { ...tcp, healthCheck: check, endsConnections: { ...seconds, deregistered: false } };
        const group = groupOf(name, [targetOf(target.port), ...beside], parts);
        return nodeOf({
          type: "network",
          listeners: [listenerOf(port, forward(group), [], tcp)],
          targetGroups: [group],
        });
      };
      await use(nodeWith(unhealthySeconds, []));
      const held = await hold(port);
      assert.equal(await held.say("1"), "a:1");
      await use(nodeWith(unhealthySeconds, others));
      target.refuse();
      return {
        held,
        change: (ends: number, beside: readonly TargetSpec[]) => balancer.apply(nodeWith(ends, beside)),
        until: (state: TargetHealthReport["state"]) =>
          balancer.untilHealth((all) => all.some((each) => each.state === state)),
      };
    };

    test("connections to a target that becomes unhealthy end", async () => {
      const other = await startEcho("b");
      const { held } = await failing("ending", 0, [targetOf(other.port)]);
      await held.closed();
      held.end();
    });

    test("connections to a target that becomes unhealthy go on where nobody wants them to end", async () => {
      const other = await startEcho("b");
      const { held, until: untilState } = await failing("going-on", undefined, [targetOf(other.port)]);
      await untilState("unhealthy");
      assert.equal(await held.say("2"), "a:2");
      held.end();
    });

    test("connections to an unhealthy target go on for the interval in which it drains", async () => {
      const other = await startEcho("b");
      const found = await failing("draining", 3600, [targetOf(other.port)]);
      await found.until("unhealthy.draining");
      assert.equal(await found.held.say("2"), "a:2");
      assert.equal(await say(setting().port, "x"), "b:xb:end");
      await found.change(2, [targetOf(other.port)]);
      await found.held.closed();
      await found.until("unhealthy");
      found.held.end();
    });

    test("connections to an unhealthy target go on while there is no healthy one", async () => {
      const found = await failing("alone", 0, []);
      await found.until("unhealthy");
      assert.equal(await found.held.say("2"), "a:2");
      const other = await startEcho("b");
      await found.change(0, [targetOf(other.port)]);
      await found.held.closed();
      found.held.end();
    });

    test("each listener closes what is idle for its own time", async () => {
      const { port, use } = setting();
      const target = await startEcho("a");
      const patientPort = await freePort();
      const group = groupOf("idle", [targetOf(target.port)], { ...tcp, healthCheck: check });
      const listeners = [
        listenerOf(port, forward(group), [], { ...tcp, idleTimeoutSeconds: 1 }),
        listenerOf(patientPort, forward(group), [], { ...tcp, idleTimeoutSeconds: 6000 }),
      ];
      await use({ type: "network", listeners, targetGroups: [group] });
      const patient = await hold(patientPort);
      assert.equal(await patient.say("1"), "a:1");
      // On a busy machine the second may be over before anything was said.
      const answered = async () => {
        const held = await hold(port);
        return (await held.say("1").catch(() => "")) === "a:1" ? held : undefined;
      };
      await (await until("an answer within the second", answered)).closed();
      assert.equal(await patient.say("2"), "a:2");
      patient.end();
    });

    test("source_ip keeps a client at its target; weights share connections", async () => {
      const { port, use } = setting();
      const [first, second] = [await startEcho("a"), await startEcho("b")];
      const both = [targetOf(first.port), targetOf(second.port)];
      const sticky = groupOf("sticky", both, { ...tcp, healthCheck: check, stickiness: { type: "source_ip" } });
      await use({ type: "network", listeners: [listenerOf(port, forward(sticky), [], tcp)], targetGroups: [sticky] });
      const names = new Set<string>();
      for (let i = 0; i < 8; i++) names.add((await say(port, "x"))[0]!);
      assert.equal(names.size, 1);
      const [a, b] = [first, second].map(({ port: each }, i) =>
        groupOf(`w${i}`, [targetOf(each)], { ...tcp, healthCheck: check }),
      );
      const action = forward([a!, 3], [b!, 1]);
      await use({ type: "network", listeners: [listenerOf(port, action, [], tcp)], targetGroups: [a!, b!] });
      let toFirst = 0;
      for (let i = 0; i < 40; i++) if ((await say(port, "x")).startsWith("a")) toFirst++;
      assert.equal(toFirst, 30);
    });
  });
}
