import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { Fault } from "#kernel/fault.ts";
import { loadModel, serviceIndex } from "../model.ts";
import type { Table } from "../table.ts";
import { smallOperation, structure } from "../testing.ts";
import { compilePattern } from "./constraints.ts";
import { beyondLimit, listLimits } from "./list-limits.ts";
import { validateInput } from "./validate.ts";

function faultOf(service: string, operation: string, input: Record<string, unknown>): Fault | undefined {
  try {
    validateInput(loadModel(service).operation(operation)!, input);
    return undefined;
  } catch (error) {
    assert(error instanceof Fault);
    return error;
  }
}

const one = (text: string) => `1 validation error detected: ${text}`;
const long = "x".repeat(513);

describe("the wording of each service", () => {
  const cases: [string, string, Record<string, unknown>, string, string][] = [
    [
      "ecs",
      "RunTask",
      { taskDefinition: "app", tags: [{ key: "flow", value: "Hello, World" }] },
      "InvalidParameterException",
      "Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @.",
    ],
    [
      "logs",
      "GetLogEvents",
      { logGroupName: "g", logStreamName: "s", limit: 10001 },
      "InvalidParameterException",
      one("Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000"),
    ],
    [
      "logs",
      "CreateLogGroup",
      {},
      "InvalidParameterException",
      one("Value null at 'logGroupName' failed to satisfy constraint: Member must not be null"),
    ],
    [
      "logs",
      "CreateLogGroup",
      { logGroupName: "!" },
      "InvalidParameterException",
      one(
        "Value '!' at 'logGroupName' failed to satisfy constraint: " +
          "Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
      ),
    ],
    [
      "logs",
      "CreateLogGroup",
      { logGroupName: long },
      "InvalidParameterException",
      "Invalid LogGroup or LogStream, both must have length less than or equal to 512.",
    ],
    [
      "logs",
      "DeleteLogGroup",
      { logGroupName: long },
      "InvalidParameterException",
      one(
        `Value '${long}' at 'logGroupName' failed to satisfy constraint: ` +
          "Member must have length less than or equal to 512",
      ),
    ],
    [
      "logs",
      "CreateLogGroup",
      { logGroupName: "g", tags: { "": "v" } },
      "InvalidParameterException",
      one(
        "Value '{=v}' at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: " +
          "[Member must have length less than or equal to 128, Member must have length greater than or equal to 1, " +
          "Member must satisfy regular expression pattern: ^([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+)$, " +
          "Member must not be null]",
      ),
    ],
    [
      "logs",
      "CreateDelivery",
      { deliverySourceName: "!" },
      "ValidationException",
      "2 validation errors detected: Value '!' at 'deliverySourceName' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: [\\w-]*; Value null at 'deliveryDestinationArn' failed to " +
        "satisfy constraint: Member must not be null",
    ],
    [
      "ecs",
      "RunTask",
      { taskDefinition: "t", launchType: "LAMBDA" },
      "InvalidParameterException",
      one(
        "Value 'LAMBDA' at 'launchType' failed to satisfy constraint: " +
          "Member must satisfy enum value set: [EC2, FARGATE, EXTERNAL, MANAGED_INSTANCES]",
      ),
    ],
    [
      "ecs",
      "RunTask",
      { taskDefinition: "t", tags: [{ key: "ok" }, { key: "k".repeat(129) }] },
      "InvalidParameterException",
      one(
        `Value '${"k".repeat(129)}' at 'tags.2.member.key' failed to satisfy constraint: ` +
          "Member must have length less than or equal to 128",
      ),
    ],
    [
      "sts",
      "AssumeRole",
      { RoleArn: "arn:aws:iam::000000000000:role/x", RoleSessionName: "Session1:2" },
      "ValidationError",
      one(
        "Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: " +
          "Member must satisfy regular expression pattern: [\\w+=,.@-]*",
      ),
    ],
    ["ecs", "RegisterTaskDefinition", {}, "ClientException", "Family should not be null or empty."],
    [
      "ecs",
      "RegisterTaskDefinition",
      { family: "f", containerDefinitions: [{}, { secrets: [{ name: "S" }] }] },
      "ClientException",
      "Secret.valueFrom should not be null or empty.",
    ],
    [
      "ecr",
      "CreateRepository",
      { repositoryName: "Bad_Name!" },
      "InvalidParameterException",
      "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression " +
        "'[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*''",
    ],
    [
      "ecr",
      "CreateRepository",
      { repositoryName: "a" },
      "InvalidParameterException",
      "Invalid parameter at 'repositoryName' failed to satisfy constraint: " +
        "'must have length greater than or equal to 2'",
    ],
    [
      "ecr",
      "PutImageTagMutability",
      { repositoryName: "app", imageTagMutability: "FIXED" },
      "InvalidParameterException",
      "Invalid parameter at 'imageTagMutability' failed to satisfy constraint: 'Member must satisfy enum value set: " +
        "[MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]'",
    ],
    ["ec2", "DeleteVpc", {}, "MissingParameter", "The request must contain the parameter vpcId"],
    [
      "ec2",
      "DescribeVpcs",
      { MaxResults: 4 },
      "InvalidParameterValue",
      "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5.",
    ],
    [
      "ec2",
      "CreateVpc",
      { CidrBlock: "10.0.0.0/16", InstanceTenancy: "mine" },
      "InvalidParameterValue",
      "Value (mine) for parameter instanceTenancy is invalid.",
    ],
  ];
  for (const [service, operation, input, code, message] of cases) {
    it(`${service} ${operation} ${JSON.stringify(input).slice(0, 60)}`, () => {
      const fault = faultOf(service, operation, input);
      assert.equal(fault?.message, message);
      assert.equal(fault?.code, code);
    });
  }

  it("input within the constraints passes", () => {
    assert.equal(faultOf("logs", "CreateLogGroup", { logGroupName: "/a", tags: { k: "" } }), undefined);
    assert.equal(faultOf("ecs", "RunTask", { taskDefinition: "t", tags: [{ key: "k" }] }), undefined);
    assert.equal(faultOf("ec2", "DescribeVpcs", { MaxResults: 5 }), undefined);
  });
});

