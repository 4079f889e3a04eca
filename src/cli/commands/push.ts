import type { Client } from "../client.ts";
import { type Arguments, type Command, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { destinationOf } from "../push/destination.ts";
import type { PushedImage } from "../push/push-image.ts";
import { pushLocal } from "../push/push-local.ts";
import { megabytes } from "../push/push-progress.ts";
import { findConnection } from "../settings.ts";
import { withLastingClient } from "./connect.ts";
import type { Machine } from "./machine.ts";
import { dataOption, jsonOption } from "./options.ts";

export function pushCommand(machine: Machine): Command {
  return {
    name: "push",
    usage: "push IMAGE [REPOSITORY]",
    summary: "Push an image of this machine's container engine to the platform's registry, and print its name there.",
    options: { ...dataOption, ...jsonOption },
    examples: [
      "estiva push app:v1               # to the repository app, which is made when it is missing",
      "estiva push app:v1 team/app:v2",
      'estiva run "$(estiva push app)"',
    ],
    positionals: [1, 2],
    run: (args, terminal) =>
      withLastingClient(args, terminal, async (client) => {
        try {
          return await push(machine, args, terminal, client);
        } catch (error) {
          // Whatever the signal broke off fails in words of its own.
          if (!terminal.signal.aborted) throw error;
          throw new CommandError("Interrupted.", exitCodes.interrupted);
        }
      }),
  };
}

async function push(machine: Machine, args: Arguments, terminal: Terminal, client: Client): Promise<number> {
  const [image, target] = args.positionals as [string, string | undefined];
  const { endpoint } = findConnection(terminal.env, lastValue(args, "data"));
  const { repository, tag } = destinationOf(image, target, new URL(endpoint).host);
  const { uri, created, pushed } = await pushLocal({ machine, client, terminal, endpoint }, image, { repository, tag });
  tell(args, terminal, { name: `${uri}:${tag}`, repository, tag, created }, pushed);
  return exitCodes.ok;
}

interface Outcome {
  readonly name: string;
  readonly repository: string;
  readonly tag: string;
  readonly created: boolean;
}

/** The image's name goes to stdout, so that it can be used in another command; the rest is for people. */
function tell(args: Arguments, terminal: Terminal, { name, repository, tag, created }: Outcome, pushed: PushedImage) {
  const { digest, layers, layersPresent, sizeBytes } = pushed;
  if (args.flags.has("json")) {
    const json = {
      ...{ image: name, repositoryName: repository, imageTag: tag, imageDigest: digest },
      ...{ repositoryCreated: created, layers, layersPresent, layerBytes: sizeBytes },
    };
    terminal.out(`${JSON.stringify(json, undefined, 2)}\n`);
    return;
  }
  terminal.err(
    `${layers} ${layers === 1 ? "layer" : "layers"}, ${layersPresent} of them there already, ` +
      `${megabytes(sizeBytes)}; digest: ${digest}\n`,
  );
  terminal.out(`${name}\n`);
}
