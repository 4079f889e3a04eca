import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import { replaceFile } from "./replace-file.ts";
import type { FileContents } from "./spec/files.ts";
import type { ContainerFiles } from "./spec/mounts.ts";
import type { TaskMemory } from "./step/state.ts";

/** A task as it is kept over restarts of the agent. It has no value of any secret, only their names. */
export interface JournalEntry {
  readonly payload: TaskPayload;
  readonly memory: TaskMemory;
}

/** What the agent keeps on its host: a record of each task, and the files that are mounted into its containers. */
export interface Journal {
  load(): Promise<readonly JournalEntry[]>;
  save(taskId: string, entry: JournalEntry): Promise<void>;
  /** Writes a container's generated files. Resolves with their paths, the same for the same container. */
  writeFiles(taskId: string, containerName: string, contents: FileContents): Promise<ContainerFiles>;
  /** Ids of all tasks that something is kept of, readable or not. */
  ids(): Promise<readonly string[]>;
  /** The record and files of a task. Removing what is not there succeeds. */
  remove(taskId: string): Promise<void>;
}

const recordName = "task.json";
const idPattern = /^[A-Za-z0-9-]+$/;

/**
 * Keeps each task in a folder of its own under `dataDir/tasks`. A record is replaced as a whole, so that a crash leaves
 * the old one or the new one; one that is no record (the machine went down while it was written) counts as none. One
 * that the disk does not give rejects: what runs is not taken for nobody's.
 */
export function fileJournal(dataDir: string): Journal {
  const root = join(dataDir, "tasks");
  const made = new Set<string>();
  const makeFolder = async (folder: string) => {
    if (made.has(folder)) return;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    made.add(folder);
  };
  const folderOf = (taskId: string) => {
    if (!idPattern.test(taskId)) throw new Error(`Not a task id: ${taskId}`);
    return join(root, taskId);
  };
  return {
    async load() {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const entries: JournalEntry[] = [];
      // One after the other: a host has more tasks than a process may have files open.
      for (const id of await readdir(root)) entries.push(...(await readRecord(join(root, id))));
      return entries;
    },
    async ids() {
      return (await readdir(root)).filter((id) => idPattern.test(id));
    },
    async save(taskId, entry) {
      const folder = folderOf(taskId);
      await makeFolder(folder);
      await replaceFile(join(folder, recordName), JSON.stringify(entry));
    },
    async writeFiles(taskId, containerName, contents) {
      // By the bare name: one of 255 characters is all that a file system takes.
      const folder = join(folderOf(taskId), "containers", containerName);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const write = async (name: string, text: string | undefined) => {
        // Not replaced by renaming: a file that is mounted already must stay the same file.
        if (text === undefined) return undefined;
        await writeFile(join(folder, name), text);
        // Whatever the umask: every user of the container may read it.
        await chmod(join(folder, name), 0o644);
        return join(folder, name);
      };
      const [hosts, resolvConf] = await Promise.all([
        write("hosts", contents.hosts),
        write("resolv.conf", contents.resolvConf),
      ]);
      return { ...(hosts === undefined ? {} : { hosts }), ...(resolvConf === undefined ? {} : { resolvConf }) };
    },
    async remove(taskId) {
      const folder = folderOf(taskId);
      made.delete(folder);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Without a record the task is known again by its sandbox, or removed with what is left of it. */
async function readRecord(folder: string): Promise<readonly JournalEntry[]> {
  try {
    const entry = JSON.parse(await readFile(join(folder, recordName), "utf8")) as JournalEntry;
    return entry?.payload?.taskArn === undefined || entry.memory?.containers === undefined ? [] : [entry];
  } catch (error) {
    const isNone = error instanceof SyntaxError || absences.has((error as NodeJS.ErrnoException).code ?? "");
    if (isNone) return [];
    throw error;
  }
}

const absences = new Set(["ENOENT", "ENOTDIR"]);

/** A journal in memory, for tests and the simulation: it outlives the agent that is thrown away. */
export function memoryJournal(): Journal & { readonly entries: ReadonlyMap<string, JournalEntry> } {
  // As text, as on disk: what is changed afterwards does not change what was kept.
  const texts = new Map<string, string>();
  const parse = (text: string) => JSON.parse(text) as JournalEntry;
  return {
    get entries() {
      return new Map([...texts].map(([taskId, text]) => [taskId, parse(text)]));
    },
    load: async () => [...texts.values()].map(parse),
    ids: async () => [...texts.keys()],
    async save(taskId, entry) {
      texts.set(taskId, JSON.stringify(entry));
    },
    async writeFiles(taskId, containerName, contents) {
      const path = (name: string) => `/memory/${taskId}/${containerName}/${name}`;
      return {
        ...(contents.hosts === undefined ? {} : { hosts: path("hosts") }),
        ...(contents.resolvConf === undefined ? {} : { resolvConf: path("resolv.conf") }),
      };
    },
    async remove(taskId) {
      texts.delete(taskId);
    },
  };
}
