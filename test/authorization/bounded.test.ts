import assert from "node:assert/strict";
import { before, test } from "node:test";
import { questionsOf } from "#gateway/authorize/questions.ts";
import type { OperationAuthorization } from "#kernel/authorization.ts";
import { loadModel, type Shape } from "#wire/model.ts";
import { beyondLimit } from "#wire/validate/list-limits.ts";
import type { TestWorld } from "../support/context.ts";
import { root } from "../support/gateway.ts";
import { sampleInput } from "./sample.ts";
import { folders, modelOf, tableOf, worldOfAll } from "./tables.ts";

/**
 * IAM is asked about each resource that a request names, and whoever waits behind it waits for all of them: so every
 * list that becomes questions has a limit, in its model or among `listLimits`.
 */
const mostQuestions = 1010;
const tooMany = 2000;

let world: TestWorld;
before(async () => {
  world = await worldOfAll();
});

const caller = { ...root, type: "User", arn: `arn:aws:iam::${root.account}:user/ada`, userId: "AIDAADA" } as const;
type Values = Record<string, unknown>;

test("no list of a request becomes questions without a limit", async () => {
  const unbounded: string[] = [];
  for (const service of folders) {
    const table = await tableOf(service);
    const scope = { store: world.store, caller, account: root.account, region: "us-east-1", partition: "aws" };
    for (const name of Object.keys(table.operations)) {
      const operation = loadModel(modelOf(service, table)).operation(name)!;
      const entry = table.operations[name] as OperationAuthorization<unknown>;
      for (const path of longLists(operation.input, [])) {
        const input = sampleInput(operation.service.name, name, `arn:aws:iam::${root.account}:role/sample`);
        lengthen(input, path);
        if (beyondLimit(operation, input) !== undefined) continue;
        const { length } = questionsOf(table, name, entry, input, scope);
        if (length > mostQuestions) unbounded.push(`${table.prefix}:${name} ${path.join(".")}`);
      }
    }
  }
  assert.deepEqual(unbounded, []);
});

/** The paths of lists that may be long as far as the model goes, as deep as samples go. */
function* longLists(shape: Shape | undefined, path: readonly string[]): Generator<readonly string[]> {
  if (path.length > 4) return;
  if (shape?.type === "list") {
    if ((shape.traits.max ?? tooMany) > mostQuestions) yield path;
    yield* longLists(shape.element!.shape, [...path, "0"]);
  }
  for (const member of shape?.members ?? []) yield* longLists(member.shape, [...path, member.name]);
}

/** Makes the list at the path long, of items that differ in every text. */
function lengthen(input: Values, path: readonly string[]): void {
  const list = path.reduce((value: unknown, name) => (value as Values | undefined)?.[name], input);
  if (!Array.isArray(list)) return;
  const [item] = list;
  list.splice(0, 1, ...Array.from({ length: tooMany }, (_, i) => varied(item, i)));
}

function varied(value: unknown, i: number): unknown {
  if (typeof value === "string") return `${value}${i}`;
  if (Array.isArray(value)) return value.map((item) => varied(item, i));
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, varied(item, i)]));
}
