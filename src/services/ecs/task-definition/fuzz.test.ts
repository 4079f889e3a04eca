import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { RegisterTaskDefinitionRequest } from "#generated/ecs/types.ts";
import { Fault } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import { requiredAttributes } from "./attributes.ts";
import { normalizeTaskDefinition } from "./normalize.ts";
import { validateTaskDefinition } from "./validate/index.ts";

type Member = string | { readonly shape: string; readonly required?: boolean };
interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Member>>;
  readonly required?: readonly string[];
  readonly member?: string;
  readonly enum?: readonly string[];
}

const tablePath = join(import.meta.dirname, "../../../generated/ecs/table.json");
const { shapes } = JSON.parse(readFileSync(tablePath, "utf8")) as { shapes: Record<string, Shape> };
const texts = ["", "app", "side", "app:1", "80-90", "256", "512", "1 GB", "/data", "a b", "net.core.somaxconn", "é"];
const numbers = [-1, 0, 1, 5, 6, 30, 80, 128, 512, 65536];

/** Something of the shape: names are drawn from few, so that they meet. */
function generate(name: string, random: () => number): unknown {
  const shape = shapes[name];
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  if (shape?.enum) return pick(shape.enum);
  switch (shape?.type ?? "string") {
    case "structure":
      return Object.fromEntries(
        Object.entries(shape!.members ?? {})
          .filter(([member]) => shape!.required?.includes(member) || random() < 0.25)
          .map(([member, target]) => [member, generate(typeof target === "string" ? target : target.shape, random)]),
      );
    case "list":
      return Array.from({ length: Math.floor(random() * 3) }, () => generate(shape!.member!, random));
    case "map":
      return random() < 0.5 ? {} : { [pick(texts)]: pick(texts) };
    case "boolean":
      return random() < 0.5;
    case "integer":
      return pick(numbers);
    default:
      return pick(texts);
  }
}

/** A definition that passes the first rules, so that the others are reached. */
function definition(random: () => number): RegisterTaskDefinitionRequest {
  const input = generate("RegisterTaskDefinitionRequest", random) as RegisterTaskDefinitionRequest;
  const containers = [...input.containerDefinitions, {}].map((container, i) => ({
    ...container,
    name: i === 0 ? "app" : `side${i}`,
    image: "app:1",
    essential: true,
  }));
  return { ...input, family: "web", containerDefinitions: containers };
}

test("whatever the model allows is taken or refused, never a crash", () => {
  const random = seededRandom(7).float;
  const words = new Set<string>();
  for (let i = 0; i < 5000; i++) {
    const input = definition(random);
    try {
      validateTaskDefinition(input);
      requiredAttributes(normalizeTaskDefinition(input));
    } catch (error) {
      assert.ok(error instanceof Fault, `${JSON.stringify(input)}: ${error instanceof Error ? error.stack : error}`);
      words.add(error.message);
    }
  }
  assert.ok(words.size > 50, `only ${words.size} different refusals`);
});