describe("lists whose limit stands in the documents alone", () => {
  const parameter = "InvalidParameterException";
  const cases: [string, string, (items: string[]) => Record<string, unknown>, number, string, string][] = [
    [
      "ecs",
      "StartTask",
      (containerInstances) => ({ taskDefinition: "t", containerInstances }),
      10,
      parameter,
      "Container instances can not contain more than 10 items.",
    ],
    ["ecs", "DescribeTasks", (tasks) => ({ tasks }), 100, parameter, "Tasks can not contain more than 100 items."],
    [
      "ecs",
      "CreateService",
      (groups) => ({ serviceName: "s", loadBalancers: groups.map((targetGroupArn) => ({ targetGroupArn })) }),
      5,
      parameter,
      "load balancers can have a maximum of 5 items.",
    ],
    [
      "ecs",
      "UpdateService",
      (urls) => ({
        service: "s",
        deploymentConfiguration: { lifecycleHooks: urls.map((hookTargetArn) => ({ hookTargetArn })) },
      }),
      100,
      parameter,
      "lifecycleHooks can have a maximum of 100 items.",
    ],
    [
      "ecs",
      "DescribeServiceRevisions",
      (serviceRevisionArns) => ({ serviceRevisionArns }),
      20,
      parameter,
      "serviceRevisionArns must have between 1 and 20 items.",
    ],
    [
      "cloudwatch",
      "DeleteDashboards",
      (DashboardNames) => ({ DashboardNames }),
      100,
      "InvalidParameterValue",
      "The collection DashboardNames must not have a size greater than 100.",
    ],
    [
      "ec2",
      "CreateTags",
      (Resources) => ({ Resources, Tags: [] }),
      1000,
      "InvalidParameterValue",
      "A request can name at most 1000 resources.",
    ],
    [
      "cloudtrail",
      "ListTags",
      (ResourceIdList) => ({ ResourceIdList }),
      20,
      "ValidationException",
      one(
        `Value '[${Array(21).fill("x").join(", ")}]' at 'resourceIdList' failed to satisfy constraint: ` +
          "Member must have length less than or equal to 20",
      ),
    ],
  ];
  for (const [service, operation, input, most, code, message] of cases) {
    it(`${service} ${operation}: ${most}`, () => {
      const fault = faultOf(service, operation, input(Array(most + 1).fill("x")));
      assert.deepEqual([fault?.code, fault?.message], [code, message]);
      assert.equal(faultOf(service, operation, input(Array(most).fill("x"))), undefined);
    });
  }

  it("and those that must not be empty", () => {
    const deletion = faultOf("ecs", "DeleteTaskDefinitions", { taskDefinitions: [] });
    assert.equal(deletion?.message, "Specify between 1 and 10 task definitions.");
    const revisions = faultOf("ecs", "DescribeDaemonRevisions", { daemonRevisionArns: [] });
    assert.equal(revisions?.message, "Specify between 1 and 20 daemon-revision ARNs.");
  });

  it("each names a list of its operation", () => {
    for (const [service, limits] of Object.entries(listLimits)) {
      for (const [place, { most }] of Object.entries(limits ?? {})) {
        const [name, ...path] = place.split(".");
        const input = path.reduceRight((inner: unknown, member) => ({ [member]: inner }), Array(most + 1));
        const beyond = beyondLimit(loadModel(service).operation(name!)!, input as Record<string, unknown>);
        assert.equal(beyond?.violation.kind, "maxLength", place);
      }
    }
  });
});

