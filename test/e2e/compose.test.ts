import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  DescribeInternetGatewaysCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { ListClustersCommand, ListTaskDefinitionsCommand, ListTasksCommand } from "@aws-sdk/client-ecs";
import { busyboxReference } from "../images/busybox.ts";
import { discovery } from "../support/discovery-client.ts";
import { runEstiva, startEstiva } from "../support/estiva.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { until } from "../support/until.ts";

/** Compose files on real containers. */

const shared = await sharePlatform({ env: { ESTIVA_SETTLE_SECONDS: "1" } });
const folder = mkdtempSync(join(tmpdir(), "estiva-compose-test-"));
after(() => rmSync(folder, { recursive: true }));

const loop = "trap 'exit 0' TERM; while :; do sleep 0.1; done";
const serve = (port: number, text: string) =>
  `mkdir /www; echo "${text}" > /www/index.html; httpd -p ${port} -h /www; echo serving; ${loop}`;

const shop = `
name: shop
x-base: &base {image: ${busyboxReference}}
services:
  web:
    <<: *base
    command: ["sh", "-c", ${JSON.stringify(serve(80, "$$GREETING $$(hostname -i)"))}]
    environment: {GREETING: "\${GREETING:-hello}"}
    ports: ["80"]
    networks: [front, back]
    depends_on: {migrate: {condition: service_completed_successfully}}
    deploy: {replicas: 2}
  migrate:
    <<: *base
    command: sh -c 'wget -q -O - http://database:5432/ && cat /run/secrets/password'
    networks: [back]
    secrets: [password]
    depends_on: {db: {condition: service_healthy}}
  db:
    <<: *base
    command: ["sh", "-c", ${JSON.stringify(serve(5432, "rows"))}]
    healthcheck: {test: wget -q -O - http://127.0.0.1:5432/, interval: 5s, timeout: 60s}
    networks: {back: {aliases: [database]}}
  stranger:
    <<: *base
    profiles: [stranger]
    command: sh -c 'nslookup db.ec2.internal | grep -c "^Address"; wget -T 2 -q -O - http://db:5432/ || echo unreached'
    restart: "no"
networks: {front: , back: {internal: true}}
secrets: {password: {file: ./password.txt}}
`;
writeFileSync(join(folder, "shop.yaml"), shop);
writeFileSync(join(folder, "password.txt"), "a long password\n");

const compose = (words: readonly string[], env: NodeJS.ProcessEnv = {}) =>
  runEstiva(shared.platform, ["compose", ...words], env);
const inShop = (words: readonly string[], env?: NodeJS.ProcessEnv) =>
  compose(["-f", join(folder, "shop.yaml"), ...words], env);
const tasksOf = async (serviceName: string) =>
  (await shared.clients.ecs.send(new ListTasksCommand({ cluster: "shop", serviceName }))).taskArns!.toSorted();

/** What a service's port of this machine answers. */
async function get(address: string): Promise<string> {
  return (await (await fetch(`http://${address}/`, { headers: { connection: "close" } })).text()).trim();
}

/** Names of all that a project may have left in the account. */
async function leftInAccount(): Promise<unknown> {
  const { ecs, ec2, logs } = shared.clients;
  const { Namespaces } = await discovery(shared.platform, "ListNamespaces", {});
  const [{ Vpcs }, { SecurityGroups }, { InternetGateways }] = await Promise.all([
    ec2.send(new DescribeVpcsCommand({})),
    ec2.send(new DescribeSecurityGroupsCommand({})),
    ec2.send(new DescribeInternetGatewaysCommand({})),
  ]);
  return {
    clusters: (await ecs.send(new ListClustersCommand({}))).clusterArns,
    definitions: (await ecs.send(new ListTaskDefinitionsCommand({}))).taskDefinitionArns,
    groups: (await logs.send(new DescribeLogGroupsCommand({}))).logGroups!.map(({ logGroupName }) => logGroupName),
    namespaces: Namespaces!.map(({ Name }) => Name),
    vpcs: Vpcs!.map(({ IsDefault }) => IsDefault),
    securityGroups: SecurityGroups!.map(({ GroupName }) => GroupName),
    gateways: InternetGateways!.length,
  };
}
const nothing = {
  ...{ clusters: [], definitions: [], groups: [], namespaces: [], vpcs: [true], securityGroups: ["default"] },
  gateways: 1,
};

