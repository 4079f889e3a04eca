import { type Client, ServiceError, textsOf, unless } from "../client.ts";
import { CommandError } from "../command.ts";

const standardName = "ecsTaskExecutionRole";
const policyArn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
const trustPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
};
/** AWS's own policy does not allow to make log groups, which `awslogs-create-group` asks for. */
const createLogGroups = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "logs:CreateLogGroup", Resource: "*" }],
};

const createLogGroupsName = "create-log-groups";

/**
 * The ARN of the account's task execution role, made as the console of AWS makes it when it is missing. Throws a
 * `CommandError` that says what to do when the caller's rights are too few.
 */
export async function ensureExecutionRole(client: Client, roleName = standardName): Promise<string> {
  try {
    await makeExecutionRole(client, roleName);
  } catch (error) {
    if (!isDenied(error)) throw error;
    const rights = "iam:CreateRole, iam:PutRolePolicy and iam:AttachRolePolicy";
    throw new CommandError(
      `${error.message}\nTasks need the task execution role ${roleName}. Who has ${rights} on it, such as the root ` +
        "user, makes it by doing the same once; after that iam:GetRole is enough.",
    );
  }
  return `arn:aws:iam::${await client.account()}:role/${roleName}`;
}

async function makeExecutionRole(client: Client, RoleName: string): Promise<void> {
  const role = { RoleName, AssumeRolePolicyDocument: JSON.stringify(trustPolicy) };
  // Who may not make or examine it uses it as it is.
  let exists = false;
  try {
    exists = (await unless("EntityAlreadyExists", client.iam("CreateRole", role))) === undefined;
    if (exists && !(await isUnfinished(client, RoleName))) return;
  } catch (error) {
    if (isDenied(error) && (exists || (await isThere(client, RoleName)))) return;
    throw error;
  }
  const PolicyDocument = JSON.stringify(createLogGroups);
  await client.iam("PutRolePolicy", { RoleName, PolicyName: createLogGroupsName, PolicyDocument });
  await client.iam("AttachRolePolicy", { RoleName, PolicyArn: policyArn });
}

function isDenied(error: unknown): error is ServiceError {
  return error instanceof ServiceError && error.code === "AccessDenied";
}

async function isThere(client: Client, RoleName: string): Promise<boolean> {
  try {
    return (await unless("NoSuchEntity", client.iam("GetRole", { RoleName }))) !== undefined;
  } catch (error) {
    if (isDenied(error)) return false;
    throw error;
  }
}

/** A role that has no more than what comes before its last right: whoever made it was ended, or is just doing it. */
async function isUnfinished(client: Client, RoleName: string): Promise<boolean> {
  const attached = await client.iam("ListAttachedRolePolicies", { RoleName });
  if (textsOf(attached, "PolicyArn").length > 0) return false;
  const own = await client.iam("ListRolePolicies", { RoleName });
  return textsOf(own, "member").every((name) => name === createLogGroupsName);
}

const taskRoleName = "estivaTaskRole";

/** The ARN of a task role without any rights, made when it is missing: ECS Exec is for tasks that have one. */
export async function ensureTaskRole(client: Client): Promise<string> {
  const role = { RoleName: taskRoleName, AssumeRolePolicyDocument: JSON.stringify(trustPolicy) };
  await unless("EntityAlreadyExists", client.iam("CreateRole", role));
  return `arn:aws:iam::${await client.account()}:role/${taskRoleName}`;
}
