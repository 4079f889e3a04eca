import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RuleAction, RuleCondition } from "#kernel/load-balancing.ts";
import {
  forward,
  groupOf,
  listenerOf,
  nodeOf,
  ruleOf,
  targetOf,
  text,
} from "../../../../test/contracts/load-balancer/nodes.ts";
import { nodeConfig, nodeFiles } from "./config.ts";
import { stepOf } from "./frontend.ts";

const options = { folder: "/node", bindAddress: "0.0.0.0", threads: 2, maxConnections: 100 };
const group = groupOf("web", [targetOf(80)]);

function configWith(condition: RuleCondition | undefined, action: RuleAction = text("x")): string {
  const rules = condition === undefined ? [] : [ruleOf(1, [condition], text("y"))];
  return nodeConfig(nodeOf({ listeners: [listenerOf(80, action, rules)] }), () => [], 1, options);
}

describe("the configuration of a node", () => {
  const evil = "x'\n  stats socket /tmp/evil level admin";
  const redirect = {
    type: "redirect",
    protocol: "HTTP",
    port: "80",
    path: "/",
    query: "",
    statusCode: "HTTP_301",
  } as const;
  const refused: Readonly<Record<string, () => string>> = {
    "a path": () => configWith({ field: "path-pattern", values: [evil] }),
    "a regular expression": () => configWith({ field: "path-pattern", values: [], regexValues: [evil] }),
    "a host": () => configWith({ field: "host-header", values: [evil] }),
    "a header's name": () => configWith({ field: "http-header", httpHeaderName: "a b", values: ["x"] }),
    "a header's value": () => configWith({ field: "http-header", httpHeaderName: "a", values: [evil] }),
    "a method": () => configWith({ field: "http-request-method", values: [evil] }),
    "a query": () => configWith({ field: "query-string", pairs: [{ key: evil, value: "x" }] }),
    "a redirect's host": () => configWith(undefined, { ...redirect, host: evil }),
    "a content type": () => configWith(undefined, text("x", "200", evil)),
    "a status": () => configWith(undefined, text("x", "200 content-type evil")),
    "a security policy": () => {
      const tls = { protocol: "HTTPS", sslPolicy: "x crt /etc/passwd" } as const;
      return nodeConfig(nodeOf({ listeners: [listenerOf(80, text("x"), [], tls)] }), () => [], 1, options);
    },
  };
  for (const [name, make] of Object.entries(refused)) {
    test(`${name} that could be more than a value is refused`, () => {
      assert.throws(make, { name: "DriverError", reason: "InvalidSpec" });
    });
  }

  test("all attempts to connect to targets together take ten seconds", () => {
    const [, attemptMs] = /^ {2}timeout connect (\d+)ms$/m.exec(configWith(undefined))!;
    const [, retries] = /^ {2}retries (\d+)$/m.exec(configWith(undefined))!;
    assert.equal(Math.floor((Number(attemptMs) * (1 + Number(retries))) / 100), 100);
  });

  test("targets change nothing of what only a reload can change", () => {
    const node = nodeOf({ listeners: [listenerOf(80, forward(group))], targetGroups: [group] });
    const structure = nodeConfig(node, () => [], 0, options);
    assert.equal(
      nodeConfig({ ...node, targetGroups: [{ ...group, targets: [] }] }, () => [], 0, options),
      structure,
    );
    const full = nodeConfig(node, (of) => of.targets.map((target) => ({ target, isNew: true })), 0, options);
    assert.match(
      full,
      /server t_\w+ 127\.0\.0\.1:80 .*check .* disabled\n {2}server o_\w+ 127\.0\.0\.1:80 backup .*disabled/,
    );
  });

  test("bodies are in files, whatever they are", () => {
    const files = nodeFiles(nodeOf({ listeners: [listenerOf(80, text(evil))] }), options);
    assert.ok([...files.values()].includes(evil));
  });

  test("numbers drawn for weights visit every value below their sum", () => {
    for (const total of [2, 3, 100, 999, 1000, 1998]) {
      const step = stepOf(total);
      const seen = new Set(Array.from({ length: total }, (_, i) => (i * step) % total));
      assert.equal(seen.size, total);
    }
  });
});
