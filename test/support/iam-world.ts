import type { Operations } from "#generated/iam/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { createSecretBox, type SecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import { iamCollections, type LinkedRoleUse } from "#services/iam/index.ts";
import { createOperations } from "#services/iam/operations/index.ts";
import { type TestWorld, testWorld } from "./context.ts";

/** IAM in a test's world. */
export interface IamWorld extends TestWorld {
  readonly secretBox: SecretBox;
  /** Calls an operation as the root user, or as somebody else. */
  iam<N extends keyof Operations>(
    name: N,
    input: Operations[N]["input"],
    overrides?: Partial<RequestContext>,
  ): Promise<Operations[N]["output"]>;
}

export async function iamWorld(linkedRoleUses: readonly LinkedRoleUse[] = []): Promise<IamWorld> {
  const world = await testWorld({ collections: iamCollections, model: "iam" });
  const secretBox = createSecretBox(new Uint8Array(32).fill(7), world.random);
  const operations = createOperations({ secretBox, linkedRoleUses });
  return {
    ...world,
    secretBox,
    iam: (name, input, overrides) => world.call(operations, name as never, input as never, overrides) as Promise<never>,
  };
}

/** A trust policy, and a policy of one statement. */
export const trustPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
export const policyDocument = policyOf({ Effect: "Allow", Action: "s3:GetObject", Resource: "*" });

export function policyOf(...statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** A policy of about so many characters that count. */
export function policyOfSize(characters: number): string {
  const empty = policyOf({ Effect: "Allow", Action: "s3:GetObject", Resource: ["arn:aws:s3:::"] });
  return policyOf({
    Effect: "Allow",
    Action: "s3:GetObject",
    Resource: [`arn:aws:s3:::${"x".repeat(characters - empty.length)}`],
  });
}

/** A store in which something else happens right before the commit of this number, counted from 1. */
export function interrupted(store: Store, number: number, happens: () => Promise<unknown>): Store {
  let commits = 0;
  return {
    get: (key) => store.get(key),
    list: (prefix, options) => store.list(prefix, options),
    view: (collection) => store.view(collection),
    async commit(commit) {
      commits++;
      if (commits === number) await happens();
      return store.commit(commit);
    },
    as: (component) => store.as(component),
  };
}
