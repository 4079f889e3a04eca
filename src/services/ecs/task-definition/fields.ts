/** What becomes of a field of the input. */
type Field =
  /** It takes effect when a task runs, or is part of what is read back. */
  | "honoured"
  /** Its parts are looked up under the name of this shape. */
  | { readonly shape: string }
  /** A definition that uses it is refused with these words. */
  | { readonly refused: string };

const lastingVolume =
  "On container instances a volume with host.sourcePath or dockerVolumeConfiguration outlives its tasks";

const containerShapes = {
  ContainerDefinition: {
    name: "honoured",
    image: "honoured",
    repositoryCredentials: { shape: "RepositoryCredentials" },
    cpu: "honoured",
    memory: "honoured",
    memoryReservation: "honoured",
    links: "honoured",
    portMappings: { shape: "PortMapping" },
    essential: "honoured",
    restartPolicy: { shape: "ContainerRestartPolicy" },
    entryPoint: "honoured",
    command: "honoured",
    environment: { shape: "KeyValuePair" },
    environmentFiles: refused(
      "environmentFiles",
      "the files are read from Amazon S3, which this platform does not have",
      "Write the variables into environment, and those that are secret into secrets",
    ),
    mountPoints: { shape: "MountPoint" },
    volumesFrom: { shape: "VolumeFrom" },
    linuxParameters: { shape: "LinuxParameters" },
    secrets: { shape: "Secret" },
    dependsOn: { shape: "ContainerDependency" },
    startTimeout: "honoured",
    stopTimeout: "honoured",
    versionConsistency: "honoured",
    hostname: "honoured",
    user: "honoured",
    workingDirectory: "honoured",
    disableNetworking: "honoured",
    privileged: "honoured",
    readonlyRootFilesystem: "honoured",
    dnsServers: "honoured",
    dnsSearchDomains: "honoured",
    extraHosts: { shape: "HostEntry" },
    dockerSecurityOptions: "honoured",
    interactive: "honoured",
    pseudoTerminal: "honoured",
    dockerLabels: "honoured",
    ulimits: { shape: "Ulimit" },
    logConfiguration: { shape: "LogConfiguration" },
    healthCheck: { shape: "HealthCheck" },
    systemControls: { shape: "SystemControl" },
    resourceRequirements: refused(
      "resourceRequirements",
      "no host of this platform offers GPUs or accelerators",
      "Leave it out: the task then has CPUs alone",
    ),
    firelensConfiguration: refused(
      "firelensConfiguration",
      "log routers are not available on this platform",
      "Leave the router out, and use the log driver awslogs",
    ),
    credentialSpecs: refused(
      "credentialSpecs",
      "hosts of this platform do not join Active Directory domains",
      "Give the container the credentials that it logs in with as secrets",
    ),
  },
  RepositoryCredentials: { credentialsParameter: "honoured" },
  PortMapping: {
    containerPort: "honoured",
    hostPort: "honoured",
    protocol: "honoured",
    name: "honoured",
    appProtocol: "honoured",
    containerPortRange: "honoured",
  },
  ContainerRestartPolicy: { enabled: "honoured", ignoredExitCodes: "honoured", restartAttemptPeriod: "honoured" },
  KeyValuePair: { name: "honoured", value: "honoured" },
  MountPoint: { sourceVolume: "honoured", containerPath: "honoured", readOnly: "honoured" },
  VolumeFrom: { sourceContainer: "honoured", readOnly: "honoured" },
  LinuxParameters: {
    capabilities: { shape: "KernelCapabilities" },
    devices: { shape: "Device" },
    initProcessEnabled: "honoured",
    sharedMemorySize: "honoured",
    tmpfs: { shape: "Tmpfs" },
    maxSwap: "honoured",
    swappiness: "honoured",
  },
  KernelCapabilities: { add: "honoured", drop: "honoured" },
  Device: { hostPath: "honoured", containerPath: "honoured", permissions: "honoured" },
  Tmpfs: { containerPath: "honoured", size: "honoured", mountOptions: "honoured" },
  Secret: { name: "honoured", valueFrom: "honoured" },
  ContainerDependency: { containerName: "honoured", condition: "honoured" },
  HostEntry: { hostname: "honoured", ipAddress: "honoured" },
  Ulimit: { name: "honoured", softLimit: "honoured", hardLimit: "honoured" },
  LogConfiguration: {
    logDriver: "honoured",
    options: "honoured",
    secretOptions: refused(
      "secretOptions",
      "the log drivers of this platform take no secrets",
      "Leave it out: awslogs and json-file need none",
    ),
  },
  HealthCheck: {
    command: "honoured",
    interval: "honoured",
    timeout: "honoured",
    retries: "honoured",
    startPeriod: "honoured",
  },
  SystemControl: { namespace: "honoured", value: "honoured" },
} as const satisfies Record<string, Readonly<Record<string, Field>>>;

