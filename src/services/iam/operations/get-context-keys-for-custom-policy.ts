import { contextKeysOf, parsePolicy } from "../policy/index.ts";
import { checkDocumentInput } from "../request/documents.ts";
import type { IamHandler } from "../request/handler.ts";

export const GetContextKeysForCustomPolicy: IamHandler<"GetContextKeysForCustomPolicy"> = async (input) => ({
  ContextKeyNames: contextKeyNames(input.PolicyInputList),
});

/** The condition keys that any of the documents looks at, each once. */
export function contextKeyNames(documents: readonly string[]): string[] {
  const names = documents.flatMap((document) => {
    checkDocumentInput(document, "identity");
    return contextKeysOf(parsePolicy(document));
  });
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}
