import { readFileSync, statSync } from "node:fs";
import { type Arguments, CommandError, exitCodes, lastValue, type Option, type Terminal } from "../../command.ts";
import type { Loaded } from "../../compose/load.ts";
import type { Project } from "../../compose/model.ts";
import { findingLines, type Report } from "../../compose/report.ts";
import { dataOption } from "../options.ts";

/** What every subcommand of `estiva compose` takes. */
export const projectOptions = {
  file: {
    type: "string",
    short: "f",
    multiple: true,
    value: "FILE",
    help: "a compose file; may be repeated, later ones over earlier ones (default: compose.yaml, here or above)",
  },
  "project-name": { type: "string", short: "p", value: "NAME", help: "the project (default: the folder's name)" },
  profile: { type: "string", multiple: true, value: "NAME", help: "services of this profile too; may be repeated" },
  "env-file": {
    type: "string",
    multiple: true,
    value: "FILE",
    help: "variables for the file (default: .env beside it)",
  },
  "project-directory": {
    type: "string",
    value: "DIR",
    help: "what paths are relative to (default: the file's folder)",
  },
  ...dataOption,
} as const satisfies Record<string, Option>;

/** Those that say what the file is to become. */
export const planOptions = {
  scale: { type: "string", multiple: true, value: "SERVICE=N", help: "so many tasks of a service; may be repeated" },
  "copy-binds": { type: "boolean", help: "copy what is bound into the image, though it may be written to" },
  "ephemeral-volumes": { type: "boolean", help: "let named volumes live and die with their tasks" },
} as const satisfies Record<string, Option>;

/** The reader of YAML is loaded only here: other commands start without it. */
async function load(args: Arguments, terminal: Terminal): Promise<Loaded> {
  const { loadFiles } = await import("../../compose/load.ts");
  const [directory, name] = [lastValue(args, "project-directory"), lastValue(args, "project-name")];
  return loadFiles({
    files: args.values.get("file") ?? [],
    envFiles: args.values.get("env-file") ?? [],
    ...(directory !== undefined && { projectDirectory: directory }),
    ...(name !== undefined && { name }),
    workingDirectory: process.cwd(),
    env: terminal.env,
    read,
    kindOf,
  });
}

/** The project's name: as given, else that of the file. */
export async function projectName(args: Arguments, terminal: Terminal): Promise<string> {
  return lastValue(args, "project-name") ?? terminal.env.COMPOSE_PROJECT_NAME ?? (await load(args, terminal)).name;
}

/** The project that the files describe, and what cannot be expressed of it; it is not to be used with problems. */
export async function planProject(
  args: Arguments,
  terminal: Terminal,
  only: readonly string[],
): Promise<{ readonly project: Project; readonly report: Report }> {
  const { readProject } = await import("../../compose/project.ts");
  const { tree, name, surroundings, profiles, report } = await load(args, terminal);
  const found = readProject(tree, surroundings, {
    ...{ name, only, profiles: [...profiles, ...(args.values.get("profile") ?? [])] },
    ephemeralVolumes: args.flags.has("ephemeral-volumes"),
    copyBinds: args.flags.has("copy-binds"),
    scale: new Map((args.values.get("scale") ?? []).map(scaleOf)),
  });
  for (const { at, text } of report.problems) found.report.problem(at, text);
  for (const { at, text } of report.notes) found.report.note(at, text);
  return found;
}

function scaleOf(text: string): [service: string, count: number] {
  const [, service, count] = /^([^=]+)=(\d+)$/.exec(text) ?? [];
  if (service === undefined) throw new CommandError(`--scale takes SERVICE=N, not ${text}.`, exitCodes.usage);
  return [service, Number(count)];
}

/** Tells everything; throws a `CommandError` when there are problems. Nothing has been made by then. */
export function checkReport({ problems, notes }: Report, terminal: Terminal): void {
  if (notes.length > 0) terminal.err(`Not to the letter:\n${findingLines(notes)}\n`);
  if (problems.length === 0) return;
  const head =
    problems.length === 1 ? "The file says what cannot be done:" : "The file says things that cannot be done:";
  throw new CommandError(`${head}\n${findingLines(problems)}\nNothing was made.`);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ENOTDIR", "EACCES", "EISDIR"].includes(code)) return undefined;
    throw error;
  }
}

function kindOf(path: string): "file" | "folder" | "other" | undefined {
  const state = statSync(path, { throwIfNoEntry: false });
  if (state === undefined) return undefined;
  if (state.isFile()) return "file";
  return state.isDirectory() ? "folder" : "other";
}
