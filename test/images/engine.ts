import { findEngine } from "#host/runtime/docker/find-engine.ts";

/** Where the tests' container engine answers, or why tests that need one are skipped (the reason is printed). */
export async function testEngine(): Promise<{ readonly socket: string } | { readonly skip: string }> {
  const { engine, failures } = await findEngine(process.env);
  if (engine !== undefined) return { socket: engine.address.url };
  const reasons = failures.map(({ reason }) => reason).join("; ");
  return { skip: `no container engine answers: ${reasons}` };
}
