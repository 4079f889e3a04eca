import { loadFiles } from "./load.ts";
import { type ProjectOptions, readProject } from "./project.ts";

/** A project of files that are only said to be there, for tests. The compose file is `/app/compose.yaml`. */
export function projectOf(
  compose: string,
  parts: {
    readonly files?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string>>;
    readonly options?: Partial<ProjectOptions>;
    readonly named?: readonly string[];
  } = {},
) {
  const files: Readonly<Record<string, string>> = { "/app/compose.yaml": compose, ...parts.files };
  const isFolder = (path: string) => Object.keys(files).some((file) => file.startsWith(`${path}/`));
  const loaded = loadFiles({
    ...{ files: parts.named ?? [], envFiles: [], workingDirectory: "/app", env: parts.env ?? {} },
    read: (path) => files[path],
    kindOf: (path) => (files[path] !== undefined ? "file" : isFolder(path) ? "folder" : undefined),
  });
  const { project, report } = readProject(loaded.tree, loaded.surroundings, {
    ...{
      name: loaded.name,
      profiles: loaded.profiles,
      only: [],
      ephemeralVolumes: false,
      copyBinds: false,
      scale: new Map(),
    },
    ...parts.options,
  });
  const lines = (findings: typeof report.problems) => findings.map(({ at, text }) => `${at}: ${text}`);
  return {
    project,
    problems: lines([...loaded.report.problems, ...report.problems]),
    notes: lines([...loaded.report.notes, ...report.notes]),
  };
}
