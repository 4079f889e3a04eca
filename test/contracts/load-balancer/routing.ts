import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RuleAction, RuleCondition } from "#kernel/load-balancing.ts";
import type { StartBalancer } from "../load-balancer.ts";
import { forward, listenerOf, ruleOf, text } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { type Ask, ask, seen } from "./targets.ts";

interface Case {
  readonly condition: RuleCondition;
  readonly path?: string;
  readonly ask?: Ask;
  readonly holds: boolean;
}

const host = (name: string): Ask => ({ headers: { host: name } });
const method = (name: string): Ask => ({ method: name });
const hosts = { field: "host-header", values: ["example.com", "*.example.org", "a?.example.net"] } as const;
const paths = { field: "path-pattern", values: ["/img/*", "/exact", "*.png", "/a*b?c"] } as const;
const odd = { field: "path-pattern", values: ["/it's", "/a%20b", "/$HOME", "/[x]", "/-f"] } as const;
const query = { field: "query-string", pairs: [{ key: "version", value: "v1*" }, { value: "alone" }] } as const;
const agent = { field: "http-header", httpHeaderName: "User-Agent", values: ["*Chrome*", "cu?l/8"] } as const;
const regex = { field: "path-pattern", values: [], regexValues: ["^/v[0-9]+/.*$"] } as const;

const cases: readonly Case[] = [
  { condition: hosts, ask: host("example.com"), holds: true },
  { condition: hosts, ask: host("EXAMPLE.com:8080"), holds: true },
  { condition: hosts, ask: host("www.example.org"), holds: true },
  { condition: hosts, ask: host("ab.example.net"), holds: true },
  { condition: hosts, ask: host("abc.example.net"), holds: false },
  { condition: hosts, ask: host("example.comx"), holds: false },
  { condition: paths, path: "/img/a/b", holds: true },
  { condition: paths, path: "/exact", holds: true },
  { condition: paths, path: "/exact?with=query", holds: true },
  { condition: paths, path: "/Exact", holds: false },
  { condition: paths, path: "/exact/", holds: false },
  { condition: paths, path: "/x/y.png", holds: true },
  { condition: paths, path: "/a--b.c", holds: true },
  { condition: paths, path: "/a--bc", holds: false },
  { condition: regex, path: "/v12/things", holds: true },
  { condition: regex, path: "/vx/things", holds: false },
  { condition: odd, path: "/it's", holds: true },
  { condition: odd, path: "/a%20b", holds: true },
  { condition: odd, path: "/$HOME", holds: true },
  { condition: odd, path: "/[x]", holds: true },
  { condition: odd, path: "/-f", holds: true },
  { condition: odd, path: "/x", holds: false },
  { condition: query, path: "/?a=b&version=v1.2", holds: true },
  { condition: query, path: "/?VERSION=V1", holds: true },
  { condition: query, path: "/?version=v2", holds: false },
  { condition: query, path: "/?aversion=v1", holds: false },
  { condition: query, path: "/?x=alone", holds: true },
  { condition: query, path: "/?alone", holds: true },
  { condition: query, path: "/", holds: false },
  { condition: agent, ask: { headers: { "user-agent": "Mozilla chrome 1" } }, holds: true },
  { condition: agent, ask: { headers: { "user-agent": "curl/8" } }, holds: true },
  { condition: agent, ask: { headers: { "user-agent": "wget" } }, holds: false },
  { condition: agent, holds: false },
  { condition: { field: "http-request-method", values: ["PUT", "CUSTOM"] }, ask: method("PUT"), holds: true },
  { condition: { field: "http-request-method", values: ["PUT"] }, ask: method("POST"), holds: false },
  { condition: { field: "source-ip", values: ["127.0.0.0/8"] }, holds: true },
  { condition: { field: "source-ip", values: ["10.0.0.0/8", "192.168.1.1/32"] }, holds: false },
];

const redirect: Extract<RuleAction, { type: "redirect" }> = {
  type: "redirect",
  protocol: "#{protocol}",
  host: "#{host}",
  port: "#{port}",
  path: "/#{path}",
  query: "#{query}",
  statusCode: "HTTP_301",
};

