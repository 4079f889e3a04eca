import { createClient } from "#cli/client.ts";
import type { TestPlatform } from "./platform.ts";

type Place = Pick<TestPlatform, "env" | "endpoint">;

function clientOf({ env, endpoint }: Place) {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = env;
  return createClient({ endpoint, region: "us-east-1", accessKeyId, secretAccessKey });
}

/** Makes the role `app`, without rights, that tasks can have. */
export async function createTaskRole(platform: Place): Promise<void> {
  const client = clientOf(platform);
  const trust = { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: trust });
  await client.iam("CreateRole", { RoleName: "app", AssumeRolePolicyDocument }).finally(() => client.close());
}

/** Lets the role do these actions. */
export async function allowTaskRole(platform: Place, actions: readonly string[]): Promise<void> {
  const client = clientOf(platform);
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Action: actions, Resource: "*" },
  });
  const input = { RoleName: "app", PolicyName: "allowed", PolicyDocument };
  await client.iam("PutRolePolicy", input).finally(() => client.close());
}
