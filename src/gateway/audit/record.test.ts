import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Caller } from "#kernel/handler.ts";
import { loadModel } from "#wire/model.ts";
import { type AnsweredCall, auditRecord, isManagementEvent } from "./record.ts";

const account = "111111111111";
const user: Caller = {
  ...{ arn: `arn:aws:iam::${account}:user/team/ada`, userId: "AIDAADA", account, accessKeyId: "AKIAADA" },
  type: "User",
};

function recordOf(service: string, name: string, call: Partial<AnsweredCall>) {
  const operation = loadModel(service).operation(name)!;
  const origin = { secure: false, sourceIp: "10.0.0.1", userAgent: "aws-cli/2" };
  const at = { now: Date.UTC(2026, 0, 2, 3, 4, 5, 678), requestId: "r", eventId: "e", account, region: "eu-west-1" };
  return auditRecord({ ...at, operation, origin, caller: user, input: {}, bodyBytes: 2, resources: [], ...call });
}

it("what programs do all day is no management event", () => {
  const isRecorded = (service: string, name: string) => isManagementEvent(loadModel(service).operation(name)!);
  const data = [
    ...[
      ["cloudwatch", "PutMetricData"],
      ["cloudwatch", "GetMetricData"],
      ["cloudwatch", "GetMetricWidgetImage"],
    ],
    ...[
      ["events", "PutEvents"],
      ["logs", "PutLogEvents"],
    ],
    ...[
      ["servicediscovery", "DiscoverInstances"],
      ["servicediscovery", "DiscoverInstancesRevision"],
    ],
  ] as const;
  const management = [
    ...[
      ["cloudwatch", "PutMetricAlarm"],
      ["cloudwatch", "ListMetrics"],
      ["events", "PutRule"],
    ],
    ...[
      ["logs", "CreateLogStream"],
      ["logs", "GetLogEvents"],
      ["kms", "Decrypt"],
      ["ecs", "RunTask"],
    ],
    ["secretsmanager", "GetSecretValue"],
  ] as const;
  for (const [service, name] of data) assert.equal(isRecorded(service!, name!), false, `${service}:${name}`);
  for (const [service, name] of management) assert.equal(isRecorded(service!, name!), true, `${service}:${name}`);
});

describe("the record of a call", () => {
  it("has CloudTrail's form", () => {
    const cluster = `arn:aws:ecs:eu-west-1:${account}:cluster/web`;
    const record = recordOf("ecs", "DeleteCluster", {
      input: { cluster: "web" },
      output: { cluster: { clusterName: "web", status: "INACTIVE" } },
      resources: [cluster, "arn:aws:ecs:eu-west-1:1:cluster/*"],
    });
    assert.deepEqual(record, {
      eventVersion: "1.11",
      userIdentity: {
        ...{ type: "IAMUser", principalId: "AIDAADA", arn: user.arn, accountId: account },
        ...{ accessKeyId: "AKIAADA", userName: "ada" },
      },
      eventTime: "2026-01-02T03:04:05Z",
      ...{ eventSource: "ecs.amazonaws.com", eventName: "DeleteCluster", awsRegion: "eu-west-1" },
      ...{ sourceIPAddress: "10.0.0.1", userAgent: "aws-cli/2" },
      requestParameters: { cluster: "web" },
      responseElements: { cluster: { clusterName: "web", status: "INACTIVE" } },
      ...{ requestID: "r", eventID: "e", readOnly: false },
      resources: [{ ARN: cluster, accountId: account, type: "AWS::ECS::Cluster" }],
      ...{ eventType: "AwsApiCall", managementEvent: true, recipientAccountId: account, eventCategory: "Management" },
    });
  });

  it("tells of a fault, and answers of reads not at all", () => {
    const denied = recordOf("ecs", "ListClusters", { fault: { code: "AccessDeniedException", message: "no" } });
    assert.deepEqual(
      [denied.errorCode, denied.errorMessage, denied.responseElements],
      ["AccessDeniedException", "no", null],
    );
    const read = recordOf("ecs", "ListClusters", { output: { clusterArns: ["x"] } });
    assert.deepEqual([read.readOnly, read.responseElements, read.requestParameters], [true, null, null]);
  });

  it("says whose role a session is of", () => {
    const session = {
      ...{ issuedAt: 0, issuerArn: `arn:aws:iam::${account}:role/app`, issuerId: "AROAAPP", policies: [], tags: {} },
      mfaAuthenticatedAt: 1,
    };
    const arn = `arn:aws:sts::${account}:assumed-role/app/s1`;
    const caller: Caller = { ...user, arn, userId: "AROAAPP:s1", type: "AssumedRole", session };
    const { type, sessionContext } = recordOf("ecs", "ListClusters", { caller }).userIdentity;
    assert.deepEqual(
      [type, sessionContext?.sessionIssuer?.userName, sessionContext?.attributes],
      ["AssumedRole", "app", { creationDate: "1970-01-01T00:00:00Z", mfaAuthenticated: "true" }],
    );
  });

  const secret = "top-secret";
  const environment = [{ name: "PASSWORD", value: secret }];
  const credentials = { AccessKeyId: "ASIA", SecretAccessKey: secret, SessionToken: secret };
  const cases: [string, string, Partial<AnsweredCall>][] = [
    ["ecs", "RegisterTaskDefinition", { input: { family: "a", containerDefinitions: [{ environment }] } }],
    ["ecs", "RunTask", { input: { overrides: { containerOverrides: [{ environment }] } } }],
    ["elbv2", "CreateRule", { input: { Actions: [{ AuthenticateOidcConfig: { ClientSecret: secret } }] } }],
    ["ecs", "ExecuteCommand", { output: { session: { sessionId: "s", streamUrl: "ws://x", tokenValue: secret } } }],
    ["iam", "CreateAccessKey", { output: { AccessKey: { SecretAccessKey: secret } } }],
    ["iam", "CreateLoginProfile", { input: { UserName: "a", Password: secret } }],
    ["sts", "AssumeRole", { input: { TokenCode: secret }, output: { Credentials: credentials } }],
    ["sts", "AssumeRoleWithWebIdentity", { input: { WebIdentityToken: secret } }],
    ["secretsmanager", "CreateSecret", { input: { Name: "n", SecretString: secret } }],
    ["secretsmanager", "PutSecretValue", { input: { SecretBinary: Buffer.from(secret) } }],
    ["ssm", "PutParameter", { input: { Name: "n", Value: secret } }],
    ["kms", "Encrypt", { input: { KeyId: "k", Plaintext: Buffer.from(secret) } }],
    ["logs", "PutLogEvents", { input: { logEvents: [{ message: secret, timestamp: 1 }] } }],
  ];
  for (const [service, name, call] of cases) {
    it(`keeps the secrets of ${service}:${name}`, () => {
      const text = JSON.stringify(recordOf(service, name, call));
      assert.ok(text.includes("HIDDEN_DUE_TO_SECURITY_REASONS"), text);
      assert.ok(!text.includes(secret) && !text.includes(Buffer.from(secret).toString("base64")), text);
    });
  }

  it("leaves out what is too large", () => {
    const omitted = (originalSize: number) => ({ omitted: true, originalSize, reason: "too large" });
    assert.deepEqual(recordOf("ecs", "RunTask", { bodyBytes: 200_000 }).requestParameters, omitted(200_000));
    const { responseElements } = recordOf("ecs", "CreateCluster", {
      output: { cluster: { clusterName: "x".repeat(100_000) } },
    });
    assert.equal((responseElements as { omitted?: true }).omitted, true);
  });
});
