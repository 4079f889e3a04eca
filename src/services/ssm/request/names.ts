import { Fault } from "#kernel/fault.ts";
import type { World } from "#kernel/world.ts";
import { parameterArn } from "../model.ts";

const mostLevels = 15;
const longestArn = 1011;

/** Refuses a name that a parameter may not be given ("Requirements and constraints for parameter names"). */
export function checkNewName(world: World, name: string): void {
  const bare = name.replace(/^\//, "");
  if (/^aws/i.test(bare)) throw new Fault("AccessDeniedException", `No access to reserved parameter name: ${name}.`);
  checkName(name);
  if (name.includes("/") && !name.startsWith("/")) {
    throw new Fault("ValidationException", "Parameter name must be a fully qualified name.");
  }
  if (name.endsWith("/")) throw new Fault("ValidationException", "Parameter name must not end with slash.");
  if (parameterArn(world, name).length > longestArn) {
    const message = `Parameter name is too long: its ARN can have at most ${longestArn} characters.`;
    throw new Fault("ValidationException", message);
  }
  if (bare.split("/").length > mostLevels) {
    const message = `Parameter name must not exceed ${mostLevels} levels of hierarchy.`;
    throw new Fault("HierarchyLevelLimitExceededException", message);
  }
}

/** Refuses what cannot be a parameter's name at all. */
export function checkName(name: string): void {
  if (/^\/?[A-Za-z0-9_.-]+(\/[A-Za-z0-9_.-]+)*\/?$/.test(name) && !/^\/?ssm/i.test(name)) return;
  const message =
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of ' +
    "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following " +
    "3 symbols .-_";
  throw new Fault("ValidationException", message);
}

/** Refuses what is no path of a hierarchy. */
export function checkPath(path: string): void {
  if (/^\/([A-Za-z0-9_.-]+\/)*[A-Za-z0-9_.-]*$/.test(path)) return;
  const message =
    "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward " +
    'slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, numbers, ' +
    "or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All " +
    'sub-paths, if specified, must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.';
  throw new Fault("ValidationException", message);
}

/** Whether a parameter lies under a path: directly, or at any depth. */
export function isUnder(name: string, path: string, recursive: boolean): boolean {
  const whole = name.startsWith("/") ? name : `/${name}`;
  const start = path.endsWith("/") ? path : `${path}/`;
  return whole.startsWith(start) && (recursive || !whole.slice(start.length).includes("/"));
}
