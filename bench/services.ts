/**
 * A service of 20 one-container tasks: from CreateService to 20 RUNNING, and from a killed container to its replacement
 * RUNNING. Beside Docker Swarm's service of 20 on the same engine, and beside the engine's own limit: creating and
 * starting the same containers, the sandboxes' and the application's, directly through its API. The engine is one of
 * the bench's own, because Swarm changes an engine; Swarm's containers have its default bridge, those of the tasks an
 * interface of their VPC. Rounds take turns. `node bench/services.ts [rounds] [--json]`
 */
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { busyboxReference, ensureBusybox } from "../test/images/busybox.ts";
import { PrivateEngine, whyNoPrivateEngine } from "../test/support/private-engine.ts";
import { type Measurement, quantile, report } from "./report.ts";
import type { Contender } from "./support/contender.ts";
import { directContainers } from "./support/direct-containers.ts";
import { estivaServices } from "./support/estiva-services.ts";
import { swarmServices } from "./support/swarm-services.ts";
import { prepareTasks, startUp, temporaryFolder } from "./support/up.ts";

const rounds = Number(process.argv[2]) || 3;
const count = 20;
/** Ends at once when it is told to: the stopping is not measured. */
const command = ["sh", "-c", "trap exit TERM; sleep 1000000 & wait"];
/** So that the engine has finished with what was removed, and prepared sandboxes are there again. */
const restMs = 3000;

const reason = whyNoPrivateEngine();
if (reason === undefined) await run();
else console.log(`No container engine of its own: ${reason}`);

interface Sample {
  readonly startMs: number;
  readonly replaceMs: number;
}

async function run(): Promise<void> {
  const engine = new PrivateEngine({ bridge: true });
  const folder = temporaryFolder("services");
  try {
    await engine.start();
    const driver = createDockerDriver({ owner: "bench", socket: engine.url, log: console.error });
    await ensureBusybox(driver);
    await driver.close();
    const up = await startUp(folder.path, { DOCKER_HOST: engine.url });
    try {
      await prepareTasks(up.client, busyboxReference, command);
      const options = { engineUrl: engine.url, image: busyboxReference, command, count };
      const contenders = {
        direct: directContainers(options),
        estiva: await estivaServices({ ...options, client: up.client }),
        swarm: await swarmServices(options),
      };
      const samples = await compare(contenders);
      report("services", rows(samples));
    } finally {
      await up.clear();
    }
  } finally {
    await engine.remove();
    folder.remove();
  }
}

async function compare<Name extends string>(contenders: Record<Name, Contender>): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const contender = contenders[name];
      await rest();
      const startMs = await contender.start(round);
      await rest();
      samples[name].push({ startMs, replaceMs: (await contender.replace?.()) ?? Number.NaN });
      await contender.remove();
    }
  }
  return samples;
}

function rows({ direct, estiva, swarm }: Record<"direct" | "estiva" | "swarm", readonly Sample[]>): Measurement[] {
  const median = (values: readonly number[]) => quantile(values, 0.5);
  const start = (samples: readonly Sample[]) => samples.map(({ startMs }) => startMs);
  const replace = (samples: readonly Sample[]) => samples.map(({ replaceMs }) => replaceMs);
  const ratio = (over: readonly number[], under: readonly number[]) =>
    median(over.map((value, i) => value / under[i]!));
  const note = `median of ${rounds} rounds`;
  return [
    { name: `${count} tasks, engine's API`, value: median(start(direct)), unit: "ms", note: "pairs of containers" },
    { name: `${count} tasks, CreateService`, value: median(start(estiva)), unit: "ms", note: "to all RUNNING" },
    { name: `${count} tasks, Docker Swarm`, value: median(start(swarm)), unit: "ms", note: "default bridge" },
    {
      ...{ name: `${count} tasks, CreateService / engine`, value: ratio(start(estiva), start(direct)), unit: "x" },
      ...{ goal: { atMost: 1.15 }, note },
    },
    { name: `${count} tasks, CreateService / Swarm`, value: ratio(start(estiva), start(swarm)), unit: "x", note },
    { name: "kill to replacement RUNNING", value: median(replace(estiva)), unit: "ms" },
    { name: "kill to replacement running, Docker Swarm", value: median(replace(swarm)), unit: "ms" },
    {
      ...{ name: "replacement, Swarm / Estiva", value: ratio(replace(swarm), replace(estiva)), unit: "x" },
      ...{ goal: { atLeast: 5 }, note },
    },
  ];
}

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, restMs));
}
