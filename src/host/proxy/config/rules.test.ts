import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { ListenerSpec, RuleAction, RuleCondition } from "#kernel/load-balancing.ts";
import { type Random, seededRandom } from "#kernel/random.ts";
import { noProxy } from "../../../../test/contracts/load-balancer/loopback.ts";
import { freePort, listenerOf, nodeOf, ruleOf, text } from "../../../../test/contracts/load-balancer/nodes.ts";
import { chosenRule, type RuleRequest, redirectOf } from "../../../../test/support/rule-reference.ts";
import { TestProcess } from "../../../../test/support/test-process.ts";
import { until } from "../../../../test/support/until.ts";
import { nodeConfig, nodeFiles } from "./config.ts";

/** Drawn rules and requests: HAProxy decides as a plain reading of the documentation does. ESTIVA_RULE_SEED replays. */

const seed = Number(process.env.ESTIVA_RULE_SEED ?? 20261129);
const random = seededRandom(seed);
const listenerCount = 25;
const requestsEach = 40;

const pick = <T>(from: readonly T[], by: Random = random): T => from[Math.floor(by.float() * from.length)]!;
const chance = (share: number) => random.float() < share;
const list = <T>(most: number, draw: () => T): T[] =>
  Array.from({ length: 1 + Math.floor(random.float() * most) }, draw);
const word = (letters: string, most: number) => list(most, () => pick([...letters])).join("");

/** Characters that could mean something to a configuration, to an expression or to a regular expression. */
const odd = "ab-._~$'\"\\[](){}|^+,;:@%!<>=";
const plain = "abAB1-.";
const names = ["x-one", "X-Two", "user-agent"];
const methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "A-B"];
const regexes = ["^/a+", "b$", "[ab]{2}", "(a|b)\\.", "a.b", "\\d", "^[^a]*$"];

function pattern(letters: string): string {
  return list(4, () => (chance(0.25) ? pick(["*", "?"]) : word(letters, 2))).join("");
}

/** Something that the pattern matches, mostly. */
function like(wildcards: string, letters: string): string {
  const text = [...wildcards].map((c) =>
    c === "*" ? (chance(0.5) ? word(letters, 3) : "") : c === "?" ? pick([...letters]) : c,
  );
  if (chance(0.2)) text.splice(Math.floor(random.float() * text.length), 1);
  return chance(0.1) ? text.join("").toUpperCase() : text.join("");
}

function values(letters: string, begin = "") {
  if (chance(0.2)) return { values: [], regexValues: list(2, () => pick(regexes)) };
  return { values: list(3, () => begin + pattern(letters)) };
}

function condition(): RuleCondition {
  const cases: readonly (() => RuleCondition)[] = [
    () => ({ field: "host-header", ...values(plain) }),
    () => ({ field: "path-pattern", ...values(odd, chance(0.8) ? "/" : "") }),
    () => ({ field: "http-header", httpHeaderName: pick(names), ...values(`${odd} #&/`) }),
    () => ({ field: "http-request-method", values: list(2, () => pick(methods)) }),
    () => ({
      field: "query-string",
      pairs: list(2, () => {
        const key = chance(0.6) ? { key: pattern("abA.") } : {};
        return { ...key, value: pattern(odd.replace("=", "")) };
      }),
    }),
    () => ({
      field: "source-ip",
      values: list(2, () => `127.0.${pick([0, 1])}.${pick([0, 1, 2, 64])}/${pick([32, 26, 24])}`),
    }),
  ];
  return pick(cases)();
}

