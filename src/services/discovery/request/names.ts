import { Fault } from "#kernel/fault.ts";
import type { ServiceRecord } from "../model.ts";

const longestName = 253;
const longestLabel = 63;

/** Refuses a domain name that DNS cannot carry. */
export function checkDomainName(what: string, name: string): void {
  const labels = name.replace(/\.$/, "").split(".");
  if (name.length <= longestName && labels.every(({ length }) => length > 0 && length <= longestLabel)) return;
  const message =
    `${what} '${name}' isn't a valid domain name: the parts between its dots must have 1 to ${longestLabel} ` +
    `characters each, and the whole at most ${longestName}.`;
  throw new Fault("InvalidInput", message);
}

/** `web.example.local` */
export function dnsNameOf({ name }: Pick<ServiceRecord, "name">, zone: string): string {
  return `${name}.${zone}`;
}

/** The host that the SRV record of an instance names: `i-1.web.example.local`. */
export function hostNameOf(instanceId: string, service: Pick<ServiceRecord, "name">, zone: string): string {
  return `${instanceId}.${dnsNameOf(service, zone)}`;
}