describe("estiva compose", { skip: shared.skip ?? false }, () => {
  let address = "";

  test("names all that cannot be expressed, and makes nothing", async () => {
    const file = join(folder, "wrong.yaml");
    writeFileSync(file, "services: {web: {image: a, privileged: true, pid: host}}\n");
    const { code, out, err } = await compose(["-f", file, "up", "-d"]);
    assert.deepEqual({ code, out }, { code: 1, out: "" });
    const named = err.split("\n").map((line) => line.replace(/: .*/, ""));
    assert.deepEqual(named.slice(1), ["  services.web.pid", "  services.web.privileged", "Nothing was made.", ""]);
    assert.deepEqual(await leftInAccount(), nothing);
  });

  test("convert prints what up would make", async () => {
    const { code, out } = await inShop(["convert", "web"], { GREETING: "hi" });
    assert.equal(code, 0);
    const { taskDefinitions, services, jobs } = JSON.parse(out);
    assert.deepEqual([taskDefinitions.length, services.length, jobs], [3, 2, ["migrate"]]);
    assert.deepEqual(taskDefinitions[2].containerDefinitions[0].environment, [{ name: "GREETING", value: "hi" }]);
  });

  test("up starts services in order, with names, secrets, health checks and ports", async () => {
    const { code, err } = await inShop(["up", "-d", "--wait"]);
    assert.equal(code, 0, err);
    const order = [
      /^db +created$/m,
      /^db +healthy$/m,
      /^migrate +started$/m,
      /^migrate +completed$/m,
      /^web +created$/m,
    ];
    const places = order.map((line) => err.search(line));
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
      err,
    );
    assert.ok(!places.includes(-1), err);
    address = /^(127\.0\.0\.1:\d+) -> web:80$/m.exec(err)![1]!;
    const answers = new Set<string>();
    // A task runs a moment before its server listens, and is passed over until then.
    const ask = () => get(address).then((answer) => answers.add(answer), String);
    await until("an answer of both tasks", ask, () => answers.size === 2);
    for (const answer of answers) assert.match(answer, /^hello 10\.1\d\d\./);
  });

  test("ps, logs and exec", async () => {
    const ps = await inShop(["ps", "--all"]);
    assert.match(ps.out, /^migrate .*exited with 0/m);
    assert.match(ps.out, /^db .*RUNNING \(healthy\)/m);
    assert.match(ps.out, new RegExp(`^web .*RUNNING.* ${address}->80$`, "m"));
    const logs = await inShop(["logs", "--no-log-prefix", "migrate"]);
    assert.deepEqual(logs, { code: 0, out: "rows\na long password\n", err: "" });
    const exec = await inShop(["exec", "-T", "web", "sh", "-c", "wget -q -O - http://db:5432/; exit 3"]);
    assert.deepEqual([exec.code, exec.out], [3, "rows\n"]);
  });

  test("who is on no common network finds a service and does not reach it", async () => {
    const { code, err } = await inShop(["up", "--profile", "stranger", "stranger"]);
    assert.equal(code, 0, err);
    assert.doesNotMatch(err, /is not among/, "the other services are of the project");
    const { out } = await inShop(["logs", "--no-log-prefix", "stranger"]);
    assert.ok(out.split("\n").includes("unreached"), out);
    assert.match(await get(address), /^hello /, "the ports of others stay open");
  });

  test("up again changes nothing, then only what has changed", async () => {
    const before = [await tasksOf("web"), await tasksOf("db")];
    const same = await inShop(["up", "-d"]);
    assert.match(same.err, /^db +unchanged$.*^migrate +has run already$.*^web +unchanged$/ms);
    assert.deepEqual([await tasksOf("web"), await tasksOf("db")], before);
    const changed = await inShop(["up", "-d"], { GREETING: "bye" });
    assert.match(changed.err, /^db +unchanged$.*^web +updated$/ms);
    const isNew = (arns: readonly string[]) => !arns.some((arn) => before[0]!.includes(arn));
    await until("new tasks only", () => tasksOf("web"), isNew);
    assert.deepEqual(await tasksOf("db"), before[1]);
    const now = /^(127\.0\.0\.1:\d+) -> web:80$/m.exec(changed.err)![1]!;
    assert.equal(now, address, "the port is kept");
    const answer = () => get(now).catch(String);
    await until("an answer of the new tasks", answer, (text) => text.startsWith("bye "));
  });

  test("down leaves nothing", async () => {
    const { code, err } = await compose(["down", "-p", "shop", "--rmi"]);
    assert.deepEqual([code, err.split("\n").at(-2)], [0, "The project shop is removed."]);
    assert.deepEqual(await leftInAccount(), nothing);
    await assert.rejects(get(address));
    assert.match((await compose(["down", "-p", "shop", "-v"])).err, /There is nothing of a project shop/);
  });

  test("in the foreground it shows what services write, and stops them when it is interrupted", async () => {
    const file = join(folder, "front.yaml");
    const command = JSON.stringify(serve(80, "front"));
    writeFileSync(
      file,
      `name: front\nservices: {web: {image: ${busyboxReference}, command: [sh, -c, ${command}], ports: ["80"]}}\n`,
    );
    const up = startEstiva(shared.platform, ["compose", "up", "-f", file]);
    await up.shows(/^web-\w+ \| serving$/m);
    const address = /^(\S+) -> web:80$/m;
    assert.equal(await get(address.exec(await up.shows(address, "err"))![1]!), "front");
    const { code } = await up.end("SIGINT");
    assert.equal(code, 130, up.err);
    assert.equal((await compose(["ps", "-p", "front"])).out.split("\n").length, 2, "only the headings");
    assert.equal((await compose(["down", "-p", "front"])).code, 0);
    assert.deepEqual(await leftInAccount(), nothing);
  });
});

