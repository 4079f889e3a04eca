import { isObject } from "#kernel/json-object.ts";
import { overrideMark, resetMark } from "./yaml.ts";

type Tree = { readonly [key: string]: unknown };

/** Keys whose lists and maps say the same: a list is read as a map before two are merged. Path below a service. */
const keyed = new Set(["environment", "labels", "build.args", "build.labels", "deploy.labels", "extra_hosts"]);
keyed.add("sysctls").add("annotations").add("depends_on").add("networks").add("build.extra_hosts");
/** Commands are one thing: the later one counts. */
const whole = new Set(["command", "entrypoint", "healthcheck.test"]);
/** Lists whose items have a name: an item takes the place of the one with the same. */
const identities: Readonly<Record<string, (item: unknown) => string>> = {
  volumes: (item) => (typeof item === "string" ? targetOf(item) : String((item as Tree)?.target)),
  secrets: mountName,
  configs: mountName,
  ports: (item) => (typeof item === "object" ? JSON.stringify(item, undefined, 0) : String(item)),
};

/** `./a:/b:ro` -> `/b` */
function targetOf(volume: string): string {
  const parts = volume.split(":");
  return parts.length === 1 ? parts[0]! : parts[1]!;
}

function mountName(item: unknown): string {
  return typeof item === "object" && item !== null
    ? String((item as Tree).target ?? (item as Tree).source)
    : String(item);
}

/** One compose file over another, as the Compose Specification ("Merge and override") has it. */
export function mergeFiles(base: unknown, over: unknown): unknown {
  if (!isObject(base) || !isObject(over)) return stripMarks(over ?? base);
  return mergeMaps(base, over, (a, b, key) => {
    const named = ["services", "networks", "volumes", "secrets", "configs"].includes(key);
    if (!named || !isObject(a) || !isObject(b)) return mergeValues(a, b, "");
    return mergeMaps(a, b, (one, other) =>
      key === "services" ? mergeServices(one, other) : mergeValues(one, other, ""),
    );
  });
}

/** One description of a service over another: of a later file, or over what it `extends`. */
export function mergeServices(base: unknown, over: unknown): unknown {
  return mergeValues(base, over, "");
}

/** A tree without marks of `!reset` and `!override`, as when there is nothing before it. */
export function stripMarks(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(stripMarks);
  if (!isObject(tree)) return tree;
  if (overrideMark in tree) return stripMarks(tree[overrideMark]);
  const entries = Object.entries(tree).filter(([, value]) => !(isObject(value) && resetMark in value));
  return Object.fromEntries(entries.map(([key, value]) => [key, stripMarks(value)]));
}

function mergeMaps(base: Tree, over: Tree, merge: (a: unknown, b: unknown, key: string) => unknown): Tree {
  const merged: Record<string, unknown> = { ...(stripMarks(base) as Tree) };
  for (const [key, value] of Object.entries(over)) {
    if (isObject(value) && resetMark in value) delete merged[key];
    else if (isObject(value) && overrideMark in value) merged[key] = stripMarks(value[overrideMark]);
    else merged[key] = key in merged ? merge(merged[key], value, key) : stripMarks(value);
  }
  return merged;
}

function mergeValues(base: unknown, over: unknown, path: string): unknown {
  if (over === null || over === undefined) return base;
  if (whole.has(path)) return stripMarks(over);
  if (keyed.has(path)) return mergeKeyed(base, over, path);
  if (isObject(base) && isObject(over)) {
    return mergeMaps(base, over, (a, b, key) => mergeValues(a, b, path === "" ? key : `${path}.${key}`));
  }
  if (Array.isArray(base) && Array.isArray(over)) return mergeLists(base, over.map(stripMarks), identities[path]);
  // Of a short and a long form (build, depends_on) the later one counts; so it does of texts and numbers.
  if (path === "build" && typeof base === "string" && isObject(over)) return { context: base, ...over };
  if (path === "build" && isObject(base) && typeof over === "string") return { ...base, context: over };
  if (["dns", "dns_search", "env_file", "tmpfs"].includes(path)) return [base, over].flat();
  return stripMarks(over);
}

function mergeLists(
  base: readonly unknown[],
  over: readonly unknown[],
  identity?: (item: unknown) => string,
): unknown[] {
  const nameOf = identity ?? ((item: unknown) => JSON.stringify(item));
  const items = new Map(base.map((item) => [nameOf(item), item]));
  for (const item of over) items.set(nameOf(item), item);
  return [...items.values()];
}

function mergeKeyed(base: unknown, over: unknown, path: string): unknown {
  const [a, b] = [asMap(base, path), asMap(stripMarks(over), path)];
  if (a === undefined || b === undefined) return stripMarks(over);
  return mergeMaps(a, b, (one, other) => mergeValues(one, other, ""));
}

/** `["A=1", "B"]` -> `{A: "1", B: null}`; hosts may have a colon there. */
function asMap(value: unknown, path: string): Tree | undefined {
  if (isObject(value)) return value;
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) return undefined;
  const hosts = path.endsWith("extra_hosts");
  return Object.fromEntries(
    value.map((item) => {
      if (path === "depends_on") return [item, { condition: "service_started" }];
      const at = item.search(hosts ? /[=:]/ : /=/);
      return at < 0 ? [item, null] : [item.slice(0, at), item.slice(at + 1)];
    }),
  );
}
