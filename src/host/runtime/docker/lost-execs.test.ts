import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import type { DockerContext } from "./context.ts";
import { createExecs } from "./exec.ts";

const detachKeys = "ctrl-@,ctrl-_,ctrl-^,ctrl-],ctrl-_,ctrl-^,ctrl-]";

test("a lost process that never started keeps no other from its end, and is given up in time", async () => {
  const clock = new VirtualClock();
  const answers: Readonly<Record<string, object>> = {
    "/containers/c/json": { ExecIDs: ["unstarted", "running"] },
    "/exec/unstarted/json": { DetachKeys: detachKeys, Running: false, Pid: 0, ExitCode: null },
    "/exec/running/json": { DetachKeys: detachKeys, Running: true, Pid: 7, ExitCode: null },
  };
  const scripts: string[] = [];
  const client = { call: async (_method: string, path: string) => answers[path] };
  const shell = {
    async run(script: string) {
      scripts.push(script);
      return "0";
    },
  };
  const over = createExecs({ client, shell, clock } as unknown as DockerContext).endLost("c");
  await clock.advance(1_000);
  assert.equal(scripts.length, 1);
  assert.match(scripts[0]!, / = 7 /);
  await clock.advance(60_000);
  await over;
  assert.equal(scripts.length, 1);
});
