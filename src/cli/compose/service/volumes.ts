import { isAbsolute, resolve } from "node:path";
import type { MountPoint, Tmpfs, Volume } from "#generated/ecs/types.ts";
import { isObject } from "#kernel/json-object.ts";
import type { BakedFile, Surroundings } from "../model.ts";
import { parseBytes } from "../values.ts";
import { Source } from "./source.ts";

export interface Volumes {
  readonly volumes: Volume[];
  readonly mountPoints: MountPoint[];
  readonly tmpfs: Tmpfs[];
  readonly files: BakedFile[];
}

export interface VolumeRules {
  readonly surroundings: Surroundings;
  /** Named volumes may live and die with their task. */
  readonly ephemeral: boolean;
  /** What is bound to be written to may be copied too; what is written is lost with the task. */
  readonly copyBinds: boolean;
  /** The names under `volumes` of the file. */
  readonly named: ReadonlySet<string>;
}

interface Mount {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** `volumes` and `tmpfs`, in the short and the long syntax. */
export function readVolumes(service: Source, rules: VolumeRules, defaultTmpfsMiB: number): Volumes {
  const found: Volumes = { volumes: [], mountPoints: [], tmpfs: [], files: [] };
  for (const [i, item] of service.list("volumes").entries()) {
    const at = `volumes[${i}]`;
    const mount = isObject(item)
      ? longMount(new Source(item, service.where(at), service.report), found, defaultTmpfsMiB)
      : shortMount(service, at, String(item));
    if (mount !== undefined) addMount(service, { ...mount, at }, rules, found);
  }
  for (const [i, text] of service.texts("tmpfs").entries()) {
    const [containerPath = "", options = ""] = text.split(":");
    const { size, rest } = tmpfsOptions(options);
    if (!isAbsolute(containerPath)) service.problem(`tmpfs[${i}]`, "must be an absolute path.");
    found.tmpfs.push({ containerPath, size: size ?? defaultTmpfsMiB, ...(rest.length > 0 && { mountOptions: rest }) });
  }
  return found;
}

function shortMount(service: Source, at: string, text: string): Mount | undefined {
  const [first = "", second, options = ""] = text.split(":");
  const [source, target] = second === undefined ? [undefined, first] : [first, second];
  if (!isAbsolute(target)) {
    service.problem(
      at,
      "must be such as data:/var/lib/data or ./conf:/etc/app:ro, with an absolute path in the container.",
    );
    return undefined;
  }
  // SELinux labels (z, Z) and caching hints concern hosts that there are none of.
  const readOnly = options.split(",").includes("ro");
  const type = source !== undefined && /^[./~]/.test(source) ? "bind" : "volume";
  return { type, ...(source !== undefined && { source }), target, readOnly };
}

function longMount(mount: Source, found: Volumes, defaultTmpfsMiB: number): Mount | undefined {
  mount.refuseOthers(["type", "source", "target", "read_only", "tmpfs", "volume", "bind", "consistency"]);
  const [type, source, target] = [mount.text("type") ?? "volume", mount.text("source"), mount.text("target")];
  if (target === undefined || !isAbsolute(target)) {
    mount.problem("target", "must be an absolute path in the container.");
    return undefined;
  }
  mount.map("volume").refuseOthers(["nocopy"], { subpath: "cannot be expressed." });
  mount.map("bind").refuseOthers(["create_host_path", "selinux"], { propagation: "cannot be expressed." });
  if (type === "tmpfs") {
    const options = mount.map("tmpfs");
    options.refuseOthers(["size", "mode"]);
    const [size, mode] = [options.bytes("size"), options.text("mode")];
    found.tmpfs.push({
      containerPath: target,
      size: size === undefined ? defaultTmpfsMiB : Math.max(1, Math.ceil(size / 2 ** 20)),
      ...(mode !== undefined && { mountOptions: [`mode=${mode}`] }),
    });
    return undefined;
  }
  if (type !== "volume" && type !== "bind") {
    mount.problem("type", `${type} cannot be expressed.`);
    return undefined;
  }
  return { type, ...(source !== undefined && { source }), target, readOnly: mount.flag("read_only") ?? false };
}

function addMount(service: Source, mount: Mount & { readonly at: string }, rules: VolumeRules, found: Volumes) {
  const { type, source, target, readOnly, at } = mount;
  if (type === "bind") return addBind(service, at, mount, rules, found);
  if (source !== undefined && !rules.named.has(source)) {
    return service.problem(at, `the volume ${source} is not among the file's volumes.`);
  }
  if (source !== undefined && !rules.ephemeral) {
    const words =
      `the named volume ${source} has to outlive its task, and Fargate has no storage here that does (no Amazon ` +
      "EFS). With --ephemeral-volumes it is empty in each new task.";
    return service.problem(at, words);
  }
  addVolume(found, source ?? `anonymous-${found.volumes.length + 1}`, target, readOnly);
}

/** A volume of the task's own, empty at first. */
function addVolume(found: Volumes, name: string, target: string, readOnly: boolean): void {
  if (!found.volumes.some((volume) => volume.name === name)) found.volumes.push({ name });
  found.mountPoints.push({ sourceVolume: name, containerPath: target, ...(readOnly && { readOnly }) });
}

/** Fargate has no folders of a machine: what is only read is copied into the image instead. */
function addBind(service: Source, at: string, { source, target, readOnly }: Mount, rules: VolumeRules, found: Volumes) {
  const path = resolve(rules.surroundings.directory, expandHome(source ?? "", rules.surroundings));
  const kind = rules.surroundings.kindOf(path);
  if (kind === "other")
    return service.problem(at, `${source} is neither a file nor a folder: Fargate has no host to share.`);
  if (!readOnly && !rules.copyBinds) {
    const words =
      `${source} is of this machine, which Fargate does not share. Make it read-only (:ro), and it is copied into ` +
      "the image; with --copy-binds so are all, and what is written is lost with the task.";
    return service.problem(at, words);
  }
  if (kind === undefined && readOnly) return service.problem(at, `${source} does not exist.`);
  if (kind === undefined) return addVolume(found, `bind-${found.volumes.length + 1}`, target, false);
  found.files.push({ path, target });
}

function expandHome(path: string, { lookup }: Surroundings): string {
  return path.replace(/^~(?=\/|$)/, lookup("HOME") ?? "~");
}

function tmpfsOptions(text: string): { size?: number; rest: string[] } {
  const options = text === "" ? [] : text.split(",");
  const size = parseBytes(options.find((option) => option.startsWith("size="))?.slice(5));
  const rest = options.filter((option) => !option.startsWith("size="));
  return { ...(size !== undefined && { size: Math.max(1, Math.ceil(size / 2 ** 20)) }), rest };
}
