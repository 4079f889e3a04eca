/** The tags of a resource: values by their keys. */
export type Tags = Readonly<Record<string, string>>;

/** What services say of tags that nobody may set. */
export interface TagFaults {
  /** Of a key that begins with `aws:`, in any case: AWS keeps those for itself. */
  readonly reserved: (key: string) => Error;
  readonly tooMany: (most: number) => Error;
}

/** Tags with others added; a key that is there gets the new value. A resource has at most 50 at most services. */
export function withTags(
  old: Tags,
  added: readonly { readonly Key?: string; readonly Value?: string }[],
  { reserved, tooMany }: TagFaults,
  most = 50,
): Tags {
  for (const { Key = "" } of added) if (/^aws:/i.test(Key)) throw reserved(Key);
  const tags = { ...old, ...Object.fromEntries(added.map(({ Key = "", Value = "" }) => [Key, Value])) };
  if (Object.keys(tags).length > most) throw tooMany(most);
  return tags;
}

/** What is left without the tags of these keys. */
export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}

/** As most APIs list them. */
export function toTags(tags: Tags): { readonly Key: string; readonly Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
