import { posix } from "node:path";
import { isObject } from "#kernel/json-object.ts";
import type { BakedFile, MountedSecret } from "../model.ts";
import { Source } from "./source.ts";

const secretsFolder = "/run/secrets";

interface Mounted {
  readonly source: string;
  readonly target: string | undefined;
  readonly owner: string | undefined;
  readonly mode: string | undefined;
  readonly at: string;
}

/** `secrets` or `configs` of a service, in the short and the long syntax; `names` are those of the file. */
function readMounted(service: Source, key: "secrets" | "configs", names: ReadonlySet<string>): Mounted[] {
  return service.list(key).flatMap((item, i) => {
    const at = `${key}[${i}]`;
    const long = new Source(isObject(item) ? item : { source: item }, service.where(at), service.report);
    long.refuseOthers(["source", "target", "uid", "gid", "mode"]);
    const source = long.text("source");
    if (source === undefined || !names.has(source)) {
      service.problem(at, `${source ?? "it"} is not among the file's ${key}.`);
      return [];
    }
    const [uid, gid, mode] = [long.text("uid"), long.text("gid"), long.text("mode")];
    // YAML's 0440 and "0440": the digits are octal.
    if (mode !== undefined && !/^(0o?)?[0-7]{1,4}$/.test(mode)) long.problem("mode", "must be octal, such as 0440.");
    const owner = uid === undefined && gid === undefined ? undefined : `${uid ?? 0}:${gid ?? 0}`;
    if (owner !== undefined && !/^\d+:\d+$/.test(owner)) long.problem("uid", "uid and gid must be numbers.");
    return [{ source, target: long.text("target"), owner, mode: mode?.replace(/^0o/, ""), at }];
  });
}

/** Secrets are files below /run/secrets, written when the task starts. */
export function readSecrets(service: Source, names: ReadonlySet<string>): MountedSecret[] {
  return readMounted(service, "secrets", names).flatMap(({ source, target, owner, mode, at }) => {
    const path = posix.resolve(secretsFolder, target ?? source);
    if (!path.startsWith(`${secretsFolder}/`)) {
      service.problem(at, `the target must be below ${secretsFolder}, which the secrets have for themselves.`);
      return [];
    }
    return [{ source, file: path.slice(secretsFolder.length + 1), mode: mode ?? "0444", owner: owner ?? "0:0" }];
  });
}

/** Configs are files of the image: they are copied into it. */
export function readConfigs(service: Source, contents: ReadonlyMap<string, ConfigContent>): BakedFile[] {
  const names = new Set(contents.keys());
  return readMounted(service, "configs", names).map(({ source, target, owner, mode }) => ({
    ...contents.get(source)!,
    target: posix.resolve("/", target ?? source),
    mode: mode ?? "0444",
    ...(owner !== undefined && { owner }),
  }));
}

export type ConfigContent = { readonly path: string } | { readonly content: string };
