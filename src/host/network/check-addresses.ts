import { DriverError } from "#kernel/fault.ts";
import { overlaps, range } from "./ipv4.ts";
import type { TaskPlace } from "./network.ts";

/** Addresses that AWS and this platform give a meaning inside a VPC. */
const reservedRanges = ["169.254.169.0/24", "169.254.170.0/24", "169.254.171.0/24"];

/** Throws `DriverError` (`InvalidSpec`) when the platform's own addresses collide with each other or with AWS's. */
export function checkAddresses(hostServiceAddress: string, linkPool: string): void {
  const service = range(`${hostServiceAddress}/32`);
  const refuse = (message: string) => {
    throw new DriverError("InvalidSpec", message);
  };
  if (!overlaps(range("169.254.0.0/16"), service)) refuse(`${hostServiceAddress} is no link-local address`);
  if (range(linkPool).prefixLength > 31) refuse(`The link pool ${linkPool} has no room for a link`);
  if (overlaps(range(linkPool), service)) refuse(`${hostServiceAddress} lies inside the link pool ${linkPool}`);
  for (const reserved of reservedRanges) {
    if (overlaps(range(reserved), service)) refuse(`${hostServiceAddress} lies inside ${reserved}, which is reserved`);
    if (overlaps(range(reserved), range(linkPool))) refuse(`The link pool ${linkPool} overlaps ${reserved}`);
  }
}

/** Throws `DriverError` (`InvalidSpec`) for what is no address or no port: both become part of a script. */
export function checkPlace({ address, ports = [] }: TaskPlace): void {
  if (address !== undefined) range(`${address}/32`); // throws
  const wrong = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65535);
  if (wrong !== undefined) throw new DriverError("InvalidSpec", `${wrong} is no port`);
}
