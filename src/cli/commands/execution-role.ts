import { type Client, textsOf, unless } from "../client.ts";

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

/** The ARN of the account's task execution role, made as the console of AWS makes it when it is missing. */
export async function ensureExecutionRole(client: Client, roleName = standardName): Promise<string> {
  const RoleName = roleName;
  const role = { RoleName, AssumeRolePolicyDocument: JSON.stringify(trustPolicy) };
  const made = await unless("EntityAlreadyExists", client.iam("CreateRole", role));
  if (made !== undefined || (await isUnfinished(client, RoleName))) {
    const PolicyDocument = JSON.stringify(createLogGroups);
    await client.iam("PutRolePolicy", { RoleName, PolicyName: createLogGroupsName, PolicyDocument });
    await client.iam("AttachRolePolicy", { RoleName, PolicyArn: policyArn });
  }
  return `arn:aws:iam::${await client.account()}:role/${roleName}`;
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
