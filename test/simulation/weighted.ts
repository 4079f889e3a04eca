/** Things with their weights, whole numbers. */
export type Weighted<T> = readonly (readonly [weight: number, thing: T])[];

/** One of them; `chance` in [0, 1) says which, each as often as it weighs. */
export function pickWeighted<T>(things: Weighted<T>, chance: number): T {
  let at = things.reduce((sum, [weight]) => sum + weight, 0) * chance;
  for (const [weight, thing] of things) {
    if (at < weight) return thing;
    at -= weight;
  }
  return things.at(-1)![1];
}
