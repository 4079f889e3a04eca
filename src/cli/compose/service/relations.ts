import { isObject } from "#kernel/json-object.ts";
import type { Dependency } from "../model.ts";
import type { Source } from "./source.ts";

const conditions = ["service_started", "service_healthy", "service_completed_successfully"];

/** `depends_on` in both syntaxes, and `links`, which come after what they lead to as well. */
export function readDependencies(service: Source): Dependency[] {
  const value = service.raw("depends_on");
  const found = new Map<string, Dependency>();
  if (isObject(value)) {
    const all = service.map("depends_on");
    for (const name of all.keys) {
      const one = all.map(name);
      one.refuseOthers(["condition", "required", "restart"]);
      if (one.flag("restart")) one.problem("restart", "cannot be expressed: ECS replaces tasks one service at a time.");
      const condition = one.text("condition") ?? "service_started";
      if (!conditions.includes(condition)) one.problem("condition", `must be one of ${conditions.join(", ")}.`);
      const required = one.flag("required") ?? true;
      found.set(name, { service: name, condition: condition as Dependency["condition"], required });
    }
  } else for (const name of service.texts("depends_on")) found.set(name, started(name));
  for (const { name } of linksOf(service)) if (!found.has(name)) found.set(name, started(name));
  return [...found.values()];
}

function started(service: string): Dependency {
  return { service, condition: "service_started", required: true };
}

/** `db`, `db:database`: another name for a service, which the whole project knows here. */
export function linksOf(service: Source): { readonly name: string; readonly alias?: string }[] {
  return service.texts("links").map((link) => {
    const [name = "", alias] = link.split(":");
    return { name, ...(alias && alias !== name && { alias }) };
  });
}

/** The networks that a service is on, and its further names there. */
export function readNetworks(service: Source, names: ReadonlySet<string>): { networks: string[]; aliases: string[] } {
  const aliases: string[] = [];
  const containerName = service.text("container_name");
  if (containerName !== undefined) aliases.push(containerName);
  const hostname = service.text("hostname");
  if (hostname !== undefined) {
    service.note(
      "hostname",
      "the container itself has the host name of its address; others find it under this one too.",
    );
    if (!hostname.includes(".")) aliases.push(hostname);
  }
  if (!service.has("networks")) return { networks: ["default"], aliases };
  const value = service.raw("networks");
  const networks = Array.isArray(value) ? service.texts("networks") : Object.keys((value as object) ?? {});
  if (isObject(value)) {
    const all = service.map("networks");
    for (const name of all.keys) {
      const one = all.map(name);
      const address = "cannot be expressed: tasks have the addresses that they are given.";
      one.refuseOthers(["aliases", "priority", "gw_priority"], {
        ipv4_address: address,
        ipv6_address: address,
        mac_address: address,
        link_local_ips: address,
      });
      aliases.push(...one.texts("aliases"));
    }
  }
  for (const name of networks) {
    if (name !== "default" && !names.has(name))
      service.problem("networks", `${name} is not among the file's networks.`);
  }
  return { networks, aliases };
}
