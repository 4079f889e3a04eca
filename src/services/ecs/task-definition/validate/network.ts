import { isIP } from "node:net";
import type { ContainerDefinition, NetworkMode } from "#generated/ecs/types.ts";
import { eachContainer, listed, type Rule } from "./rule.ts";

interface Restriction {
  readonly used: (container: ContainerDefinition) => boolean;
  readonly words: (mode: NetworkMode) => string;
  /** The modes in which it cannot be used. */
  readonly modes: readonly NetworkMode[];
}

/** What containers cannot choose for themselves when they share the network of the task or of the host. */
const restrictions: readonly Restriction[] = [
  {
    used: ({ links }) => listed(links).length > 0,
    words: (mode) => `Links are not supported when networkMode=${mode}.`,
    modes: ["awsvpc", "host", "none"],
  },
  {
    used: ({ hostname }) => hostname !== undefined,
    words: (mode) => `hostname is not supported on container when networkMode=${mode}.`,
    modes: ["awsvpc", "host"],
  },
  {
    used: ({ disableNetworking }) => disableNetworking === true,
    words: (mode) => `Disable Networking is not supported on container when networkMode=${mode}.`,
    modes: ["awsvpc", "host"],
  },
  {
    used: ({ dnsServers }) => listed(dnsServers).length > 0,
    words: (mode) => `DNS servers are not supported on container when networkMode=${mode}.`,
    modes: ["awsvpc"],
  },
  {
    used: ({ dnsSearchDomains }) => listed(dnsSearchDomains).length > 0,
    words: (mode) => `DNS search domains are not supported on container when networkMode=${mode}.`,
    modes: ["awsvpc"],
  },
  {
    used: ({ extraHosts }) => listed(extraHosts).length > 0,
    words: (mode) => `Extra hosts are not supported on container when networkMode=${mode}.`,
    modes: ["awsvpc"],
  },
];

const chosenByContainer: Rule = function* ({ networkMode = "bridge", containerDefinitions }) {
  for (const { used, words, modes } of restrictions) {
    if (modes.includes(networkMode) && containerDefinitions.some(used)) yield words(networkMode);
  }
};

/** Each container has a network of its own on AWS in the modes bridge and none; here those of a task share one. */
const oneHostname: Rule = function* ({ containerDefinitions }) {
  const hostnames = new Set(containerDefinitions.flatMap(({ hostname }) => hostname ?? []));
  if (hostnames.size <= 1) return;
  yield "Unsupported 'hostname' settings: the containers of a task share one host name on this platform. Give them " +
    "the same.";
};

/** `host-gateway`, which an engine of one's own may take, is none here either: the platform writes the hosts file. */
const addresses = eachContainer(function* ({ name, dnsServers, extraHosts }) {
  const given = { dnsServers: listed(dnsServers), extraHosts: listed(extraHosts).map(({ ipAddress }) => ipAddress) };
  for (const [field, texts] of Object.entries(given)) {
    const other = texts.find((text) => isIP(text) === 0);
    if (other !== undefined) {
      yield `Invalid '${field}' setting for container '${name}'. '${other}' is not an IP address.`;
    }
  }
});

export const networkRules: readonly Rule[] = [chosenByContainer, oneHostname, addresses];
