import type { PutParameterRequest } from "#generated/ssm/types.ts";
import { Fault } from "#kernel/fault.ts";
import { compileRegex, RegexError } from "#kernel/regex/regex.ts";
import type { ParameterRecord, VersionDetails } from "../model.ts";

const standardCharacters = 4096;
const advancedCharacters = 8192;
const tierPage =
  "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html";

/** Refuses what AWS refuses of a request by itself, and what the platform does not do. */
export function checkRequest(input: PutParameterRequest, existing: ParameterRecord | undefined): void {
  if (existing !== undefined && !input.Overwrite) {
    const message =
      "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
    throw new Fault("ParameterAlreadyExists", message);
  }
  const refuse = (message: string): never => {
    throw new Fault("ValidationException", message);
  };
  if (input.Overwrite && input.Tags?.length) {
    refuse(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove " +
        "overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or " +
        "RemoveTagsFromResource.",
    );
  }
  if (existing === undefined && input.Type === undefined) {
    refuse("A parameter type is required when you create a parameter.");
  }
  if (input.Value === "") {
    refuse(
      "1 validation error detected: Value '' at 'value' failed to satisfy constraint: " +
        "Member must have length greater than or equal to 1",
    );
  }
  // Documents would put another parameter's value there (API_PutParameter: no nesting of parameters).
  if (/\{\{.*\}\}/.test(input.Value)) {
    refuse('Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.');
  }
  if (input.KeyId !== undefined && (input.Type ?? existing?.newest.type) !== "SecureString") {
    refuse("KeyId is required for SecureString type parameter only.");
  }
  if (input.DataType !== undefined && input.DataType !== "text") {
    refuse(`The data type ${input.DataType} is not supported on this platform: parameters are of the type text.`);
  }
  if (input.Policies !== undefined && !/^\s*(\[\s*\])?\s*$/.test(input.Policies)) {
    throw new Fault("InvalidPolicyTypeException", "Parameter policies are not supported on this platform.");
  }
}

/** The tier that a value is stored in. A parameter that is advanced stays so. */
export function tierOf({ Tier, Value }: PutParameterRequest, existing: ParameterRecord | undefined) {
  const was = existing?.newest.tier;
  if (Tier === "Standard" && was === "Advanced") {
    throw new Fault(
      "ValidationException",
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter " +
        "tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as " +
        "a standard parameter.",
    );
  }
  const needsAdvanced = Tier === "Intelligent-Tiering" && Value.length > standardCharacters;
  const tier: VersionDetails["tier"] =
    Tier === "Advanced" || was === "Advanced" || needsAdvanced ? "Advanced" : "Standard";
  const most = tier === "Standard" ? standardCharacters : advancedCharacters;
  if (Value.length <= most) return tier;
  const hint =
    tier === "Standard"
      ? " To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. " +
        `For more information, see ${tierPage}`
      : "";
  const message = `${tier} tier parameters support a maximum parameter value of ${most} characters.${hint}`;
  throw new Fault("ValidationException", message);
}

/** Refuses a value that the pattern, which must fit it from end to end, does not allow. */
export function checkPattern(pattern: string | undefined, value: string): void {
  if (pattern === undefined || pattern === "") return;
  if (compiled(pattern).test(value)) return;
  const message = `Parameter value, cannot be validated against allowedPattern: ${pattern}`;
  throw new Fault("ParameterPatternMismatchException", message);
}

function compiled(pattern: string) {
  try {
    return compileRegex(`^(?:${pattern})$`);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    const message = `The request does not meet the regular expression requirement: ${error.message}`;
    throw new Fault("InvalidAllowedPatternException", message);
  }
}
