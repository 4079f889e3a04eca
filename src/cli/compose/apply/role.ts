import { type Client, unless } from "../../client.ts";
import { ensureExecutionRole } from "../../commands/execution-role.ts";
import { fingerprint } from "../plan/names.ts";

const policyName = "read-secrets";
const managedPolicy = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
const logsPolicy = "create-log-groups";

/** Names of roles have 64 characters at most. */
function roleNameOf(project: string): string {
  const name = `compose-${project}`;
  return name.length <= 64 ? name : `${name.slice(0, 55)}-${fingerprint(project).slice(0, 8)}`;
}

/**
 * The execution role of the project's tasks: the account's, or one of the project's own that may read its secrets,
 * which are named as task definitions name them.
 */
export async function ensureRole(client: Client, project: string, secrets: Iterable<string>): Promise<string> {
  const Resource = [...secrets].map((reference) => reference.split(":").slice(0, 7).join(":"));
  if (Resource.length === 0) return ensureExecutionRole(client);
  const RoleName = roleNameOf(project);
  const arn = await ensureExecutionRole(client, RoleName);
  const Statement = [{ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource }];
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await client.iam("PutRolePolicy", { RoleName, PolicyName: policyName, PolicyDocument });
  return arn;
}

/** Takes the project's own role away, if it has one. */
export async function removeRole(client: Client, project: string): Promise<void> {
  const RoleName = roleNameOf(project);
  for (const PolicyName of [policyName, logsPolicy]) {
    await unless("NoSuchEntity", client.iam("DeleteRolePolicy", { RoleName, PolicyName }));
  }
  await unless("NoSuchEntity", client.iam("DetachRolePolicy", { RoleName, PolicyArn: managedPolicy }));
  await unless("NoSuchEntity", client.iam("DeleteRole", { RoleName }));
}
