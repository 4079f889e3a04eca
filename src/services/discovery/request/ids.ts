import { characters, type Random } from "#kernel/random.ts";

const letters = "abcdefghijklmnopqrstuvwxyz";
const digits = "0123456789";

/** `ns-abcdefghijklmnop` */
export function newNamespaceId(random: Random): string {
  return `ns-${characters(random, 16, `${letters}234567`)}`;
}

/** `srv-abcdefghijklmnop` */
export function newServiceId(random: Random): string {
  return `srv-${characters(random, 16, `${letters}234567`)}`;
}

/** `dlmpkcn33aovnztwdpsdplgtheuhgcap-k6x64euq` */
export function newOperationId(random: Random): string {
  return `${characters(random, 32, `${letters}234567`)}-${characters(random, 8, `${letters}${digits}`)}`;
}

/** `Z0123456789ABCDEFGHIJ` */
export function newHostedZoneId(random: Random): string {
  return `Z${characters(random, 20, `${letters.toUpperCase()}${digits}`)}`;
}
