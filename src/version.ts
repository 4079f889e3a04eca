import manifest from "../package.json" with { type: "json" };

/** The version of this program, from its one place: package.json. */
export const version: string = manifest.version;
