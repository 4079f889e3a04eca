import { createClient } from "#cli/client.ts";
import type { TestPlatform } from "./platform.ts";

/** Makes the role `app`, without rights, that tasks can have. */
export async function createTaskRole({ env, endpoint }: Pick<TestPlatform, "env" | "endpoint">): Promise<void> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = env;
  const client = createClient({ endpoint, region: "us-east-1", accessKeyId, secretAccessKey });
  const trust = { Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: trust });
  await client.iam("CreateRole", { RoleName: "app", AssumeRolePolicyDocument }).finally(() => client.close());
}
