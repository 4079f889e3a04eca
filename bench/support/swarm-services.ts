import { type Contender, type ContenderOptions, engineAt, lookAgainSeldomMs, timed, until } from "./contender.ts";

interface SwarmTask {
  readonly ID: string;
  readonly Status: { readonly State: string; readonly ContainerStatus?: { readonly ContainerID: string } };
}

/** Docker Swarm's services, with its defaults. Makes a swarm of the engine. */
export async function swarmServices({ engineUrl, image, command, count }: ContenderOptions): Promise<Contender> {
  const client = engineAt(engineUrl);
  await client.call("POST", "/swarm/init", { body: { ListenAddr: "127.0.0.1:2377", AdvertiseAddr: "127.0.0.1" } });
  let service = "";
  const running = async (): Promise<SwarmTask[]> => {
    const query = { filters: { service: [service], "desired-state": ["running"] } };
    const tasks: SwarmTask[] = await client.call("GET", "/tasks", { query });
    return tasks.filter(({ Status }) => Status.State === "running");
  };
  const isUp = async () => ((await running()).length === count ? true : undefined);
  return {
    start: (round) =>
      timed(async () => {
        const body = {
          Name: `swarm-${round}`,
          Mode: { Replicated: { Replicas: count } },
          TaskTemplate: { ContainerSpec: { Image: image, Command: command } },
        };
        service = (await client.call("POST", "/services/create", { body })).ID;
        await until(isUp, lookAgainSeldomMs);
      }),
    async replace() {
      const before = await running();
      const known = new Set(before.map(({ ID }) => ID));
      return timed(async () => {
        const container = before[0]!.Status.ContainerStatus!.ContainerID;
        await client.call("POST", `/containers/${container}/kill`);
        await until(async () => (await running()).find(({ ID }) => !known.has(ID)));
      });
    },
    async remove() {
      await client.call("DELETE", `/services/${service}`);
      const query = { all: true, filters: { label: [`com.docker.swarm.service.id=${service}`] } };
      await until(async () =>
        (await client.call("GET", "/containers/json", { query })).length === 0 ? true : undefined,
      );
    },
  };
}
