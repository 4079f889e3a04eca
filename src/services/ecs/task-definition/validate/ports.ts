import type { PortMapping } from "#generated/ecs/types.ts";
import { parsePortRange, portsOf } from "#kernel/port-mapping.ts";
import { type Definition, eachContainer, firstRepeated, listed, type Rule, within } from "./rule.ts";

const maxRanges = 100;
const portNamePattern = /^[a-z0-9_][a-z0-9_-]{0,63}$/;

const settings = eachContainer(function* ({ name, portMappings }) {
  for (const port of listed(portMappings)) {
    if (port.containerPortRange !== undefined) {
      if (port.containerPort !== undefined || port.hostPort !== undefined) {
        yield `Invalid setting for container '${name}'. You cannot specify both single port and port range.`;
      }
      if (parsePortRange(port.containerPortRange) === undefined) {
        yield `Invalid 'containerPortRange' setting for container '${name}'.`;
      }
    } else {
      if (port.containerPort === undefined || !within(port.containerPort, 1, 65535)) {
        yield `Invalid 'containerPort' setting for container '${name}'.`;
      }
      if (!within(port.hostPort, 0, 65535)) yield `Invalid 'hostPort' setting for container '${name}'.`;
    }
    if (port.name !== undefined && !portNamePattern.test(port.name)) {
      yield `Invalid 'name' setting for port mapping of container '${name}'.`;
    }
    if (port.appProtocol !== undefined && (port.name === undefined || port.protocol === "udp")) {
      yield `Invalid 'appProtocol' setting for container '${name}'. It needs a port mapping name and protocol tcp.`;
    }
  }
  if (listed(portMappings).filter((port) => port.containerPortRange !== undefined).length > maxRanges) {
    yield `Invalid setting for container '${name}'. At most ${maxRanges} port ranges can be specified.`;
  }
});

const hostPortsMatch: Rule = function* (definition) {
  const { networkMode } = definition;
  if (networkMode !== "awsvpc" && networkMode !== "host") return;
  for (const port of allPorts(definition)) {
    if (port.hostPort !== undefined && port.hostPort !== 0 && port.hostPort !== port.containerPort) {
      yield `When networkMode=${networkMode}, the host ports and container ports in port mappings must match.`;
    }
    if (networkMode === "host" && port.containerPortRange !== undefined) {
      yield "When networkMode=host, a container port range cannot be specified.";
    }
  }
};

const noneHasNoPorts: Rule = function* (definition) {
  if (definition.networkMode === "none" && allPorts(definition).length > 0) {
    yield "Port mappings are not supported when networkMode=none.";
  }
};

/** "A port can only be included in one port mapping per container", where there are ranges ("PortMapping"). */
const usedOnce = eachContainer(function* ({ portMappings }) {
  const ports = listed(portMappings);
  if (ports.every((port) => port.containerPortRange === undefined)) return;
  const repeated = firstRepeated(ports.flatMap(portsOfMapping));
  if (repeated !== undefined) yield `The container port ${repeated} is used multiple times in task.`;
});

/** In bridge mode each container has a network of its own on AWS; here those of a task share one. */
const usedByOneContainer: Rule = function* ({ networkMode = "bridge", containerDefinitions }) {
  if (networkMode !== "bridge") return;
  const used = containerDefinitions.flatMap(({ portMappings }) => {
    const own = listed(portMappings).flatMap((port) =>
      portsOfMapping(port).map((at) => `${at}/${port.protocol ?? "tcp"}`),
    );
    return [...new Set(own)];
  });
  const repeated = firstRepeated(used);
  if (repeated === undefined) return;
  yield `Unsupported port mappings: two containers use the container port ${repeated}, and the containers of a task ` +
    "share one network on this platform. Give them different ports.";
};

/** Containers that share a network have its ports for theirs, each once a protocol. */
const hostPortsUsedOnce: Rule = function* (definition) {
  const shared = definition.networkMode === "awsvpc" || definition.networkMode === "host";
  const hostPorts = allPorts(definition).flatMap((port) => {
    const ports = shared ? portsOfMapping(port) : port.hostPort ? [port.hostPort] : [];
    return ports.map((each) => `${(port.protocol ?? "tcp").toUpperCase()} host port '${each}'`);
  });
  const repeated = firstRepeated(hostPorts);
  if (repeated !== undefined) yield `${repeated} is mapped multiple times in task.`;
};

function portsOfMapping({ containerPort, containerPortRange }: PortMapping): number[] {
  return portsOf(containerPort, containerPortRange);
}

const namesUsedOnce: Rule = function* (definition) {
  const name = firstRepeated(allPorts(definition).flatMap((port) => port.name ?? []));
  if (name !== undefined) yield `The port mapping name '${name}' is already used.`;
};

function allPorts(definition: Definition): PortMapping[] {
  return definition.containerDefinitions.flatMap(({ portMappings }) => listed(portMappings));
}

export const portRules: readonly Rule[] = [
  settings,
  noneHasNoPorts,
  hostPortsMatch,
  usedOnce,
  usedByOneContainer,
  hostPortsUsedOnce,
  namesUsedOnce,
];
