import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { type CallOptions, type RecordedWorld, Refused, recordedWorld } from "./world.ts";

/**
 * Answers recorded from AWS, which lie beside the checkout or where AWS_RECORDED says. A play makes the calls of a
 * recorded test again, and each answer must be the recorded one: the same members, the same values, the same codes and
 * words of errors. What differs from run to run is masked there (`<name:1>`): the same mask always stands for the same
 * text.
 */
const folder = process.env.AWS_RECORDED ?? join(import.meta.dirname, "../../../../shared/aws-recorded");

type Content = Readonly<Record<string, unknown>>;

export interface Play extends RecordedWorld {
  /** Makes a call, whose answer must be the one that was recorded as this step. Gives the answer. */
  step<T = Record<string, never>>(name: string, target: string, input: object, more?: CallOptions): Promise<T>;
  /** Compares something else with what was recorded as this step. */
  is(name: string, actual: unknown): void;
  /** Says that these steps are of no matter to the play. */
  skip(...names: readonly string[]): void;
}

/** The plays of the tests in a file of recorded answers, by the ends of the tests' names. */
export function replay(file: string, plays: Readonly<Record<string, (play: Play) => Promise<unknown>>>): void {
  const path = join(folder, file);
  const skip = existsSync(path) ? false : "there are no recorded answers; AWS_RECORDED can name their folder";
  const all: Record<string, { "recorded-content": Content }> = skip ? {} : JSON.parse(readFileSync(path, "utf8"));
  describe(`answers recorded from AWS: ${file}`, { skip }, () => {
    for (const [test, play] of Object.entries(plays)) {
      it(test, async () => {
        const name = Object.keys(all).find((each) => each.endsWith(`::${test}`));
        assert.ok(name, `no recorded test ${test}`);
        await run(all[name]!["recorded-content"], play);
      });
    }
  });
}

async function run(content: Content, play: (play: Play) => Promise<unknown>): Promise<void> {
  const world = await recordedWorld();
  const compared = new Set<string>();
  const masks = new Map<string, string>();
  const is = (name: string, actual: unknown) => {
    assert.ok(name in content, `no step ${name}`);
    compared.add(name);
    const expected = withoutMetadata(content[name]);
    const [recorded, given] = [expected, actual].map((value) => JSON.stringify(value, undefined, 1));
    const message = `${name}
recorded ${recorded}
given ${given}`;
    assert.ok(matches(expected, withoutMetadata(actual), masks), message);
  };
  try {
    await play({
      ...world,
      is,
      skip: (...names) => {
        for (const name of names) compared.add(name);
      },
      async step(name, target, input, more) {
        const answer = await world.call(target, input, more).catch((error: unknown) => {
          if (error instanceof Refused) return error.answer;
          throw error;
        });
        is(name, answer);
        return answer as never;
      },
    });
    assert.deepEqual(
      Object.keys(content).filter((name) => !compared.has(name)),
      [],
      "steps that were not played",
    );
  } finally {
    await world.close();
  }
}

/** HTTP's metadata, and the copies of an error's message that botocore adds; and errors read from the plain answer. */
function withoutMetadata(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const { ResponseMetadata: _, ...rest } = value as Record<string, unknown>;
  if (rest.Error === undefined) return rest;
  const { Code, Message, __type } = rest.Error as Readonly<Record<string, string>>;
  return { Error: { Code: Code ?? __type, Message } };
}

/** Whether the answer is the recorded one; masks that stand for something from now on are added. */
function matches(expected: unknown, actual: unknown, masks: Map<string, string>): boolean {
  if (typeof expected === "string") return matchesText(expected, actual, masks);
  if (Array.isArray(expected)) return Array.isArray(actual) && matchesList(expected, actual, masks);
  if (typeof expected !== "object" || expected === null) return Object.is(expected, actual);
  if (typeof actual !== "object" || actual === null) return false;
  const given = new Map(Object.entries(actual));
  for (const key of addedSince) if (!(key in expected)) given.delete(key);
  // Those that are nothing but a mask first: then it is known what stands before the next in `<name:1><suffix:1>`.
  const isMask = ([, value]: [string, unknown]) => typeof value === "string" && /^<[^<>]+>$/.test(value);
  const entries = Object.entries(expected);
  for (const [key, value] of [...entries.filter(isMask), ...entries.filter((entry) => !isMask(entry))]) {
    const own = [...given.keys()].find((each) => matchesText(key, each, masks));
    if (own === undefined || !matches(value, given.get(own), masks)) return false;
    given.delete(own);
  }
  return given.size === 0;
}

/** In any order: the recorded lists were sorted by their masked items. */
function matchesList(expected: readonly unknown[], actual: readonly unknown[], masks: Map<string, string>): boolean {
  if (expected.length !== actual.length) return false;
  const left = [...actual];
  return expected.every((item) => {
    const at = left.findIndex((each) => {
      const tried = new Map(masks);
      if (!matches(item, each, tried)) return false;
      for (const [mask, text] of tried) masks.set(mask, text);
      return true;
    });
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
}

/** Members that answers of AWS have had only since the time of the recordings. */
const addedSince = ["KeyMaterialId", "SourceKeyMaterialId", "DestinationKeyMaterialId", "LogAlarms"];

/** What was recorded in place of a text of no matter. */
const keyWords = "(private-key-)?(ciphertext-blob|plaintext)|public-key|shared-secret";
const unimportant = new RegExp(`^(datetime|<datetime>|timestamp|${keyWords}|<mac>|too-(old|new)-.*)$`);
const known: Readonly<Record<string, string>> = {
  "<partition>": "aws",
  "<region>": "us-east-1",
  "111111111111": "000000000000",
};

function matchesText(expected: string, actual: unknown, masks: Map<string, string>): boolean {
  if (unimportant.test(expected)) return actual !== undefined && actual !== null;
  if (typeof actual !== "string") return isDeepStrictEqual(expected, actual);
  const names: string[] = [];
  let source = "";
  for (const [piece] of expected.matchAll(/<[^<>]+>|111111111111|[^<1]+|./gs)) {
    const text = known[piece] ?? masks.get(piece);
    const isMask = piece.startsWith("<") && piece.endsWith(">");
    if (text === undefined && isMask) names.push(piece);
    source += text === undefined && isMask ? "(.+)" : escaped(text ?? piece);
  }
  const found = new RegExp(`^${source}$`, "s").exec(actual);
  if (found === null) return false;
  for (const [index, name] of names.entries()) masks.set(name, found[index + 1]!);
  return true;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
