import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultVersion } from "../model.ts";
import { validatePolicy } from "../policy/index.ts";
import { linkedPolicyArn, linkedService, linkedServices } from "../service-linked/services.ts";
import { awsPolicies } from "./catalog.ts";
import { awsManagedPolicy, isAwsManaged } from "./index.ts";

test("AWS's own policies are policies", () => {
  for (const policy of awsPolicies().values()) {
    const { document } = defaultVersion(policy);
    assert.equal(validatePolicy(document, "identity"), undefined, policy.arn);
    assert.match(policy.policyId, /^ANPA[A-Z0-9]{17}$/, policy.arn);
  }
});

test("those that users of the platform attach exist", () => {
  for (const name of [
    "AdministratorAccess",
    "PowerUserAccess",
    "ReadOnlyAccess",
    "SecurityAudit",
    "job-function/ViewOnlyAccess",
    "IAMFullAccess",
    "AmazonECS_FullAccess",
    "service-role/AmazonECSTaskExecutionRolePolicy",
    "service-role/AmazonEC2ContainerServiceforEC2Role",
    "service-role/AmazonECSInfrastructureRolePolicyForVolumes",
    "AmazonECSInfrastructureRolePolicyForLoadBalancers",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonEC2ContainerRegistryPowerUser",
    "AmazonEC2ContainerRegistryFullAccess",
    "AmazonEKSClusterPolicy",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEKSFargatePodExecutionRolePolicy",
    "AmazonSSMManagedInstanceCore",
    "AmazonSSMReadOnlyAccess",
    "CloudWatchLogsFullAccess",
    "CloudWatchFullAccess",
    "AutoScalingFullAccess",
    "ElasticLoadBalancingFullAccess",
    "SecretsManagerReadWrite",
    "AmazonEC2FullAccess",
    "AmazonVPCFullAccess",
  ]) {
    assert.ok(awsManagedPolicy(`arn:aws:iam::aws:policy/${name}`), name);
  }
});

test("those of service-linked roles exist", () => {
  for (const name of linkedServices()) {
    const arn = linkedPolicyArn("aws", linkedService(name)!);
    assert.ok(awsManagedPolicy(arn), arn);
  }
});

test("are AWS's in whatever partition", () => {
  assert.ok(awsManagedPolicy("arn:aws-cn:iam::aws:policy/AdministratorAccess"));
  assert.equal(awsManagedPolicy("arn:aws:iam::000000000000:policy/AdministratorAccess"), undefined);
  assert.ok(!isAwsManaged("arn:aws:iam::000000000000:policy/AdministratorAccess"));
});
