import type { RegistryScanningRule } from "#generated/ecr/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { changeRegistry } from "../request/registry.ts";
import { requireScanner } from "../request/scanning.ts";

type Operation = EcrHandler<"PutRegistryScanningConfiguration">;

export function putRegistryScanningConfiguration({ scanner }: EcrParts): Operation {
  return async ({ scanType = "BASIC", rules = [] }, ctx) => {
    if (scanType === "ENHANCED") {
      const words = "Enhanced scanning is done by Amazon Inspector, which is not available on this platform.";
      throw new Fault("ValidationException", words);
    }
    checkRules(rules);
    if (rules.some(({ scanFrequency }) => scanFrequency === "SCAN_ON_PUSH")) await requireScanner(scanner);
    const scanning = { scanType, rules };
    await changeRegistry(ctx, (old) => ({ ...old, scanning }));
    return { registryScanningConfiguration: scanning };
  };
}

function checkRules(rules: readonly RegistryScanningRule[]): void {
  const frequencies = rules.map(({ scanFrequency }) => scanFrequency);
  if (frequencies.includes("CONTINUOUS_SCAN")) throw invalid("CONTINUOUS_SCAN is not supported by the scan type BASIC");
  if (new Set(frequencies).size < frequencies.length) throw invalid("Each scan frequency can have one rule");
}

function invalid(problem: string): Fault {
  const words = "Invalid parameter at 'rules' failed to satisfy constraint:";
  return new Fault("InvalidParameterException", `${words} '${problem}'`);
}
