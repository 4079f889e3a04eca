/**
 * What is undone when somebody interrupts the tests: hooks after them do not run then, and platforms, engines and what
 * they have made would stay on the machine.
 */
const undos = new Set<() => unknown>();

/** Undone at an interruption, unless what this gives is called first. */
export function onInterruption(undo: () => unknown): () => void {
  undos.add(undo);
  return () => void undos.delete(undo);
}

/**
 * Ends this process once all is undone, the newest first; a test that goes on meanwhile may have made more. The runner
 * asks for it by closing standard input, which its death does, too.
 */
export function endWithRunner(): void {
  const asked = async () => {
    for (let undo = [...undos].at(-1); undo !== undefined; undo = [...undos].at(-1)) {
      undos.delete(undo);
      try {
        await undo();
      } catch (error) {
        process.stderr.write(`Not undone: ${(error as Error).stack}\n`);
      }
    }
    process.exit(130);
  };
  process.stdin.once("end", asked).once("error", asked).resume();
  // Waiting for it keeps no process whose tests have been run.
  (process.stdin as typeof process.stdin & { unref(): void }).unref();
}
