import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fieldsByShape, refusedFields } from "./fields.ts";

interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, string | { readonly shape: string }>>;
  readonly member?: string;
}

const root = "RegisterTaskDefinitionRequest";
const path = join(import.meta.dirname, "../../../generated/ecs/table.json");
const { shapes } = JSON.parse(readFileSync(path, "utf8")) as { shapes: Record<string, Shape> };

/** The structure behind a member: its own, or that of a list's items. */
function structureOf(name: string): string | undefined {
  const shape = shapes[name];
  if (shape?.type === "structure") return name;
  return shape?.type === "list" ? structureOf(shape.member!) : undefined;
}

/** Every structure that the input can hold and that is not refused as a whole, with its members' structures. */
function modelShapes(): Map<string, Map<string, string | undefined>> {
  const found = new Map<string, Map<string, string | undefined>>();
  const queue = [root];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    const members = Object.entries(shapes[name]?.members ?? {}).map(
      ([member, target]) => [member, structureOf(typeof target === "string" ? target : target.shape)] as const,
    );
    found.set(name, new Map(members));
    for (const [member, structure] of members) {
      const field = fieldsByShape[name]?.[member];
      const refused = typeof field === "object" && "refused" in field;
      if (structure !== undefined && !refused) queue.push(structure);
    }
  }
  return found;
}

test("every field of the model is honoured or refused", () => {
  const model = modelShapes();
  assert.ok(model.size > 20, "the model was not found");
  for (const [shape, members] of model) {
    const listed = Object.keys(fieldsByShape[shape] ?? {});
    assert.deepEqual(listed.toSorted(), [...members.keys()].toSorted(), `fields of ${shape}`);
    for (const [member, structure] of members) {
      const field = fieldsByShape[shape]?.[member];
      if (structure === undefined) assert.ok(!(typeof field === "object" && "shape" in field), `${shape}.${member}`);
      else if (typeof field === "object" && "shape" in field) assert.equal(field.shape, structure);
      else assert.ok(typeof field === "object", `${shape}.${member} has parts that are not looked at`);
    }
  }
  assert.deepEqual(Object.keys(fieldsByShape).toSorted(), [...model.keys()].toSorted(), "shapes");
});

const container = { name: "app", image: "app:1" };
const plain = { family: "web", containerDefinitions: [container] };
for (const [input, words] of [
  [plain, []],
  [{ ...plain, enableFaultInjection: false, inferenceAccelerators: [] }, []],
  [{ ...plain, containerDefinitions: [{ ...container, environmentFiles: [], credentialSpecs: [] }] }, []],
  [{ ...plain, enableFaultInjection: true }, ["enableFaultInjection"]],
  [
    { ...plain, containerDefinitions: [{ ...container, environmentFiles: [{ value: "arn", type: "s3" }] }] },
    ["environmentFiles"],
  ],
  [{ ...plain, volumes: [{ name: "a", efsVolumeConfiguration: { fileSystemId: "fs" } }] }, ["efsVolumeConfiguration"]],
  [
    {
      ...plain,
      containerDefinitions: [{ ...container, logConfiguration: { secretOptions: [{ name: "a", valueFrom: "b" }] } }],
    },
    ["secretOptions"],
  ],
] as const) {
  test(`refused fields of ${JSON.stringify(input)}: ${words.join() || "none"}`, () => {
    const found = [...refusedFields(input)].map((message) => /^Unsupported field '(\w+)'/.exec(message)?.[1]);
    assert.deepEqual(found, words);
  });
}