describe("values in messages", () => {
  const check = (input: Record<string, unknown>) => {
    const operation = smallOperation({
      Input: structure({ Secret: "Secret", Things: "Things", Names: "Names", Deep: "Deep" }),
      Secret: { type: "string", max: 3, sensitive: true },
      Things: { type: "list", member: "Thing", max: 1 },
      Thing: structure({ Name: "String", Secret: "Secret" }),
      Names: { type: "list", member: "String" },
      Deep: { type: "map", key: "String", value: "Things" },
    });
    try {
      validateInput(operation, input);
      return undefined;
    } catch (error) {
      return (error as Fault).message;
    }
  };

  it("never a secret", () => {
    const message = "Value at 'secret' failed to satisfy constraint: Member must have length less than or equal to 3";
    assert.equal(check({ Secret: "topsecret" }), one(message));
    const inside = check({ Things: [{ Name: "a", Secret: "abc" }, {}] });
    assert.match(
      inside!,
      /^1 .*Value '\[Thing\(name=a, secret=\*\*\*Sensitive Data Redacted\*\*\*\), Thing\(name=null/,
    );
  });

  it("null in a list", () => {
    const message = "Value null at 'names.2.member' failed to satisfy constraint: Member must not be null";
    assert.equal(check({ Names: ["a", null] }), one(message));
  });

  it("of a thousand violations at most", () => {
    for (const input of [
      { Names: Array(5000).fill(null) },
      { Deep: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, [{ Secret: "abcd" }]])) },
    ]) {
      const message = check(input)!;
      assert.match(message, /^1000 validation errors detected: /);
      assert.equal(message.split("; ").length, 1000);
    }
  });

  it("structures below maps and lists", () => {
    const message =
      "Value at 'deep.key.1.member.secret' failed to satisfy constraint: " +
      "Member must have length less than or equal to 3";
    assert.equal(check({ Deep: { key: [{ Secret: "abcd" }] } }), one(message));
  });
});

it("every generated pattern compiles", () => {
  for (const service of Object.keys(serviceIndex)) {
    const url = new URL(`../../generated/${service}/table.json`, import.meta.url);
    const table = JSON.parse(readFileSync(url, "utf8")) as Table;
    for (const { pattern } of Object.values(table.shapes)) if (pattern !== undefined) compilePattern(pattern);
  }
});

it("patterns match the whole value, in Java's dialect", () => {
  const cases: [string, string, boolean][] = [
    ["[a-z]+", "abc", true],
    ["[a-z]+", "abc1", false],
    ["a|b", "ab", false],
    ["[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*", "é🙂", true],
    ["\\p{Print}+", "ab\n", false],
    ["(?i)all|[0-9]{12}", "ALL", true],
    ["\\p{L}+", "é", true],
    ["(?s).*", "a\nb", true],
  ];
  for (const [pattern, text, matches] of cases) assert.equal(compilePattern(pattern).test(text), matches, pattern);
});
