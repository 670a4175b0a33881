import { isIPv6 } from "node:net";

/**
 * By what the connections and requests of one client are counted: its address, or of IPv6 the network
 * of it (/64), of which whoever has one address has all.
 */
export function clientOf(address: string): string {
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !isIPv6(address)) return mapped ?? address;
  return `${groupsOf(address.replace(/%.*/, "")).slice(0, 4).join(":")}::/64`;
}

/** The first groups of an address as the system writes it; none of the first four is dotted. */
function groupsOf(address: string): readonly string[] {
  const [left, right] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const zeros = 8 - (left?.length ?? 0) - (right?.length ?? 0);
  return [...(left ?? []), ...Array<string>(zeros).fill("0"), ...(right ?? [])];
}
