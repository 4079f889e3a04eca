import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { StartBalancer } from "../load-balancer.ts";
import { forward, listenerOf, targetOf } from "./nodes.ts";
import { prepare } from "./setting.ts";
import { ask, startTarget } from "./targets.ts";

const names = async (port: number, cookie: string, count = 8): Promise<string[]> => {
  const found = new Set<string>();
  for (let i = 0; i < count; i++) {
    const { body } = await ask(port, "/", { headers: { cookie } });
    found.add((JSON.parse(body) as { name: string }).name);
  }
  return [...found].sort();
};

const cookieOf = (headers: { "set-cookie"?: string[] | undefined }, name: string) =>
  headers["set-cookie"]?.find((cookie) => cookie.startsWith(`${name}=`))?.split(";")[0];

export function stickiness(start: StartBalancer): void {
  describe("stickiness", () => {
    const setting = prepare(start);

    test("lb_cookie keeps a client at its target until the target is gone", async () => {
      const { port, use, groupOne, one, two } = setting();
      const stickiness = { type: "lb_cookie", seconds: 60 } as const;
      const both = { ...groupOne, stickiness, targets: [targetOf(one.port), targetOf(two.port)] };
      await use({ listeners: [listenerOf(port, forward(both))], targetGroups: [both] });
      const { headers, body } = await ask(port);
      const cookie = cookieOf(headers, "AWSALB")!;
      assert.match(headers["set-cookie"]!.join("\n"), /^AWSALB=\S+; Expires=.* GMT; Path=\/$/m);
      assert.match(headers["set-cookie"]!.join("\n"), /^AWSALBCORS=\S+; Expires=.* GMT; Path=\/; SameSite=None$/m);
      const { name } = JSON.parse(body) as { name: string };
      assert.deepEqual(await names(port, cookie), [name]);
      assert.deepEqual(await names(port, "AWSALB=nonsense"), ["one", "two"]);
      assert.deepEqual(await names(port, cookie.replace(/:\d+$/, ":1")), ["one", "two"], "it has expired");
      const rest = both.targets.map((target) => ({
        ...target,
        draining: target.port === (name === "one" ? one : two).port,
      }));
      await use({ listeners: [listenerOf(port, forward(both))], targetGroups: [{ ...both, targets: rest }] });
      assert.deepEqual(await names(port, cookie), [name === "one" ? "two" : "one"]);
    });

    test("app_cookie begins with the application's own cookie and ends with it", async () => {
      const { port, use, groupOne, one } = setting();
      const third = await startTarget("third", 0, (_request, response) => {
        response.setHeader("set-cookie", "session=1");
        response.end(JSON.stringify({ name: "third" }));
      });
      const stickiness = { type: "app_cookie", cookieName: "session", seconds: 60 } as const;
      const both = { ...groupOne, stickiness, targets: [targetOf(one.port), targetOf(third.port)] };
      await use({ listeners: [listenerOf(port, forward(both))], targetGroups: [both] });
      let cookie: string | undefined;
      for (let i = 0; i < 4 && cookie === undefined; i++) cookie = cookieOf((await ask(port)).headers, "AWSALBAPP-0");
      assert.ok(cookie);
      assert.deepEqual(await names(port, `session=1; ${cookie}`), ["third"]);
      assert.deepEqual(await names(port, cookie), ["one", "third"]);
    });

    test("group stickiness keeps a client at its target group", async () => {
      const { port, use, groupOne, groupTwo } = setting();
      const action = { ...forward([groupOne, 1], [groupTwo, 1]), groupStickinessSeconds: 60 };
      await use({ listeners: [listenerOf(port, action)] });
      const { headers, body } = await ask(port);
      const { name } = JSON.parse(body) as { name: string };
      assert.deepEqual(await names(port, cookieOf(headers, "AWSALBTG")!), [name]);
      assert.deepEqual(await names(port, ""), ["one", "two"]);
    });
  });
}
