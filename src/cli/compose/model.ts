import type {
  ContainerDefinition,
  DeploymentConfiguration,
  RuntimePlatform,
  Tag,
  Volume,
} from "#generated/ecs/types.ts";

/** What a compose file comes to, before anything is made: names and numbers, no ids. */
export interface Project {
  readonly name: string;
  /** Every service of the file, whether it is to start or not. */
  readonly defined: readonly string[];
  /** Those to start, each after what it depends on. */
  readonly services: readonly PlannedService[];
  /** Networks that services are on. */
  readonly networks: readonly PlannedNetwork[];
  readonly secrets: readonly PlannedSecret[];
}

export interface PlannedNetwork {
  readonly name: string;
  /** Nothing on it reaches the outside. */
  readonly internal: boolean;
}

export interface PlannedSecret {
  readonly name: string;
  /** Of a secret that is there already: its name or ARN in Secrets Manager. */
  readonly external?: string;
  readonly value?: string;
}

export interface PlannedService {
  readonly name: string;
  /** A job runs once, to its end; a service is kept running. */
  readonly kind: "service" | "job";
  readonly image?: string;
  readonly build?: Build;
  /** Laid over the image: configs and read-only binds. */
  readonly files: readonly BakedFile[];
  /** Said in the image, where ECS reads it. */
  readonly stopSignal?: string;
  /** All but the image and the log configuration. */
  readonly container: Omit<ContainerDefinition, "image">;
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly runtimePlatform?: RuntimePlatform;
  readonly volumes: readonly Volume[];
  readonly replicas: number;
  readonly deployment: DeploymentConfiguration;
  /** Names under which other services find it, besides its own. */
  readonly aliases: readonly string[];
  readonly networks: readonly string[];
  readonly ports: readonly PublishedPort[];
  readonly secrets: readonly MountedSecret[];
  readonly dependsOn: readonly Dependency[];
  readonly tags: readonly Tag[];
  /** Whether `up` shows what it writes. */
  readonly attach: boolean;
}

export interface Build {
  /** A folder, or an address that the engine fetches. */
  readonly context: string;
  readonly dockerfile?: string;
  readonly inline?: string;
  readonly args: readonly (readonly [name: string, value: string])[];
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly target?: string;
  readonly network?: string;
  readonly noCache: boolean;
  readonly pull: boolean;
  readonly extraHosts: readonly string[];
}

/** A file or a folder of this machine, or a text, that is copied into the image. */
export type BakedFile = { readonly target: string; readonly mode?: string; readonly owner?: string } & (
  | { readonly path: string }
  | { readonly content: string }
);

/** A port of this machine that leads to a port of the service's tasks. */
export interface PublishedPort {
  /** Where it listens: an address of this machine. */
  readonly hostIp: string;
  /** 0: any that is free. */
  readonly hostPort: number;
  readonly containerPort: number;
}

export interface MountedSecret {
  /** Of the file's `secrets`. */
  readonly source: string;
  /** Below /run/secrets. */
  readonly file: string;
  readonly mode: string;
  readonly owner: string;
}

export interface Dependency {
  readonly service: string;
  readonly condition: "service_started" | "service_healthy" | "service_completed_successfully";
  readonly required: boolean;
}

/** What the reading of a compose file needs of this machine, so that tests can give it. */
export interface Surroundings {
  /** The environment, and `.env`. */
  lookup(name: string): string | undefined;
  /** The text of a file; undefined: there is none. */
  read(path: string): string | undefined;
  kindOf(path: string): "file" | "folder" | "other" | undefined;
  /** What paths in the file are relative to. */
  readonly directory: string;
}
