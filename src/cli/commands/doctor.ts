import { type Command, exitCodes, lastValue } from "../command.ts";
import { dataFolder } from "../settings.ts";
import type { Finding, Machine } from "./machine.ts";
import { dataOption, jsonOption } from "./options.ts";

const marks = { ok: "ok  ", warning: "warn", failure: "FAIL" } as const;

export function doctorCommand(machine: Machine): Command {
  return {
    name: "doctor",
    usage: "doctor [--json]",
    summary: "Check the engine, the kernel, ports, disk and leaks, and say how to mend each.",
    options: { ...dataOption, ...jsonOption },
    examples: ["estiva doctor", "estiva doctor --json | jq '.[] | select(.state != \"ok\")'"],
    positionals: [0, 0],
    async run(args, terminal) {
      const findings = await machine.examine(dataFolder(terminal.env, lastValue(args, "data")));
      if (args.flags.has("json")) terminal.out(`${JSON.stringify(findings, undefined, 2)}\n`);
      else for (const finding of findings) terminal.out(describe(finding));
      return findings.some(({ state }) => state === "failure") ? exitCodes.failure : exitCodes.ok;
    },
  };
}

function describe({ name, state, detail, mend }: Finding): string {
  return `${marks[state]}  ${name}: ${detail}\n${mend ? `      mend: ${mend}\n` : ""}`;
}
