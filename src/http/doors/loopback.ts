import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether only this machine reaches what listens on `address`. Of names only `localhost` is known. */
export function isLoopback(address: string): boolean {
  const version = isIP(address);
  // An IPv4 address that is written as one of IPv6 (::ffff:127.0.0.1) is checked as what it is.
  if (version !== 0) return loopback.check(address, version === 4 ? "ipv4" : "ipv6");
  return address.toLowerCase() === "localhost";
}
