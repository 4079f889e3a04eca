import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ServiceAuthorization } from "#kernel/authorization.ts";
import type { Collection } from "#kernel/store.ts";
import { serviceIndex } from "#wire/model.ts";
import { type TestWorld, testWorld } from "../support/context.ts";

const services = join(import.meta.dirname, "../../src/services");

/** The services that have a table of actions, by their folders. */
export const folders = readdirSync(services, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(join(services, entry.name)).includes("authorization.ts"))
  .map(({ name }) => name);

const anything: object = new Proxy(() => anything, { get: () => anything });

export async function tableOf(service: string): Promise<ServiceAuthorization> {
  const exports: Record<string, unknown> = await import(join(services, service, "authorization.ts"));
  const values = Object.values(exports).map((value) => (typeof value === "function" ? value(anything) : value));
  return values.find((value) => (value as Partial<ServiceAuthorization>)?.operations) as ServiceAuthorization;
}

/** Folders are called as their models, but for these two: Cloud Map's is called as its prefix. */
export function modelOf(service: string, { prefix }: ServiceAuthorization): string {
  if (service === "elb") return "elbv2";
  return serviceIndex[service] === undefined ? prefix : service;
}

/** A store for the records of all of them. */
export async function worldOfAll(): Promise<TestWorld> {
  const collections: Collection<unknown>[] = [];
  for (const service of folders) {
    const exports: Record<string, unknown> = await import(join(services, service, "index.ts"));
    for (const value of Object.values(exports)) {
      if (Array.isArray(value) && value.every((item) => typeof item?.name === "string" && item.name.includes("/"))) {
        collections.push(...value);
      }
    }
  }
  return testWorld({ collections: [...new Set(collections)] });
}
