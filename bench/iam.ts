/**
 * How long one decision of IAM takes, beside the evaluator that the differential test was written against, which reads
 * the documents anew for each: `node bench/iam.ts [--json]`. A caller has ten policies of a page each (about 6,000
 * characters, the most that a managed policy may have); requests differ in action, resource and context.
 */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like this.
import { createAuthorizer } from "#gateway/authorize/authorizer.ts";
import { systemClock } from "#kernel/clock.ts";
import { type Random, seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { ecsAuthorization } from "#services/ecs/authorization.ts";
import { ecsCollections } from "#services/ecs/index.ts";
import { iamCollections } from "#services/iam/index.ts";
import { compilePolicy } from "#services/iam/policy/compile.ts";
import { evaluate, type PolicySets } from "#services/iam/policy/evaluate.ts";
import type { PolicyRequest } from "#services/iam/policy/request.ts";
import { naiveDecision } from "#services/iam/policy/testing/naive.ts";
import { createStore, memoryEngine } from "#store/index.ts";
import { loadModel } from "#wire/model.ts";
import { addUser, document } from "../test/support/iam.ts";
import { report } from "./report.ts";

const account = "111111111111";
const policyCount = 10;
const pageCharacters = 6000;
const requestCount = 512;
const random = seededRandom(7);

const services = ["ecs", "ec2", "ecr", "logs", "iam", "s3", "kms", "ssm", "secretsmanager", "elasticloadbalancing"];
const verbs = ["Create", "Delete", "Describe", "Get", "List", "Put", "Run", "Stop", "Tag", "Update"];
const nouns = ["Task", "Service", "Cluster", "Object", "Key", "Role", "LogGroup", "Image", "Secret", "Vpc"];

function pick<T>(from: readonly T[], by: Random = random): T {
  return from[Math.floor(by.float() * from.length)]!;
}

function action(): string {
  return `${pick(services)}:${pick(verbs)}${pick(nouns)}`;
}

function statement(): object {
  const service = pick(services);
  const wide = random.float() < 0.3 ? [`${service}:${pick(verbs)}*`] : [];
  const conditions: object[] = [
    {},
    { Condition: { StringEquals: { "aws:ResourceTag/team": "${aws:PrincipalTag/team}" } } },
    { Condition: { ArnLike: { "ecs:cluster": `arn:aws:ecs:*:${account}:cluster/team-*` } } },
    { Condition: { IpAddress: { "aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"] } } },
  ];
  return {
    Effect: random.float() < 0.85 ? "Allow" : "Deny",
    Action: [...wide, ...Array.from({ length: 6 }, action)],
    Resource: [
      `arn:aws:${service}:us-east-1:${account}:*/team-${Math.floor(random.float() * 20)}/*`,
      `arn:aws:${service}:*:${account}:cluster/team-${Math.floor(random.float() * 20)}`,
    ],
    ...pick(conditions),
  };
}

function page(): string {
  const statements: object[] = [];
  let text = "";
  while (text.length < pageCharacters) {
    statements.push(statement());
    text = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  }
  return text;
}

function request(): PolicyRequest {
  const arn = `arn:aws:iam::${account}:user/ada`;
  const service = pick(services);
  return {
    action: action(),
    resource: `arn:aws:${service}:us-east-1:${account}:task/team-${Math.floor(random.float() * 20)}/abc`,
    principal: { kind: "user", arn, account },
    keys: new Map([
      ["aws:resourcetag/team", pick(["blue", "red"])],
      ["aws:principaltag/team", "blue"],
      ["aws:sourceip", pick(["10.1.2.3", "172.16.0.1"])],
      ["ecs:cluster", `arn:aws:ecs:us-east-1:${account}:cluster/team-1`],
    ]),
  };
}

const texts = Array.from({ length: policyCount }, page);
const requests = Array.from({ length: requestCount }, request);

/** Microseconds that one call takes, the least of several rounds: what else runs on the machine only adds. */
function microsecondsEach(run: (request: PolicyRequest) => unknown, rounds: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = process.hrtime.bigint();
    for (const asked of requests) run(asked);
    least = Math.min(least, Number(process.hrtime.bigint() - start) / 1000 / requests.length);
  }
  return least;
}

/** From the caller and the input to the decision, policies and resource looked up in the store. */
async function gatewayStep(): Promise<number> {
  const clock = systemClock();
  const secretBox = createSecretBox(new Uint8Array(32), random);
  const collections = [...ecsCollections, ...iamCollections];
  const store = await createStore({ engine: memoryEngine({ clock }), collections, clock });
  const inlinePolicies = [...texts.map((text) => text.replaceAll('"Deny"', '"Allow"')), document()].map(
    (text, index) => ({ policyName: `p${index}`, document: text }),
  );
  const caller = await addUser(store.as("api"), account, "ada", undefined, { inlinePolicies });
  const ecs = { name: "ecs", operations: {}, controllers: [], collections: [], authorization: ecsAuthorization };
  const { authorize } = createAuthorizer({ services: [ecs], store, clock, secretBox });
  const operation = loadModel("ecs").operation("StopTask")!;
  const input = { cluster: "team-1", task: "abc" };
  const origin = { secure: false, sourceIp: "10.1.2.3" };
  return microsecondsEach(
    () => authorize({ caller, operation, input, account, region: "us-east-1", style: "json", origin }),
    200,
  );
}

const sets: PolicySets = { identity: texts.map((text, i) => ({ id: `p${i}`, policy: compilePolicy(text) })) };
const ours = microsecondsEach((asked) => evaluate(sets, asked, { sameAccount: true }), 200);
const naive = microsecondsEach(
  (asked) =>
    naiveDecision(
      { identity: texts },
      {
        caller: { kind: "user", account, arn: asked.principal.arn },
        action: asked.action,
        resource: asked.resource,
        context: Object.fromEntries(asked.keys as Map<string, string>),
      },
      account,
    ),
  2,
);
const unmet = microsecondsEach(() => {
  const cold = texts.map((text, i) => ({ id: `p${i}`, policy: compilePolicy(text) }));
  return evaluate({ identity: cold }, requests[0]!, { sameAccount: true });
}, 1);
const step = await gatewayStep();
const characters = Math.round(texts.reduce((sum, text) => sum + text.length, 0) / policyCount);
const about = `${policyCount} policies of ${characters} characters`;
report("iam", [
  { name: "a decision", value: ours, unit: "us", goal: { atMost: 20 }, note: about },
  { name: "the gateway's step around it", value: step, unit: "us", goal: { atMost: 20 }, note: "of a StopTask" },
  { name: "by the test's evaluator, without caches", value: naive, unit: "us" },
  { name: "that evaluator's time by ours", value: naive / ours, unit: "x" },
  { name: "compiling all, and the first decision", value: unmet, unit: "us", note: "once for each change of a policy" },
]);
