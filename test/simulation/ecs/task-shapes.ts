import type { ContainerDefinition, RegisterTaskDefinitionRequest } from "#generated/ecs/types.ts";
import type { Random } from "#kernel/random.ts";

/** Families with this start have definitions in which nothing ends, fails or is missing. */
export const saneFamily = "sane-";

/** Images whose containers run until they are told to stop, with their chances. */
const lasting = [
  "fake/run-forever",
  "fake/run-forever",
  "fake/run-forever/stop-3s/stopcode-0",
  "fake/run-forever/stop-never",
  "fake/run-forever/pull-15s",
  "fake/slow-pull/s-90",
];
/** Images with an end of their own, or none to be had. */
const others = [
  "fake/exit/after-2s",
  "fake/exit/code-3/after-500ms",
  "fake/exit/code-0",
  "fake/exit/code-1/after-70s",
  "fake/oom/after-5s",
  "fake/fail-start",
  "fake/no-such-image",
  "fake/fail-pull/reason-RateLimited",
  "fake/unhealthy-after/s-10",
];

export function drawTaskDefinition(random: Random, name: string): RegisterTaskDefinitionRequest {
  const sane = random.float() < 0.5;
  const count = 1 + Math.floor(random.float() * 3);
  const containers: ContainerDefinition[] = [];
  for (let i = 0; i < count; i++) containers.push(drawContainer(random, `c${i}`, containers, sane));
  const volume = random.float() < 0.3;
  return {
    family: `${sane ? saneFamily : "odd-"}${name}`,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    executionRoleArn: "arn:aws:iam::000000000000:role/execution",
    ...(volume && { volumes: [{ name: "data" }] }),
    containerDefinitions: volume
      ? containers.map((each) => ({ ...each, mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] }))
      : containers,
  };
}

/** Nothing in it ends, and what is checked becomes healthy. */
export function staysHealthy({ family, containerDefinitions }: RegisterTaskDefinitionRequest): boolean {
  const checks = containerDefinitions.filter(({ healthCheck }) => healthCheck !== undefined);
  return family.startsWith(saneFamily) && checks.every(({ image }) => image!.startsWith("fake/healthy"));
}

/** The first container is essential; each may depend on one before it. */
function drawContainer(
  random: Random,
  name: string,
  earlier: readonly ContainerDefinition[],
  sane: boolean,
): ContainerDefinition {
  const healthy = random.float() < 0.2;
  const healthCheck = healthy || random.float() < 0.1;
  const image = healthy
    ? pick(random, ["fake/healthy-after/s-8", "fake/healthy-after/s-300ms"])
    : pick(random, sane || random.float() < 0.5 ? lasting : others);
  const dependency = earlier.length > 0 && random.float() < 0.5 ? pick(random, earlier) : undefined;
  return {
    name,
    image,
    essential: earlier.length === 0 || random.float() < 0.5,
    ...(healthCheck && { healthCheck: { command: ["CMD-SHELL", "true"], interval: 5, timeout: 2, retries: 1 } }),
    ...(dependency && {
      dependsOn: [{ containerName: dependency.name!, condition: conditionOn(random, dependency) }],
    }),
    ...(!sane && random.float() < 0.3 && { startTimeout: 2 + Math.floor(random.float() * 20) }),
    ...(random.float() < 0.5 && { stopTimeout: 2 + Math.floor(random.float() * 20) }),
    ...(random.float() < 0.2 && { restartPolicy: { enabled: true, restartAttemptPeriod: 60, ignoredExitCodes: [3] } }),
    ...(random.float() < 0.3 && {
      logConfiguration: {
        logDriver: "awslogs",
        options: { "awslogs-group": "g", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" },
      },
    }),
  };
}

function conditionOn(random: Random, { essential, image, healthCheck, restartPolicy }: ContainerDefinition) {
  if (image!.startsWith("fake/healthy") && healthCheck !== undefined) return "HEALTHY";
  const ends = essential === false && restartPolicy === undefined && /exit|oom/.test(image!);
  if (!ends) return "START";
  return random.float() < 0.5 ? "COMPLETE" : "SUCCESS";
}

export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random.float() * list.length)]!;
}
