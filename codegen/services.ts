/**
 * The services to generate, by the names of their folders in botocore's data. Adding a name, then running
 * `node codegen/generate.ts`, is all that a new service needs. Each is generated to `src/generated/<name>/`.
 */
export const services: readonly string[] = [
  "acm",
  "application-autoscaling",
  "cloudtrail",
  "cloudwatch",
  "ec2",
  "ecr",
  "ecs",
  "elbv2",
  "events",
  "iam",
  "kms",
  "logs",
  "organizations",
  "scheduler",
  "secretsmanager",
  "servicediscovery",
  "ssm",
  "sts",
];
