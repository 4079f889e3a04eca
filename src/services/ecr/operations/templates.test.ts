import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccessRequest } from "#kernel/authorization.ts";
import { isFault } from "../../../../test/support/context.ts";
import { ecrWorld } from "../../../../test/support/ecr.ts";

const customRoleArn = "arn:aws:iam::000000000000:role/maker";
const lifecyclePolicy = JSON.stringify({
  rules: [
    {
      ...{ rulePriority: 1, action: { type: "expire" } },
      selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 3 },
    },
  ],
});
const repositoryPolicy = JSON.stringify({ Statement: { Effect: "Allow", Principal: "*", Action: "ecr:*" } });

test("a template is made once, changed in parts, told, and deleted", async () => {
  const { ecr, clock } = await ecrWorld();
  const input = { prefix: "team", appliedFor: ["CREATE_ON_PUSH"], lifecyclePolicy, repositoryPolicy } as const;
  const { repositoryCreationTemplate: made } = await ecr("CreateRepositoryCreationTemplate", input);
  assert.deepEqual(made, {
    ...{ ...input, encryptionConfiguration: { encryptionType: "AES256" }, resourceTags: [] },
    ...{ imageTagMutability: "MUTABLE", createdAt: clock.now(), updatedAt: clock.now() },
  });
  const again = ecr("CreateRepositoryCreationTemplate", { ...input, prefix: "team/" });
  await assert.rejects(again, isFault("TemplateAlreadyExistsException"));
  await clock.advance(1000);
  const change = { prefix: "team", imageTagMutability: "IMMUTABLE", repositoryPolicy: "" } as const;
  const { repositoryCreationTemplate: changed } = await ecr("UpdateRepositoryCreationTemplate", change);
  const { repositoryPolicy: _, ...rest } = made!;
  assert.deepEqual(changed, { ...rest, imageTagMutability: "IMMUTABLE", updatedAt: clock.now() });
  const described = await ecr("DescribeRepositoryCreationTemplates", { prefixes: ["team", "none"] });
  assert.deepEqual(described.repositoryCreationTemplates, [changed]);
  await ecr("DeleteRepositoryCreationTemplate", { prefix: "team" });
  for (const name of ["DeleteRepositoryCreationTemplate", "UpdateRepositoryCreationTemplate"] as const) {
    await assert.rejects(ecr(name, { prefix: "team" }), isFault("TemplateNotFoundException"));
  }
});

const refused: readonly [what: string, input: object, code: string][] = [
  ["no scenario", { appliedFor: [] }, "ValidationException"],
  ["a key of KMS", { encryptionConfiguration: { encryptionType: "KMS" } }, "InvalidParameterException"],
  ["a policy that is none", { repositoryPolicy: "x" }, "InvalidParameterException"],
  ["a lifecycle policy that is none", { lifecyclePolicy: "{}" }, "InvalidParameterException"],
  ["exclusions of nothing", { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }, "InvalidParameterException"],
  ["tags without a role", { resourceTags: [{ Key: "a", Value: "b" }] }, "ValidationException"],
  ["bad tags", { resourceTags: [{ Key: "aws:a", Value: "b" }], customRoleArn }, "InvalidParameterException"],
  ["a role that cannot be taken on", { customRoleArn }, "ValidationException"],
];
for (const [what, input, code] of refused) {
  test(`a template with ${what} is refused`, async () => {
    const { ecr } = await ecrWorld();
    const made = ecr(
      "CreateRepositoryCreationTemplate",
      { prefix: "team", appliedFor: ["REPLICATION"], ...input } as never,
      { canAssume: () => false },
    );
    await assert.rejects(made, isFault(code));
  });
}

async function pushWorld(refuse: (request: AccessRequest) => string | undefined = () => undefined) {
  const maker = { arn: customRoleArn, userId: "AROA", account: "000000000000", accessKeyId: "", type: "Root" } as const;
  const world = await ecrWorld({ check: refuse, takeOn: () => maker });
  const push = (name: string) => world.catalog.authorize(world.caller, "startUpload", name);
  return { ...world, maker, push };
}

test("a push makes the repository where a template says so, and as it says", async () => {
  const { ecr, catalog, caller, push } = await pushWorld();
  const words = "The repository with name 'team/app' does not exist in the registry with id '000000000000'";
  await assert.rejects(push("team/app"), isFault("NAME_UNKNOWN", words));
  const template = { appliedFor: ["CREATE_ON_PUSH"], imageTagMutability: "IMMUTABLE" } as const;
  await ecr("CreateRepositoryCreationTemplate", { prefix: "ROOT", ...template });
  const resourceTags = [{ Key: "team", Value: "blue" }];
  const exact = { prefix: "team", lifecyclePolicy, repositoryPolicy, resourceTags, customRoleArn };
  await ecr("CreateRepositoryCreationTemplate", { ...template, ...exact, imageTagMutability: "MUTABLE" });
  await assert.rejects(catalog.authorize(caller, "checkBlob", "team/app"), isFault("NAME_UNKNOWN"));
  const made = await push("team/app");
  assert.deepEqual(await push("team/app"), made);
  const [repository] = (await ecr("DescribeRepositories", { repositoryNames: ["team/app"] })).repositories!;
  assert.equal(repository!.imageTagMutability, "MUTABLE");
  const repositoryName = "team/app";
  assert.equal((await ecr("GetRepositoryPolicy", { repositoryName })).policyText, repositoryPolicy);
  assert.equal((await ecr("GetLifecyclePolicy", { repositoryName })).lifecyclePolicyText, lifecyclePolicy);
  const resourceArn = repository!.repositoryArn!;
  assert.deepEqual((await ecr("ListTagsForResource", { resourceArn })).tags, resourceTags);
  await push("other");
  const [other] = (await ecr("DescribeRepositories", { repositoryNames: ["other"] })).repositories!;
  assert.equal(other!.imageTagMutability, "IMMUTABLE");
});

test("templates for other scenarios make nothing on a push", async () => {
  const { ecr, push } = await pushWorld();
  await ecr("CreateRepositoryCreationTemplate", { prefix: "ROOT", appliedFor: ["PULL_THROUGH_CACHE", "REPLICATION"] });
  await assert.rejects(push("app"), isFault("NAME_UNKNOWN"));
});

test("whoever pushes must be allowed to make repositories, and the template's role too", async () => {
  for (const who of ["pusher", "role"] as const) {
    const { ecr, push } = await pushWorld(({ caller, action }) => {
      const isRole = caller.arn === customRoleArn;
      return action === "ecr:CreateRepository" && isRole === (who === "role") ? "no" : undefined;
    });
    const more = who === "role" ? { customRoleArn } : {};
    const template = { prefix: "ROOT", appliedFor: ["CREATE_ON_PUSH"], ...more } as const;
    await ecr("CreateRepositoryCreationTemplate", template);
    await assert.rejects(push("app"), isFault("NAME_UNKNOWN"));
    assert.deepEqual((await ecr("DescribeRepositories", {})).repositories, []);
  }
});
