import type { Handler, ServiceModule } from "#kernel/handler.ts";
import { loadModel, type Model, serviceIndex } from "#wire/model.ts";
import type { ServiceMetadata } from "#wire/table.ts";

/** A service that the gateway serves. Its table is loaded when `model` is first read. */
export interface ServiceEntry {
  readonly name: string;
  readonly metadata: ServiceMetadata;
  readonly model: Model;
  handlerOf(operation: string): Handler | undefined;
}

/** The services by all that a request can name them by. */
export interface Catalog {
  byTargetPrefix(prefix: string): ServiceEntry | undefined;
  bySigningName(name: string): readonly ServiceEntry[];
  byVersion(apiVersion: string): readonly ServiceEntry[];
}

/** Throws when a module bears a name that was not generated. */
export function createCatalog(modules: readonly ServiceModule[]): Catalog {
  const entries = modules.map(entryOf);
  const targets = new Map(entries.flatMap((entry) => targetNames(entry).map((name) => [name, entry] as const)));
  const group = (key: (entry: ServiceEntry) => string) => Map.groupBy(entries, key);
  const signingNames = group(({ metadata }) => metadata.signingName);
  const versions = group(({ metadata }) => metadata.apiVersion);
  return {
    byTargetPrefix: (prefix) => targets.get(prefix),
    bySigningName: (name) => signingNames.get(name) ?? [],
    byVersion: (apiVersion) => versions.get(apiVersion) ?? [],
  };
}

/** Newer SDKs leave out the package before the name: `com.amazonaws.cloudtrail...CloudTrail_20131101`. */
function targetNames({ metadata: { targetPrefix } }: ServiceEntry): string[] {
  return targetPrefix === undefined ? [] : [targetPrefix, targetPrefix.slice(targetPrefix.lastIndexOf(".") + 1)];
}

function entryOf(module: ServiceModule): ServiceEntry {
  const metadata = serviceIndex[module.name];
  if (metadata === undefined) throw new Error(`No generated model of service ${module.name}`);
  return {
    name: module.name,
    metadata,
    get model() {
      return loadModel(module.name);
    },
    handlerOf: (operation) => (Object.hasOwn(module.operations, operation) ? module.operations[operation] : undefined),
  };
}
