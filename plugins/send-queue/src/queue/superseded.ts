import { stateNumbers } from "./rows.ts";

/**
 * For SQL over `items`: no newer version of the same instance was sent to `destination`, or is on its way
 * there; an older version must not come after it. Its last value: `listOf` what somebody has taken to send.
 */
export const notSuperseded = (destination: "items.destination" | "?"): string =>
  `NOT EXISTS (SELECT 1 FROM items AS newer
     WHERE newer.destination = ${destination} AND newer.sop_instance = items.sop_instance
     AND newer.id > items.id AND (newer.state = ${stateNumbers.sent}
       OR newer.id IN (SELECT value FROM json_each(?))))`;
