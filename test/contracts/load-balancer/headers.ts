import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LoadBalancerAttributes } from "#kernel/load-balancing.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { forward, listenerOf, nodeOf } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { ask, raw, seen } from "./targets.ts";

export function headers(start: StartBalancer): void {
  describe("headers", () => {
    const setting = prepare(start);
    const using = async (attributes: Partial<LoadBalancerAttributes>) => {
      const { port, use, groupOne } = setting();
      const all = { ...nodeOf({}).attributes, ...attributes };
      await use({ listeners: [listenerOf(port, forward(groupOne))], targetGroups: [groupOne], attributes: all });
      return port;
    };

    for (const accessLogs of [true, false]) {
      const told = accessLogs ? "with an access log" : "without an access log";
      test(`X-Forwarded-* tell of the client, by the mode, ${told}`, async () => {
        const sent = { headers: { "x-forwarded-for": "203.0.113.7" } };
        const port = await using({ accessLogs });
        const first = await seen(port);
        assert.equal(first.headers["x-forwarded-for"], "127.0.0.1");
        assert.equal(first.headers["x-forwarded-proto"], "http");
        assert.equal(first.headers["x-forwarded-port"], String(port));
        assert.equal((await seen(port, "/", sent)).headers["x-forwarded-for"], "203.0.113.7, 127.0.0.1");
        const several = { headers: { "x-forwarded-for": ["203.0.113.7", "203.0.113.8"] } };
        const together = (await seen(port, "/", several)).headers["x-forwarded-for"];
        assert.equal(together, "203.0.113.7, 203.0.113.8, 127.0.0.1");
        const claims = { "x-forwarded-proto": "ftp", "x-forwarded-port": ["1", "2"], "x-forwarded-more": "yes" };
        const { headers } = await seen(port, "/", { headers: claims });
        const names = ["x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-more"];
        assert.deepEqual(
          names.map((name) => headers[name]),
          ["127.0.0.1", "http", String(port), "yes"],
        );
        await using({ accessLogs, xForwardedFor: "preserve" });
        assert.equal((await seen(port, "/", sent)).headers["x-forwarded-for"], "203.0.113.7");
        assert.equal((await seen(port)).headers["x-forwarded-for"], undefined);
        await using({ accessLogs, xForwardedFor: "remove" });
        assert.equal((await seen(port, "/", sent)).headers["x-forwarded-for"], undefined);
        await using({ accessLogs, xForwardedForClientPort: true });
        assert.match((await seen(port)).headers["x-forwarded-for"]!, /^127\.0\.0\.1:\d+$/);
      });

      test(`X-Amzn-Trace-Id gets a root, or a mark before it, ${told}`, async () => {
        const port = await using({ accessLogs });
        const id = "1-[0-9a-f]{8}-[0-9a-f]{24}";
        const trace = async (value?: string) => {
          const answer = await seen(port, "/", value === undefined ? {} : { headers: { "x-amzn-trace-id": value } });
          return answer.headers["x-amzn-trace-id"]!;
        };
        assert.match(await trace(), new RegExp(`^Root=${id}$`));
        const root = "Root=1-67891233-abcdef012345678912345678";
        assert.match(await trace(root), new RegExp(`^Self=${id};${root}$`));
        assert.match(await trace("App=1"), new RegExp(`^Root=${id};App=1$`));
        const words = async () => (await trace()).match(/[0-9a-f]{8}(?=[0-9a-f]*$)/g)!;
        const [first, second] = [await words(), await words()];
        assert.ok(
          first.every((word, i) => word !== second[i]),
          `the same part in ${first} and ${second}`,
        );
        const asked = "GET / HTTP/1.1\r\nHost: a.test\r\n";
        const kept = await raw(port, `${asked}\r\n${asked}Connection: close\r\n\r\n`);
        const ids = kept.match(new RegExp(id, "g"))!;
        assert.deepEqual([ids.length, new Set(ids).size], [2, 2], `two requests of one connection: ${ids}`);
      });
    }

    test("the host keeps what the client sent, and gets a port that is not a default one", async () => {
      const port = await using({});
      assert.equal((await seen(port, "/", { headers: { host: "a.test" } })).headers.host, `a.test:${port}`);
      assert.equal((await seen(port, "/", { headers: { host: "a.test:9" } })).headers.host, "a.test:9");
      await using({ preserveHostHeader: true });
      assert.equal((await seen(port, "/", { headers: { host: "a.test" } })).headers.host, "a.test");
    });

    test("header fields with invalid names are dropped where that is asked for", async () => {
      const request = "GET / HTTP/1.1\r\nHost: a\r\nx_under: 1\r\nx-good: 2\r\nConnection: close\r\n\r\n";
      const port = await using({});
      assert.match(await raw(port, request), /x_under/);
      await using({ dropInvalidHeaderFields: true });
      const answer = await raw(port, request);
      assert.doesNotMatch(answer, /x_under/);
      assert.match(answer, /x-good/);
    });

    test("large heads and bodies pass", async () => {
      const port = await using({});
      const big = "b".repeat(15_000);
      const answer = await seen(port, `/${big}`, { headers: { a: big, b: big, c: big.slice(1000) }, method: "GET" });
      assert.equal(answer.headers.c?.length ?? 0, 14_000);
      const body = "x".repeat(3_000_000);
      assert.equal((await seen(port, "/", { method: "POST", body })).body, body);
    });

    test("a connection that is older than it may be is closed after its request", async () => {
      const port = await using({ clientKeepAliveSeconds: 0 });
      assert.equal((await ask(port, "/", { headers: { connection: "keep-alive" } })).headers.connection, "close");
    });

    test("access logs have a line in the format of Elastic Load Balancing", async () => {
      const { balancer, one } = setting();
      const port = await using({});
      await ask(port, `/log?a="b"`, { headers: { "user-agent": `quote " me`, host: "log.test" } });
      const isOurs = ({ line }: { line: string }) => line.includes("/log?a=");
      await balancer.untilAccess((records) => records.some(isOurs));
      const record = balancer.access.find(isOurs)!;
      assert.equal(record.elbStatusCode, 200);
      assert.equal(record.targetStatusCode, 200);
      assert.match(
        record.line,
        new RegExp(
          `^http \\S+Z app/test/50dc6c495c0c9188 127\\.0\\.0\\.1:\\d+ 127\\.0\\.0\\.1:${one.port} ` +
            `\\d+\\.\\d{3} \\d+\\.\\d{3} \\d+\\.\\d{3} 200 200 \\d+ \\d+ ` +
            `"GET http://log\\.test:${port}/log\\?a=\\\\x22b\\\\x22 HTTP/1\\.1" "quote \\\\x22 me" - - ` +
            `\\S+targetgroup/one/\\S+ "Root=1-[0-9a-f-]+" "-" "-" 0 \\S+Z "forward" "-" "-" ` +
            `"127\\.0\\.0\\.1:${one.port}" "200" "-" "-" -$`,
        ),
      );
    });
  });
}
