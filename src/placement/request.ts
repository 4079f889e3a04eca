import { type Constraints, unconstrained } from "./constraint.ts";
import { type Filter, filters } from "./filters.ts";
import { type HostPort, portNumber } from "./instance.ts";
import type { Strategy } from "./strategy.ts";

/** What a task needs, and how it is to be placed. */
export interface RequestSpec {
  /** The task group: what is spread, and what `distinctInstance` keeps apart. `service:web`, `family:job`. */
  readonly group: string;
  /** CPU units and MiB that are reserved for the task; 0 reserves none. */
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly gpuCount?: number;
  /** With awsvpc: it needs a network interface of its own. */
  readonly networkInterface?: boolean;
  /** Host ports that the task definition names. Ports chosen by the engine are not asked for. */
  readonly ports?: readonly HostPort[];
  /** Attributes that the task definition requires. */
  readonly attributes?: readonly { readonly name: string; readonly value?: string | undefined }[];
  /** Zones of the subnets that the task's interface may be in; any when absent. */
  readonly zones?: readonly string[];
  readonly constraints?: Constraints;
  /** Any instance that fits, at random, when empty. */
  readonly strategies: readonly Strategy[];
}

/** A request that has been made ready: compile once, place as often as wanted. */
export interface PlacementRequest {
  readonly spec: RequestSpec;
  readonly group: string;
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly gpuCount: number;
  /** 1 or 0. */
  readonly networkInterfaces: number;
  /** By `portNumber`, sorted. */
  readonly ports: readonly number[];
  readonly attributes: readonly { readonly name: string; readonly value?: string | undefined }[];
  readonly constraints: Constraints;
  readonly strategies: readonly Strategy[];
  /** The filters that have something to say about this request, in order. */
  readonly filters: readonly Filter[];
  /** Requests with the same text place in the same way. */
  readonly key: string;
}

export function compileRequest(spec: RequestSpec): PlacementRequest {
  const ports = [...new Set((spec.ports ?? []).map(portNumber))].sort((a, b) => a - b);
  const constraints = spec.constraints ?? unconstrained;
  const request = {
    spec,
    group: spec.group,
    cpu: spec.cpu,
    memoryMiB: spec.memoryMiB,
    gpuCount: spec.gpuCount ?? 0,
    networkInterfaces: spec.networkInterface ? 1 : 0,
    ports,
    attributes: spec.attributes ?? [],
    constraints,
    strategies: spec.strategies,
  };
  const used = filters.filter((filter) => filter.concerns(request));
  const key = JSON.stringify([
    spec.group,
    spec.cpu,
    spec.memoryMiB,
    spec.strategies.map((strategy) => Object.values(strategy)),
    ...used.map((filter) => [filter.reason, filter.key(request)]),
  ]);
  return { ...request, filters: used, key };
}
