import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { whyNoAwsCli } from "../support/aws-cli.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { until } from "../support/until.ts";

/** The audit trail, as the AWS CLI sees it: in LookupEvents, and in a log group. */

const shared = await sharePlatform();
const skip = shared.skip ?? whyNoAwsCli();
const account = "000000000000";

async function aws(...words: string[]) {
  const { stdout } = await promisify(execFile)("aws", words, { env: shared.platform.env });
  return stdout === "" ? {} : JSON.parse(stdout);
}

const policyOf = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", ...statement } });

/** Once it is there: records are written a moment after the answer. */
const untilFound = <T>(find: () => Promise<T | undefined>) => until(String(find), find);

async function delivered(eventName: string): Promise<{ requestParameters: Record<string, unknown> } | undefined> {
  const { events } = await aws("logs", "filter-log-events", "--log-group-name", "audit");
  const records = (events as { message: string }[]).map(({ message }) => JSON.parse(message));
  return records.find((record) => record.eventName === eventName);
}

describe("the audit trail", { skip }, () => {
  test("is looked up, and delivered to a log group, also what was recorded while the platform was killed", async () => {
    const trust = policyOf({ Principal: { Service: "cloudtrail.amazonaws.com" }, Action: "sts:AssumeRole" });
    await aws("iam", "create-role", "--role-name", "trails", "--assume-role-policy-document", trust);
    const write = policyOf({ Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" });
    const put = ["put-role-policy", "--role-name", "trails", "--policy-name", "write", "--policy-document", write];
    await aws("iam", ...put);
    await aws("logs", "create-log-group", "--log-group-name", "audit");
    const group = `arn:aws:logs:us-east-1:${account}:log-group:audit:*`;
    const role = `arn:aws:iam::${account}:role/trails`;
    const create = ["create-trail", "--name", "main", "--s3-bucket-name", "none", "--is-multi-region-trail"];
    await aws("cloudtrail", ...create, "--cloud-watch-logs-log-group-arn", group, "--cloud-watch-logs-role-arn", role);
    await aws("cloudtrail", "start-logging", "--name", "main");

    await aws("ssm", "put-parameter", "--name", "hidden", "--type", "SecureString", "--value", "a-value-to-hide");
    const record = await untilFound(() => delivered("PutParameter"));
    assert.equal(record.requestParameters.name, "hidden");
    assert.doesNotMatch(JSON.stringify(record), /a-value-to-hide/);
    const { IsLogging, LatestDeliveryError } = await aws("cloudtrail", "get-trail-status", "--name", "main");
    assert.deepEqual([IsLogging, LatestDeliveryError], [true, "NoSuchBucket"]);

    await aws("ecs", "create-cluster", "--cluster-name", "after");
    const attribute = "AttributeKey=EventName,AttributeValue=CreateCluster";
    await untilFound(
      async () => (await aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute)).Events[0],
    );
    await shared.platform.kill();
    await shared.platform.start();
    await untilFound(() => delivered("CreateCluster"));
  });
});
