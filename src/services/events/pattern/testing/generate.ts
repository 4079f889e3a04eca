import type { Random } from "#kernel/random.ts";

/** Random patterns and events that have a good chance of meeting: few names, few values. */

const names = ["a", "b", "c", "a.b", "d"];
const texts = ["", "x", "xy", "yx", "XY", "x*y", "10.0.0.1", "10.0.1.7"];
const numbers = [-1, 0, 0.5, 1, 2];

function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random.float() * from.length)]!;
}

function some<T>(random: Random, most: number, make: () => T): T[] {
  return Array.from({ length: 1 + Math.floor(random.float() * most) }, make);
}

function leaf(random: Random): string | number | boolean | null {
  const chance = random.float();
  if (chance < 0.6) return pick(random, texts);
  if (chance < 0.85) return pick(random, numbers);
  return pick(random, [true, false, null]);
}

export function randomEvent(random: Random, depth = 0): object {
  const value = (): unknown => {
    const chance = random.float();
    if (depth > 2 || chance < 0.45) return leaf(random);
    if (chance < 0.7) return randomEvent(random, depth + 1);
    if (chance < 0.75) return [];
    return some(random, 3, () => (random.float() < 0.7 ? randomEvent(random, depth + 1) : leaf(random)));
  };
  return Object.fromEntries(some(random, 4, () => [pick(random, names), value()]));
}

export function randomPattern(random: Random, depth = 0): object {
  const fields: [string, unknown][] = some(random, 3, () => {
    const isLeaf = depth > 1 || random.float() < 0.6;
    return [pick(random, names), isLeaf ? some(random, 3, () => matcher(random)) : randomPattern(random, depth + 1)];
  });
  if (depth < 2 && random.float() < 0.2) {
    fields.push([
      "$or",
      [randomPattern(random, depth + 1), ...some(random, 2, () => randomPattern(random, depth + 1))],
    ]);
  }
  return Object.fromEntries(fields);
}

const filled = texts.filter((text) => text !== "");

function matcher(random: Random): unknown {
  const text = () => pick(random, texts);
  const wildcard = () => pick(random, ["x*", "*y", "x*y", "*", "*x*y*", "x\\*y", "y"]);
  const oneOrMore = <T>(make: () => T) => (random.float() < 0.5 ? make() : some(random, 3, make));
  const folded = (value: string) => (random.float() < 0.5 ? value : { "equals-ignore-case": value });
  const kinds: (() => unknown)[] = [
    () => leaf(random),
    () => ({ prefix: folded(text()) }),
    () => ({ suffix: folded(text()) }),
    () => ({ "equals-ignore-case": text() }),
    () => ({ wildcard: wildcard() }),
    () => ({ exists: random.float() < 0.5 }),
    () => ({ cidr: pick(random, ["10.0.0.0/24", "10.0.0.0/16", "0.0.0.0/0"]) }),
    () => ({ numeric: [pick(random, ["=", "<", "<=", ">", ">="]), pick(random, numbers)] }),
    () => ({ numeric: [pick(random, [">", ">="]), -0.5, pick(random, ["<", "<="]), pick(random, [0.5, 1])] }),
    () => ({ "anything-but": oneOrMore(text) }),
    () => ({ "anything-but": oneOrMore(() => pick(random, numbers)) }),
    () => ({ "anything-but": { [pick(random, ["prefix", "suffix"])]: oneOrMore(() => pick(random, filled)) } }),
    () => ({ "anything-but": { "equals-ignore-case": oneOrMore(text) } }),
    () => ({ "anything-but": { wildcard: oneOrMore(wildcard) } }),
  ];
  return pick(random, kinds)();
}
