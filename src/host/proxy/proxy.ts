import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, sleep } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { isUnserved } from "#kernel/unserved.ts";
import { configFile, type NodeFiles, sockets, stateFile } from "./config/config.ts";
import { ask, RuntimeApi, toldVersion, versionQuestion } from "./runtime-api.ts";

/** Where a HAProxy runs. It is in master-worker mode, and reads `haproxy.cfg` in its folder. */
export interface ProxyPlace {
  /** The folder as the platform sees it. */
  readonly folder: string;
  /** The user that HAProxy is, to whom the files belong; absent: the platform's own. */
  readonly user?: { readonly uid: number; readonly gid: number };
  isRunning(): Promise<boolean>;
  /** Starts it, anew if it is there already. Resolves when it has been started, which is before it serves. */
  start(): Promise<void>;
  /** Rejects with HAProxy's own words (`InvalidSpec`) when it would not take this configuration. */
  check(fileName: string): Promise<void>;
}

/** A configuration: the file, and what it names. */
export interface ProxyConfig {
  readonly files: NodeFiles;
  /** What only a reload can change: with another one there is another version. */
  readonly structure: string;
  /** Given the number that HAProxy is to tell. */
  readonly text: (version: number) => string;
  /** One that does nothing and cannot be refused: it is begun with. */
  readonly idle: string;
}

const readySeconds = 15;
const restartSeconds = 3;
const lookAgainMs = 15;

/** A HAProxy with its files and sockets, whatever it is used for. One call at a time. */
export class ManagedProxy {
  /** Of the process that has the configuration of the last call of `configure`. */
  readonly runtime: RuntimeApi;
  readonly #place: ProxyPlace;
  readonly #clock: Clock;
  #handle: Promise<Awaited<ReturnType<typeof open>>> | undefined;

  constructor(place: ProxyPlace, clock: Clock) {
    this.#place = place;
    this.#clock = clock;
    this.runtime = new RuntimeApi(() => this.socket("runtime"), clock);
  }

  /**
   * The path of a socket. Those of sockets have room for 107 characters only, and folders may be deep: it leads through
   * a handle of the folder.
   */
  async socket(name: keyof typeof sockets): Promise<string> {
    this.#handle ??= this.#prepare();
    return `/proc/self/fd/${(await this.#handle).fd}/${sockets[name]}`;
  }

  /**
   * Has HAProxy run with this configuration: starts it, or has it reload without dropping a connection. Resolves when
   * the new one serves, and with whether that was needed. Rejects with a `DriverError`: `InvalidSpec` when HAProxy
   * would not take it, in which case it goes on with the one before. After `beforeReload` a process is seen no more.
   */
  async configure(config: ProxyConfig, beforeReload: () => Promise<void>): Promise<boolean> {
    const version = versionOf(config);
    const isNew = await this.#change(config, version, beforeReload);
    this.runtime.version = version;
    return isNew;
  }