function action(index: number): RuleAction {
  if (chance(0.7)) return text(`${index} ${word(`${odd}\n#`, 8)}`, pick(["200", "404", "503"]));
  return {
    type: "redirect",
    protocol: pick(["#{protocol}", "HTTPS"]),
    host: pick(["#{host}", "www.#{host}", `${word(plain, 4)}x`]),
    port: pick(["#{port}", "443"]),
    path: pick(["/#{path}", `/${word(odd, 6)}`, "/x/#{host}/#{path}"]),
    query: pick(["#{query}", "", `${word(odd, 4)}&#{query}`]),
    statusCode: pick(["HTTP_301", "HTTP_302"]),
  };
}

function listener(port: number): ListenerSpec {
  const rules = list(6, () => undefined).map((_, i) => ruleOf(i + 1, list(3, condition), action(i)));
  return listenerOf(port, text("default"), rules);
}

/** A request that has a chance to meet a rule's conditions. */
function request({ rules }: ListenerSpec): RuleRequest {
  const asked = pick(rules).conditions;
  const drawn = { method: pick(methods), host: "example.test", path: "/", query: "", sourceIp: "127.0.0.1" };
  const headers: [string, string][] = [];
  for (const each of asked) {
    if (each.field === "host-header" && each.values.length > 0) {
      drawn.host = (like(pick(each.values), plain) || "x") + (chance(0.3) ? ":8080" : "");
    }
    if (each.field === "path-pattern") {
      drawn.path = each.values.length > 0 ? like(pick(each.values), odd) : `/${word("ab.1", 5)}`;
    }
    if (each.field === "http-header") {
      const own = () => (each.values.length > 0 ? like(pick(each.values), odd) : word("ab.1", 5)).trim();
      if (chance(0.3)) headers.push([each.httpHeaderName, "other"]);
      headers.push([each.httpHeaderName.toUpperCase(), own()]);
    }
    if (each.field === "http-request-method" && chance(0.8)) drawn.method = pick(each.values);
    if (each.field === "query-string") {
      const parts = each.pairs.map(({ key, value }) => {
        const own = like(value, "ab");
        return key === undefined && chance(0.5) ? own : `${like(key ?? "*", "ab") || "k"}=${own}`;
      });
      drawn.query = [...(chance(0.5) ? ["first=1"] : []), ...parts].join("&");
    }
    if (each.field === "source-ip") drawn.sourceIp = `127.0.${pick([0, 1])}.${pick([1, 2, 65])}`;
  }
  // A path begins with a slash, and a question mark would end it.
  const path = `/${drawn.path.replace(/^\//, "")}`.replaceAll("?", "!");
  return { ...drawn, path, headers };
}

test(`rules decide as they are documented to (seed ${seed})`, { skip: noProxy ?? false }, async () => {
  const ports: number[] = [];
  while (ports.length < listenerCount) {
    const port = await freePort();
    if (!ports.includes(port)) ports.push(port);
  }
  const listeners = ports.map((port) => listener(port));
  await startProxy(listeners);
  let defaults = 0;
  for (const { port, rules } of listeners) {
    for (let i = 0; i < requestsEach; i++) {
      const asked = request({ rules } as ListenerSpec);
      const rule = chosenRule(rules, asked);
      const wanted = rule.actions[0]!;
      if (rule.priority === undefined) defaults++;
      const answer = await ask(port, asked);
      const told = JSON.stringify({ seed, asked, rules, wanted, answer }, undefined, 1);
      if (wanted.type === "fixed-response") {
        assert.equal(answer.status, Number(wanted.statusCode), told);
        assert.equal(answer.body, wanted.messageBody, told);
      } else {
        assert.equal(answer.location, redirectOf(wanted, asked, port), told);
      }
    }
  }
  const share = defaults / (listenerCount * requestsEach);
  assert.ok(share < 0.8, `${share} of the requests met no rule: they show nothing`);
});

async function startProxy(listeners: readonly ListenerSpec[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "estiva-rules-"));
  const options = { folder, bindAddress: "127.0.0.1", threads: 1, maxConnections: 1000 };
  const node = nodeOf({ listeners });
  for (const [name, content] of nodeFiles(node, options)) writeFileSync(join(folder, name), content);
  const path = join(folder, "haproxy.cfg");
  writeFileSync(
    path,
    nodeConfig(node, () => [], 1, options),
  );
  const checked = await new TestProcess("haproxy", ["-c", "-f", path]).ended();
  assert.equal(checked.code, 0, "HAProxy takes the configuration");
  const proxy = new TestProcess("haproxy", ["-db", "-f", path], { stdio: "ignore" });
  after(async () => {
    await proxy.end("SIGKILL");
    rmSync(folder, { recursive: true });
  });
  await until("HAProxy to listen", () => listens(listeners.at(-1)!.port));
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

/** As it is, without a library that would make it better. */
async function ask(port: number, { method, host, path, query, headers, sourceIp }: RuleRequest): Promise<Answer> {
  const target = query === "" ? path : `${path}?${query}`;
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  const socket = connect({ port, host: "127.0.0.1", localAddress: sourceIp });
  const closed = once(socket, "close");
  let received = "";
  socket.setEncoding("utf8").on("data", (data) => {
    received += data;
  });
  socket.write(`${head.join("\r\n")}\r\nConnection: close\r\n\r\n`);
  await closed;
  const [top = "", ...rest] = received.split("\r\n\r\n");
  return {
    status: Number(top.split(" ")[1]),
    location: /^location: (.*)$/im.exec(top)?.[1]?.trimEnd(),
    body: rest.join("\r\n\r\n"),
  };
}
