import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import { questionsOf } from "#gateway/authorize/questions.ts";
import type { AccessRequest, OperationAuthorization, ServiceAuthorization } from "#kernel/authorization.ts";
import type { TestWorld } from "../support/context.ts";
import { root } from "../support/gateway.ts";
import { absentKeys, complete, differences } from "./differences.ts";
import { sampleInput } from "./sample.ts";
import { folders, modelOf, tableOf, worldOfAll } from "./tables.ts";

/**
 * The tables of our services beside AWS's Service Authorization Reference (`codegen/service-authorization.ts`): each
 * operation is asked for what it would ask of IAM, with an input made up from its model, and the action, the types of
 * the resources and the condition keys must be those of the reference. What differs on purpose stands in
 * `differences.ts`.
 */

interface ReferenceAction {
  /** Resource types; with a star, those that the action is always on. */
  readonly on?: readonly string[];
  readonly keys?: readonly string[];
  readonly also?: readonly string[];
}
interface Reference {
  readonly actions: Readonly<Record<string, ReferenceAction>>;
  readonly resourceTypes: Readonly<Record<string, { readonly arn: string; readonly conditionKeys: readonly string[] }>>;
}

const reference: Readonly<Record<string, Reference>> = JSON.parse(
  readFileSync(join(import.meta.dirname, "reference.json"), "utf8"),
);
let world: TestWorld;
before(async () => {
  world = await worldOfAll();
});

/** A user asks, for the root user has no ARN of its own. */
const caller = { ...root, type: "User", arn: `arn:aws:iam::${root.account}:user/ada`, userId: "AIDAADA" } as const;

function questions(service: string, name: string, table: ServiceAuthorization): readonly AccessRequest[] {
  const entry = table.operations[name] as OperationAuthorization<unknown>;
  const { actions, resourceTypes } = reference[table.prefix]!;
  const type = actions[entry.action?.split(":")[1] ?? name]?.on?.[0]?.replace("*", "");
  const arn = type === undefined ? undefined : sampleArn(resourceTypes[type]!.arn);
  const { store } = world;
  const scope = { store, caller, account: root.account, region: "us-east-1", partition: "aws" };
  return questionsOf(table, name, entry, sampleInput(modelOf(service, table), name, arn), scope);
}

function sampleArn(pattern: string): string {
  const known: Record<string, string> = { Partition: "aws", Region: "us-east-1", Account: root.account };
  return pattern.replace(/\$\{([^}]*)\}/g, (_, name: string) => known[name] ?? "sample");
}

for (const service of folders) {
  describe(`${service} beside the reference`, () => {
    it("has its actions, resources and condition keys", async () => {
      const table = await tableOf(service);
      const found = Object.keys(table.operations).flatMap((name) => {
        if (table.operations[name]!.free) return [];
        try {
          return questions(service, name, table).flatMap((question) =>
            faultsOf(question).map((fault) => `${name}: ${fault}`),
          );
        } catch (error) {
          return [`${name}: ${(error as Error).message}`];
        }
      });
      const known = differences[service] ?? [];
      assert.deepEqual(
        [...new Set(found)].filter((fault) => !known.some((pattern) => pattern.test(fault))),
        [],
      );
    });
  });
}

function faultsOf({ action, resource, conditionKeys = {}, requestTags }: AccessRequest): string[] {
  const [prefix = "", name = ""] = action.split(":");
  const known = reference[prefix]?.actions[name];
  if (known === undefined) return [`there is no action ${action}`];
  const types = (known.on ?? []).map((type) => type.replace("*", ""));
  const faults: string[] = [];
  const isNamed = resource !== "*";
  // Refusals name what is listed, as AWS's do: `iam:ListUsers on resource: arn:aws:iam::...:user/`.
  const isListed = types.length === 0 && /^(List|Describe)/.test(name);
  if (
    isNamed &&
    !isListed &&
    !types.some((type) => isOf(resource, reference[prefix]!.resourceTypes[type]?.arn ?? ""))
  ) {
    faults.push(`${action} is on ${types.join(", ") || "*"}, not on ${resource}`);
  }
  if (!isNamed && (known.on ?? []).some((type) => type.endsWith("*"))) {
    faults.push(`${action} is on ${types.join(", ")}, not on *`);
  }
  if (!complete.includes(prefix)) return faults;
  const keys = new Set(
    [
      ...(known.keys ?? []),
      ...types.flatMap((type) => reference[prefix]!.resourceTypes[type]?.conditionKeys ?? []),
    ].map(plain),
  );
  for (const [key, value] of Object.entries(conditionKeys)) {
    if (value !== undefined && !keys.has(plain(key))) faults.push(`${action} has no key ${key}`);
  }
  const given = new Set(Object.keys(conditionKeys).map(plain));
  for (const key of known.keys ?? []) {
    const isOwn = key.startsWith(`${prefix}:`) && !/:resourcetag/i.test(key);
    const isExpected = isOwn && !absentKeys.some((pattern) => pattern.test(key));
    if (isExpected && ![...given].some((one) => one === plain(key))) faults.push(`${action} lacks ${key}`);
  }
  if (requestTags && !keys.has(plain("aws:RequestTag/x"))) faults.push(`${action} has no aws:RequestTag`);
  return faults;
}

/** Without what stands for a tag's or a context's key. */
function plain(key: string): string {
  return key.toLowerCase().replace(/\$\{[^}]*\}|(?<=:requesttag\/|:encryptioncontext:).*$/, "");
}

function isOf(resource: string, pattern: string): boolean {
  const source = pattern
    .replace(/\$\{[^}]*\}/g, "\0")
    .replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
    .replaceAll("\0", ".*");
  return new RegExp(`^${source}$`).test(resource);
}
