import { type Command, exitCodes, lastValue } from "../../command.ts";
import { removeProject } from "../../compose/apply/down.ts";
import { forwarderFiles, readPorts, serveControl, stopForwarder } from "../../compose/forward/background.ts";
import { type ForwardedPort, startForwarder } from "../../compose/forward/forwarder.ts";
import { findTasks } from "../../compose/forward/targets.ts";
import { Progress } from "../../progress.ts";
import { regionOf } from "../../settings.ts";
import { withClient, withLastingClient } from "../connect.ts";
import { projectName, projectOptions } from "./project.ts";

export const downCommand: Command = {
  name: "compose down",
  usage: "compose down [-v] [--rmi] [OPTIONS]",
  summary:
    "Stop a project and remove all that was made of it: services, task definitions, names, network, secrets, logs.",
  options: {
    volumes: { type: "boolean", short: "v", help: "volumes too, which go with their tasks in any case" },
    rmi: { type: "boolean", help: "the images that were built and pushed too" },
    ...projectOptions,
  },
  examples: ["estiva compose down", "estiva compose down -p shop --rmi"],
  positionals: [0, 0],
  run: (args, terminal) =>
    withClient(args, terminal, async (client) => {
      const project = await projectName(args, terminal);
      await stopForwarder(forwarderFiles(terminal.env, lastValue(args, "data"), project));
      const progress = new Progress(terminal);
      const found = await removeProject(client, project, {
        ...{ region: regionOf(terminal.env), images: args.flags.has("rmi") },
        progress: (text) => progress.show(text),
        tell(text) {
          progress.clear();
          terminal.err(`${text}\n`);
        },
      });
      progress.clear();
      terminal.err(found ? `The project ${project} is removed.\n` : `There is nothing of a project ${project}.\n`);
      return exitCodes.ok;
    }),
};

/** What `up -d` leaves running: not for people. */
export const forwardCommand: Command = {
  name: "compose forward",
  usage: "compose forward --project-name NAME",
  summary: "Keep the ports of a project open; started by: estiva compose up -d",
  options: projectOptions,
  examples: ["estiva compose up -d"],
  positionals: [0, 0],
  run: (args, terminal) =>
    withLastingClient(args, terminal, async (client) => {
      const project = await projectName(args, terminal);
      const files = forwarderFiles(terminal.env, lastValue(args, "data"), project);
      const ports = JSON.parse(readPorts(files) ?? "[]") as ForwardedPort[];
      const forwarder = await startForwarder(ports, findTasks(client, project));
      await serveControl(files, forwarder, terminal.signal);
      return exitCodes.ok;
    }),
};
