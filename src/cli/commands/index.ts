import type { Command } from "../command.ts";
import type { Streams } from "../exec/streams.ts";
import { accountCommand } from "./account.ts";
import { backupCommand } from "./backup.ts";
import { composeCommand } from "./compose/index.ts";
import { demoCommand } from "./demo.ts";
import { doctorCommand } from "./doctor.ts";
import { downCommand } from "./down.ts";
import { envCommand } from "./env.ts";
import { eventsCommand } from "./events.ts";
import { execCommand } from "./exec.ts";
import { explainCommand } from "./explain.ts";
import { instanceCommand } from "./instance.ts";
import { interruptCommand } from "./interrupt.ts";
import { logsCommand } from "./logs.ts";
import type { Machine } from "./machine.ts";
import { psCommand } from "./ps.ts";
import { pushCommand } from "./push.ts";
import { runCommand } from "./run.ts";
import { simulateCommand } from "./simulate.ts";
import { stopCommand } from "./stop.ts";
import { checkCommand, type RunTests, testCommand } from "./test.ts";
import { type RunPlatform, upCommand } from "./up.ts";
import { versionCommand } from "./version.ts";

/** What the commands cannot do over the public API. */
export interface CommandParts {
  readonly machine: Machine;
  readonly runPlatform: RunPlatform;
  /** Absent without a checkout. */
  readonly runTests: RunTests | undefined;
  readonly streams: Streams;
  /** Of the program. */
  readonly version: string;
}

/** Every command, in the order of the help. */
export function createCommands(parts: CommandParts): readonly Command[] {
  const { machine, runPlatform, runTests, streams } = parts;
  return [
    demoCommand(machine),
    upCommand(runPlatform),
    downCommand,
    envCommand,
    accountCommand,
    pushCommand(machine),
    runCommand,
    psCommand,
    explainCommand,
    simulateCommand,
    logsCommand,
    eventsCommand,
    execCommand(streams),
    stopCommand,
    interruptCommand,
    instanceCommand,
    composeCommand(machine, streams),
    doctorCommand(machine),
    backupCommand,
    testCommand(machine, runTests),
    checkCommand(runTests),
    versionCommand(parts.version),
  ];
}
