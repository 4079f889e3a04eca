import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Command, CommandError, type Terminal } from "./command.ts";
import { versionCommand } from "./commands/version.ts";
import { editDistance, runProgram } from "./index.ts";

function command(name: string, run: Command["run"] = async () => 0): Command {
  const options = { json: { type: "boolean", help: "print JSON" } } as const;
  return { name, usage: name, summary: `${name} it.`, options, examples: [name], positionals: [0, 1], run };
}

async function play(words: readonly string[], commands = [command("run"), command("ps"), command("up")]) {
  const written = { out: "", err: "" };
  const terminal: Terminal = {
    env: {},
    interactive: false,
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    signal: new AbortController().signal,
  };
  const code = await runProgram(commands, words, terminal);
  return { code, ...written };
}

describe("the program", () => {
  test("tells its version and its commands", async () => {
    const version = (...words: string[]) => play(words, [versionCommand("1.2.3")]);
    assert.deepEqual(await version("--version"), { code: 0, out: "estiva 1.2.3\n", err: "" });
    assert.deepEqual(JSON.parse((await version("version", "--json")).out), { version: "1.2.3" });
    assert.equal((await version("version", "--jsno")).code, 64);
    assert.match((await play(["--help"])).out, /\n {2}run {2}run it\.\n/);
    assert.match((await play(["run", "--help"])).out, /^Usage: estiva run\n/);
  });

  test("helps with a command, with one of its own, and with none that is not there", async () => {
    const logs = { ...command("logs"), subcommands: [command("logs query")] };
    const help = (...words: string[]) => play(["help", ...words], [command("ps"), logs]);
    assert.match((await help()).out, /^Estiva: .*\n {2}ps {4}ps it\.\n/s);
    assert.match((await help("ps")).out, /^Usage: estiva ps\n/);
    assert.match((await help("logs", "query")).out, /^Usage: estiva logs query\n/);
    const unknown = await help("pss");
    assert.deepEqual([unknown.code, unknown.out], [64, ""]);
    assert.match(unknown.err, /pss is not a command\. Did you mean ps\?/);
  });

  test("suggests the command that was meant", async () => {
    const cases: [string, string | undefined][] = [
      ["rnu", "run"],
      ["sp", "ps"],
      ["upp", "up"],
      ["zz", undefined],
      ["deploy", undefined],
    ];
    for (const [word, meant] of cases) {
      const { code, err } = await play([word]);
      assert.equal(code, 64, word);
      assert.equal(/Did you mean (\w+)\?/.exec(err)?.[1], meant, word);
    }
  });

  test("refuses words that a command does not take", async () => {
    for (const words of [
      ["ps", "--nonsense"],
      ["ps", "one", "two"],
      ["ps", "--json=yes"],
    ]) {
      const { code, err } = await play(words);
      assert.equal(code, 64, words.join(" "));
      assert.match(err, /Usage: estiva ps/);
    }
  });

  test("exits as a command says, and tells an error meant for the user without a stack", async () => {
    assert.equal((await play(["run"], [command("run", async () => 7)])).code, 7);
    const failing = command("run", async () => {
      throw new CommandError("There is no engine.", 69);
    });
    assert.deepEqual(await play(["run"], [failing]), { code: 69, out: "", err: "estiva: There is no engine.\n" });
  });
});

test("edits between two words", () => {
  const cases: [string, string, number][] = [
    ["run", "run", 0],
    ["rnu", "run", 1],
    ["", "run", 3],
    ["stop", "top", 1],
    ["doctor", "docter", 1],
    ["logs", "slog", 2],
  ];
  for (const [a, b, edits] of cases) assert.equal(editDistance(a, b), edits, `${a} ${b}`);
});
