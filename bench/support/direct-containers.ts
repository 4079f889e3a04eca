import { pauseImageReference } from "#host/runtime/docker/pause-image.ts";
import { type Contender, type ContenderOptions, engineAt, timed } from "./contender.ts";

/** As many pairs of containers, a sandbox's and the application's, all at once through the engine's API. */
export function directContainers({ engineUrl, image, command, count }: ContenderOptions): Contender {
  const client = engineAt(engineUrl);
  let made: string[] = [];
  const make = async (name: string, body: object): Promise<string> => {
    const { Id } = await client.call("POST", "/containers/create", { query: { name }, body });
    await client.call("POST", `/containers/${Id}/start`);
    made.push(Id);
    return Id;
  };
  const makePair = async (name: string) => {
    const sandbox = await make(`${name}-pause`, { Image: pauseImageReference, HostConfig: { NetworkMode: "none" } });
    await make(name, { Image: image, Cmd: command, HostConfig: { NetworkMode: `container:${sandbox}` } });
  };
  return {
    start: (round) =>
      timed(() => Promise.all(Array.from({ length: count }, (_, i) => makePair(`direct-${round}-${i}`)))),
    async remove() {
      for (const id of made.reverse()) await client.call("DELETE", `/containers/${id}`, { query: { force: true } });
      made = [];
    },
  };
}
