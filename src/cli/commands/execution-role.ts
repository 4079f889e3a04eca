import { type Client, unless } from "../client.ts";

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

/** The ARN of the account's task execution role, made as the console of AWS makes it when it is missing. */
export async function ensureExecutionRole(client: Client, roleName = standardName): Promise<string> {
  const RoleName = roleName;
  const role = { RoleName, AssumeRolePolicyDocument: JSON.stringify(trustPolicy) };
  if ((await unless("EntityAlreadyExists", client.iam("CreateRole", role))) !== undefined) {
    await client.iam("AttachRolePolicy", { RoleName, PolicyArn: policyArn });
    const PolicyDocument = JSON.stringify(createLogGroups);
    await client.iam("PutRolePolicy", { RoleName, PolicyName: "create-log-groups", PolicyDocument });
  }
  return `arn:aws:iam::${await client.account()}:role/${roleName}`;
}

const taskRoleName = "estivaTaskRole";

/** The ARN of a task role without any rights, made when it is missing: ECS Exec is for tasks that have one. */
export async function ensureTaskRole(client: Client): Promise<string> {
  const role = { RoleName: taskRoleName, AssumeRolePolicyDocument: JSON.stringify(trustPolicy) };
  await unless("EntityAlreadyExists", client.iam("CreateRole", role));
  return `arn:aws:iam::${await client.account()}:role/${taskRoleName}`;
}