export function routing(start: StartBalancer): void {
  describe("rules and actions", () => {
    const setting = prepare(start);

    test("every condition, with wildcards, regular expressions and odd characters", async () => {
      const { balancer, port, use } = setting();
      const conditions = [...new Set(cases.map(({ condition }) => condition))];
      for (const condition of conditions) {
        await use({
          listeners: [listenerOf(port, text("no"), [ruleOf(1, [condition], text("yes"))])],
          targetGroups: [],
        });
        for (const each of cases.filter((one) => one.condition === condition)) {
          const { body } = await ask(port, each.path, each.ask);
          assert.equal(body, each.holds ? "yes" : "no", JSON.stringify(each));
        }
      }
      assert.ok(balancer.access.length >= 0);
    });

    test("the first rule by priority whose conditions all hold", async () => {
      const { port, use } = setting();
      const path = (value: string): RuleCondition => ({ field: "path-pattern", values: [value] });
      const post: RuleCondition = { field: "http-request-method", values: ["POST"] };
      const rules = [
        ruleOf(1, [path("/a/*"), post], text("1")),
        ruleOf(5, [path("/a/*")], text("5")),
        ruleOf(9, [path("/*")], text("9", "404")),
      ];
      await use({ listeners: [listenerOf(port, text("default"), rules)], targetGroups: [] });
      assert.equal((await ask(port, "/a/b", { method: "POST", body: "x" })).body, "1");
      assert.equal((await ask(port, "/a/b")).body, "5");
      assert.deepEqual(await ask(port, "/b").then(({ status, body }) => [status, body]), [404, "9"]);
    });

    test("fixed responses are given as they are", async () => {
      const { port, use } = setting();
      const body = `line\n'single' "double" %[src] %ci \\ $HOME \u00e9\n`;
      await use({ listeners: [listenerOf(port, text(body, "418", "text/html"))], targetGroups: [] });
      const answer = await ask(port);
      assert.deepEqual([answer.status, answer.body, answer.headers.server], [418, body, "awselb/2.0"]);
      assert.equal(answer.headers["content-type"], "text/html");
      await use({ listeners: [listenerOf(port, { type: "fixed-response", statusCode: "204" })], targetGroups: [] });
      assert.equal((await ask(port)).status, 204);
    });

    test("redirects with placeholders, and nothing of the request is taken for more than it is", async () => {
      const { port, use } = setting();
      const to = async (parts: Partial<typeof redirect>, path: string) => {
        await use({ listeners: [listenerOf(port, { ...redirect, ...parts })], targetGroups: [] });
        const answer = await ask(port, path, host("shop.test:81"));
        return [answer.status, answer.headers.location];
      };
      assert.deepEqual(await to({}, "/a/b?c=d&%[src]"), [301, `http://shop.test:${port}/a/b?c=d&%[src]`]);
      assert.deepEqual(await to({ protocol: "HTTPS", port: "443" }, "/"), [301, "https://shop.test:443/"]);
      const other = { host: "www.#{host}", path: "/new/#{path}/%ci'", query: "from=#{host}&#{query}" };
      const location = `http://www.shop.test:${port}/new/x/%ci'?from=shop.test&`;
      assert.deepEqual(await to({ ...other, statusCode: "HTTP_302" }, "/x"), [302, location]);
    });

    test("requests are shared by weight within 2 percent", async () => {
      const { port, use, groupOne, groupTwo, one, two } = setting();
      for (const [first, second] of [
        [90, 10],
        [1, 2],
        [0, 1],
        [999, 1],
      ] as const) {
        const action = forward([groupOne, first], [groupTwo, second]);
        await use({ listeners: [listenerOf(port, action)] });
        const before = [one.requests.length, two.requests.length];
        const count = 200;
        for (let i = 0; i < count; i++) await ask(port);
        const share = (one.requests.length - before[0]!) / count;
        assert.ok(Math.abs(share - first / (first + second)) < 0.02, `${first}:${second} gave ${share}`);
        assert.equal(one.requests.length + two.requests.length - before[0]! - before[1]!, count);
      }
    });

    test("round robin, least outstanding requests and weighted random reach every target", async () => {
      const { port, use, groupOne, groupTwo } = setting();
      const targets = [...groupOne.targets, ...groupTwo.targets];
      for (const algorithm of ["round_robin", "least_outstanding_requests", "weighted_random"] as const) {
        const both = { ...groupOne, algorithm, targets };
        await use({ listeners: [listenerOf(port, forward(both))], targetGroups: [both] });
        const names = new Set<string>();
        for (let i = 0; i < 40; i++) names.add((await seen(port)).name);
        assert.deepEqual([...names].sort(), ["one", "two"], algorithm);
      }
    });
  });
}
