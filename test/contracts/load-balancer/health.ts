import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import type { TargetHealthReport } from "#kernel/load-balancing.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { forward, freePort, groupOf, listenerOf, nodeOf, targetOf } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { ask, listen, startTarget } from "./targets.ts";

const only = (isMet: (target: TargetHealthReport) => boolean) => (all: readonly TargetHealthReport[]) =>
  all.length === 1 && isMet(all[0]!);

export function health(start: StartBalancer): void {
  describe("health of targets", () => {
    const setting = prepare(start);

    test("a new target is initial, healthy by its first good check, and gets nothing before", async () => {
      const { balancer, port } = setting();
      const target = await startTarget("late");
      target.health = 500;
      const slow = groupOf("late", [targetOf(target.port)], {
        healthCheck: { ...groupOf("late", []).healthCheck, unhealthyThreshold: 1000, healthyThreshold: 5 },
      });
      await balancer.apply(nodeOf({ listeners: [listenerOf(port, forward(slow))], targetGroups: [slow] }));
      await balancer.untilHealth(
        only(({ state, reason }) => state === "initial" && reason === "Elb.InitialHealthChecking"),
      );
      assert.equal((await ask(port)).status, 503);
      assert.deepEqual(target.requests, []);
      target.health = 200;
      await balancer.untilHealth(only(({ state }) => state === "healthy"));
      assert.equal((await ask(port)).status, 200);
    });

    test("one that never answers well becomes unhealthy, with the reason", async () => {
      const { balancer, port } = setting();
      const target = await startTarget("bad");
      target.health = 503;
      const silent = createServer((socket) => socket.on("error", () => {}));
      const reasons: [number, string, string][] = [
        [target.port, "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"],
        [await listen(silent, 0), "Target.Timeout", "Request timed out"],
        [await freePort(), "Target.FailedHealthChecks", "Health checks failed"],
      ];
      for (const [targetPort, reason, description] of reasons) {
        const healthCheck = { ...groupOf("bad", []).healthCheck, timeoutSeconds: 1 };
        const group = groupOf(`bad-${targetPort}`, [targetOf(targetPort)], { healthCheck });
        await balancer.apply(nodeOf({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] }));
        await balancer.untilHealth(only((report) => report.state === "unhealthy"));
        await balancer.untilHealth(only((report) => report.reason === reason && report.description === description));
      }
    });

    test("thresholds count, and the matcher says what is good", async () => {
      const { balancer, port } = setting();
      const target = await startTarget("matched");
      const matcher = "200,300-302";
      const group = groupOf("matched", [targetOf(target.port)], {
        healthCheck: { ...groupOf("matched", []).healthCheck, matcher },
      });
      target.health = 302;
      await balancer.apply(nodeOf({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] }));
      await balancer.untilHealth(only(({ state }) => state === "healthy"));
      target.health = 404;
      await balancer.untilHealth(
        only(({ state, description }) => state === "unhealthy" && !!description?.includes("[404]")),
      );
      target.health = 300;
      await balancer.untilHealth(only(({ state }) => state === "healthy"));
    });

    test("while one is healthy, others get nothing; when none is, all do", async () => {
      const { balancer, port, use, groupOne, one, two } = setting();
      const both = { ...groupOne, targets: [targetOf(one.port), targetOf(two.port)] };
      await use({ listeners: [listenerOf(port, forward(both))], targetGroups: [both] });
      const reach = async () => {
        const names = new Set<string>();
        for (let i = 0; i < 8; i++) names.add((JSON.parse((await ask(port)).body) as { name: string }).name);
        return [...names].sort();
      };
      two.health = 500;
      await balancer.untilHealth((all) => all.some(({ state }) => state === "unhealthy"));
      assert.deepEqual(await reach(), ["one"]);
      one.health = 500;
      await balancer.untilHealth((all) => all.every(({ state }) => state === "unhealthy"));
      assert.deepEqual(await reach(), ["one", "two"]);
      two.health = 200;
      await balancer.untilHealth((all) => all.some(({ state }) => state === "healthy"));
      assert.deepEqual(await reach(), ["two"]);
      one.health = 200;
      await balancer.untilHealth((all) => all.every(({ state }) => state === "healthy"));
    });

    test("TCP checks ask for a connection only", async () => {
      const { balancer, port } = setting();
      const target = await startTarget("tcp");
      target.health = 500;
      const check = { ...groupOf("tcp", []).healthCheck, protocol: "TCP" as const };
      const group = groupOf("tcp", [targetOf(target.port)], { healthCheck: check });
      await balancer.apply(nodeOf({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] }));
      await balancer.untilHealth(only(({ state }) => state === "healthy"));
    });
  });
}