const taskShapes = {
  RegisterTaskDefinitionRequest: {
    family: "honoured",
    taskRoleArn: "honoured",
    executionRoleArn: "honoured",
    networkMode: "honoured",
    containerDefinitions: { shape: "ContainerDefinition" },
    volumes: { shape: "Volume" },
    placementConstraints: { shape: "TaskDefinitionPlacementConstraint" },
    requiresCompatibilities: "honoured",
    cpu: "honoured",
    memory: "honoured",
    tags: { shape: "Tag" },
    pidMode: "honoured",
    ipcMode: "honoured",
    proxyConfiguration: refused(
      "proxyConfiguration",
      "App Mesh is not available on this platform",
      "Use Service Connect: serviceConnectConfiguration of the service",
    ),
    inferenceAccelerators: { refused: "Unsupported field 'inferenceAccelerators'." },
    ephemeralStorage: { shape: "EphemeralStorage" },
    runtimePlatform: { shape: "RuntimePlatform" },
    enableFaultInjection: refused(
      "enableFaultInjection",
      "the fault injection endpoints are not available",
      "Leave it out, or set it to false",
    ),
  },
  Volume: {
    name: "honoured",
    host: { shape: "HostVolumeProperties" },
    dockerVolumeConfiguration: { shape: "DockerVolumeConfiguration" },
    efsVolumeConfiguration: refused(
      "efsVolumeConfiguration",
      "Amazon EFS is not available on this platform",
      lastingVolume,
    ),
    s3filesVolumeConfiguration: refused(
      "s3filesVolumeConfiguration",
      "Amazon S3 Files is not available here",
      lastingVolume,
    ),
    fsxWindowsFileServerVolumeConfiguration: refused(
      "fsxWindowsFileServerVolumeConfiguration",
      "Amazon FSx is not available on this platform",
      lastingVolume,
    ),
    configuredAtLaunch: refused(
      "configuredAtLaunch",
      "Amazon EBS volumes are not available on this platform",
      "Leave it out, and say with ephemeralStorage how much the task's own storage is to hold",
    ),
  },
  HostVolumeProperties: { sourcePath: "honoured" },
  DockerVolumeConfiguration: {
    scope: "honoured",
    autoprovision: "honoured",
    driver: "honoured",
    driverOpts: "honoured",
    labels: "honoured",
  },
  TaskDefinitionPlacementConstraint: { type: "honoured", expression: "honoured" },
  Tag: { key: "honoured", value: "honoured" },
  EphemeralStorage: { sizeInGiB: "honoured" },
  RuntimePlatform: { cpuArchitecture: "honoured", operatingSystemFamily: "honoured" },
} as const satisfies Record<string, Readonly<Record<string, Field>>>;

/**
 * Every field that RegisterTaskDefinition takes, by the shapes of the API's model. A field is never accepted and
 * ignored: a test fails when the model has one that is missing here.
 */
export const fieldsByShape: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  ...taskShapes,
  ...containerShapes,
};

/** Says why, for each field in use that is refused. */
export function* refusedFields(value: unknown, shape = "RegisterTaskDefinitionRequest"): Generator<string> {
  for (const [name, part] of Object.entries(value as Record<string, unknown>)) {
    const field = fieldsByShape[shape]?.[name];
    if (field === undefined || field === "honoured" || !inUse(part)) continue;
    if ("refused" in field) yield field.refused;
    else for (const item of Array.isArray(part) ? part : [part]) yield* refusedFields(item, field.shape);
  }
}

/** Clients send empty lists and `false` for what they do not use. */
function inUse(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

function refused(field: string, reason: string, instead: string): { readonly refused: string } {
  return { refused: `Unsupported field '${field}': ${reason}. ${instead}.` };
}
