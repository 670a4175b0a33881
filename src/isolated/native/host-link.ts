import type { HostCalls, SideCalls } from "../../adapters/isolation/protocol/calls.ts";
import type { Link } from "../../adapters/isolation/protocol/link.ts";

/** The way to the host. */
export type HostLink = Link<HostCalls, SideCalls>;
