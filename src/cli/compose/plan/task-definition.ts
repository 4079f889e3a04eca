import type { ContainerDefinition, LogConfiguration, RegisterTaskDefinitionRequest } from "#generated/ecs/types.ts";
import type { MountedSecret, PlannedService } from "../model.ts";
import { familyOf, logGroupOf, secretsContainer } from "./names.ts";

/** What is known only when images and secrets are where they belong. */
export interface TaskFacts {
  readonly project: string;
  readonly region: string;
  readonly image: string;
  readonly executionRoleArn: string;
  /** Without rights: ECS Exec is for tasks that have a role. */
  readonly taskRoleArn: string;
  /** An image with a shell, for the container that writes the secrets. */
  readonly helperImage: string;
  /** Secret of the project -> what names it, and its version, in Secrets Manager. */
  readonly secrets: ReadonlyMap<string, string>;
}

const secretsVolume = "estiva-secrets";
const secretsFolder = "/run/secrets";

/** The task definition of a service: its container and, when it has secrets, one before it that writes them. */
export function taskDefinitionOf(service: PlannedService, facts: TaskFacts): RegisterTaskDefinitionRequest {
  const logConfiguration = logsTo(facts, service.name);
  const app: ContainerDefinition = { ...service.container, image: facts.image, logConfiguration };
  const hasSecrets = service.secrets.length > 0;
  return {
    family: familyOf(facts.project, service.name),
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: String(service.cpu),
    memory: String(service.memoryMiB),
    executionRoleArn: facts.executionRoleArn,
    taskRoleArn: facts.taskRoleArn,
    ...(service.runtimePlatform && { runtimePlatform: service.runtimePlatform }),
    ...((hasSecrets || service.volumes.length > 0) && {
      volumes: [...service.volumes, ...(hasSecrets ? [{ name: secretsVolume }] : [])],
    }),
    containerDefinitions: hasSecrets ? [withSecrets(app), secretsWriter(service, facts, logConfiguration)] : [app],
  };
}

function logsTo({ project, region }: TaskFacts, service: string): LogConfiguration {
  const options = {
    "awslogs-group": logGroupOf(project),
    "awslogs-region": region,
    "awslogs-stream-prefix": service,
    "awslogs-create-group": "true",
  };
  return { logDriver: "awslogs", options };
}

function withSecrets(app: ContainerDefinition): ContainerDefinition {
  const mount = { sourceVolume: secretsVolume, containerPath: secretsFolder, readOnly: true };
  return {
    ...app,
    mountPoints: [...(app.mountPoints ?? []), mount],
    dependsOn: [{ containerName: secretsContainer, condition: "SUCCESS" }],
  };
}

/** ECS gives secrets as variables only: this container has them for a moment and writes the files. */
function secretsWriter(
  { secrets }: PlannedService,
  facts: TaskFacts,
  logConfiguration: LogConfiguration,
): ContainerDefinition {
  return {
    name: secretsContainer,
    image: facts.helperImage,
    essential: false,
    entryPoint: ["/bin/sh", "-c"],
    command: [["set -e", ...secrets.flatMap(writeLines)].join("\n")],
    secrets: secrets.map(({ source }, i) => ({ name: `SECRET_${i}`, valueFrom: facts.secrets.get(source)! })),
    mountPoints: [{ sourceVolume: secretsVolume, containerPath: secretsFolder }],
    logConfiguration,
  };
}

function writeLines({ file, mode, owner }: MountedSecret, i: number): string[] {
  const path = quoted(`${secretsFolder}/${file}`);
  const folder = file.includes("/") ? [`mkdir -p "$(dirname ${path})"`] : [];
  return [...folder, `printf %s "$SECRET_${i}" > ${path}`, `chmod ${mode} ${path}`, `chown ${owner} ${path}`];
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
