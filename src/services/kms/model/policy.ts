import { partitionOf } from "#kernel/arn.ts";
import type { World } from "#kernel/world.ts";

/** The policy of a key that was made without one: it hands the key over to the account's own policies. */
export function defaultKeyPolicy({ account, region }: World): string {
  return JSON.stringify(
    {
      Version: "2012-10-17",
      Id: "key-default-1",
      Statement: [
        {
          Sid: "Enable IAM User Permissions",
          Effect: "Allow",
          Principal: { AWS: rootArn({ account, region }) },
          Action: "kms:*",
          Resource: "*",
        },
      ],
    },
    undefined,
    2,
  );
}

/** The policy of an AWS managed key: whoever may use the service may use the key through the service. */
export function managedKeyPolicy(world: World, service: string, serviceName: string): string {
  const { account, region } = world;
  return JSON.stringify(
    {
      Version: "2012-10-17",
      Id: `auto-${service}-1`,
      Statement: [
        {
          Sid: `Allow access through ${serviceName} for all principals in the account that are authorized to use it`,
          Effect: "Allow",
          Principal: { AWS: "*" },
          Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
          Resource: "*",
          Condition: {
            StringEquals: {
              "kms:CallerAccount": account,
              "kms:ViaService": viaService(service, region),
            },
          },
        },
        {
          Sid: "Allow direct access to key metadata to the account",
          Effect: "Allow",
          Principal: { AWS: rootArn(world) },
          Action: ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
          Resource: "*",
        },
      ],
    },
    undefined,
    2,
  );
}

/** The value of `kms:ViaService`: `ssm.us-east-1.amazonaws.com`. */
export function viaService(service: string, region: string): string {
  return `${service}.${region}.amazonaws.com`;
}

function rootArn({ account, region }: World): string {
  return `arn:${partitionOf(region)}:iam::${account}:root`;
}
