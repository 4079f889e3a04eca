import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { describe, test } from "node:test";
import { TestProcess } from "../../support/test-process.ts";
import { until } from "../../support/until.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { forward, groupOf, listenerOf, nodeOf, targetOf } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { ask, close, listen } from "./targets.ts";

/** A target that answers health checks, and everything else with these bytes and the end of the connection. */
async function startBroken(answer: string | undefined) {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {}); // the balancer gave up
    socket.once("data", (data) => {
      if (data.includes("/health")) socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      else {
        asked.push(String(data));
        if (answer !== undefined) socket.end(answer);
      }
    });
  });
  return { port: await listen(server, 0), asked, close: () => close(server) };
}

const smallServer = `require("node:http").createServer((request, response) => response.end())
  .listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () { console.log(this.address().port); });`;

/** A target that can be made to take no connection any more, and to refuse none: as one whose machine is gone. */
async function startVanishing() {
  const server = new TestProcess(process.execPath, ["-e", smallServer]);
  const port = Number(await server.shows("\n"));
  const fillers: ReturnType<typeof connect>[] = [];
  return {
    port,
    async vanish() {
      server.child.kill("SIGSTOP");
      // What the kernel keeps for a process that does not accept is full soon; health checks take their part of it.
      const fill = () => connect(port, "127.0.0.1").on("error", () => {}); // ended with the process
      fillers.push(fill(), fill());
      await until("a full queue", () => notAccepted(port) > 1);
    },
    async close() {
      await server.end("SIGKILL");
      for (const socket of fillers) socket.destroy();
    },
  };
}

/** How many connections wait at a port of loopback for a process that accepts them. */
function notAccepted(port: number): number {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const listening = new RegExp(`^ *\\d+: ${address} \\S+ 0A \\w+:(\\w+)`, "m");
  return Number.parseInt(listening.exec(readFileSync("/proc/net/tcp", "utf8"))![1]!, 16);
}

export function failures(start: StartBalancer): void {
  describe("targets that fail", () => {
    const setting = prepare(start);
    const page = (title: string) => new RegExp(`<center><h1>${title}</h1></center>`);

    test("no target, no listener's group with one: 503", async () => {
      const { balancer, port } = setting();
      const empty = groupOf("empty", []);
      await balancer.apply(nodeOf({ listeners: [listenerOf(port, forward(empty))], targetGroups: [empty] }));
      const answer = await ask(port);
      assert.equal(answer.status, 503);
      assert.equal(answer.headers.server, "awselb/2.0");
      assert.match(answer.body, page("503 Service Temporarily Unavailable"));
    });

    test("one that closes without an answer, answers nonsense or refuses: 502", async () => {
      const { use, port, balancer } = setting();
      for (const bytes of ["", "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\nbad header\r\n\r\n"]) {
        const broken = await startBroken(bytes);
        const group = groupOf("broken", [targetOf(broken.port)]);
        await use({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] });
        const answer = await ask(port, "/", { method: "POST", body: "x" });
        assert.equal(answer.status, 502, JSON.stringify(bytes));
        assert.match(answer.body, page("502 Bad Gateway"));
        await broken.close();
        if (bytes === "") {
          const refused = await ask(port, "/refused");
          assert.equal(refused.status, 502);
          await balancer.untilAccess((records) =>
            records.some(({ line }) => line.includes("/refused") && line.includes(` 127.0.0.1:${broken.port} `)),
          );
          assert.equal(refused.headers.server, "awselb/2.0");
          assert.match(refused.body, page("502 Bad Gateway"));
        }
      }
    });

    test("one that takes no connection any more and leaves: the request goes to another one", async (t) => {
      const { use, port, one, groupOne } = setting();
      const gone = await startVanishing();
      t.after(() => gone.close());
      const group = (ports: readonly number[]) => ({ ...groupOne, targets: ports.map((each) => targetOf(each)) });
      const apply = (...ports: readonly number[]) =>
        use({ listeners: [listenerOf(port, forward(group(ports)))], targetGroups: [group(ports)] });
      await apply(gone.port);
      await gone.vanish();
      const answers = Array.from({ length: 4 }, () => ask(port));
      await apply(one.port);
      assert.deepEqual(new Set((await Promise.all(answers)).map(({ status }) => status)), new Set([200]));
    });

    test("one that takes no connection any more: 504, or another one is asked", async (t) => {
      const { balancer, use, port, one, groupOne } = setting();
      const gone = await startVanishing();
      t.after(() => gone.close());
      const nodeWith = (...ports: readonly number[]) => {
        const group = { ...groupOne, targets: ports.map((each) => targetOf(each)) };
        return nodeOf({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] });
      };
      await use(nodeWith(gone.port, one.port));
      await gone.vanish();
      const answers = await Promise.all([ask(port), ask(port)]);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200],
      );
      await balancer.apply(nodeWith(gone.port));
      const answer = await ask(port, "/gone");
      assert.equal(answer.status, 504);
      assert.match(answer.body, page("504 Gateway Time-out"));
      await balancer.untilAccess((records) => records.some(({ line }) => line.includes("/gone")));
      const { elbStatusCode, targetStatusCode } = balancer.access.find(({ line }) => line.includes("/gone"))!;
      assert.deepEqual([elbStatusCode, targetStatusCode], [504, undefined]);
    });

    test("one that does not answer in time: 504; a client that leaves before: 460 in the log", async () => {
      const { use, port, balancer } = setting();
      const silent = await startBroken(undefined);
      const group = groupOf("silent", [targetOf(silent.port)]);
      const idleFor = async (idleTimeoutSeconds: number) => {
        const attributes = { ...nodeOf({}).attributes, idleTimeoutSeconds };
        await use({ listeners: [listenerOf(port, forward(group))], targetGroups: [group], attributes });
      };
      await idleFor(1);
      const answer = await ask(port, "/slow");
      assert.equal(answer.status, 504);
      assert.match(answer.body, page("504 Gateway Time-out"));
      await idleFor(600);
      const leaving = new AbortController();
      const left = fetch(`http://127.0.0.1:${port}/left`, { signal: leaving.signal });
      await until("the request", () => silent.asked.some((text) => text.includes("/left")));
      leaving.abort();
      await assert.rejects(left);
      await balancer.untilAccess((records) => records.some(({ line }) => line.includes("/left")));
      const codes = (path: string) => {
        const record = balancer.access.find(({ line }) => line.includes(path));
        return [record?.elbStatusCode, record?.targetStatusCode];
      };
      assert.deepEqual(codes("/slow"), [504, undefined]);
      assert.deepEqual(codes("/left"), [460, undefined]);
    });
  });
}
