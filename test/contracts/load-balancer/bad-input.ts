import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { describe, test } from "node:test";
import { Received } from "../../support/received.ts";
import { until } from "../../support/until.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { forward, groupOf, listenerOf, nodeOf, targetOf } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { ask, raw, seen, startTarget } from "./targets.ts";

const head = "Host: a\r\nConnection: close\r\n";

/** What must not reach a target as two requests, or as another than was meant; each is answered with 400. */
const refused: Readonly<Record<string, string>> = {
  "two different lengths": `POST / HTTP/1.1\r\n${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`,
  "a list of different lengths": `POST / HTTP/1.1\r\n${head}Content-Length: 5, 6\r\n\r\nhello!`,
  "a negative length": `POST / HTTP/1.1\r\n${head}Content-Length: -1\r\n\r\n`,
  "a length with a sign": `POST / HTTP/1.1\r\n${head}Content-Length: +5\r\n\r\nhello`,
  "a length in hexadecimal": `POST / HTTP/1.1\r\n${head}Content-Length: 0x5\r\n\r\nhello`,
  "a length too large for any number": `POST / HTTP/1.1\r\n${head}Content-Length: 99999999999999999999\r\n\r\n`,
  "a bare CR in a header": `GET / HTTP/1.1\r\n${head}X: a\rY: b\r\n\r\n`,
  "a space before the colon": `GET / HTTP/1.1\r\n${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
  "a header without a colon": `GET / HTTP/1.1\r\n${head}nonsense\r\n\r\n`,
  "a folded first header": `GET / HTTP/1.1\r\n X: a\r\n${head}\r\n`,
  "no method": ` / HTTP/1.1\r\n${head}\r\n`,
  "a control character in the path": `GET /a\x01b HTTP/1.1\r\n${head}\r\n`,
  "something else than HTTP": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
  "another protocol": `GET / ICY/1.1\r\n${head}\r\n`,
  "a chunk without a size": `POST / HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n`,
  "two different hosts": "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
  "a head of more than 64 KiB": `GET / HTTP/1.1\r\n${head}${"X: ".padEnd(8000, "y").concat("\r\n").repeat(10)}\r\n`,
};

const differing = ["two different lengths", "a list of different lengths"];

export function badInput(start: StartBalancer): void {
  describe("bad input", () => {
    const setting = prepare(start);
    const use = async (idleTimeoutSeconds = 60) => {
      const { port, use: apply, groupOne } = setting();
      const attributes = { ...nodeOf({}).attributes, idleTimeoutSeconds };
      await apply({ listeners: [listenerOf(port, forward(groupOne))], targetGroups: [groupOne], attributes });
      return port;
    };

    for (const [name, bytes] of Object.entries(refused)) {
      test(`${name} is answered with 400, and no target sees it`, async () => {
        const port = await use();
        const before = setting().one.requests.length;
        const answer = await raw(port, bytes);
        const isClosed = answer === "" && differing.includes(name) && setting().balancer.lacks.has("lengths");
        // With a page: the target, which is Node's, refuses some of them by itself, without one.
        if (!isClosed) assert.match(answer, /^HTTP\/1\.[01] 400 .*<html>/s);
        assert.equal(setting().one.requests.length, before);
      });
    }

    test("of a length and chunks the chunks count, and the length goes no further", async () => {
      const port = await use();
      const lengths = `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n`;
      const both = `POST / HTTP/1.1\r\n${lengths}5\r\nhello\r\n0\r\n\r\n`;
      const answer = await raw(port, `${both}GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n`);
      assert.doesNotMatch(answer, /"content-length"/);
      assert.ok(!setting().one.requests.includes("GET /smuggled"));
    });

    test("equal lengths given twice are one", async () => {
      const port = await use();
      const twice = `POST / HTTP/1.1\r\n${head}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`;
      assert.match(await raw(port, twice), /"content-length":"5".*"body":"hello"/s);
    });

    test("TRACE: 405; a very long path: 414; a list of 31 forwarders: 463", async () => {
      const port = await use();
      const trace = await raw(port, `TRACE / HTTP/1.1\r\n${head}\r\n`);
      assert.match(trace, /^HTTP\/1\.1 405 /);
      assert.match(await raw(port, `GET /${"a".repeat(17_000)} HTTP/1.1\r\n${head}\r\n`), /^HTTP\/1\.1 414 /);
      const forwarders = Array.from({ length: 31 }, (_, i) => `10.0.0.${i}`).join(", ");
      assert.equal((await ask(port, "/", { headers: { "x-forwarded-for": forwarders } })).status, 463);
      assert.equal((await ask(port, "/", { headers: { "x-forwarded-for": forwarders.slice(0, 90) } })).status, 200);
    });

    test("a client slow with its head is answered with 408 and closed, others are served", async () => {
      const port = await use(1);
      const slow = raw(port, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
      // A target that is slower than the second has its client answered with 504.
      const others = () => seen(port).catch(() => undefined);
      await until("others to be served", others, (answer) => answer?.name === "one");
      assert.match(await slow, /^HTTP\/1\.1 408 /);
    });

    test("a client that closes its half before the answer has left: nothing waits for it", async () => {
      const { balancer, port, use: apply } = setting();
      const silent = await startTarget("silent", 0, () => {});
      const group = groupOf("silent", [targetOf(silent.port)]);
      await apply({ listeners: [listenerOf(port, forward(group))], targetGroups: [group] });
      const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      const received = new Received(socket);
      socket.end("GET /half HTTP/1.1\r\nHost: a\r\n\r\n");
      await received.rest();
      await balancer.untilAccess((all) =>
        all.some(({ line, elbStatusCode }) => line.includes("/half") && elbStatusCode === 460),
      );
    });

    test("a flood of connections that say nothing does not keep others out", async () => {
      const port = await use();
      const sockets: Socket[] = [];
      for (let i = 0; i < 500; i++) {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => {});
        sockets.push(socket);
      }
      for (let i = 0; i < 20; i++) assert.equal((await seen(port)).name, "one");
      for (const socket of sockets) socket.destroy();
    });
  });
}
