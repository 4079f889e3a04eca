import assert from "node:assert/strict";
import { test } from "node:test";
import type { ExecProcess } from "#host/runtime/driver.ts";
import { within } from "../../support/within.ts";
import type { Given } from "../runtime-driver.ts";
import { containerSpec, rejectsWith, start } from "./fixture.ts";

export function execContract({ fixture, driver }: Given): void {
  const spec = containerSpec(fixture.containers.runsForever);

  test("a process in a container reads its input, writes its output, and ends with its code", async () => {
    const { sandboxId, containerId } = await start(driver(), "exec-life", spec);
    const command = ["sh", "-c", "cat; exit 7"];
    const process = await driver().exec(containerId, { command, tty: false });
    await process.write(Buffer.from("hello\n"));
    process.closeInput();
    assert.match(await outputOf(process), /hello\n$/);
    assert.equal(await process.exited, 7);
    await process.kill();
    await driver().removeSandbox(sandboxId);
  });

  test("a process that is killed is gone, and its output ends", async () => {
    const { sandboxId, containerId } = await start(driver(), "exec-kill", spec);
    for (const tty of [false, true]) {
      const command = ["sh", "-c", "trap '' HUP; echo up; cat"];
      const process = await driver().exec(containerId, { command, tty, size: { columns: 90, rows: 20 } });
      const output = process.output[Symbol.asyncIterator]();
      await output.next();
      await process.kill();
      await rest(output);
      assert.ok((await process.exited) > 0);
    }
    await driver().removeSandbox(sandboxId);
  });

  test("a process that a crash has left behind is ended, and no other", async () => {
    const { sandboxId, containerId } = await start(driver(), "exec-lost", spec);
    const command = ["sh", "-c", "cat"];
    const lost = await driver().exec(containerId, { command, tty: true });
    const next = fixture.open();
    const own = await next.exec(containerId, { command, tty: true });
    await next.endLostExecs(containerId);
    await outputOf(lost);
    assert.ok((await lost.exited) > 0);
    let ownHasEnded = false;
    void own.exited.then(() => (ownHasEnded = true));
    await next.endLostExecs(containerId);
    assert.equal(ownHasEnded, false);
    await own.kill();
    await outputOf(own);
    await next.close();
    await driver().removeSandbox(sandboxId);
  });

  test("a process ends with its container", async () => {
    const { sandboxId, containerId } = await start(driver(), "exec-with", spec);
    const process = await driver().exec(containerId, { command: ["sh", "-c", "echo up; cat"], tty: true });
    const output = process.output[Symbol.asyncIterator]();
    await output.next();
    await driver().signalContainer(containerId, "SIGKILL");
    await rest(output);
    assert.equal(await process.exited, 137);
    await process.resize(80, 25);
    await process.kill();
    await driver().endLostExecs(containerId);
    await driver().removeSandbox(sandboxId);
  });

  test("nothing runs in a container that has not started", async () => {
    const { sandboxId, containerId } = await start(driver(), "exec-ended", spec);
    await driver().signalContainer(containerId, "SIGKILL");
    await driver().removeContainer(containerId);
    await rejectsWith(driver().exec(containerId, { command: ["true"], tty: false }), "NotFound");
    await driver().removeSandbox(sandboxId);
  });
}

/** Until it ends. */
async function rest(output: AsyncIterator<unknown>): Promise<void> {
  const read = async () => {
    for await (const _ of { [Symbol.asyncIterator]: () => output });
  };
  await within("the end of the output", read());
}

async function outputOf(process: ExecProcess): Promise<string> {
  let text = "";
  for await (const { data } of process.output) text += Buffer.from(data).toString();
  return text;
}
