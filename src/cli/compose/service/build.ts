import { resolve } from "node:path";
import type { Build, Surroundings } from "../model.ts";
import { Source } from "./source.ts";

const known = ["context", "dockerfile", "dockerfile_inline", "args", "labels", "target", "network", "no_cache", "pull"];
const buildKit = "is not passed on: the image is built by the engine's plain build.";

/** `build`: a folder, or the long syntax. */
export function readBuild(service: Source, surroundings: Surroundings): Build | undefined {
  const value = service.raw("build");
  if (value === undefined) return undefined;
  const build =
    typeof value === "string"
      ? new Source({ context: value }, service.where("build"), service.report)
      : service.map("build");
  build.refuseOthers([...known, "extra_hosts", "cache_from"], {
    ...Object.fromEntries(
      ["additional_contexts", "cache_to", "entitlements", "isolation", "platforms", "privileged", "provenance"]
        .concat(["sbom", "secrets", "shm_size", "ssh", "tags", "ulimits", "no_cache_filter"])
        .map((key) => [key, buildKit]),
    ),
  });
  if (build.has("dockerfile") && build.has("dockerfile_inline")) {
    build.problem("dockerfile_inline", "cannot be given together with dockerfile.");
  }
  const context = contextOf(build, surroundings);
  const [dockerfile, inline, target] = [
    build.text("dockerfile"),
    build.text("dockerfile_inline"),
    build.text("target"),
  ];
  const network = build.text("network");
  return {
    context,
    ...(dockerfile !== undefined && { dockerfile: resolve(context, dockerfile) }),
    ...(inline !== undefined && { inline }),
    ...(target !== undefined && { target }),
    ...(network !== undefined && { network }),
    // An argument without a value has that of the surroundings, as docker build has it.
    args: build
      .pairs("args")
      .flatMap(([name, value = surroundings.lookup(name)]) => (value === undefined ? [] : [[name, value]])),
    labels: build.pairs("labels").map(([name, value = ""]) => [name, value]),
    noCache: build.flag("no_cache") ?? false,
    pull: build.flag("pull") ?? false,
    extraHosts: build.pairs("extra_hosts").map(([name, value]) => (value === undefined ? name : `${name}:${value}`)),
  };
}

function contextOf(build: Source, surroundings: Surroundings): string {
  const context = build.text("context") ?? ".";
  if (isRemoteContext(context)) return context;
  const path = resolve(surroundings.directory, context);
  if (surroundings.kindOf(path) !== "folder") build.problem("context", `${context} is no folder.`);
  return path;
}

/** Whether the engine fetches the context from somewhere else. */
export function isRemoteContext(context: string): boolean {
  return /^(https?|git|ssh):\/\/|^git@|^github\.com\//.test(context);
}
