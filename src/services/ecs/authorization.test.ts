import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthorizationScope } from "#kernel/authorization.ts";
import { ecsAuthorization } from "./authorization.ts";

test("a container instance is asked about by its ARN, also when the call has the form of ARNs before 2018", () => {
  const scope = { account: "000000000000", region: "us-east-1", partition: "aws" } as AuthorizationScope;
  const arn = (name: string) => `arn:aws:ecs:us-east-1:000000000000:container-instance/${name}`;
  const { resources } = ecsAuthorization.operations.DescribeContainerInstances!;
  const containerInstances = ["box", arn("box"), arn("web/box")];
  const asked = resources!({ cluster: "web", containerInstances }, scope);
  assert.deepEqual(asked, [arn("web/box"), arn("web/box"), arn("web/box")]);
});

test("every role that a service hands to Amazon ECS must be passed", () => {
  const scope = { account: "000000000000", region: "us-east-1", partition: "aws" } as AuthorizationScope;
  const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
  for (const operation of ["CreateService", "UpdateService"] as const) {
    const { also } = ecsAuthorization.operations[operation]!;
    const input = {
      ...{ serviceName: "shop", service: "shop" },
      deploymentConfiguration: { lifecycleHooks: [{ roleArn: role("hook") }] },
      loadBalancers: [{ advancedConfiguration: { roleArn: role("shift") } }],
      serviceConnectConfiguration: { services: [{ tls: { roleArn: role("tls") } }, {}] },
    };
    const passed = also!(input, scope).filter(({ action }) => action === "iam:PassRole");
    assert.deepEqual(
      passed.map(({ resource, conditionKeys }) => [resource, conditionKeys?.["iam:PassedToService"]]),
      ["hook", "shift", "tls"].map((name) => [role(name), "ecs.amazonaws.com"]),
    );
  }
});

test("an empty list of clusters is asked about as the default cluster that it stands for", () => {
  const scope = { account: "000000000000", region: "us-east-1", partition: "aws" } as AuthorizationScope;
  const { resources } = ecsAuthorization.operations.DescribeClusters!;
  for (const input of [{}, { clusters: [] }]) {
    assert.deepEqual(resources!(input, scope), ["arn:aws:ecs:us-east-1:000000000000:cluster/default"]);
  }
});

test("an empty cluster is asked about as the default one", () => {
  const scope = { account: "000000000000", region: "us-east-1", partition: "aws" } as AuthorizationScope;
  const { resources, conditionKeys } = ecsAuthorization.operations.DescribeServices!;
  const input = { cluster: "", services: ["app"] };
  const resource = "arn:aws:ecs:us-east-1:000000000000:service/default/app";
  assert.deepEqual(resources!(input, scope), [resource]);
  const key = { "ecs:cluster": "arn:aws:ecs:us-east-1:000000000000:cluster/default" };
  assert.deepEqual(conditionKeys!(input, scope, resource), key);
});
