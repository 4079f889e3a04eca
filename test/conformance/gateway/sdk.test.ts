import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  PutLogEventsCommand,
  StartLiveTailCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { DescribeVpcsCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import {
  DeleteClusterCommand,
  DescribeTasksCommand,
  ECSClient,
  ListClustersCommand,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
} from "@aws-sdk/client-ecs";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { SmithyRpcV2CborProtocol } from "@smithy/core/cbor";
import type { Gateway } from "#gateway/gateway.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { sts } from "#services/sts/index.ts";
import { account, credentials, fakeService, testGateway } from "../../support/gateway.ts";

/** What the fake handlers were last given. */
let seen: { input: Record<string, unknown>; ctx: RequestContext } | undefined;

function answering(output: unknown) {
  return async (input: Record<string, unknown>, ctx: RequestContext) => {
    seen = { input, ctx };
    return output;
  };
}

const createdAt = Date.UTC(2026, 0, 31, 12, 30, 0, 250);

async function* liveTail(ctx: RequestContext) {
  yield { sessionStart: { requestId: ctx.requestId, sessionId: "s-1", logGroupIdentifiers: ["/app"] } };
  yield {
    sessionUpdate: { sessionMetadata: { sampled: false }, sessionResults: [{ message: "hello", timestamp: 5 }] },
  };
  throw ctx.fault("SessionTimeoutException", "The session is over.");
}

const services = [
  sts,
  fakeService("ecs", {
    DescribeTasks: answering({
      tasks: [
        { taskArn: "arn:aws:ecs:us-east-1:000000000000:task/web/1", createdAt, tags: [{ key: "a", value: "ü" }] },
      ],
      failures: [],
    }),
    RegisterTaskDefinition: answering({ taskDefinition: { family: "web", revision: 1 } }),
    RunTask: answering({ tasks: [], failures: [] }),
    ListClusters: answering({ clusterArns: [] }),
    DeleteCluster: async (_input, ctx) => {
      throw ctx.fault("ClusterNotFoundException", "Cluster not found.");
    },
  }),
  fakeService("logs", {
    DescribeLogGroups: answering({ logGroups: [{ logGroupName: "/app", creationTime: createdAt, storedBytes: 0 }] }),
    PutLogEvents: async (_input, ctx) => {
      throw ctx.fault("InvalidSequenceTokenException", "The given sequenceToken is invalid.", {
        expectedSequenceToken: "42",
      });
    },
    StartLiveTail: async (_input, ctx) => ({ responseStream: liveTail(ctx) }),
  }),
  fakeService("ec2", {
    DescribeVpcs: answering({ Vpcs: [{ VpcId: "vpc-1", CidrBlock: "172.31.0.0/16", IsDefault: true, Tags: [] }] }),
    RunInstances: answering({ Instances: [{ InstanceId: "i-1", LaunchTime: createdAt }] }),
  }),
];

describe("the AWS SDK for JavaScript against the gateway", () => {
  let gateway: Gateway;
  let config: { endpoint: string; region: string; credentials: typeof credentials; maxAttempts: number };

  before(async () => {
    gateway = testGateway(services).gateway;
    const port = await gateway.listen("127.0.0.1", 0);
    config = { endpoint: `http://127.0.0.1:${port}`, region: "eu-central-1", credentials, maxAttempts: 1 };
  });
  after(() => gateway.close());

  it("JSON: input, output, timestamps, the caller's account and region", async () => {
    const client = new ECSClient(config);
    const answer = await client.send(new DescribeTasksCommand({ tasks: ["1"], include: ["TAGS"] }));
    assert.deepEqual(seen?.input, { tasks: ["1"], include: ["TAGS"] });
    assert.equal(seen?.ctx.region, "eu-central-1");
    assert.equal(seen?.ctx.account, account);
    assert.equal(seen?.ctx.endpoint, config.endpoint);
    assert.equal(answer.tasks?.[0]?.createdAt?.getTime(), createdAt);
    assert.deepEqual(answer.tasks?.[0]?.tags, [{ key: "a", value: "ü" }]);
    assert.equal(answer.$metadata.requestId, seen?.ctx.requestId);
  });

  it("JSON: nested structures and maps", async () => {
    const client = new ECSClient(config);
    const input = {
      family: "web",
      containerDefinitions: [
        { name: "app", image: "busybox", essential: true, dockerLabels: { "com.example": "x", __proto__x: "y" } },
      ],
    };
    await client.send(new RegisterTaskDefinitionCommand(input));
    assert.deepEqual(seen?.input, input);
  });

  it("JSON: an idempotency token is filled in where the SDK leaves it out", async () => {
    const client = new ECSClient(config);
    await client.send(new RunTaskCommand({ taskDefinition: "web", clientToken: "mine" }));
    assert.equal(seen?.input.clientToken, "mine");
    await client.send(new RunTaskCommand({ taskDefinition: "web" }));
    assert.match(String(seen?.input.clientToken), /^[0-9a-f-]{36}$/);
  });

  it("JSON: faults with their own class and members", async () => {
    await assert.rejects(new ECSClient(config).send(new DeleteClusterCommand({ cluster: "x" })), {
      name: "ClusterNotFoundException",
      message: "Cluster not found.",
    });
    const events = { logGroupName: "/app", logStreamName: "s", logEvents: [{ timestamp: 1, message: "m" }] };
    await assert.rejects(new CloudWatchLogsClient(config).send(new PutLogEventsCommand(events)), {
      name: "InvalidSequenceTokenException",
      expectedSequenceToken: "42",
    });
  });

  it("JSON: constraints of the model", async () => {
    await assert.rejects(new CloudWatchLogsClient(config).send(new DescribeLogGroupsCommand({ limit: 51 })), {
      name: "InvalidParameterException",
      message:
        "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: " +
        "Member must have value less than or equal to 50",
    });
  });

  it("JSON: longs that are no timestamps stay numbers", async () => {
    const answer = await new CloudWatchLogsClient(config).send(new DescribeLogGroupsCommand({}));
    assert.equal(answer.logGroups?.[0]?.creationTime, createdAt);
  });

  it("RPC v2 CBOR instead of JSON", async () => {
    const protocol = new SmithyRpcV2CborProtocol({
      defaultNamespace: "com.amazonaws.ecs",
      errorTypeRegistries: [],
    });
    const client = new ECSClient({ ...config, protocol, protocolSettings: undefined } as never);
    const target = "AmazonEC2ContainerServiceV20141113";
    client.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { path: string };
        request.path = request.path.replace(/^\/service\/[^/]+/, `/service/${target}`);
        return next(args);
      },
      { step: "build" },
    );
    const answer = await client.send(new DescribeTasksCommand({ tasks: ["1"] }));
    assert.deepEqual(seen?.input, { tasks: ["1"] });
    assert.equal(answer.tasks?.[0]?.createdAt?.getTime(), createdAt);
    await assert.rejects(client.send(new DeleteClusterCommand({ cluster: "x" })), { message: "Cluster not found." });
  });

  it("Query: GetCallerIdentity", async () => {
    const { UserId, Account, Arn } = await new STSClient(config).send(new GetCallerIdentityCommand({}));
    assert.deepEqual(
      { UserId, Account, Arn },
      { UserId: account, Account: account, Arn: `arn:aws:iam::${account}:root` },
    );
  });

  it("Query: an operation that is not built yet", async () => {
    const command = new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${account}:role/x`, RoleSessionName: "me" });
    await assert.rejects(new STSClient(config).send(command), {
      name: "InvalidAction",
      message: "The operation sts:AssumeRole is not supported yet.",
    });
  });

  it("EC2: filters in, lists out, empty ones too", async () => {
    const Filters = [{ Name: "is-default", Values: ["true", "&<>\u0007"] }];
    const answer = await new EC2Client(config).send(new DescribeVpcsCommand({ Filters, MaxResults: 10 }));
    assert.deepEqual(seen?.input, { Filters, MaxResults: 10 });
    assert.deepEqual(answer.Vpcs, [{ VpcId: "vpc-1", CidrBlock: "172.31.0.0/16", IsDefault: true, Tags: [] }]);
  });

  it("EC2: deep input, timestamps out, idempotency token", async () => {
    const input = {
      MinCount: 1,
      MaxCount: 1,
      ImageId: "ami-1",
      BlockDeviceMappings: [{ DeviceName: "/dev/sda", Ebs: { VolumeSize: 8, DeleteOnTermination: true } }],
      NetworkInterfaces: [{ DeviceIndex: 0, Groups: ["sg-1", "sg-2"] }],
    };
    const answer = await new EC2Client(config).send(new RunInstancesCommand(input));
    const { ClientToken, ...rest } = seen!.input;
    assert.deepEqual(rest, input);
    assert.match(String(ClientToken), /./);
    assert.equal(answer.Instances?.[0]?.LaunchTime?.getTime(), createdAt);
  });

  it("EC2: constraints of the model", async () => {
    await assert.rejects(new EC2Client(config).send(new DescribeVpcsCommand({ MaxResults: 4 })), {
      name: "InvalidParameterValue",
      message: "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5.",
    });
  });

  it("event streams: events, then the exception that ends them", async () => {
    const client = new CloudWatchLogsClient({ ...config, disableHostPrefix: true });
    const answer = await client.send(
      new StartLiveTailCommand({ logGroupIdentifiers: [`arn:aws:logs:us-east-1:${account}:log-group:/app`] }),
    );
    const events: unknown[] = [];
    await assert.rejects(
      async () => {
        for await (const event of answer.responseStream!) events.push(event);
      },
      { name: "SessionTimeoutException", message: "The session is over." },
    );
    assert.equal(events.length, 2);
    assert.deepEqual((events[1] as { sessionUpdate: object }).sessionUpdate, {
      sessionMetadata: { sampled: false },
      sessionResults: [{ message: "hello", timestamp: 5 }],
    });
  });

  it("wrong credentials, in each protocol's words", async () => {
    const wrongSecret = { ...config, credentials: { ...credentials, secretAccessKey: "x" } };
    const wrongKey = { ...config, credentials: { ...credentials, accessKeyId: "AKIAOTHER" } };
    const ecs = (c: typeof config) => new ECSClient(c).send(new ListClustersCommand({}));
    const query = (c: typeof config) => new STSClient(c).send(new GetCallerIdentityCommand({}));
    const ec2 = (c: typeof config) => new EC2Client(c).send(new DescribeVpcsCommand({}));
    await assert.rejects(ecs(wrongSecret), { name: "InvalidSignatureException" });
    await assert.rejects(ecs(wrongKey), { name: "UnrecognizedClientException" });
    await assert.rejects(query(wrongSecret), { name: "SignatureDoesNotMatch" });
    await assert.rejects(query(wrongKey), { name: "InvalidClientTokenId" });
    await assert.rejects(ec2(wrongSecret), { name: "AuthFailure" });
    await assert.rejects(ec2(wrongKey), { name: "AuthFailure" });
  });
});
