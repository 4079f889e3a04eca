import { CommandError, exitCodes } from "../command.ts";

/** A question as `POST /_estiva/simulate` takes it, without the service. `deploy` may be a bare revision. */
export interface Asked {
  readonly scale?: number;
  readonly deploy?: string;
  readonly hostDies?: string | true;
  readonly killTasks?: number;
  readonly afterSeconds?: number;
  readonly fail?: string;
}

/**
 * `scale [to] N`, `deploy [revision] DEFINITION`, `kill N [tasks]`, `[one] host [ID] dies`, and for the last two `after
 * N [seconds]`, one after the other; names with hyphens (`kill-tasks 3`, `host-dies`) are taken too. Throws a
 * `CommandError` for other words.
 */
export function parseQuestion(words: readonly string[], fail: string | undefined): Asked {
  const rest = [...words];
  let asked: Asked = fail === undefined ? {} : { fail };
  while (rest.length > 0) asked = { ...asked, ...takeOne(rest) };
  return asked;
}

/** Takes one part of the question from the beginning of `rest`. */
function takeOne(rest: string[]): Asked {
  const word = rest.shift()!;
  switch (word) {
    case "scale":
      skip(rest, "to");
      return { scale: number(rest.shift(), "scale") };
    case "deploy":
      skip(rest, "revision");
      return { deploy: text(rest.shift(), "deploy FAMILY:REVISION") };
    case "kill":
    case "kill-tasks": {
      const killTasks = number(rest.shift(), word);
      skip(rest, "task", "tasks");
      return { killTasks };
    }
    case "one":
      if (rest[0] === "host") return takeOne(rest);
      throw unknown("one");
    case "host": {
      const id = rest[0] === "dies" ? undefined : rest.shift();
      if (rest.shift() !== "dies") throw unknown("host", "host [ID] dies");
      return { hostDies: id ?? true };
    }
    case "after": {
      const afterSeconds = number(rest.shift(), word);
      skip(rest, "second", "seconds");
      return { afterSeconds };
    }
    case "host-dies":
      return { hostDies: rest[0] === undefined || verbs.has(rest[0]) ? true : rest.shift()! };
    default:
      throw unknown(word);
  }
}

const verbs: ReadonlySet<string> = new Set(["scale", "deploy", "kill", "kill-tasks", "one", "host", "after"]);

function skip(rest: string[], ...words: readonly string[]): void {
  if (rest[0] !== undefined && words.includes(rest[0])) rest.shift();
}

function number(word: string | undefined, what: string): number {
  if (word !== undefined && /^\d{1,9}$/.test(word)) return Number(word);
  throw usage(`${what} takes a number${word === undefined ? "" : `, not ${word}`}`);
}

function text(word: string | undefined, what: string): string {
  if (word === undefined) throw usage(`Something is missing: ${what}`);
  return word;
}

function unknown(
  word: string,
  expected = "scale N, deploy FAMILY:REVISION, kill N tasks, one host dies, after N seconds",
): CommandError {
  return usage(`${word} is not understood here. It takes: ${expected}`);
}

function usage(problem: string): CommandError {
  return new CommandError(`${problem}.\nTry: estiva simulate --help`, exitCodes.usage);
}
