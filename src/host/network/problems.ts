import { DriverError } from "#kernel/fault.ts";
import type { NetworkProblem } from "./host-plan.ts";
import type { PrivilegedShell } from "./privileged-shell.ts";

const programs = ["ip", "bridge", "nft", "nsenter"];

/** What the machine that carries the tasks lacks for networking, privileges included. */
export async function findMissing(shell: PrivilegedShell): Promise<NetworkProblem[]> {
  try {
    const missing = await shell.run(
      `for program in ${programs.join(" ")}; do command -v $program >/dev/null || echo $program; done`,
    );
    return missing
      .split("\n")
      .filter((line) => line !== "")
      .map((program) => ({
        message: `The program ${program} is missing on the machine that carries the tasks`,
        mend: "Install iproute2, nftables and util-linux there",
      }));
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    return [
      {
        message: `Networking has no privileges: ${error.message}`,
        mend: "Run as root, or as a user who may use the container engine",
      },
    ];
  }
}
