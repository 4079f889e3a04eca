import type { ServiceRegistry } from "#generated/ecs/types.ts";
import type { Client } from "../ecs/client.ts";
import type { EcsPlane } from "../ecs/scenario.ts";
import type { Simulation } from "../simulate.ts";
import type { ServicesWorld } from "./scenario.ts";

/** One of several who make, change and delete services at the same time. */
export interface ServiceUser {
  readonly sim: Simulation<EcsPlane>;
  readonly world: ServicesWorld;
  readonly client: Client;
  readonly definitions: string[];
  readonly subnets: readonly string[];
  /** Where tasks are registered; none: nowhere. */
  readonly registries: readonly ServiceRegistry[];
  readonly next: () => number;
}

export const cluster = "alpha";
export const serviceNames = ["web", "worker", "batch"];
/** Those that have task sets. */
export const externalServices = ["outside"];
export const allServices = [...serviceNames, ...externalServices];

/** What two users may do to each other. */
export const crossing = [
  "ServiceNotFoundException",
  "ServiceNotActiveException",
  "ClusterNotFoundException",
  "InvalidParameterException",
  "ClientException",
  "ConflictException",
  "ServiceDeploymentNotFoundException",
  "TaskSetNotFoundException",
];
