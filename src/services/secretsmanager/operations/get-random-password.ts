import type { GetRandomPasswordRequest } from "#generated/secretsmanager/types.ts";
import { Fault } from "#kernel/fault.ts";
import { characters, type Random } from "#kernel/random.ts";
import type { SecretsHandler } from "../request/handler.ts";

const letters = "abcdefghijklmnopqrstuvwxyz";
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

export const GetRandomPassword: SecretsHandler<"GetRandomPassword"> = async (input, ctx) => {
  return { RandomPassword: randomPassword(input, ctx.random) };
};

/** A password drawn evenly from what the request leaves; by default with a character of each kind. */
function randomPassword(input: GetRandomPasswordRequest, random: Random): string {
  const { PasswordLength: length = 32, RequireEachIncludedType: each = true } = input;
  const kinds = kindsOf(input);
  const alphabet = kinds.join("");
  if (alphabet === "") {
    throw new Fault("InvalidParameterException", "The password can't be generated: every character is excluded.");
  }
  if (each && length < kinds.length) {
    const message = "Password length is too short based on the required types.";
    throw new Fault("InvalidParameterException", message);
  }
  // Drawn again until it fits, so that no place or kind is more likely than another.
  for (;;) {
    const password = characters(random, length, alphabet);
    if (!each || kinds.every((kind) => [...password].some((character) => kind.includes(character)))) return password;
  }
}

function kindsOf(input: GetRandomPasswordRequest): string[] {
  const excluded = new Set(input.ExcludeCharacters ?? "");
  const kinds = [
    input.ExcludeLowercase ? "" : letters,
    input.ExcludeUppercase ? "" : letters.toUpperCase(),
    input.ExcludeNumbers ? "" : "0123456789",
    input.ExcludePunctuation ? "" : punctuation,
    input.IncludeSpace ? " " : "",
  ];
  return kinds.map((kind) => [...kind].filter((character) => !excluded.has(character)).join("")).filter(Boolean);
}
