import assert from "node:assert/strict";
import { connect } from "node:http2";
import { describe, test } from "node:test";
import type { TargetHealthReport, TargetSpec } from "#kernel/load-balancing.ts";
import { Received } from "../../support/received.ts";
import { until } from "../../support/until.ts";
import { within } from "../../support/within.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { certificateFor } from "./certificates.ts";
import { forward, freePort, groupOf, listenerOf, nodeOf, ruleOf, targetOf } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { ask, raw, seen, startHttp2Target, startTarget } from "./targets.ts";

const taskArn = "arn:aws:ecs:us-east-1:123456789012:task/web/0123456789abcdef0123456789abcdef";

/** What the proxies of tasks do that load balancers do not. */
export function connectProxies(start: StartBalancer): void {
  describe("proxies of tasks", () => {
    const setting = prepare(start);

    test("HTTP/2 without TLS, as gRPC speaks it, reaches a target of HTTP/2", async () => {
      const { use, port, balancer } = setting();
      const target = await startHttp2Target("h2");
      const group = groupOf("h2", [targetOf(target.port)], { protocolVersion: "HTTP2" });
      const attributes = { ...nodeOf({}).attributes, connectLog: { format: "JSON", includeQuery: false } } as const;
      await use({ taskArn, attributes, listeners: [listenerOf(port, forward(group))], targetGroups: [group] });
      const session = connect(`http://127.0.0.1:${port}`);
      session.on("error", () => {}); // the stream tells
      const stream = session.request({ ":path": "/hello?token=secret", ":method": "POST" });
      stream.on("error", () => {}); // ended without an answer
      const answer = new Received(stream);
      stream.end("hello");
      assert.equal(await answer.rest(), "hello");
      session.destroy();
      await balancer.untilAccess((records) => records.some(({ line }) => line.includes("/hello")));
      const { path, protocol, authority, stream_id } = JSON.parse(
        balancer.access.find(({ line }) => line.includes("/hello"))!.line,
      );
      assert.deepEqual([path, protocol, authority], ["/hello", "HTTP/2", `127.0.0.1:${port}`]);
      assert.match(stream_id, /^\d+-\d+$/);
    });

    test("a client that is silent for longer than the listener's own timeout is let go", async () => {
      const { use, port, groupOne } = setting();
      // As long as timers go: it is taken, and does not shorten that of the listener.
      const group = { ...groupOne, serverTimeoutSeconds: 24 * 86_400 };
      const listener = listenerOf(port, forward(group), [], { idleTimeoutSeconds: 1 });
      await use({ taskArn, listeners: [listener], targetGroups: [group] });
      // Who is later with its request than the second is told so, and asks again.
      const letGo = () => within("the end", raw(port, "GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
      await until("an answer and the end", letGo, (answer) => /^HTTP\/1\.1 200 /.test(answer));
    });

    test("a header of test requests has just this value, in which nothing is a wildcard", async () => {
      const { use, port, groupOne, groupTwo } = setting();
      const condition = { field: "http-header", httpHeaderName: "x-try", values: [], exactValues: ["Green*"] } as const;
      const rules = [ruleOf(1, [condition], forward(groupTwo))];
      await use({ taskArn, listeners: [listenerOf(port, forward(groupOne), rules)] });
      const reached = async (value?: string) =>
        (await seen(port, "/", value === undefined ? {} : { headers: { "x-try": value } })).name;
      assert.deepEqual(await Promise.all(["Green*", "green*", "Green", "Greener"].map(reached)), [
        "two",
        "one",
        "one",
        "one",
      ]);
      assert.equal(await reached(), "one");
    });

    for (const protocol of ["HTTP", "TCP"] as const) {
      /** Group and node of targets that connections may fail with. */
      const watch = async (shortestSeconds: number, ...ports: readonly number[]) => {
        const { balancer, port } = setting();
        const group = groupOf(
          `watched-${protocol}`,
          ports.map((each) => targetOf(each)),
          {
            protocol,
            healthCheck: { ...groupOf("x", []).healthCheck, enabled: false },
            outlierDetection: { failures: 5, withinSeconds: 600, shortestSeconds, longestSeconds: 600 },
          },
        );
        const listeners = [listenerOf(port, forward(group), [], { protocol })];
        await balancer.apply(nodeOf({ taskArn, listeners, targetGroups: [group] }));
      };
      const isIn = (state: string, port: number) => (all: readonly TargetHealthReport[]) =>
        all.find(({ targetKey }) => targetKey.endsWith(`:${port}`))?.state === state;
      const whileAsking = async (what: Promise<void>, check: (status: number) => void) => {
        let isSo = false;
        const met = what.then(() => {
          isSo = true;
        });
        await until("the state", async () => {
          check((await ask(setting().port).catch(() => ({ status: 0 }))).status);
          return isSo;
        });
        await met;
      };

      test(`a target that connections fail with is spared for a while: ${protocol}`, async () => {
        const { balancer, port, one } = setting();
        const refusing = await freePort();
        await watch(2, one.port, refusing);
        // Nobody feels it: who was sent there is sent on.
        await whileAsking(balancer.untilHealth(isIn("unhealthy", refusing)), (status) => assert.equal(status, 200));
        await balancer.untilHealth(isIn("healthy", refusing));
        const late = await startTarget("late", refusing);
        await until("it is used again", async () => JSON.parse((await ask(port)).body).name === "late");
        await late.close();
      });

      test(`a target that connections fail with is tried all the same if there is no other: ${protocol}`, async () => {
        const { balancer, port } = setting();
        const refusing = await freePort();
        await watch(600, refusing);
        await whileAsking(balancer.untilHealth(isIn("unhealthy", refusing)), (status) => assert.notEqual(status, 200));
        const alone = await startTarget("alone", refusing);
        assert.equal(JSON.parse((await ask(port)).body).name, "alone");
        await alone.close();
      });
    }

    test("proxies speak TLS with each other, with whom they know by name and authority alone", async () => {
      const { balancer, port, one } = setting();
      const inner = await freePort();
      const [own, other] = [certificateFor("api.internal"), certificateFor("api.internal")];
      const unchecked = { healthCheck: { ...groupOf("x", []).healthCheck, enabled: false } };
      const served = groupOf("served", [targetOf(one.port)], unchecked);
      const inward = { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" } as const;
      const answer = async (tls: TargetSpec["tls"]) => {
        // Each time another target, which is added while the proxy runs.
        const group = groupOf("tls", [{ ...targetOf(inner), targetKey: JSON.stringify(tls), tls }], unchecked);
        const listeners = [
          listenerOf(port, forward(group)),
          listenerOf(inner, forward(served), [], { ...inward, certificates: [own] }),
        ];
        await balancer.apply(nodeOf({ taskArn, listeners, targetGroups: [group, served] }));
        const { status, body } = await ask(port, "/");
        return status === 200 ? JSON.parse(body).name : "nobody";
      };
      assert.equal(await answer({ authority: own.certificate, name: "api.internal" }), "one");
      assert.equal(await answer({ authority: own.certificate, name: "other.internal" }), "nobody");
      assert.equal(await answer({ authority: other.certificate, name: "api.internal" }), "nobody");
      assert.equal(await answer(undefined), "nobody");
      assert.equal(await answer({ authority: own.certificate, name: "api.internal" }), "one");
    });
  });
}
