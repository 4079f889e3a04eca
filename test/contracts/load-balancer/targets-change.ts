import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { describe, test } from "node:test";
import type { AccessRecord } from "#kernel/load-balancing.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { forward, groupOf, listenerOf, nodeOf, targetOf, text } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { ask, seen, startTarget } from "./targets.ts";

export function targets(start: StartBalancer): void {
  describe("targets and rules change under load", () => {
    const setting = prepare(start);

    test("a draining target ends what it has and gets nothing new", async () => {
      const { balancer, port, use, groupOne, two } = setting();
      let answer: (() => void) | undefined;
      const reached = Promise.withResolvers<void>();
      const slow = await startTarget("slow", 0, (_request, response) => {
        answer = () => response.end(JSON.stringify({ name: "slow" }));
        reached.resolve();
      });
      const group = { ...groupOne, targets: [targetOf(slow.port)] };
      const listeners = [listenerOf(port, forward(group))];
      await use({ listeners, targetGroups: [group] });
      const waiting = ask(port);
      await reached.promise;
      const draining = [targetOf(slow.port, { draining: true }), targetOf(two.port)];
      await use({ listeners, targetGroups: [{ ...group, targets: draining }] });
      for (let i = 0; i < 4; i++) assert.equal((await seen(port)).name, "two");
      answer!();
      assert.equal((await waiting).body, JSON.stringify({ name: "slow" }));
      await use({ listeners, targetGroups: [{ ...group, targets: [targetOf(two.port)] }] });
      assert.equal(slow.requests.length, 1);
      await balancer.untilHealth((all) => all.length === 1);
    });

    test("a request that the end of its target cuts off is told of with the target", async () => {
      const { balancer, port, use, groupOne, two } = setting();
      const reached = Promise.withResolvers<void>();
      const silent = await startTarget("silent", 0, () => reached.resolve());
      const group = { ...groupOne, targets: [targetOf(silent.port)] };
      const listeners = [listenerOf(port, forward(group))];
      await use({ listeners, targetGroups: [group] });
      const status = ask(port, "/cut-off").then(
        (answer) => answer.status,
        () => undefined,
      );
      await reached.promise;
      await use({ listeners, targetGroups: [{ ...group, targets: [targetOf(two.port)] }] });
      assert.equal(await status, balancer.lacks.has("cut-off") ? undefined : 502);
      const isTold = ({ line, elbStatusCode }: AccessRecord) =>
        line.includes("/cut-off") && line.includes(` 127.0.0.1:${silent.port} `) && elbStatusCode === 502;
      await balancer.untilAccess((records) => records.some(isTold));
    });

    test("no request fails while targets come and go and rules change", async () => {
      const { port, use, groupOne, one, two } = setting();
      const extra = await Promise.all(["three", "four"].map((name) => startTarget(name)));
      const groupWith = (...ports: readonly number[]) => ({
        ...groupOne,
        targets: ports.map((each) => targetOf(each)),
      });
      const first = groupWith(one.port);
      await use({ listeners: [listenerOf(port, forward(first))], targetGroups: [first] });
      const load = startLoad(port);
      const steps = [
        [one, two],
        [two, extra[0]!],
        [extra[0]!, extra[1]!],
        [extra[1]!, one],
      ];
      for (const [i, step] of steps.entries()) {
        const group = groupWith(...step.map((each) => each.port));
        const rules = [
          { ruleArn: `rule-${i}`, conditions: [{ field: "path-pattern", values: [`/${i}`] }], actions: [text("x")] },
        ] as const;
        await use({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] });
        await use({ listeners: [listenerOf(port, forward(group), rules)], targetGroups: [group] });
      }
      const { answered, failed } = await load.end();
      assert.deepEqual(failed, []);
      assert.ok(answered > 100, String(answered));
    });

    test("many targets are registered at once", async () => {
      const { port, use, balancer, one } = setting();
      const targets = Array.from({ length: 100 }, (_, i) =>
        targetOf(one.port, { address: `127.0.1.${i + 1}`, targetKey: `${i}` }),
      );
      // They are all one server that listens on 127.0.0.1 alone: none but its own is there.
      const group = groupOf("many", [targetOf(one.port), ...targets]);
      await balancer.apply(nodeOf({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] }));
      await balancer.untilHealth((all) => all.length === 101 && all.every(({ state }) => state !== "initial"));
      assert.equal((await seen(port)).name, "one");
      await use({ listeners: [listenerOf(port, text("end"))], targetGroups: [] });
    });
  });
}

/** Clients that ask one request after another over connections that they keep. */
function startLoad(port: number, clients = 4) {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const failed: string[] = [];
  let answered = 0;
  let ending = false;
  const one = () =>
    new Promise<void>((resolve) => {
      const sent = request({ host: "127.0.0.1", port, path: "/load", agent }, (response) => {
        if (response.statusCode === 200) answered++;
        else failed.push(String(response.statusCode));
        response.resume().on("end", resolve);
      });
      sent.on("error", (error: NodeJS.ErrnoException) => {
        // A kept connection that the server had just closed: clients ask again, as browsers do.
        if (!(sent.reusedSocket && error.code === "ECONNRESET")) failed.push(String(error));
        resolve();
      });
      sent.end();
    });
  const running = Array.from({ length: clients }, async () => {
    while (!ending) {
      await one();
    }
  });
  return {
    async end() {
      ending = true;
      await Promise.all(running);
      agent.destroy();
      return { answered, failed };
    },
  };
}