describe("estiva compose with builds", { skip: shared.skip ?? (dockerCommand() ? false : "no docker command") }, () => {
  let host = "";
  const names = ["baked-app:latest", "baked-app-changed:latest"];
  after(() => {
    const pulled = ["images", "--quiet", "--no-trunc", "--filter", `reference=${host}/baked/app`];
    const ids = execFileSync("docker", pulled, { encoding: "utf8" }).split("\n").filter(Boolean);
    for (const name of [...names, ...new Set(ids)])
      execFileSync("docker", ["rmi", "--force", name], { stdio: "ignore" });
  });

  test("an image is built and pushed, configs are laid over it, and what has changed is rolled out", async () => {
    const file = join(folder, "baked.yaml");
    host = new URL(shared.platform.endpoint).host;
    mkdirSync(join(folder, "context"));
    writeFileSync(
      join(folder, "context/Dockerfile"),
      `FROM ${busyboxReference}\nARG WHO\nRUN echo "built for $WHO" > /built\n`,
    );
    const text = (config: string) => `
name: baked
services:
  app:
    build: {context: ./context, args: {WHO: tests}}
    command: sh -c 'cat /built /etc/app/conf'
    configs: [{source: conf, target: /etc/app/conf}]
    restart: "no"
configs: {conf: {content: "${config}\\n"}}
`;
    const lines = async () => (await compose(["logs", "-p", "baked", "--no-log-prefix"])).out;
    writeFileSync(file, text("one"));
    const first = await compose(["-f", file, "up"]);
    assert.equal(first.code, 0, first.err);
    assert.equal(await lines(), "built for tests\none\n");
    const again = await compose(["-f", file, "up"]);
    assert.match(again.err, /^app +has run already$/m);
    assert.doesNotMatch(again.err, /build \|/);
    writeFileSync(file, text("two"));
    await compose(["-f", file, "up"]);
    assert.equal(await lines(), "built for tests\none\nbuilt for tests\ntwo\n");
    assert.equal((await compose(["down", "-p", "baked", "--rmi"])).code, 0);
  });
});

function dockerCommand(): boolean {
  try {
    execFileSync("docker", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
