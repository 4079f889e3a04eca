import assert from "node:assert/strict";
import { test } from "node:test";
import { type Command, CommandError, helpText, lastValue, parseCommandLine } from "./command.ts";

const command: Command = {
  name: "run",
  usage: "run [OPTIONS] IMAGE [COMMAND...]",
  summary: "Run an image.",
  options: {
    env: { type: "string", short: "e", multiple: true, value: "NAME=VALUE", help: "a variable" },
    detach: { type: "boolean", short: "d", help: "return at once" },
  },
  examples: ["estiva run busybox"],
  positionals: [1, Number.POSITIVE_INFINITY],
  stopAtPositional: true,
  run: async () => 0,
};

test("options end where the command in the container begins", () => {
  const args = parseCommandLine(command, ["-e", "A=1", "--env=B=2", "-d", "busybox", "sh", "-c", "echo --env"]);
  assert.deepEqual(args.values.get("env"), ["A=1", "B=2"]);
  assert.equal(lastValue(args, "env"), "B=2");
  assert.ok(args.flags.has("detach"));
  assert.deepEqual(args.positionals, ["busybox", "sh", "-c", "echo --env"]);
  assert.deepEqual(parseCommandLine(command, ["-d", "--", "-image"]).positionals, ["-image"]);
});

const wrong: readonly [string, readonly string[], RegExp][] = [
  ["an unknown option", ["--nope", "x"], /Unknown option '--nope'/],
  ["an option without its value", ["--env"], /argument missing|missing/i],
  ["an option whose value looks like one", ["--env", "-1"], /is ambiguous(.|\n)*[^.]\.\nUsage/],
  ["nothing to run", ["-d"], /An argument is missing/],
];
for (const [name, words, message] of wrong) {
  test(`${name} is told with the usage, exit code 64`, () => {
    assert.throws(
      () => parseCommandLine(command, words),
      (error: unknown) => {
        assert.ok(error instanceof CommandError);
        assert.equal(error.exitCode, 64);
        assert.match(error.message, message);
        assert.match(error.message, /Usage: estiva run/);
        return true;
      },
    );
  });
}

test("surplus arguments are named", () => {
  const none: Command = { ...command, positionals: [0, 0], stopAtPositional: false };
  assert.throws(() => parseCommandLine(none, ["extra"]), /Unexpected argument: extra/);
});

test("the help shows usage, options and examples", () => {
  const text = helpText(command);
  for (const part of ["Usage: estiva run", "-e, --env NAME=VALUE", "-d, --detach", "--help", "estiva run busybox"]) {
    assert.ok(text.includes(part), part);
  }
});
