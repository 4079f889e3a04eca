import type { Client } from "#cli/client.ts";
import { type Contender, type ContenderOptions, engineAt, lookAgainSeldomMs, timed, until } from "./contender.ts";
import { defaultSubnets } from "./up.ts";

/** The platform's services, of the task definition `bench` in the cluster `bench`. */
export async function estivaServices(options: ContenderOptions & { readonly client: Client }): Promise<Contender> {
  const { client, engineUrl, count: desiredCount } = options;
  const engine = engineAt(engineUrl);
  const subnets = await defaultSubnets(client);
  const cluster = "bench";
  let service = "";
  const tasks = async () => {
    const { taskArns = [] } = await client.ecs("ListTasks", { cluster, serviceName: service });
    if (taskArns.length === 0) return [];
    return (await client.ecs("DescribeTasks", { cluster, tasks: taskArns })).tasks ?? [];
  };
  const running = async () => (await tasks()).filter(({ lastStatus }) => lastStatus === "RUNNING");
  return {
    start: (round) =>
      timed(async () => {
        service = `estiva-${round}`;
        await client.ecs("CreateService", {
          ...{ cluster, serviceName: service, taskDefinition: "bench", launchType: "FARGATE", desiredCount },
          networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "ENABLED" } },
        });
        const isUp = async () => ((await running()).length === desiredCount ? true : undefined);
        await until(isUp, lookAgainSeldomMs);
      }),
    async replace() {
      const before = await running();
      const known = new Set(before.map(({ taskArn }) => taskArn));
      return timed(async () => {
        await engine.call("POST", `/containers/${before[0]!.containers![0]!.runtimeId}/kill`);
        await until(async () => (await running()).find(({ taskArn }) => !known.has(taskArn)));
      });
    },
    async remove() {
      const ids = (await tasks()).flatMap(({ containers }) => containers![0]!.runtimeId ?? []);
      await client.ecs("DeleteService", { cluster, service, force: true });
      const query = { all: true, filters: { id: ids } };
      await until(async () =>
        (await engine.call("GET", "/containers/json", { query })).length === 0 ? true : undefined,
      );
    },
  };
}
