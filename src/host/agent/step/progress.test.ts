import assert from "node:assert/strict";
import { test } from "node:test";
import { progressOf } from "./progress.ts";
import { type Action, actionKey, type Task } from "./state.ts";

const sandbox = { id: "s", hostname: "", pid: 1, ports: [] };

const cases: readonly (readonly [Action, string])[] = [
  [{ type: "pull", container: "app" }, "pulls the image of container app"],
  [{ type: "attach", networkInterfaceId: "eni-1", sandbox }, "connects the sandbox to the network"],
  [{ type: "createVolume", volume: "data" }, "makes the volume data"],
  [{ type: "signal", container: "app", runtimeId: "r", signal: "SIGTERM" }, "tells to stop the container app"],
  [{ type: "signal", container: "app", runtimeId: "r", signal: "SIGKILL" }, "kills the container app"],
];

for (const [action, expected] of cases) {
  test(`${action.type}: ${expected}`, () => {
    const task = { live: { underway: [actionKey(action)] } } as unknown as Task;
    assert.deepEqual(progressOf(task, "more"), { doing: [expected], waitingFor: "more" });
  });
}
