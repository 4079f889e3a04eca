import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StartBalancer } from "../load-balancer.ts";
import { forward, groupOf, listenerOf, nodeOf, targetOf, text } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { ask, seen } from "./targets.ts";

export function holding(start: StartBalancer): void {
  describe("requests that wait for a target", () => {
    const setting = prepare(start);
    const held = (name: string, holdSeconds: number, targets: Parameters<typeof groupOf>[1] = []) => {
      const group = groupOf(name, targets, { holdSeconds });
      return {
        group,
        node: nodeOf({ listeners: [listenerOf(setting().port, forward(group))], targetGroups: [group] }),
      };
    };
    const untilHeld = ({ targetGroupArn }: { readonly targetGroupArn: string }) =>
      setting().balancer.untilHeld((arns) => arns.includes(targetGroupArn));

    test("a request that finds none is told of, and is answered by the first that comes", async () => {
      const { balancer, port, one } = setting();
      const { group, node } = held("held", 60);
      await balancer.apply(node);
      const [read, written] = [seen(port, "/read"), seen(port, "/written", { method: "POST", body: "x".repeat(1e6) })];
      await untilHeld(group);
      const { node: filled } = held("held", 60, [targetOf(one.port)]);
      await balancer.apply(filled);
      assert.equal((await read).url, "/read");
      assert.equal((await written).body.length, 1e6);
      const before = performance.now();
      await ask(port);
      assert.ok(performance.now() - before < 30_000, "who finds a target does not wait");
    });

    test("it is refused when its time is over", async () => {
      const { balancer, port } = setting();
      await balancer.apply(held("short", 1).node);
      const answer = await ask(port);
      assert.deepEqual([answer.status, answer.headers.server], [503, "awselb/2.0"]);
    });

    test("it is refused by a process that gets no new targets", async () => {
      const { balancer, port } = setting();
      const { group, node } = held("replaced", 60);
      await balancer.apply(node);
      const answer = ask(port);
      await untilHeld(group);
      await balancer.apply(nodeOf({ listeners: [listenerOf(port, text("new"))] }));
      assert.equal((await answer).status, 503);
      assert.equal((await ask(port)).body, "new");
    });

    test("one whose client has left holds nobody up", async () => {
      const { balancer, port, one } = setting();
      const { group, node } = held("left", 60);
      await balancer.apply(node);
      const left = new AbortController();
      const leaving = fetch(`http://127.0.0.1:${port}/left`, { signal: left.signal });
      await untilHeld(group);
      left.abort();
      await assert.rejects(leaving);
      await balancer.apply(held("left", 60, [targetOf(one.port)]).node);
      assert.equal((await seen(port, "/here")).url, "/here");
      if (!balancer.lacks.has("departure")) assert.ok(!one.requests.includes("GET /left"));
    });
  });
}
