/** First segments of the host's own paths: no plugin can have one of these. */
export const reservedPaths: readonly string[] = [
  "assets",
  "docs",
  "events",
  "health",
  "jobs",
  "metrics",
  "openapi.json",
  "plugins",
  "system",
  "tools",
];
