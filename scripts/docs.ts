import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { helpText } from "#cli/command.ts";
import { createCommands } from "#cli/commands/index.ts";
import { taskTransitions } from "#services/ecs/states.ts";
import { fieldsByShape } from "#services/ecs/task-definition/fields.ts";

/**
 * The parts of the documentation that the program itself says, between `<!-- begin NAME -->` and `<!-- end NAME -->`:
 * `node scripts/docs.ts` writes them again. A test compares.
 */

export const root = join(import.meta.dirname, "..");

const parts: readonly { readonly path: string; readonly name: string; readonly text: () => string }[] = [
  { path: "docs/cli.md", name: "commands", text: commandsText },
  { path: "docs/task-lifecycle.md", name: "transitions", text: transitionsText },
  { path: "docs/task-definitions.md", name: "fields", text: fieldsText },
];

/** Every document with generated parts, and its whole text as it must be. */
export function generatedDocuments(): { readonly path: string; readonly text: string }[] {
  return parts.map(({ path, name, text }) => {
    const document = readFileSync(join(root, path), "utf8");
    const pattern = new RegExp(`(<!-- begin ${name} -->\n)[^]*(<!-- end ${name} -->)`);
    if (!pattern.test(document)) throw new Error(`${path} has no part called ${name}.`);
    return { path, text: document.replace(pattern, (_, begin, end) => `${begin}\n${text()}\n\n${end}`) };
  });
}

/** The help of every command, as `estiva COMMAND --help` prints it. */
function commandsText(): string {
  const never = async () => Promise.reject(new Error("Only the help is wanted."));
  const engine = { setUp: never, requireEngine: never, makeDemoImage: never, exportImage: never, buildImage: never };
  const machine = { ...engine, startPlatform: never, startInBackground: () => {}, examine: never };
  const streams = { input: process.stdin, output: process.stdout, errors: process.stderr };
  return createCommands({ machine, runPlatform: never, runTests: never, streams, version: "" })
    .flatMap((command) => [command, ...(command.subcommands ?? [])])
    .map((command) => `### ${command.name}\n\n\`\`\`text\n${helpText(command).trimEnd()}\n\`\`\``)
    .join("\n\n");
}

function transitionsText(): string {
  const rows = Object.entries(taskTransitions).flatMap(([owner, transitions]) =>
    transitions.map(([from, to]) => `| ${from} | ${to} | \`${owner}\` |`),
  );
  return ["| from | to | made by |", "|---|---|---|", ...rows].join("\n");
}

function fieldsText(): string {
  return Object.entries(fieldsByShape)
    .map(([shape, fields]) => {
      const rows = Object.entries(fields).map(([name, field]) => `| \`${name}\` | ${becomes(field)} |`);
      return [`### ${shape}`, "", "| field | |", "|---|---|", ...rows].join("\n");
    })
    .join("\n\n");
}

function becomes(field: (typeof fieldsByShape)[string][string]): string {
  if (field === "honoured") return "honoured";
  if ("shape" in field) return `see [${field.shape}](#${field.shape.toLowerCase()})`;
  return `refused: ${field.refused.replace(/^Unsupported field '\w+'(: )?\.?/, "")}`.replace(/: $/, "");
}

if (import.meta.main) {
  for (const { path, text } of generatedDocuments()) writeFileSync(join(root, path), text);
}
