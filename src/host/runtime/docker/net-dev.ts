import type { NetworkCounters } from "../driver.ts";
import { readKernelFile } from "./kernel-file.ts";

/**
 * The counters of a network namespace, by a process in it; undefined when that has ended. The process must be one of
 * this machine's.
 */
export function readNetDev(pid: number): Readonly<Record<string, NetworkCounters>> | undefined {
  const text = readKernelFile(`/proc/${pid}/net/dev`);
  return text === undefined ? undefined : parseNetDev(text);
}

export function parseNetDev(text: string): Record<string, NetworkCounters> {
  const networks: Record<string, NetworkCounters> = {};
  for (const line of text.split("\n")) {
    const match = /^\s*([^:\s]+):\s*(.*)$/.exec(line);
    if (match === null || match[1] === "lo") continue;
    const [rxBytes, rxPackets, rxErrors, rxDropped, , , , , txBytes, txPackets, txErrors, txDropped] = match[2]!
      .trim()
      .split(/\s+/)
      .map(Number);
    networks[match[1]!] = {
      rx_bytes: rxBytes ?? 0,
      rx_packets: rxPackets ?? 0,
      rx_errors: rxErrors ?? 0,
      rx_dropped: rxDropped ?? 0,
      tx_bytes: txBytes ?? 0,
      tx_packets: txPackets ?? 0,
      tx_errors: txErrors ?? 0,
      tx_dropped: txDropped ?? 0,
    };
  }
  return networks;
}