  async #change(config: ProxyConfig, version: number, beforeReload: () => Promise<void>): Promise<boolean> {
    const running = await this.#runningVersion();
    if (running === version) return false;
    if (running === undefined && !(await this.#hasStarted())) await this.#begin(config.idle);
    const before = await this.#runningVersion();
    if (before === version) return false;
    this.runtime.version = before;
    await this.#write(config, version);
    await this.#writeFile(stateFile, await this.runtime.say("show servers state"));
    await beforeReload();
    await this.#reload();
    await this.#untilServing(version);
    // Only for this one reload: what it says is not true of a later start.
    await this.#writeFile(stateFile, noState);
    await this.#tidy(config);
    return true;
  }

  /** The same configuration as text for the next start: HAProxy does not read it before. */
  async rewrite(config: ProxyConfig): Promise<void> {
    const text = config.text(versionOf(config));
    const path = join(this.#place.folder, configFile);
    const known = await readFile(path, "utf8").catch(() => "");
    if (known !== text) await this.#writeFile(configFile, text);
  }

  /** A word to oneself, for the next run of the platform. */
  async writeNote(text: string): Promise<void> {
    await this.#writeFile(noteFile, text);
  }

  async readNote(): Promise<string | undefined> {
    return await readFile(join(this.#place.folder, noteFile), "utf8").catch(() => undefined);
  }

  async close(): Promise<void> {
    await (await this.#handle)?.close();
    this.#handle = undefined;
  }

  async #prepare() {
    await mkdir(this.#place.folder, { recursive: true, mode: 0o700 });
    const handle = await open(this.#place.folder);
    if (this.#place.user) await handle.chown(this.#place.user.uid, this.#place.user.gid);
    return handle;
  }

  async #runningVersion(): Promise<number | undefined> {
    const path = await this.socket("runtime");
    const answer = await ask(path, versionQuestion).catch(() => "");
    return toldVersion(answer.split("\n")[0]!);
  }

  async #write(config: ProxyConfig, version: number): Promise<void> {
    await this.socket("runtime");
    for (const [name, text] of config.files) await this.#writeFile(name, text);
    await this.#writeFile(nextFile, config.text(version));
    await this.#place.check(nextFile);
    await rename(join(this.#place.folder, nextFile), join(this.#place.folder, configFile));
  }

  /**
   * Whole or not at all, whatever ends the platform meanwhile. Certificates have keys: nobody else may read any of it.
   * The folder is HAProxy's, too: a link that it might have put there is not followed.
   */
  async #writeFile(name: string, text: string): Promise<void> {
    const { folder, user } = this.#place;
    const path = join(folder, name);
    const next = `${path}.new`;
    await rm(next, { force: true, recursive: true });
    const handle = await open(next, "wx", 0o600);
    try {
      await handle.writeFile(text);
      if (user !== undefined) await handle.chown(user.uid, user.gid);
    } finally {
      await handle.close();
    }
    await rename(next, path);
  }

  /** Whether it answers soon: the engine may just be starting it again. */
  async #hasStarted(): Promise<boolean> {
    if (!(await this.#place.isRunning())) return false;
    return await this.#untilVersion((version) => version !== undefined, restartSeconds);
  }

  /** Starts it with a configuration that it takes in any case: the one that is wanted comes by a reload. */
  async #begin(text: string): Promise<void> {
    await this.socket("runtime");
    await this.#writeFile(stateFile, noState);
    await this.#writeFile(configFile, text);
    await this.#place.start();
    await this.#untilServing(0);
  }

  /**
   * A master begins to listen a moment after its first worker does. It may end the connection without an answer:
   * whether it has reloaded is seen in what it then says.
   */
  async #reload(): Promise<void> {
    const path = await this.socket("master");
    const isAsked = () =>
      ask(path, "reload").then(
        () => true,
        (error) => !isUnserved(error),
      );
    if (await this.#until(isAsked, readySeconds)) return;
    throw new DriverError("Unavailable", "HAProxy's master does not listen", { retryable: true });
  }

  async #untilServing(wanted: number): Promise<void> {
    if (await this.#untilVersion((version) => version === wanted, readySeconds)) return;
    throw new DriverError("Failed", "HAProxy did not start with its configuration", { retryable: true });
  }

  #untilVersion(isMet: (version: number | undefined) => boolean, seconds: number): Promise<boolean> {
    return this.#until(async () => isMet(await this.#runningVersion()), seconds);
  }

  async #until(isMet: () => Promise<boolean>, seconds: number): Promise<boolean> {
    for (const until = this.#clock.now() + seconds * 1000; this.#clock.now() < until; ) {
      if (await isMet()) return true;
      await sleep(this.#clock, lookAgainMs);
    }
    return false;
  }

  /** Removes files of configurations before this one. */
  async #tidy({ files }: ProxyConfig): Promise<void> {
    const kept = new Set([...files.keys(), configFile, stateFile, noteFile, ...Object.values(sockets)]);
    for (const name of await readdir(this.#place.folder)) {
      const isSocket = name.includes(".sock");
      if (!kept.has(name) && !isSocket) await rm(join(this.#place.folder, name), { force: true, recursive: true });
    }
  }
}

const nextFile = "next.cfg";
const noteFile = "note.json";
/** Of no servers: the version of the format. HAProxy 2.6 warns where there is no file. */
const noState = "1\n";

/** A number of 31 bits that stands for all that HAProxy reads. */
function versionOf(config: ProxyConfig): number {
  const hash = createHash("sha256");
  for (const [name, text] of config.files) hash.update(`${name} ${text.length} ${text}`);
  return hash.update(config.structure).digest().readUInt32BE() >>> 1;
}
